import type { Json } from '../../services/service';
import { effectiveInput, evaluateField, languageOf } from '../data-flow';
import { queryFailure, runtimeFailure } from '../failure';
import { expressionText, isJsonata } from '../jsonata';
import { describeType } from './choice';
import type { Run } from '../run';
import { resolvePathField, scopeOf } from '../scope';
import { fillTemplate } from '../template';
import type { Branch } from '../types';

/** The items that a Map runs over. */
export interface MapItems {
  /** Effective input, which selectors see as `$`. */
  readonly input: Json;
  readonly items: readonly Json[];
  /** Set where the items are the members of an object. */
  readonly keys?: readonly string[];
}

/** The field that holds the states of a Map: `Iterator` is the older name. */
export function processorKey(state: Json): 'ItemProcessor' | 'Iterator' {
  return state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
}

/** The items that `ItemsPath` or `Items` name, else the input. */
export function mapItems(run: Run, branch: Branch, state: Json): MapItems {
  if (languageOf(run, state) === 'JSONata') return jsonataItems(run, branch, state);
  const input = effectiveInput(run, branch, state);
  const path = state.ItemsPath ?? '$';
  const items = resolvePathField(path, scopeOf(run, branch, input));
  if (Array.isArray(items)) return { input, items };
  throw runtimeFailure(`Reference path "${path}" must point to array.`);
}

function jsonataItems(run: Run, branch: Branch, state: Json): MapItems {
  const { input } = run.activeOf(branch);
  if (state.Items === undefined) {
    if (Array.isArray(input)) return { input, items: input };
    throw queryFailure(`Map state input must be an array but was: ${JSON.stringify(input)}`);
  }
  const items = evaluateField(run, branch, state.Items, 'Items');
  if (Array.isArray(items)) return { input, items };
  throw queryFailure(
    `The JSONata expression '${expressionOf(state.Items)}' specified for the field 'Items' returned an unexpected result type. Expected 'array', but was '${describeType(items)}' for value: ${JSON.stringify(items)}`,
    'Items',
  );
}

/** How many iterations may run at once; 0 in the definition means as many as the kind of Map can run. */
export function mapConcurrency(run: Run, branch: Branch, state: Json, max: number): number {
  const value = numberField(run, branch, state, 'MaxConcurrency', 'integer') ?? 0;
  if (value < 0) throw runtimeFailure('MaxConcurrency cannot be negative.');
  return value === 0 ? max : Math.min(value, max);
}

/**
 * A number that stands in a field, comes by the path of `<field>Path`, or by a JSONata expression.
 * @param holder what has the field, where it is not the state itself
 */
export function numberField(
  run: Run,
  branch: Branch,
  state: Json,
  field: string,
  kind: 'integer' | 'float',
  holder: Json = state,
): number | undefined {
  const path = holder[`${field}Path`];
  if (path !== undefined) {
    const scope = scopeOf(run, branch, effectiveInput(run, branch, state));
    const value = resolvePathField(path, scope);
    const pattern = kind === 'integer' ? /^-?\d+$/ : /^-?\d+(\.\d+)?$/;
    if (typeof value !== 'object' && pattern.test(String(value))) return Number(value);
    throw runtimeFailure(
      `The ${field}Path field refers to value "${typeof value === 'string' ? value : JSON.stringify(value)}" which is not a valid ${kind}: ${path}`,
    );
  }
  const value = holder[field];
  if (value === undefined || languageOf(run, state) === 'JSONPath') return value;
  const evaluated = evaluateField(run, branch, value, field);
  if (typeof evaluated === 'number' && (kind === 'float' || Number.isInteger(evaluated))) {
    return evaluated;
  }
  throw queryFailure(
    `The JSONata expression '${expressionOf(value)}' specified for the field '${field}' returned an unexpected result type. Expected '${kind}', but was '${describeType(evaluated)}' for value: ${JSON.stringify(evaluated)}`,
    field,
  );
}

/** What `$$.Map.Item` is for an item. */
export function itemOf(
  group: { readonly items: readonly Json[]; readonly keys?: readonly string[] },
  index: number,
): Json {
  const key = group.keys?.[index];
  return { Index: index, ...(key === undefined ? {} : { Key: key }), Value: group.items[index] };
}

/** The input of an iteration: what `ItemSelector` (or the older `Parameters`) makes of the item. */
export function selectItem(run: Run, branch: Branch, state: Json, input: Json, item: Json): Json {
  const selector = state.ItemSelector ?? state.Parameters;
  if (selector === undefined) return item.Value;
  if (languageOf(run, state) === 'JSONPath') {
    return fillTemplate(selector, scopeOf(run, branch, input, item));
  }
  return evaluateField(run, branch, selector, 'ItemSelector', {}, item);
}

function expressionOf(value: Json): string {
  return isJsonata(value) ? expressionText(value) : JSON.stringify(value);
}
