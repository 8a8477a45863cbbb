import * as fc from 'fast-check';

import type { Json } from '../../../../rehearsal/services/service';
import {
  broken,
  condition,
  exists,
  type Fragment,
  joined,
  literal,
  path,
  update,
  withExpressions,
} from './arbitrary-expressions';
import {
  blob,
  HOLDERS,
  list,
  map,
  mostly,
  number,
  numbers,
  NUMBERS,
  numeric,
  strings,
  text,
  value,
} from './arbitrary-values';

/** One request, the same for both emulators. */
export interface Request {
  readonly operation: string;
  readonly input: Json;
}

/** Keys of the tables of the tests, few, so that requests meet. */
const KEYS: Readonly<Record<string, fc.Arbitrary<Json>>> = {
  ledger: fc.record({
    workflow: text('images', 'fleets'),
    entry: text('item#a', 'item#b', 'item#ab', 'run#1'),
  }),
  numbers: fc.record({
    id: number('1', '1.0', '2'),
    serial: number(...NUMBERS, '1e20', '-1e20', '3.1e-7'),
  }),
  blobs: fc.record({ id: text('x'), part: blob() }),
  single: fc.record({ id: text('x', 'y') }),
};

/** Values that are wrong in themselves. */
const wrong = fc.constantFrom<Json>(
  {},
  { SS: [] },
  { NS: ['1', '1.0'] },
  { N: 'one' },
  { N: '1e126' },
  { N: '1e-131' },
  { N: '123456789012345678901234567890123456789' },
  { S: 'a', N: '1' },
);

/** Attributes of an item beside its key. */
const attributes = fc.record(
  {
    n: mostly(numeric, value),
    k: mostly(numeric, value),
    l: mostly(list, value),
    m: mostly(map, value),
    s: mostly(strings, value),
    z: mostly(numbers, value),
    v: mostly(value, value),
    c: mostly(value, value),
    holder: mostly(text(...HOLDERS), number('1')),
    score: mostly(number('1', '2', '10'), text('v')),
  },
  { requiredKeys: ['n', 'k', 'l', 'm', 's'] },
);

const maybe = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const conditionOrBroken = maybe(mostly(condition, broken));

/** Requests to write one item. */
function writes(table: string, key: fc.Arbitrary<Json>): fc.Arbitrary<Request>[] {
  const TableName = table;
  const item = fc
    .tuple(
      key,
      attributes,
      mostly(
        fc.constant<Json>({}),
        wrong.map((v) => ({ v })),
      ),
    )
    .map(([keys, others, more]) => ({ ...others, ...more, ...keys }));
  const put = fc
    .tuple(
      item,
      conditionOrBroken,
      maybe(mostly(fc.constantFrom('NONE', 'ALL_OLD'), fc.constant('ALL_NEW'))),
    )
    .map(([Item, ConditionExpression, ReturnValues]) => ({
      operation: 'PutItem',
      input: withExpressions(
        { TableName, Item, ...(ReturnValues && { ReturnValues }) },
        { ConditionExpression },
      ),
    }));
  const remove = fc
    .tuple(key, conditionOrBroken, maybe(fc.constant('ALL_OLD')))
    .map(([Key, ConditionExpression, ReturnValues]) => ({
      operation: 'DeleteItem',
      input: withExpressions(
        { TableName, Key, ...(ReturnValues && { ReturnValues }) },
        { ConditionExpression },
      ),
    }));
  const change = fc
    .tuple(
      key,
      mostly(
        update,
        broken.map((of) => ({ ...of, onlyRemoves: false })),
      ),
      conditionOrBroken,
      mostly<string | undefined>(
        fc.constantFrom('ALL_OLD', 'ALL_NEW', 'UPDATED_OLD', 'UPDATED_NEW'),
        fc.constantFrom('SOME', undefined),
      ),
    )
    .map(([Key, UpdateExpression, ConditionExpression, ReturnValues]) => ({
      operation: 'UpdateItem',
      input: withExpressions(
        { TableName, Key, ...(ReturnValues && { ReturnValues }) },
        {
          UpdateExpression,
          // The emulators differ over removals from an item that is not there: see the test of its own.
          ConditionExpression: UpdateExpression.onlyRemoves ? exists : ConditionExpression,
        },
      ),
    }));
  return [put, put, change, change, change, remove];
}

const projection = fc
  .uniqueArray(path, { minLength: 1, maxLength: 3 })
  .map((paths): Fragment => ({ text: () => paths.join(', ') }));

/** Requests to read by key. */
function gets(TableName: string, key: fc.Arbitrary<Json>): fc.Arbitrary<Request>[] {
  const get = fc
    .tuple(mostly(key, fc.constantFrom<Json>({}, { other: { S: 'x' } })), maybe(projection))
    .map(([Key, ProjectionExpression]) => ({
      operation: 'GetItem',
      input: withExpressions({ TableName, Key, ConsistentRead: true }, { ProjectionExpression }),
    }));
  const batch = fc
    .tuple(fc.array(key, { minLength: 1, maxLength: 3 }), maybe(projection))
    .map(([Keys, ProjectionExpression]) => ({
      operation: 'BatchGetItem',
      input: {
        RequestItems: {
          [TableName]: withExpressions({ Keys, ConsistentRead: true }, { ProjectionExpression }),
        },
      },
    }));
  return [get, batch];
}

const RANGES: Readonly<Record<string, readonly [string, string, fc.Arbitrary<Json>]>> = {
  ledger: ['workflow', 'entry', text('item#a', 'item#', 'run#1')],
  numbers: ['id', 'serial', number('0', '1', '9.5', '10', '-1')],
  blobs: ['id', 'part', blob()],
  single: ['id', 'v', text('v')],
};

/** Requests to read many items. */
function queries(table: string, key: fc.Arbitrary<Json>): fc.Arbitrary<Request>[] {
  const [hash, range, bound] = RANGES[table]!;
  const none = fc.constant<Fragment>({ text: () => '' });
  const anyRangeTest = fc.oneof(
    ...['=', '<', '<=', '>', '>=', '<>'].map((operator) =>
      joined([literal(bound)], (of) => ` AND ${range} ${operator} ${of}`),
    ),
    joined([literal(bound)], (of) => ` AND ${of} < ${range}`),
    joined([literal(bound), literal(bound)], (l, h) => ` AND ${range} BETWEEN ${l} AND ${h}`),
    joined([literal(bound)], (of) => ` AND begins_with(${range}, ${of})`),
    none,
  );
  const rangeTest = table === 'single' ? mostly(none, anyRangeTest) : anyRangeTest;
  const shared = fc.record(
    {
      ConsistentRead: fc.constant(true),
      Limit: fc.constantFrom(1, 2, 3),
      ScanIndexForward: fc.boolean(),
    },
    { requiredKeys: ['ConsistentRead'] },
  );
  const query = fc
    .tuple(key, rangeTest, shared, conditionOrBroken, maybe(projection))
    .map(([keys, test, options, FilterExpression, ProjectionExpression]) => ({
      operation: 'Query',
      input: withExpressions(
        { TableName: table, ...options },
        {
          KeyConditionExpression: {
            text: (name) => `${hash} = ${name(keys[hash])}${test.text(name)}`,
          },
          FilterExpression,
          ProjectionExpression,
        },
      ),
    }));
  const scan = fc
    .tuple(conditionOrBroken, maybe(fc.constant(1)))
    .map(([FilterExpression, Limit]) => ({
      operation: 'Scan',
      input: withExpressions(
        { TableName: table, ConsistentRead: true, ...(Limit && { Limit }) },
        { FilterExpression },
      ),
    }));
  if (table !== 'ledger') return [query, scan];
  const index = fc
    .tuple(
      fc.constantFrom('byHolder', 'keysOnly', 'some', 'none'),
      text(...HOLDERS),
      maybe(number('1', '2', '9')),
      fc.boolean(),
      maybe(fc.constant(1)),
    )
    .map(([IndexName, holder, score, ScanIndexForward, Limit]) => ({
      operation: 'Query',
      input: withExpressions(
        { TableName: table, IndexName, ScanIndexForward, ...(Limit && { Limit }) },
        {
          KeyConditionExpression: {
            text: (name) =>
              `holder = ${name(holder)}${score && IndexName === 'byHolder' ? ` AND score >= ${name(score)}` : ''}`,
          },
        },
      ),
    }));
  return [query, index, scan];
}

/** Sequences of requests to one table. */
export function requests(table: string, length: number): fc.Arbitrary<readonly Request[]> {
  const key = KEYS[table]!;
  const any = fc.oneof(...writes(table, key), ...gets(table, key), ...queries(table, key));
  return fc.array(any, { minLength: length / 2, maxLength: length });
}
