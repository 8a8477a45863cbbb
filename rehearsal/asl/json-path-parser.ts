import { CharReader } from './char-reader';
import { parseFilter, type Filter } from './json-path-filter';

/** One step of a JSONPath. */
export type PathStep =
  | { readonly kind: 'names'; readonly names: readonly string[] }
  | { readonly kind: 'indices'; readonly indices: readonly number[] }
  | { readonly kind: 'slice'; readonly from?: number; readonly to?: number }
  | { readonly kind: 'wildcard' }
  | { readonly kind: 'descend' }
  | { readonly kind: 'filter'; readonly filter: Filter };

export interface ParsedPath {
  readonly steps: readonly PathStep[];
  /** Whether it can only ever yield one value; any other path yields an array. */
  readonly definite: boolean;
}

const cache = new Map<string, ParsedPath>();

/**
 * Parses what follows the root of a JSONPath, such as `.a['b'][0]`, in the dialect of Jayway JsonPath, which AWS
 * uses, without its functions: https://github.com/json-path/JsonPath#operators.
 * @throws Error for anything else
 */
export function parsePath(text: string): ParsedPath {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const reader = new CharReader(text, 'JSONPath');
  const steps: PathStep[] = [];
  while (!reader.done) steps.push(...parseStep(reader));
  const parsed = { steps, definite: steps.every(isDefinite) };
  cache.set(text, parsed);
  return parsed;
}

function isDefinite(step: PathStep): boolean {
  if (step.kind === 'names') return step.names.length === 1;
  return step.kind === 'indices' && step.indices.length === 1;
}

function parseStep(reader: CharReader): PathStep[] {
  if (reader.take('..')) {
    if (reader.take('[')) return [{ kind: 'descend' }, parseBracket(reader)];
    return [{ kind: 'descend' }, parseDotted(reader)];
  }
  if (reader.take('.')) return [parseDotted(reader)];
  if (reader.take('[')) return [parseBracket(reader)];
  return reader.fail('expected . or [');
}

function parseDotted(reader: CharReader): PathStep {
  if (reader.take('*')) return { kind: 'wildcard' };
  const name = reader.match(/[^.[\]()*?,'"\s]+/y);
  if (name === undefined) return reader.fail('expected a name');
  return { kind: 'names', names: [name] };
}

function parseBracket(reader: CharReader): PathStep {
  reader.skipSpace();
  let step: PathStep;
  if (reader.take('*')) {
    step = { kind: 'wildcard' };
  } else if (reader.take('?')) {
    step = { kind: 'filter', filter: parseFilter(reader) };
  } else if (reader.peek("'") || reader.peek('"')) {
    step = { kind: 'names', names: parseList(reader, () => reader.quoted()) };
  } else {
    step = parseNumbers(reader);
  }
  reader.skipSpace();
  reader.expect(']');
  return step;
}

function parseNumbers(reader: CharReader): PathStep {
  const from = parseInteger(reader);
  if (reader.take(':')) {
    const to = parseInteger(reader);
    if (from === undefined && to === undefined) return reader.fail('expected a slice');
    return {
      kind: 'slice',
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    };
  }
  if (from === undefined) return reader.fail('expected an index, a name, a filter or *');
  const rest = reader.take(',')
    ? parseList(reader, () => parseInteger(reader) ?? reader.fail('expected an index'))
    : [];
  return { kind: 'indices', indices: [from, ...rest] };
}

function parseInteger(reader: CharReader): number | undefined {
  reader.skipSpace();
  const digits = reader.match(/-?\d+/y);
  reader.skipSpace();
  return digits === undefined ? undefined : Number(digits);
}

function parseList<T>(reader: CharReader, parseItem: () => T): T[] {
  const items: T[] = [];
  do {
    reader.skipSpace();
    items.push(parseItem());
    reader.skipSpace();
  } while (reader.take(','));
  return items;
}
