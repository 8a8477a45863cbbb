import type { ResourceValidationPolicy } from '@pulumi/policy';
import { checkKnown } from '../check';
import { isTaggable } from '../taggable-types';

interface Config {
  /** Keys that every taggable resource has. */
  readonly requiredTags: readonly string[];
}

const defaults: Config = { requiredTags: [] };

/**
 * Whose it is and who pays for it. Off until the config names keys. Tags are best set once, as `aws:defaultTags` of
 * the stack: the provider gives them to all resources before policies see them.
 */
export const resourceTags: ResourceValidationPolicy = {
  name: 'resource-tags',
  description: 'Every resource that can be tagged has the required tags.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      requiredTags: {
        type: 'array',
        items: { type: 'string', minLength: 1 },
        uniqueItems: true,
        default: [...defaults.requiredTags],
        description: 'Keys that every taggable resource has, with a value.',
      },
    },
  },
  validateResource: (args, report) => {
    if (!isTaggable(args.type)) args.notApplicable('it takes no tags');
    const { requiredTags } = args.getConfig<Config>();
    const tags = (args.props['tags'] ?? {}) as Readonly<Record<string, string>>;
    checkKnown(
      requiredTags.map((key) => () => {
        if ((tags[key] ?? '') !== '') return;
        report(`${args.name}: set the tag ${key}, best in aws:defaultTags of the stack's config.`);
      }),
    );
  },
};
