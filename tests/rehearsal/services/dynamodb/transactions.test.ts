import type { Json } from '../../../../rehearsal/services/service';
import { Emulation } from './support';

const key = (id: string) => ({ id: { S: id } });
const put = (id: string, more: Json = {}) => ({
  Put: { TableName: 'single', Item: key(id), ...more },
});
const increment = (id: string, more: Json = {}) => ({
  Update: {
    TableName: 'single',
    Key: key(id),
    UpdateExpression: 'SET n = n + :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
    ...more,
  },
});
const check = (id: string, ConditionExpression: string) => ({
  ConditionCheck: { TableName: 'single', Key: key(id), ConditionExpression },
});

let emulation: Emulation;
beforeEach(() => {
  emulation = new Emulation();
  emulation.put('single', { ...key('x'), n: { N: '1' } });
});

const transact = (...TransactItems: Json[]) =>
  emulation.send('TransactWriteItems', { TransactItems });
const refusal = (...TransactItems: Json[]) =>
  emulation.refusal('TransactWriteItems', { TransactItems });

it('makes all writes of a transaction at once', () => {
  emulation.put('single', key('z'));
  const remove = { Delete: { TableName: 'single', Key: key('z') } };
  expect(
    transact(put('y'), increment('x'), remove, check('w', 'attribute_not_exists(id)')),
  ).toEqual({});
  expect(emulation.get('single', key('x')).n).toEqual({ N: '2' });
  expect(emulation.get('single', key('y'))).toEqual(key('y'));
  expect(emulation.get('single', key('z'))).toBeUndefined();
  expect(emulation.get('single', key('w'))).toBeUndefined();
});

it('makes none where a condition fails, and tells of every failed one', () => {
  const error = refusal(
    put('y'),
    check('x', 'attribute_not_exists(id)'),
    increment('x2', { ConditionExpression: 'attribute_exists(id)' }),
    put('v'),
  );
  const failed = { Code: 'ConditionalCheckFailed', Message: 'The conditional request failed' };
  expect(error).toMatchObject({
    code: 'TransactionCanceledException',
    message:
      'Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed, None]',
    members: { CancellationReasons: [{ Code: 'None' }, failed, failed, { Code: 'None' }] },
  });
  expect(emulation.get('single', key('y'))).toBeUndefined();
});

it('returns the item of a failed condition where it is asked for', () => {
  const asked = {
    ConditionExpression: 'n = :two',
    ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    ExpressionAttributeValues: { ':two': { N: '2' }, ':one': { N: '1' } },
  };
  const [reason] = (refusal(increment('x', asked)).members as Json).CancellationReasons;
  expect(reason.Item).toEqual({ ...key('x'), n: { N: '1' } });
});

it('tells of the first write that does not fit its table, before any condition', () => {
  const wrong = { Put: { TableName: 'single', Item: { id: { N: '7' } } } };
  const { members } = refusal(check('x', 'attribute_not_exists(id)'), wrong, wrong);
  expect((members as Json).CancellationReasons).toEqual([
    { Code: 'None' },
    {
      Code: 'ValidationError',
      Message:
        'One or more parameter values were invalid: Type mismatch for key id expected: S actual: N',
    },
    { Code: 'None' },
  ]);
});

it('tells of an update that does not fit its item', () => {
  const { members } = refusal(increment('nothing'));
  expect((members as Json).CancellationReasons).toEqual([
    {
      Code: 'ValidationError',
      Message: 'The provided expression refers to an attribute that does not exist in the item',
    },
  ]);
});

it.each<[string, () => Json[], string]>([
  [
    'of no write',
    () => [],
    'failed to satisfy constraint: Member must have length greater than or equal to 1',
  ],
  [
    'of 101 writes',
    () => Array.from({ length: 101 }, (_, id) => put(String(id))),
    'Member must have length less than or equal to 100',
  ],
  [
    'of two writes to one item',
    () => [put('y'), check('y', 'attribute_not_exists(id)')],
    'Transaction request cannot include multiple operations on one item',
  ],
  [
    'of more than 4 MB',
    () =>
      Array.from({ length: 11 }, (_, id) => ({
        Put: { TableName: 'single', Item: { ...key(String(id)), v: { S: 'x'.repeat(400_000) } } },
      })),
    'Transaction payload size cannot exceed 4194304 bytes',
  ],
  [
    'with an action of two kinds',
    () => [{ ...put('y'), ...check('z', 'attribute_exists(id)') }],
    'TransactItems can only contain one of Check, Put, Update or Delete',
  ],
  [
    'with a check of nothing',
    () => [{ ConditionCheck: { TableName: 'single', Key: key('x') } }],
    "Value null at 'conditionExpression' failed to satisfy constraint: Member must not be null",
  ],
  [
    'with a syntax error',
    () => [put('y', { ConditionExpression: 'hello' })],
    'Invalid ConditionExpression: Syntax error; token: "<EOF>", near: "hello"',
  ],
  [
    'with an unused name',
    () => [
      put('y', {
        ConditionExpression: 'attribute_exists(id)',
        ExpressionAttributeNames: { '#x': 'x' },
      }),
    ],
    'Value provided in ExpressionAttributeNames unused in expressions: keys: {#x}',
  ],
])('refuses a transaction %s as a whole', (_, items, message) => {
  const error = refusal(...items());
  expect(error.code).toBe('ValidationException');
  expect(error.message).toContain(message);
});

it('refuses a transaction with an unknown table as a whole', () => {
  expect(refusal(put('y'), { Put: { TableName: 'other', Item: key('x') } }).code).toBe(
    'ResourceNotFoundException',
  );
});

describe('a client token', () => {
  const send = (id: string, ClientRequestToken = 'token') =>
    emulation.send('TransactWriteItems', { TransactItems: [increment(id)], ClientRequestToken });
  const count = () => emulation.get('single', key('x')).n.N;

  it('makes a repetition succeed without effect for ten minutes', () => {
    send('x');
    emulation.now += 600_000;
    expect(send('x')).toEqual({});
    expect(count()).toBe('2');
    emulation.now += 1;
    send('x');
    expect(count()).toBe('3');
    send('x', 'other');
    expect(count()).toBe('4');
  });

  it('is refused for another transaction, and kept only by one that succeeded', () => {
    expect(() => send('nothing')).toThrow('Transaction cancelled');
    send('x');
    expect(() => send('y')).toThrow('parameters of this request do not match');
    expect(() => send('x', 't'.repeat(37))).toThrow(
      'Member must have length less than or equal to 36',
    );
  });
});
