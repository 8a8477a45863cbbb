import type { Json } from '../../../../rehearsal/services/service';
import { Emulation, TABLES } from './support';

const KEY = { id: { S: 'x' } };
const ARN = 'arn:aws:dynamodb:eu-central-1:123456789012:table';
const entry = (workflow: string, name: string, more: Json = {}) => ({
  workflow: { S: workflow },
  entry: { S: name },
  ...more,
});

describe('limits', () => {
  // The name of the key, its value and the name of the attribute take 4 bytes; a letter beyond ASCII takes two.
  const value = (bytes: number) => ({ S: `ö${'x'.repeat(bytes - 6)}` });
  const refusal = (operation: string, input: Json) =>
    new Emulation().refusal(operation, { TableName: 'single', ...input }).message;

  it('takes an item of exactly 400 KB and none larger', () => {
    const emulation = new Emulation();
    emulation.put('single', { ...KEY, v: value(409_600) });
    expect(refusal('PutItem', { Item: { ...KEY, v: value(409_601) } })).toBe(
      'Item size has exceeded the maximum allowed size',
    );
    expect(
      refusal('UpdateItem', {
        Key: KEY,
        UpdateExpression: 'SET v = :v',
        ExpressionAttributeValues: { ':v': value(409_601) },
      }),
    ).toBe('Item size to update has exceeded the maximum allowed size');
  });

  it('ends a page at the item that reaches 1 MB, before any filter', () => {
    const emulation = new Emulation();
    for (const id of ['a', 'b', 'c', 'd'])
      emulation.put('single', { id: { S: id }, v: value(360_000) });
    const page = emulation.send('Scan', {
      TableName: 'single',
      ConsistentRead: true,
      FilterExpression: 'attribute_exists(w)',
    });
    expect(page).toMatchObject({
      Count: 0,
      ScannedCount: 3,
      LastEvaluatedKey: { id: { S: expect.any(String) } },
    });
    const { ScannedCount, LastEvaluatedKey } = emulation.send('Scan', {
      TableName: 'single',
      ConsistentRead: true,
      ExclusiveStartKey: page.LastEvaluatedKey,
    });
    expect([ScannedCount, LastEvaluatedKey]).toEqual([1, undefined]);
  });

  it.each<[string, Json, string]>([
    [
      'an empty key',
      { id: { S: '' } },
      'One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: id',
    ],
    [
      'a key that is too long',
      { id: { S: 'x'.repeat(2049) } },
      'One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes',
    ],
    [
      'a key of another type',
      { id: { N: '1' } },
      'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N',
    ],
    [
      'a null that is false',
      { ...KEY, v: { NULL: false } },
      'One or more parameter values were invalid: Null attribute value types must have the value of true',
    ],
    [
      'an empty set',
      { ...KEY, v: { SS: [] } },
      'One or more parameter values were invalid: An string set  may not be empty',
    ],
    [
      'a set with a number twice',
      { ...KEY, v: { NS: ['1', '1.0'] } },
      'Input collection contains duplicates',
    ],
    [
      '39 digits',
      { ...KEY, v: { N: '1'.repeat(39) } },
      'Attempting to store more than 38 significant digits in a Number',
    ],
    [
      'two types',
      { ...KEY, v: { N: '1', S: '1' } },
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    ],
  ])('refuses to put %s', (_, Item, message) => {
    expect(refusal('PutItem', { Item })).toBe(message);
  });

  it('refuses a sort key of more than 1024 bytes, not letters', () => {
    const emulation = new Emulation();
    const message = 'Aggregated size of all range keys has exceeded the size limit of 1024 bytes';
    const blob = (bytes: number) => ({ id: { S: 'x' }, part: { B: new Uint8Array(bytes) } });
    emulation.put('blobs', blob(1024));
    emulation.put('ledger', entry('a', 'ö'.repeat(512)));
    expect(() => emulation.put('blobs', blob(1025))).toThrow(message);
    expect(() => emulation.put('ledger', entry('a', 'ö'.repeat(513)))).toThrow(message);
  });

  it.each([[{}], [{ id: { N: '1' } }], [{ ...KEY, more: { S: 'x' } }], [{ other: { S: 'x' } }]])(
    'refuses the key %j',
    (Key) => {
      expect(refusal('GetItem', { Key })).toBe(
        'The provided key element does not match the schema',
      );
    },
  );

  it('takes 32 levels and no more', () => {
    const nested = (levels: number): Json =>
      levels === 0 ? { N: '1' } : { L: [nested(levels - 1)] };
    new Emulation().put('single', { ...KEY, v: nested(32) });
    expect(refusal('PutItem', { Item: { ...KEY, v: nested(33) } })).toBe(
      'Nesting Levels have exceeded supported limits',
    );
  });

  it('refuses an empty or mistyped key of an index, in a request before any condition', () => {
    const emulation = new Emulation();
    const update = {
      TableName: 'ledger',
      Key: entry('a', 'x'),
      UpdateExpression: 'SET holder = :h',
      ConditionExpression: 'attribute_exists(n)',
    };
    const message = (h: Json) =>
      emulation.refusal('UpdateItem', { ...update, ExpressionAttributeValues: { ':h': h } })
        .message;
    expect(message({ N: '1' })).toBe(
      'One or more parameter values were invalid: Type mismatch for Index Key holder Expected: S Actual: N IndexName: byHolder',
    );
    expect(message({ S: '' })).toMatch(
      'The AttributeValue for a key attribute cannot contain an empty string value. IndexName: byHolder, IndexKey: holder',
    );
    expect(message({ S: 'me' })).toBe('The conditional request failed');
    emulation.put('ledger', entry('a', 'x', { n: { N: '1' } }));
    const copy = { TableName: 'ledger', Key: entry('a', 'x'), UpdateExpression: 'SET holder = n' };
    expect(emulation.refusal('UpdateItem', copy).message).toMatch(
      'Type mismatch for Index Key holder Expected: S Actual: N',
    );
  });
});

describe('answers', () => {
  it('a failed condition with the item only where it is asked for and there', () => {
    const emulation = new Emulation();
    const put = { TableName: 'single', Item: KEY, ConditionExpression: 'attribute_not_exists(id)' };
    emulation.put('single', { ...KEY, v: { B: new Uint8Array([1]) } });
    expect(emulation.refusal('PutItem', put)).toMatchObject({
      code: 'ConditionalCheckFailedException',
      message: 'The conditional request failed',
      status: 400,
    });
    expect(emulation.refusal('PutItem', put).members).toEqual({});
    const asked = { ...put, ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };
    expect(emulation.refusal('PutItem', asked).members).toEqual({
      Item: { ...KEY, v: { B: new Uint8Array([1]) } },
    });
    const missing = {
      ...asked,
      Item: { id: { S: 'y' } },
      ConditionExpression: 'attribute_exists(id)',
    };
    expect(emulation.refusal('PutItem', missing).members).toEqual({});
  });

  it('binary as bytes, which it takes as base64 too', () => {
    const emulation = new Emulation();
    emulation.put('blobs', {
      id: { S: 'x' },
      part: { B: '/w==' },
      v: { BS: [new Uint8Array([1]), 'Ag=='] },
    });
    const item = emulation.get('blobs', { id: { S: 'x' }, part: { B: new Uint8Array([255]) } });
    expect(item).toEqual({
      id: { S: 'x' },
      part: { B: new Uint8Array([255]) },
      v: { BS: [new Uint8Array([1]), new Uint8Array([2])] },
    });
  });

  it('a table that is not there as not found, by name and by ARN', () => {
    const emulation = new Emulation();
    emulation.put('single', KEY);
    const found = emulation.send('GetItem', {
      TableName: `${ARN}/single`,
      Key: KEY,
      ConsistentRead: true,
    });
    expect(found.Item).toEqual(KEY);
    for (const TableName of [
      'other',
      'toString',
      `${ARN.replace('123456789012', '999999999999')}/single`,
    ]) {
      expect(emulation.refusal('GetItem', { TableName, Key: KEY })).toMatchObject({
        code: 'ResourceNotFoundException',
        message: 'Requested resource not found',
      });
    }
  });

  it('what a table is', () => {
    const emulation = new Emulation();
    emulation.put('ledger', entry('a', 'x', { holder: { S: 'me' } }));
    expect(emulation.send('DescribeTable', { TableName: 'ledger' }).Table).toMatchObject({
      TableName: 'ledger',
      TableArn: `${ARN}/ledger`,
      TableStatus: 'ACTIVE',
      ItemCount: 1,
      TableSizeBytes: 23,
      KeySchema: [
        { AttributeName: 'workflow', KeyType: 'HASH' },
        { AttributeName: 'entry', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: TABLES.ledger.attributes.map(({ name, type }: Json) => ({
        AttributeName: name,
        AttributeType: type,
      })),
      BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
      GlobalSecondaryIndexes: [
        { IndexName: 'byHolder', ItemCount: 0, Projection: { ProjectionType: 'ALL' } },
        { IndexName: 'keysOnly', ItemCount: 1, Projection: { ProjectionType: 'KEYS_ONLY' } },
        {
          IndexName: 'some',
          ItemCount: 1,
          Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: ['n'] },
        },
      ],
    });
  });

  it('a batch in an order that is not that of the request', () => {
    const emulation = new Emulation();
    const keys = ['a', 'b', 'c'].map((id) => ({ id: { S: id } }));
    keys.forEach((key) => emulation.put('single', key));
    const ask = (Keys: Json) =>
      emulation.send('BatchGetItem', { RequestItems: { single: { Keys, ConsistentRead: true } } });
    expect(ask(keys).Responses.single).toEqual([...keys].reverse());
    expect(ask(keys).UnprocessedKeys).toEqual({});
    expect(() => ask([keys[0], keys[0]])).toThrow('Provided list of item keys contains duplicates');
    expect(() => ask(Array.from({ length: 101 }, (_, id) => ({ id: { S: String(id) } })))).toThrow(
      'Member must have length less than or equal to 100',
    );
  });
});

it.each<[string, Json, string]>([
  ['PutItem', { Item: KEY, Expected: {} }, 'DynamoDB: Expected of PutItem is not emulated.'],
  [
    'UpdateItem',
    { Key: KEY, AttributeUpdates: {} },
    'DynamoDB: AttributeUpdates of UpdateItem is not emulated.',
  ],
  [
    'GetItem',
    { Key: KEY, AttributesToGet: ['a'] },
    'DynamoDB: AttributesToGet of GetItem is not emulated.',
  ],
  ['Query', { KeyConditions: {} }, 'DynamoDB: KeyConditions of Query is not emulated.'],
  ['Scan', { ScanFilter: {} }, 'DynamoDB: ScanFilter of Scan is not emulated.'],
  ['Scan', { Segment: 0, TotalSegments: 2 }, 'DynamoDB: Segment of Scan is not emulated.'],
  [
    'Scan',
    { Select: 'SPECIFIC_ATTRIBUTES' },
    'DynamoDB: Select SPECIFIC_ATTRIBUTES with this ProjectionExpression and IndexName is not emulated.',
  ],
  [
    'PutItem',
    { Item: KEY, ReturnConsumedCapacity: 'TOTAL' },
    'DynamoDB: ReturnConsumedCapacity of PutItem is not emulated.',
  ],
])('refuses loudly what it does not do: %s %j', (operation, input, message) => {
  const refusal = new Emulation().refusal(operation, { TableName: 'single', ...input });
  expect(refusal).toMatchObject({ code: 'NotImplemented', status: 501, message });
});
