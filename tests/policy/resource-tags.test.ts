import * as fs from 'node:fs';
import * as path from 'node:path';
import * as aws from '@pulumi/aws';
import { resourceTags } from '../../policy/rules/resource-tags';
import { isTaggable } from '../../policy/taggable-types';
import { findings, UNKNOWN } from '../support/policy-args';

const missing = (key: string): string =>
  `thing: set the tag ${key}, best in aws:defaultTags of the stack's config.`;
const ofTopic = (tags: unknown, requiredTags: string[]) =>
  findings(resourceTags, aws.sns.Topic, tags === undefined ? {} : { tags }, { requiredTags });

test('nothing is required unless configured', async () => {
  expect((await findings(resourceTags, aws.sns.Topic, {})).violations).toEqual([]);
});

test.each<[unknown, string[]]>([
  [undefined, [missing('owner'), missing('cost-center')]],
  [{}, [missing('owner'), missing('cost-center')]],
  [{ owner: 'platform', other: 'x' }, [missing('cost-center')]],
  [{ owner: '', 'cost-center': '42' }, [missing('owner')]],
  [{ owner: 'platform', 'cost-center': '42' }, []],
])('a topic with the tags %j', async (tags, violations) => {
  expect((await ofTopic(tags, ['owner', 'cost-center'])).violations).toEqual(violations);
});

test('what cannot be tagged need not be', async () => {
  const config = { requiredTags: ['owner'] };

  expect(await findings(resourceTags, aws.iam.RolePolicy, {}, config)).toEqual({
    violations: [],
    applicable: false,
    unknown: false,
  });
});

test('a value that is not known yet hides no missing one', async () => {
  expect(await ofTopic({ owner: UNKNOWN }, ['owner', 'cost-center'])).toEqual({
    violations: [missing('cost-center')],
    applicable: true,
    unknown: true,
  });
});

test('the table of taggable types is that of the installed provider, for each service in it', () => {
  const root = path.dirname(require.resolve('@pulumi/aws/package.json'));
  let services = 0;
  for (const service of fs.readdirSync(root)) {
    const types = taggedTypes(path.join(root, service));
    const listed = types.filter(({ type }) => isTaggable(type));
    if (listed.length === 0) continue;
    services += 1;
    expect(types.map(({ type, tagged }) => [type, isTaggable(type), tagged])).toEqual(
      types.map(({ type, tagged }) => [type, tagged, tagged]),
    );
  }
  expect(services).toBe(22);
});

/** All resource types of one module of the provider, and whether their arguments take a map of tags. */
function taggedTypes(directory: string): { readonly type: string; readonly tagged: boolean }[] {
  if (!fs.statSync(directory).isDirectory()) return [];
  return fs
    .readdirSync(directory)
    .filter((file) => file.endsWith('.d.ts'))
    .flatMap((file) => {
      const declared = fs.readFileSync(path.join(directory, file), 'utf8');
      const code = path.join(directory, file.replace(/\.d\.ts$/, '.js'));
      const args = /export interface \w+Args \{(.*?)\n\}/s.exec(declared)?.[1];
      if (args === undefined || !fs.existsSync(code)) return [];
      const type = /__pulumiType = '([^']+)'/.exec(fs.readFileSync(code, 'utf8'))?.[1];
      return type === undefined
        ? []
        : [{ type, tagged: /^ {4}tags\?: pulumi\.Input<\{$/m.test(args) }];
    });
}
