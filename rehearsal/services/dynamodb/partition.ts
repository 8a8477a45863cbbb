import type { KeyCondition } from './key-condition';
import type { Table } from './table';
import { type AttributeValue, compareValues, type Item } from './values';

/** A key of a table: of an item that is there, was there, or was deleted. */
interface Entry {
  readonly id: string;
  /** The part of the sort key, where the table has one. */
  readonly range: AttributeValue | undefined;
}

/** From where on items are read. */
export interface Place {
  /** In descending order. */
  readonly backwards: boolean;
  /** The key behind which reading goes on; absent: from the start. */
  readonly after: Item | undefined;
}

/** Keys by partition, in the order of their sort keys. Derived from the items, so no part of the state. */
type Partitions = Map<string, Entry[]>;

const PARTITIONS = new WeakMap<Table['items'], Partitions>();

/** To be told of each key that is new to a table, once its item is written. */
export function addKey(table: Table, id: string): void {
  const partitions = PARTITIONS.get(table.items);
  // Nobody has asked yet: it will be found with all others.
  if (partitions !== undefined) insert(partitions, table, id);
}

/**
 * The ids of a partition whose keys meet a key condition, in the order of the sort key or the reverse; one by one, so
 * that nothing is read beyond the page.
 */
export function* idsInPartition(
  table: Table,
  { hash, from, matchesRange }: KeyCondition,
  { backwards, after }: Place,
): Generator<string> {
  const { type } = table.schema.hash;
  const entries = partitionsOf(table).get(JSON.stringify(hash[type])) ?? [];
  const { range } = table.schema;
  const matches = (entry: Entry) =>
    range === undefined || matchesRange({ [range.name]: entry.range! });
  let start = from === undefined ? 0 : lowerBound(entries, from);
  // A condition may leave out its bound.
  if (start < entries.length && !matches(entries[start]!)) start += 1;
  let end = firstIndex(entries, start, (entry) => !matches(entry));
  const last = range && after?.[range.name];
  if (after !== undefined && last === undefined) return;
  if (last !== undefined) {
    const bound = lowerBound(entries, last);
    if (backwards) end = Math.min(end, bound);
    else start = Math.max(start, compare(entries[bound]?.range, last) === 0 ? bound + 1 : bound);
  }
  for (let count = 0; count < end - start; count += 1) {
    yield entries[backwards ? end - 1 - count : start + count]!.id;
  }
}

function partitionsOf(table: Table): Partitions {
  const known = PARTITIONS.get(table.items);
  if (known !== undefined) return known;
  const partitions: Partitions = new Map();
  for (const id of Object.keys(table.items)) insert(partitions, table, id);
  PARTITIONS.set(table.items, partitions);
  return partitions;
}

function insert(partitions: Partitions, { schema }: Table, id: string): void {
  const [hash, range]: readonly string[] = JSON.parse(id);
  const partition = JSON.stringify(hash);
  const entry = {
    id,
    range: schema.range === undefined ? undefined : { [schema.range.type]: range },
  };
  const entries = partitions.get(partition);
  if (entries === undefined) partitions.set(partition, [entry]);
  else entries.splice(lowerBound(entries, entry.range), 0, entry);
}

function lowerBound(entries: readonly Entry[], value: AttributeValue | undefined): number {
  return firstIndex(entries, 0, (entry) => compare(entry.range, value) >= 0);
}

/** The first index, at or after `start`, at which a test holds that holds for all that follow. */
function firstIndex(
  entries: readonly Entry[],
  start: number,
  test: (entry: Entry) => boolean,
): number {
  let [low, high] = [start, Math.max(start, entries.length)];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (test(entries[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function compare(a: AttributeValue | undefined, b: AttributeValue | undefined): number {
  return (a && b && compareValues(a, b)) ?? 0;
}
