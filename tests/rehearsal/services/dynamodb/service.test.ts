import { dynamodb } from '../../../../rehearsal/services/dynamodb';
import type { Json } from '../../../../rehearsal/services/service';
import { Emulation, NOON, scopeOf, TABLES } from './support';

const KEY = { id: { S: 'x' } };
const ARN = 'arn:aws:dynamodb:eu-central-1:123456789012:table';
const entry = (workflow: string, name: string, more: Json = {}) => ({
  workflow: { S: workflow },
  entry: { S: name },
  ...more,
});

describe('the estate', () => {
  const items = [
    entry('b', 'z', { n: { N: '01.50' } }),
    entry('a', 'y', { s: { SS: ['q', 'p'] } }),
  ];
  const estate = { dynamodb: { tables: [{ TableName: 'ledger', Items: items }] } };

  it('gives the tables their items, and gets them back in order of their keys', () => {
    const emulation = new Emulation(scopeOf(TABLES, estate));
    expect(emulation.get('ledger', entry('b', 'z'))).toEqual(entry('b', 'z', { n: { N: '1.5' } }));
    emulation.put('ledger', entry('a', 'x'));
    emulation.send('DeleteItem', { TableName: 'ledger', Key: entry('b', 'z') });
    emulation.put('blobs', { id: { S: 'x' }, part: { B: new Uint8Array([255]) } });
    const { tables } = (dynamodb.toEstate(emulation.state, NOON, emulation.scope) as Json).dynamodb;
    expect(tables).toEqual([
      { TableName: 'blobs', Items: [{ id: { S: 'x' }, part: { B: '/w==' } }] },
      { TableName: 'ledger', Items: [entry('a', 'x'), entry('a', 'y', { s: { SS: ['p', 'q'] } })] },
      { TableName: 'numbers', Items: [] },
      { TableName: 'single', Items: [] },
    ]);
    const again = new Emulation(scopeOf(TABLES, { dynamodb: { tables } }));
    expect(dynamodb.toEstate(again.state, NOON, again.scope)).toEqual({ dynamodb: { tables } });
  });

  it.each<[string, Json, string]>([
    [
      'a table that is not deployed',
      [{ TableName: 'legder', Items: [] }],
      'dynamodb.tables[0].TableName is "legder", which is not deployed; did you mean "ledger"?; deployed: blobs, ledger, numbers, single',
    ],
    [
      'an item without its key',
      [{ TableName: 'single', Items: [{ id: { S: 'x' } }, {}] }],
      'dynamodb.tables[0].Items[1] cannot be stored: One or more parameter values were invalid: Missing the key id in the item',
    ],
    [
      'a key that is there twice',
      [{ TableName: 'single', Items: [KEY, KEY] }],
      'dynamodb.tables[0].Items[1] has the key ["x"], as has another item',
    ],
  ])('is refused with the place of %s', (_, tables, message) => {
    expect(() => new Emulation(scopeOf(TABLES, { dynamodb: { tables } }))).toThrow(message);
  });

  it('is plain JSON while it is emulated, and takes nothing in that a caller may change later', () => {
    const emulation = new Emulation();
    const l = { L: [{ N: '1' }] };
    emulation.put('single', { ...KEY, l });
    l.L.push({ N: '2' });
    emulation.get('single', KEY).l.L.push({ N: '3' });
    expect(emulation.get('single', KEY).l.L).toEqual([{ N: '1' }]);
    expect(JSON.parse(JSON.stringify(emulation.state))).toEqual(emulation.state);
  });
});

it.each<[string, Json, string]>([
  [
    'local indexes',
    { localSecondaryIndexes: [{ name: 'i' }] },
    'localSecondaryIndexes is not emulated',
  ],
  ['replicas', { replicas: [{ regionName: 'us-east-1' }] }, 'replicas is not emulated'],
  [
    'a key without a type',
    { rangeKey: 'other' },
    '"attributes" gives no type S, N or B for the key "other"',
  ],
  [
    'keys of several attributes',
    {
      globalSecondaryIndexes: [
        {
          name: 'i',
          projectionType: 'ALL',
          keySchemas: [
            { keyType: 'HASH', attributeName: 'id' },
            { keyType: 'HASH', attributeName: 'id2' },
          ],
        },
      ],
    },
    'keys of several attributes are not emulated',
  ],
])('refuses a table with %s', (_, more, message) => {
  const table = { attributes: [{ name: 'id', type: 'S' }], hashKey: 'id', ...more };
  expect(() => new Emulation(scopeOf({ table }))).toThrow(message);
});

describe('permissions', () => {
  const authorize = (operation: string, input: Json) => {
    const { state, scope } = new Emulation();
    return dynamodb.operations[operation]!.authorize(input, state, scope);
  };
  const Key = entry('a', 'x');
  const leading = { 'dynamodb:leadingkeys': ['a'] };

  it.each<[string, Json, Json]>([
    ['GetItem', { Key }, leading],
    ['UpdateItem', { Key }, leading],
    ['DeleteItem', { Key }, leading],
    ['PutItem', { Item: entry('a', 'x', { n: { N: '1' } }) }, leading],
    ['DescribeTable', {}, {}],
    ['Scan', {}, {}],
    [
      'Query',
      { KeyConditionExpression: 'workflow = :w', ExpressionAttributeValues: { ':w': { S: 'a' } } },
      leading,
    ],
    ['Query', { KeyConditionExpression: 'nonsense' }, {}],
    ['GetItem', {}, {}],
  ])(
    '%s needs its own action on the table, with the partition keys it touches',
    (operation, input, context) => {
      expect(authorize(operation, { TableName: 'ledger', ...input })).toEqual([
        { action: `dynamodb:${operation}`, resource: `${ARN}/ledger`, context },
      ]);
    },
  );

  it('a query or scan of an index needs the index', () => {
    const input = {
      TableName: 'ledger',
      IndexName: 'byHolder',
      KeyConditionExpression: 'holder = :h',
      ExpressionAttributeValues: { ':h': { S: 'me' } },
    };
    expect(authorize('Query', input)).toEqual([
      {
        action: 'dynamodb:Query',
        resource: `${ARN}/ledger/index/byHolder`,
        context: { 'dynamodb:leadingkeys': ['me'] },
      },
    ]);
    expect(authorize('Scan', { TableName: 'ledger', IndexName: 'byHolder' })[0]?.resource).toBe(
      `${ARN}/ledger/index/byHolder`,
    );
  });

  it('a batch needs every table, known or not, and an ARN names the same table', () => {
    const RequestItems = { ledger: { Keys: [Key, entry('b', 'x')] }, nowhere: { Keys: [KEY] } };
    expect(authorize('BatchGetItem', { RequestItems })).toEqual([
      {
        action: 'dynamodb:BatchGetItem',
        resource: `${ARN}/ledger`,
        context: { 'dynamodb:leadingkeys': ['a', 'b'] },
      },
      { action: 'dynamodb:BatchGetItem', resource: `${ARN}/nowhere`, context: {} },
    ]);
    expect(authorize('GetItem', { TableName: `${ARN}/ledger`, Key })[0]?.resource).toBe(
      `${ARN}/ledger`,
    );
  });

  it('a transaction needs the action of each of its parts and none of its own', () => {
    const actions = authorize('TransactWriteItems', {
      TransactItems: [
        { Put: { TableName: 'single', Item: KEY } },
        { Update: { TableName: 'ledger', Key } },
        { Delete: { TableName: 'ledger', Key } },
        { ConditionCheck: { TableName: 'ledger', Key } },
      ],
    });
    expect(actions.map(({ action, resource }) => [action, resource])).toEqual([
      ['dynamodb:PutItem', `${ARN}/single`],
      ['dynamodb:UpdateItem', `${ARN}/ledger`],
      ['dynamodb:DeleteItem', `${ARN}/ledger`],
      ['dynamodb:ConditionCheckItem', `${ARN}/ledger`],
    ]);
    expect(actions[1]?.context).toEqual({
      'dynamodb:enclosingoperation': 'TransactWriteItems',
      ...leading,
    });
  });
});

describe('time', () => {
  it('lets reads lag by a second unless they are consistent', () => {
    const emulation = new Emulation();
    const read = (ConsistentRead: boolean) => [
      emulation.send('GetItem', { TableName: 'single', Key: KEY, ConsistentRead }).Item?.v?.N,
      emulation.send('Scan', { TableName: 'single', ConsistentRead }).Items[0]?.v?.N,
    ];
    emulation.put('single', { ...KEY, v: { N: '1' } });
    expect(read(true)).toEqual(['1', '1']);
    expect(read(false)).toEqual([undefined, undefined]);
    emulation.now += 600;
    emulation.put('single', { ...KEY, v: { N: '2' } });
    emulation.now += 400;
    expect(read(false)).toEqual(['1', '1']);
    expect(read(true)).toEqual(['2', '2']);
    emulation.send('DeleteItem', { TableName: 'single', Key: KEY });
    emulation.now += 600;
    expect(read(false)).toEqual(['2', '2']);
    emulation.now += 400;
    expect(read(false)).toEqual([undefined, undefined]);
    emulation.put('single', { ...KEY, v: { N: '3' } });
    emulation.now += 5_000;
    emulation.put('single', { ...KEY, v: { N: '4' } });
    expect(read(false)).toEqual(['3', '3']);
    expect(emulation.used).toContain('eventual-reads');
  });

  it('lets every read of an index lag, and refuses a consistent one', () => {
    const emulation = new Emulation();
    const input = {
      TableName: 'ledger',
      IndexName: 'byHolder',
      KeyConditionExpression: 'holder = :h',
      ExpressionAttributeValues: { ':h': { S: 'me' } },
    };
    emulation.put('ledger', entry('a', 'x', { holder: { S: 'me' }, score: { N: '1' } }));
    expect(emulation.send('Query', input).Count).toBe(0);
    emulation.now += 1_000;
    expect(emulation.send('Query', input).Count).toBe(1);
    expect(emulation.refusal('Query', { ...input, ConsistentRead: true }).message).toBe(
      'Consistent reads are not supported on global secondary indexes',
    );
  });

  it('keeps an expired item for two more days, and one without a number or long expired for good', () => {
    const emulation = new Emulation();
    const seconds = NOON / 1_000;
    emulation.put('single', { id: { S: 'soon' }, expires: { N: String(seconds + 60) } });
    emulation.put('single', { id: { S: 'text' }, expires: { S: String(seconds) } });
    emulation.put('single', {
      id: { S: 'old' },
      expires: { N: String(seconds - 6 * 365 * 86_400) },
    });
    const names = () =>
      emulation
        .send('Scan', { TableName: 'single', ConsistentRead: true })
        .Items.map((item: Json) => item.id.S)
        .sort();
    emulation.now += 60_000 + 2 * 86_400_000 - 1;
    expect(names()).toEqual(['old', 'soon', 'text']);
    emulation.now += 1;
    expect(names()).toEqual(['old', 'text']);
    const put = {
      TableName: 'single',
      Item: { id: { S: 'soon' } },
      ConditionExpression: 'attribute_not_exists(id)',
      ReturnValues: 'ALL_OLD',
    };
    expect(emulation.send('PutItem', put)).toEqual({});
  });
});
