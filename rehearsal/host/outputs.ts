import type { Json } from '../services/service';
import { autoName, digest } from './naming';
import { RESOURCE_TYPES } from './resource-types';
import { UNKNOWN } from './wire-values';

/** Where a resource is deployed: the default of the stack, its provider's, or its own `region`. */
export interface Placement {
  readonly account: string;
  readonly region: string;
}

export interface ComputedResource {
  /** Empty in a preview, when nothing is created yet. */
  readonly id: string;
  /** The inputs with what the provider adds to them: name, tags, ARN. `UNKNOWN` for what only an update tells. */
  readonly outputs: Record<string, Json>;
  /** Whether the outputs of this type are modelled. Others echo their inputs. */
  readonly known: boolean;
}

/** What the provider would answer to the creation of a resource. Throws where it would refuse the inputs. */
export function computeOutputs(
  resource: {
    readonly type: string;
    readonly name: string;
    readonly urn: string;
    readonly inputs: Json;
  },
  placement: Placement,
  options: {
    readonly preview: boolean;
    readonly defaultTags?: Readonly<Record<string, string>>;
  },
): ComputedResource {
  const { name, urn, inputs } = resource;
  const type = RESOURCE_TYPES[resource.type];
  const planned: Json = { ...inputs };

  const rule = type?.autoName?.(inputs);
  if (rule !== undefined) {
    const property = rule.property ?? 'name';
    const prefix = inputs[`${property}Prefix`];
    planned[property] ??= prefix
      ? `${prefix}${digest(urn, 'name').slice(0, 26)}`
      : autoName(name, urn, rule);
  }
  if (resource.type.startsWith('aws:')) {
    const tags = { ...(type?.tagged === true ? options.defaultTags : {}), ...inputs.tags };
    // The provider merges its default tags into `tags` as it checks the inputs:
    // https://github.com/pulumi/pulumi-aws/blob/master/provider/tags.go
    if (Object.keys(tags).length > 0) Object.assign(planned, { tags, tagsAll: tags });
    if (type?.regional === true) planned.region = inputs.region ?? placement.region;
  }

  const own = { ...placement, ...(planned.region ? { region: planned.region } : {}) };
  const computed = type?.compute(planned, { ...own, urn }) ?? {
    id: `${name}-${digest(urn, 'id').slice(0, 12)}`,
  };
  const { id, ...rest } = computed;
  if (!options.preview)
    return { id, outputs: { ...planned, ...rest, id }, known: type !== undefined };
  const unknown = Object.fromEntries(Object.keys(rest).map((key) => [key, UNKNOWN]));
  return { id: '', outputs: { ...planned, ...unknown, id: UNKNOWN }, known: type !== undefined };
}

/** The inputs as the provider's check leaves them, which is what policies see: with physical name and default tags. */
export function checkedInputs(resource: {
  readonly type: string;
  readonly inputs: Json;
  readonly outputs: Json;
}): Json {
  const { type, inputs, outputs } = resource;
  const rule = RESOURCE_TYPES[type]?.autoName?.(inputs);
  const added = ['tags', ...(rule === undefined ? [] : [rule.property ?? 'name'])];
  return {
    ...inputs,
    ...Object.fromEntries(added.filter((key) => key in outputs).map((key) => [key, outputs[key]])),
  };
}
