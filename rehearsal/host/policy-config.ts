import Ajv, { type ValidateFunction } from 'ajv';
import type { Json } from '../services/service';
import { ProgramError } from './errors';

/** As `@pulumi/policy` has them. */
export type EnforcementLevel = 'advisory' | 'mandatory' | 'remediate' | 'disabled';

/**
 * Settings of policies by name, in the form of a `--policy-pack-config` file: an enforcement level, or an object with
 * the policy's properties and maybe an `enforcementLevel`. `all` sets the level of every policy without an own one.
 */
export type PolicyPackConfig = Readonly<
  Record<string, EnforcementLevel | Readonly<Record<string, Json>>>
>;

/** What a pack tells of one of its policies. */
export interface PolicyDeclaration {
  readonly name: string;
  readonly enforcement: EnforcementLevel;
  readonly schema?: {
    readonly properties: Readonly<Record<string, Json>>;
    readonly required: readonly string[];
  };
}

export interface PolicySettings {
  readonly enforcement: EnforcementLevel;
  readonly properties: Json;
}

const LEVELS: readonly string[] = ['advisory', 'mandatory', 'remediate', 'disabled'];

/**
 * Settles level and properties of every policy: what is given, over the pack's initial configuration, over the
 * defaults of the policy's schema. Throws a `ProgramError` that names policy and property where they do not fit.
 *
 * Rules: https://github.com/pulumi/pulumi/blob/master/pkg/resource/analyzer/config.go
 */
export function settlePolicies(
  policies: readonly PolicyDeclaration[],
  initial: PolicyPackConfig,
  given: PolicyPackConfig,
): ReadonlyMap<string, PolicySettings> {
  const stray = Object.keys(given).find(
    (name) => name !== 'all' && !policies.some((policy) => policy.name === name),
  );
  if (stray !== undefined) throw new ProgramError(`policy config: there is no policy ${stray}`);
  return new Map(
    policies.map((policy) => {
      const layers = [initial.all, given.all, initial[policy.name], given[policy.name]].map(
        normalize,
      );
      const enforcement =
        layers.reduce((level, layer) => layer.enforcementLevel ?? level, undefined as Json) ??
        policy.enforcement;
      if (!LEVELS.includes(enforcement)) {
        throw new ProgramError(`policy config: ${policy.name}: unknown level ${enforcement}`);
      }
      const defaults = Object.entries<Json>(policy.schema?.properties ?? {})
        .filter(([, schema]) => schema.default !== undefined)
        .map(([property, schema]) => [property, schema.default]);
      const properties = Object.assign(Object.fromEntries(defaults), ...layers.slice(2));
      delete properties.enforcementLevel;
      if (enforcement !== 'disabled') checkProperties(policy, properties);
      return [policy.name, { enforcement, properties }];
    }),
  );
}

const normalize = (layer: PolicyPackConfig[string] | undefined): Json =>
  typeof layer === 'string' ? { enforcementLevel: layer } : (layer ?? {});

function checkProperties(policy: PolicyDeclaration, properties: Json): void {
  if (policy.schema === undefined) return;
  const { properties: schemas, required } = policy.schema;
  const ajv = new Ajv({ strict: false, allErrors: true });
  const validate: ValidateFunction = ajv.compile({ type: 'object', properties: schemas, required });
  if (validate(properties)) return;
  throw new ProgramError(
    `policy config: ${policy.name}: ${ajv.errorsText(validate.errors, { dataVar: '' })}`,
  );
}
