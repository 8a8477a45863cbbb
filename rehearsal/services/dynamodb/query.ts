import { createHash } from 'node:crypto';

import type { Call, Json, Operation } from '../service';
import { tableAccess } from './access';
import { AwsError } from '../service';
import { invalid, invalidParameter, notEmulated } from './errors';
import { holds } from './evaluate';
import { type Expressions, readExpressions } from './expressions';
import { checkInput } from './input';
import { type KeyCondition, readKeyCondition } from './key-condition';
import { checkScalarKeys, indexItems, projected, readMoment } from './reads';
import { idsInPartition, type Place } from './partition';
import type { Condition, Operand, Path } from './syntax';
import {
  type DynamoState,
  findTable,
  type Index,
  itemAt,
  itemsAt,
  keyAttributes,
  keyId,
  keyOf,
  type KeySchema,
  readKey,
  type Table,
} from './table';
import { compareValues, type Item, memberOf, sameValue, sizeOf, toWire } from './values';

/** Items are read up to this size, before any filter, for one page. */
const PAGE_BYTES = 1024 * 1024;

const OPTIONAL = [
  'IndexName',
  'Select',
  'Limit',
  'ConsistentRead',
  'ExclusiveStartKey',
  'FilterExpression',
  'ProjectionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
];

export const query: Operation<DynamoState> = {
  mutates: false,
  authorize: (input, state, scope) => tableAccess('Query', input, state, scope),
  handle: (input, state, call) => {
    checkInput('Query', input, {
      required: ['TableName'],
      optional: [...OPTIONAL, 'KeyConditionExpression', 'ScanIndexForward'],
    });
    if (input.KeyConditionExpression === undefined) {
      throw invalid(
        'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
      );
    }
    const expressions = readExpressions(input, [
      'ProjectionExpression',
      'FilterExpression',
      'KeyConditionExpression',
    ]);
    const source = findSource(state, input);
    const keys = readKeyCondition(expressions.keyCondition!, source.schema);
    checkFilterKeys(source, expressions.filter);
    return readPage(input, source, expressions, call, keys);
  },
};

export const scan: Operation<DynamoState> = {
  mutates: false,
  authorize: (input, state, scope) => tableAccess('Scan', input, state, scope),
  handle: (input, state, call) => {
    checkInput('Scan', input, { required: ['TableName'], optional: OPTIONAL });
    const expressions = readExpressions(input, ['ProjectionExpression', 'FilterExpression']);
    return readPage(input, findSource(state, input), expressions, call);
  },
};

/** What is read: a table, or one of its indexes. */
interface Source {
  readonly table: Table;
  readonly index?: Index;
  readonly schema: KeySchema;
}

function findSource(state: DynamoState, input: Json): Source {
  const table = findTable(state, input.TableName);
  if (input.IndexName === undefined) return { table, schema: table.schema };
  const index = table.indexes.find(({ name }) => name === input.IndexName);
  if (index === undefined) {
    throw invalid(`The table does not have the specified index: ${input.IndexName}`);
  }
  if (input.ConsistentRead === true) {
    throw invalid('Consistent reads are not supported on global secondary indexes');
  }
  return { table, index, schema: index.schema };
}

function readPage(
  input: Json,
  source: Source,
  { filter, projection }: Expressions,
  call: Call,
  keys?: KeyCondition,
): Json {
  checkSelect(input, source);
  checkScalarKeys(source.table.schema, [...(projection ?? []), ...pathsOf(filter)]);
  checkProjected(source, projection);
  const start = input.ExclusiveStartKey && readStartKey(source, input.ExclusiveStartKey, keys);
  const moment = readMoment(input, call);
  const place = { backwards: input.ScanIndexForward === false, after: start };
  const candidates =
    keys !== undefined && source.index === undefined
      ? itemsOf(source.table, idsInPartition(source.table, keys, place), moment)
      : itemsInOrder(source, moment, keys, place);

  const page: Item[] = [];
  let size = 0;
  let full = false;
  for (const item of candidates) {
    page.push(item);
    size += sizeOf(item);
    full = page.length === input.Limit || size >= PAGE_BYTES;
    if (full) break;
  }
  const found = page
    .map((item) => visible(source, item))
    .filter((item) => filter === undefined || holds(filter, item));
  const last = page.at(-1);
  return {
    ...(input.Select !== 'COUNT' && {
      Items: found.map((item) => toWire(projected(projection, item))),
    }),
    Count: found.length,
    ScannedCount: page.length,
    // There when the page is full, even if nothing follows:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    ...(full && last && { LastEvaluatedKey: toWire(startKeyOf(source, last)) }),
  };
}

function* itemsOf(table: Table, ids: Iterable<string>, moment: number): Generator<Item> {
  for (const id of ids) {
    const item = itemAt(table, id, moment);
    if (item !== undefined) yield item;
  }
}

/** The items of an index that meet a key condition, or all of a source, in its order. */
function itemsInOrder(
  source: Source,
  moment: number,
  keys: KeyCondition | undefined,
  { backwards, after }: Place,
): readonly Item[] {
  const { name } = source.schema.hash;
  const order = orderOf(source);
  const direction = backwards ? -1 : 1;
  const all = itemsAt(source.table, moment);
  return (source.index ? indexItems(source.index, all) : all)
    .filter((item) => !keys || (sameValue(item[name]!, keys.hash) && keys.matchesRange(item)))
    .sort((a, b) => direction * order(a, b))
    .filter((item) => !after || direction * order(item, after) > 0);
}

/** The key of an item together with its key in the index. */
function startKeyOf({ table, schema }: Source, item: Item): Item {
  return { ...keyOf(table.schema, item), ...keyOf(schema, item) };
}

function readStartKey(source: Source, input: Json, keys?: KeyCondition): Item {
  const prefix = 'The provided starting key is invalid';
  const attributes = [source.table.schema, source.schema].flatMap(keyAttributes);
  const names = new Set(attributes.map(({ name }) => name));
  if (Object.keys(input).length !== names.size) {
    throw invalid(
      keys || source.index
        ? prefix
        : `${prefix}: The provided key element does not match the schema`,
    );
  }
  const part = (schema: KeySchema): Item => {
    const present = keyAttributes(schema).filter(({ name }) => Object.hasOwn(input, name));
    return readKey(schema, Object.fromEntries(present.map(({ name }) => [name, input[name]])));
  };
  let start: Item;
  try {
    start = { ...part(source.table.schema), ...part(source.schema) };
  } catch (error) {
    if (error instanceof AwsError) throw invalid(`${prefix}: ${error.message}`);
    throw error;
  }
  if (keys && !keys.matchesRange(start)) {
    throw invalid('The provided starting key does not match the range key predicate');
  }
  const hash = memberOf(start, source.schema.hash.name);
  if (keys && (hash === undefined || !sameValue(hash, keys.hash))) {
    throw invalid(
      'The provided starting key is outside query boundaries based on provided conditions',
    );
  }
  return start;
}

/**
 * The order of a source: by the hash of the partition key, then by the sort key, and in an index at last by the
 * table's key. A digest stands for DynamoDB's hash, so that nobody comes to rely on a sorted scan.
 */
function orderOf({ table, schema, index }: Source): (a: Item, b: Item) => number {
  const digests = new Map<string, string>();
  const digest = (of: KeySchema, item: Item) => {
    const id = keyId(of, item);
    const known = digests.get(id) ?? createHash('sha256').update(id).digest('hex');
    digests.set(id, known);
    return known;
  };
  const byText = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
  const { range } = schema;
  const hash: KeySchema = { hash: schema.hash };
  return (a, b) =>
    byText(digest(hash, a), digest(hash, b)) ||
    ((range && compareValues(a[range.name]!, b[range.name]!)) ?? 0) ||
    (index ? byText(digest(table.schema, a), digest(table.schema, b)) : 0);
}

/** What a source shows of an item: an index has only what is projected into it. */
function visible({ table, schema, index }: Source, item: Item): Item {
  if (index === undefined || index.projected === 'ALL') return item;
  const keys = [...keyAttributes(table.schema), ...keyAttributes(schema)];
  const names = new Set([...keys.map(({ name }) => name), ...index.projected]);
  return Object.fromEntries(Object.entries(item).filter(([name]) => names.has(name)));
}

function checkSelect(input: Json, { index }: Source): void {
  const { Select: select } = input;
  const projecting = input.ProjectionExpression !== undefined;
  if (select === undefined || (select === 'SPECIFIC_ATTRIBUTES') === projecting) {
    if (select === 'ALL_ATTRIBUTES' && index && index.projected !== 'ALL') {
      throw invalidParameter(
        `Select type ALL_ATTRIBUTES is not supported for global secondary index ${index.name} because its projection type is not ALL`,
      );
    }
    if (select !== 'ALL_PROJECTED_ATTRIBUTES' || index) return;
  }
  throw notEmulated(`Select ${select} with this ProjectionExpression and IndexName`);
}

/** "You can only request attributes that are projected into the index" (API_Query, IndexName and Select). */
function checkProjected({ table, schema, index }: Source, paths: readonly Path[] = []): void {
  if (index === undefined || index.projected === 'ALL') return;
  const keys = [...keyAttributes(table.schema), ...keyAttributes(schema)];
  const names = [...keys.map(({ name }) => name), ...index.projected];
  const missing = paths.map(([name]) => String(name)).filter((name) => !names.includes(name));
  if (missing.length > 0) {
    throw invalidParameter(
      `Global secondary index ${index.name} does not project [${missing.join(', ')}]`,
    );
  }
}

function checkFilterKeys({ schema }: Source, filter: Condition | undefined): void {
  const names = pathsOf(filter).map(([name]) => name);
  for (const { name } of keyAttributes(schema)) {
    if (names.includes(name)) {
      throw invalid(
        `Filter Expression can only contain non-primary key attributes: Primary key attribute: ${name}`,
      );
    }
  }
}

/** Every path that a condition reads. */
function pathsOf(condition: Condition | undefined): readonly Path[] {
  const ofOperand = (operand: Operand): readonly Path[] =>
    operand.kind === 'path' ? [operand.path] : operand.kind === 'size' ? ofOperand(operand.of) : [];
  switch (condition?.kind) {
    case undefined:
      return [];
    case 'and':
    case 'or':
      return [...pathsOf(condition.left), ...pathsOf(condition.right)];
    case 'not':
      return pathsOf(condition.condition);
    case 'compare':
      return [condition.left, condition.right].flatMap(ofOperand);
    case 'between':
      return [condition.operand, condition.low, condition.high].flatMap(ofOperand);
    case 'in':
      return [condition.operand, ...condition.candidates].flatMap(ofOperand);
    case 'attribute_exists':
    case 'attribute_not_exists':
      return [condition.path];
    case 'attribute_type':
      return ofOperand(condition.operand);
    case 'begins_with':
    case 'contains':
      return [condition.operand, condition.argument].flatMap(ofOperand);
  }
}
