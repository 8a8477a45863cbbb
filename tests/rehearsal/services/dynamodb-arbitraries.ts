import * as fc from 'fast-check';

import type { Json } from '../../../rehearsal/services/service';

/** One request, the same for both emulators. */
export interface Request {
  readonly operation: string;
  readonly input: Json;
}

/** Text of an expression with the values that it mentions, of which each is named when all are together. */
interface Fragment {
  readonly text: (value: (value: Json) => string) => string;
}

const HOLDERS = ['run-1', 'run-2'];
const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '9',
  '10',
  '0.5',
  '-0.25',
  '1e3',
  '100000000000000000001',
  '-99.10',
];

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

/** What attributes mostly hold: numbers, a list, a map, sets, or anything. */
const PATHS = [
  'n',
  'k',
  'l',
  'm',
  's',
  'z',
  'v',
  '#c',
  'score',
  'holder',
  'm.x',
  'm.#c',
  'm.x.y',
  'm.x[0]',
  'l[0]',
  'l[1]',
  'l[4]',
  'l[1].y',
];

function text(...of: string[]): fc.Arbitrary<Json> {
  return fc.constantFrom(...of).map((S) => ({ S }));
}

function number(...of: string[]): fc.Arbitrary<Json> {
  return fc.constantFrom(...of).map((N) => ({ N }));
}

function blob(): fc.Arbitrary<Json> {
  return fc
    .constantFrom('\x01', '\x01\x02', '\x80', 'z')
    .map((bytes) => ({ B: Buffer.from(bytes, 'latin1') }));
}

const scalar = fc.oneof(text('v', 'vw', 'w', 'item#a'), number(...NUMBERS), blob());
const set = fc.oneof(
  fc.uniqueArray(fc.constantFrom('v', 'w', 'vw'), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom('1', '2', '0.5', '10'), { minLength: 1 }).map((NS) => ({ NS })),
);
const value: fc.Arbitrary<Json> = fc.oneof(
  { maxDepth: 2 },
  scalar,
  set,
  fc.constantFrom<Json>({ BOOL: true }, { NULL: true }),
  fc.letrec<{ list: Json; map: Json; any: Json }>((tie) => ({
    any: fc.oneof({ maxDepth: 2 }, scalar, set, tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 3 }).map((L) => ({ L })),
    map: fc
      .dictionary(fc.constantFrom('x', 'y', 'c'), tie('any'), { maxKeys: 2 })
      .map((M) => ({ M })),
  })).any,
);
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

const numeric = number(...NUMBERS);
const strings = fc
  .uniqueArray(fc.constantFrom('v', 'w', 'vw'), { minLength: 1 })
  .map((SS) => ({ SS }));
const numbers = fc
  .uniqueArray(fc.constantFrom('1', '2', '0.5', '10'), { minLength: 1 })
  .map((NS) => ({ NS }));
const list = fc.array(value, { maxLength: 4 }).map((L) => ({ L }));
const map = fc
  .dictionary(fc.constantFrom('x', 'y', 'c'), value, { maxKeys: 3 })
  .map((M) => ({ M }));

const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: rare });

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

const path = fc.constantFrom(...PATHS);
const literal = (of: fc.Arbitrary<Json>): fc.Arbitrary<Fragment> =>
  of.map((content) => ({ text: (name) => name(content) }));
const at: fc.Arbitrary<Fragment> = path.map((found) => ({ text: () => found }));
const joined = (
  parts: fc.Arbitrary<Fragment>[],
  join: (...texts: string[]) => string,
): fc.Arbitrary<Fragment> =>
  fc.tuple(...parts).map((fragments) => ({
    text: (name) => join(...fragments.map((fragment) => fragment.text(name))),
  }));

const operand = fc.oneof(
  { weight: 6, arbitrary: at },
  { weight: 1, arbitrary: joined([at], (of) => `size(${of})`) },
);
const test: fc.Arbitrary<Fragment> = fc.oneof(
  joined([at], (of) => `attribute_exists(${of})`),
  joined([at], (of) => `attribute_not_exists(${of})`),
  joined(
    [operand, literal(fc.oneof(scalar, set, fc.constant({ BOOL: true })))],
    (l, r) => `${l} = ${r}`,
  ),
  joined([operand, literal(fc.oneof(scalar, set))], (l, r) => `${l} <> ${r}`),
  ...['<', '<=', '>', '>='].map((operator) =>
    joined([operand, literal(scalar)], (l, r) => `${l} ${operator} ${r}`),
  ),
  joined([literal(scalar), operand], (l, r) => `${l} >= ${r}`),
  joined([operand, literal(scalar), literal(scalar)], (o, l, h) => `${o} BETWEEN ${l} AND ${h}`),
  joined([operand, literal(scalar), literal(scalar)], (o, x, y) => `${o} IN (${x}, ${y})`),
  joined(
    [at, literal(fc.oneof(text('v', 'item#'), blob(), number('1')))],
    (l, r) => `begins_with(${l}, ${r})`,
  ),
  joined(
    [at, literal(fc.oneof(text('v', 'w', '#'), number('1', '2'), blob()))],
    (l, r) => `contains(${l}, ${r})`,
  ),
  joined(
    [at, literal(text('S', 'N', 'L', 'M', 'SS', 'NULL', 'X'))],
    (l, r) => `attribute_type(${l}, ${r})`,
  ),
);
const condition: fc.Arbitrary<Fragment> = fc.letrec<{ any: Fragment }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    test,
    joined([tie('any'), tie('any')], (l, r) => `${l} AND ${r}`),
    joined([tie('any'), tie('any')], (l, r) => `${l} or ${r}`),
    joined([test], (of) => `NOT ${of}`),
    joined([tie('any')], (of) => `NOT (${of})`),
    joined([tie('any')], (of) => `(${of})`),
  ),
})).any;
/** Expressions that are no expressions, or not of these attributes. */
const broken: fc.Arbitrary<Fragment> = fc
  .constantFrom(
    '',
    'a',
    'a =',
    'a == b',
    'a = :undefined',
    '#undefined = b',
    'name = b',
    'size(a)',
    'size(a, b) = b',
    'nope(a)',
    'a = a',
    '((a = b))',
    'attribute_exists(a) = b',
    'a IN ()',
    'a AND',
    'NOT',
    'a = b)',
    'a[b] = a',
    'a. = b',
    'a != b',
    'score = rank',
  )
  .map((content) => ({ text: () => content }));

/** An action of an update, on an attribute or a part of it, of which each is taken once. */
interface Action {
  readonly section: 'SET' | 'REMOVE' | 'ADD' | 'DELETE';
  readonly attribute: string;
  readonly fragment: Fragment;
}

const action = (
  section: Action['section'],
  targets: readonly string[],
  ...[operands, join]: [fc.Arbitrary<Fragment>[], (to: string, ...of: string[]) => string]
): fc.Arbitrary<Action> =>
  fc.tuple(fc.constantFrom(...targets), ...operands).map(([to, ...fragments]) => ({
    section,
    attribute: (to as string).split(/[.[]/)[0]!,
    fragment: {
      text: (name) => join(to as string, ...fragments.map((one) => (one as Fragment).text(name))),
    },
  }));

/** Nothing that the same expression may change in place: dynalite hands out the very object instead of a copy. */
const source = fc
  .constantFrom(...PATHS.filter((of) => !['l', 'm', 's', 'z', 'n', 'k', 'score'].includes(of)))
  .map((of): Fragment => ({ text: () => of }));
const n = fc.constantFrom<Fragment>({ text: () => 'n' }, { text: () => 'k' });
const TARGETS = ['n', 'l', 'm', 's', 'v', '#c', 'm.x', 'm.#c', 'm.y', 'l[0]', 'l[1]', 'l[9]'];
const updateAction: fc.Arbitrary<Action> = fc.oneof(
  action('SET', TARGETS, [literal(value)], (to, of) => `${to} = ${of}`),
  action('SET', TARGETS, [source], (to, of) => `${to} = ${of}`),
  action(
    'SET',
    TARGETS,
    [source, literal(value)],
    (to, of, or) => `${to} = if_not_exists(${of}, ${or})`,
  ),
  action('SET', ['n', 'k', 'm.x'], [n, literal(numeric)], (to, l, r) => `${to} = ${l} + ${r}`),
  action('SET', ['n', 'k', 'l[0]'], [literal(numeric), n], (to, l, r) => `${to} = ${l} - ${r}`),
  action(
    'SET',
    ['n', 'k'],
    [literal(numeric), literal(numeric)],
    (to, or, more) => `${to} = if_not_exists(${to}, ${or}) + ${more}`,
  ),
  action('SET', ['l'], [literal(mostly(list, value))], (to, of) => `${to} = list_append(l, ${of})`),
  action('SET', ['l', 'v'], [literal(list)], (to, of) => `${to} = list_append(${of}, l)`),
  action(
    'SET',
    ['holder'],
    [literal(mostly(text(...HOLDERS), value))],
    (to, of) => `${to} = ${of}`,
  ),
  action('REMOVE', [...PATHS, 'workflow'], [], (of) => of),
  action('ADD', ['n', 'k', 'score'], [literal(mostly(numeric, value))], (to, of) => `${to} ${of}`),
  action('ADD', ['s'], [literal(mostly(strings, value))], (to, of) => `${to} ${of}`),
  action('ADD', ['z'], [literal(mostly(numbers, value))], (to, of) => `${to} ${of}`),
  action('DELETE', ['s'], [literal(mostly(strings, value))], (to, of) => `${to} ${of}`),
  action('DELETE', ['z'], [literal(mostly(numbers, value))], (to, of) => `${to} ${of}`),
);

/** An update expression. */
interface Update extends Fragment {
  readonly onlyRemoves: boolean;
}
const exists: Fragment = { text: () => 'attribute_exists(n)' };

const update: fc.Arbitrary<Update> = fc
  .tuple(
    mostly(
      fc.uniqueArray(updateAction, {
        selector: ({ attribute }) => attribute,
        minLength: 1,
        maxLength: 4,
      }),
      fc.array(updateAction, { minLength: 2, maxLength: 4 }),
    ),
    fc.shuffledSubarray(['SET', 'REMOVE', 'ADD', 'DELETE'], { minLength: 4 }),
  )
  .map(([actions, order]): Update => ({
    onlyRemoves: actions.every(({ section }) => section === 'REMOVE' || section === 'DELETE'),
    text: (name) =>
      order
        .map((section) => [section, actions.filter((one) => one.section === section)] as const)
        .filter(([, of]) => of.length > 0)
        .map(([section, of]) => `${section} ${of.map((one) => one.fragment.text(name)).join(', ')}`)
        .join(' '),
  }));

/** Puts expressions into an input, with the placeholders that they use. */
function withExpressions(
  input: Json,
  fragments: Readonly<Record<string, Fragment | undefined>>,
): Json {
  const values: Json = {};
  const name = (content: Json) => {
    const placeholder = `:v${Object.keys(values).length}`;
    values[placeholder] = content;
    return placeholder;
  };
  const texts = Object.fromEntries(
    Object.entries(fragments).flatMap(([member, fragment]) =>
      fragment === undefined ? [] : [[member, fragment.text(name)]],
    ),
  );
  return {
    ...input,
    ...texts,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(Object.values(texts).some((content) => content.includes('#c')) && {
      ExpressionAttributeNames: { '#c': 'c' },
    }),
  };
}

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
    .map(([keys, others, more]) => ({ ...others, ...(more as Json), ...keys }));
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
