import type { Resource } from '@pulumi/pulumi';
import {
  unknownCheckingProxy,
  UnknownValueError,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
} from '@pulumi/policy';

type Class = (new (...args: never[]) => Resource) & { isInstance(value: unknown): boolean };

/** What the Pulumi CLI sends for a string that is not known before the update. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

export interface Findings {
  readonly violations: readonly string[];
  /** Whether some check of the policy is for resources of this type. */
  readonly applicable: boolean;
  /** Whether some check met a value that is not known yet, which Pulumi reports as advice. */
  readonly unknown: boolean;
}

/**
 * Asks a policy about the resource `thing` with these inputs, as the policy SDK's own server does.
 * @param config replaces the defaults of the policy's `configSchema`, property by property
 */
export async function findings(
  policy: ResourceValidationPolicy,
  resourceClass: Class,
  props: object,
  config: object = {},
): Promise<Findings> {
  const type = (resourceClass as unknown as { __pulumiType: string }).__pulumiType;
  const violations: string[] = [];
  const defaults = Object.fromEntries(
    Object.entries(policy.configSchema?.properties ?? {}).map(([key, schema]) => [
      key,
      schema.default,
    ]),
  );
  const args = {
    type,
    props: unknownCheckingProxy(props),
    urn: `urn:pulumi:dev::test::${type}::thing`,
    name: 'thing',
    opts: {},
    stackTags: new Map<string, string>(),
    isType: (candidate: Class) => candidate.isInstance({ __pulumiType: type }),
    getConfig: () => ({ ...defaults, ...config }),
    notApplicable: () => {
      throw new NotApplicable();
    },
  } as unknown as ResourceValidationArgs;

  let applicable = false;
  let unknown = false;
  for (const validate of [policy.validateResource ?? []].flat()) {
    try {
      await validate(args, (message) => violations.push(message));
      applicable = true;
    } catch (error) {
      if (error instanceof NotApplicable) continue;
      if (!(error instanceof UnknownValueError)) throw error;
      applicable = true;
      unknown = true;
    }
  }
  return { violations, applicable, unknown };
}

class NotApplicable extends Error {}
