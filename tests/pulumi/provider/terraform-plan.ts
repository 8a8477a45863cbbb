import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../../../rehearsal/services/service';
import { DEFAULTS, type Properties } from './wire';

/** What Terraform knows of the properties of a resource type. Paths are without indices: `launchTemplate.version`. */
export interface TerraformSchema {
  /** What a program may give. Any other is refused. */
  readonly arguments: readonly string[];
  /** Properties that AWS fills in where the program says nothing: `Computed`, whether `Optional` or not. */
  readonly computed: readonly string[];
  /** `Default`s of arguments. */
  readonly defaults: Properties;
  /** Arguments of the provider itself, which it cannot read from AWS. */
  readonly local: readonly string[];
}

/**
 * The state that Terraform plans: what the program says, and what it does not say as it was where AWS fills that in.
 * What is ignored stays as it was in the state, whatever it is in AWS. A wildcard ignores nothing here: the bridge
 * leaves those to the engine, which puts old inputs in place of new ones.
 *
 * https://developer.hashicorp.com/terraform/plugin/framework/resources/plan-modification#plan-modification-process
 * https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/ignore_changes_test.go
 *
 * @param prior outputs in Pulumi's state, which is what the last update or refresh found
 */
export function planned(
  schema: TerraformSchema,
  prior: Properties,
  program: Properties,
  ignored: readonly string[],
): Properties {
  const plan: Properties = merged(schema, prior, program, '');
  for (const path of ignored) if (!path.includes('*')) keep(plan, prior, path.split('.'));
  return plan;
}

/** Properties that a plan changes, or adds, or removes. */
export function changesOf(prior: Properties, plan: Properties): readonly string[] {
  return [...new Set([...Object.keys(prior), ...Object.keys(plan)])]
    .filter((key) => !isDeepStrictEqual(prior[key], plan[key]))
    .sort();
}

/**
 * What a refresh makes of the inputs: those that the program gave, with what they are in AWS by now. Properties that
 * it did not give do not become inputs.
 *
 * https://github.com/pulumi/pulumi-terraform-bridge/blob/master/pkg/tfbridge/schema.go (ExtractInputsFromOutputs)
 */
export function refreshedInputs(inputs: Json, outputs: Json): Json {
  if (Array.isArray(inputs) && Array.isArray(outputs)) {
    return outputs.map((output, index) =>
      index < inputs.length ? refreshedInputs(inputs[index], output) : output,
    );
  }
  if (!isObject(inputs) || !isObject(outputs)) return outputs;
  return Object.fromEntries(
    Object.entries<Json>(inputs).flatMap(([key, input]) => {
      if (key === DEFAULTS) return [[key, input]];
      return key in outputs ? [[key, refreshedInputs(input, outputs[key])]] : [];
    }),
  );
}

function merged(schema: TerraformSchema, prior: Json, program: Json, path: string): Json {
  if (Array.isArray(program) && Array.isArray(prior)) {
    return program.map((element, index) => merged(schema, prior[index], element, path));
  }
  if (!isObject(program) || !isObject(prior)) return program;
  const below = (key: string) => (path === '' ? key : `${path}.${key}`);
  const kept = Object.entries<Json>(prior).filter(
    ([key]) => !(key in program) && schema.computed.includes(below(key)),
  );
  const given = Object.entries<Json>(program).map(([key, value]) => [
    key,
    merged(schema, prior[key], value, below(key)),
  ]);
  return Object.fromEntries([...kept, ...given]);
}

/** Puts back what the prior state has at a path. */
function keep(plan: Json, prior: Json, [key = '', ...rest]: readonly string[]): void {
  if (!isObject(plan) || !isObject(prior)) return;
  if (rest.length > 0) keep(plan[key], prior[key], rest);
  else if (key in prior) plan[key] = prior[key];
  else delete plan[key];
}

const isObject = (value: Json): boolean =>
  value !== null && typeof value === 'object' && !Array.isArray(value);
