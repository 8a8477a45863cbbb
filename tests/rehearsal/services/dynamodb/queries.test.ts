import type { Json } from '../../../../rehearsal/services/service';
import { Emulation } from './support';

const entry = (workflow: string, name: string, more: Json = {}) => ({
  workflow: { S: workflow },
  entry: { S: name },
  ...more,
});

describe('queries', () => {
  const emulation = new Emulation();
  for (const [id, score] of [
    ['a', '1'],
    ['b', '2'],
    ['c', '10'],
  ]) {
    emulation.put(
      'ledger',
      entry('w', id!, {
        holder: { S: 'me' },
        score: { N: score },
        n: { N: '1' },
        w: { N: '2' },
      }),
    );
  }
  emulation.now += 1_000;
  const query = (input: Json) => ({
    TableName: 'ledger',
    KeyConditionExpression: 'workflow = :w',
    ExpressionAttributeValues: { ':w': { S: 'w' } },
    ConsistentRead: true,
    ...input,
  });
  const index = (IndexName: string, more: Json = {}) => ({
    TableName: 'ledger',
    IndexName,
    KeyConditionExpression: 'holder = :h',
    ExpressionAttributeValues: { ':h': { S: 'me' } },
    ...more,
  });

  it('count without items', () => {
    expect(emulation.send('Query', query({ Select: 'COUNT' }))).toEqual({
      Count: 3,
      ScannedCount: 3,
    });
  });

  it('go on from a key whose item is gone meanwhile', () => {
    const { LastEvaluatedKey } = emulation.send('Query', query({ Limit: 1 }));
    const gone = { ...LastEvaluatedKey, entry: { S: 'aa' } };
    const { Items } = emulation.send('Query', query({ ExclusiveStartKey: gone }));
    expect(Items.map((item: Json) => item.entry.S)).toEqual(['b', 'c']);
  });

  it('show of an index what is projected, and refuse to project more', () => {
    expect(Object.keys(emulation.send('Query', index('keysOnly')).Items[0]).sort()).toEqual([
      'entry',
      'holder',
      'workflow',
    ]);
    expect(Object.keys(emulation.send('Query', index('some')).Items[0]).sort()).toEqual([
      'entry',
      'holder',
      'n',
      'workflow',
    ]);
    expect(
      emulation.refusal('Query', index('some', { ProjectionExpression: 'n, w' })).message,
    ).toBe(
      'One or more parameter values were invalid: Global secondary index some does not project [w]',
    );
    expect(emulation.refusal('Query', index('some', { Select: 'ALL_ATTRIBUTES' })).message).toMatch(
      'Select type ALL_ATTRIBUTES is not supported for global secondary index some',
    );
  });

  it('page through an index with a key of its own', () => {
    const { LastEvaluatedKey } = emulation.send('Query', index('byHolder', { Limit: 2 }));
    expect(LastEvaluatedKey).toEqual({
      ...entry('w', 'b'),
      holder: { S: 'me' },
      score: { N: '2' },
    });
    const { Items } = emulation.send(
      'Query',
      index('byHolder', { ExclusiveStartKey: LastEvaluatedKey }),
    );
    expect(Items.map((item: Json) => item.score.N)).toEqual(['10']);
  });

  it.each<[string, Json, string]>([
    [
      'no key condition',
      { KeyConditionExpression: undefined, ExpressionAttributeValues: undefined },
      'Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.',
    ],
    [
      'no partition key',
      { KeyConditionExpression: 'entry = :w' },
      'Query condition missed key schema element: workflow',
    ],
    [
      'another operator',
      { KeyConditionExpression: 'workflow < :w' },
      'Query key condition not supported',
    ],
    [
      'OR',
      { KeyConditionExpression: 'workflow = :w OR entry = :w' },
      'Invalid operator used in KeyConditionExpression: OR',
    ],
    [
      'two conditions on one key',
      { KeyConditionExpression: 'workflow = :w AND workflow = :w' },
      'KeyConditionExpressions must only contain one condition per key',
    ],
    [
      'a nested attribute',
      { KeyConditionExpression: 'workflow.x = :w' },
      'KeyConditionExpressions cannot have conditions on nested attributes',
    ],
    [
      'another type',
      { ExpressionAttributeValues: { ':w': { N: '1' } } },
      'One or more parameter values were invalid: Condition parameter type does not match schema type',
    ],
    [
      'a filter on a key',
      { FilterExpression: 'entry = :w' },
      'Filter Expression can only contain non-primary key attributes: Primary key attribute: entry',
    ],
    [
      'a start in another partition',
      { ExclusiveStartKey: entry('v', 'a') },
      'The provided starting key is outside query boundaries based on provided conditions',
    ],
    [
      'a start outside the range',
      {
        KeyConditionExpression: 'workflow = :w AND entry < :b',
        ExpressionAttributeValues: { ':w': { S: 'w' }, ':b': { S: 'b' } },
        ExclusiveStartKey: entry('w', 'b'),
      },
      'The provided starting key does not match the range key predicate',
    ],
    [
      'a start without a key',
      { ExclusiveStartKey: { workflow: { S: 'w' } } },
      'The provided starting key is invalid',
    ],
    [
      'a start of another type',
      { ExclusiveStartKey: { workflow: { S: 'w' }, entry: { N: '1' } } },
      'The provided starting key is invalid: The provided key element does not match the schema',
    ],
    [
      'a limit of nothing',
      { Limit: 0 },
      "1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
  ])('refuse %s', (_, input, message) => {
    expect(emulation.refusal('Query', query(input))).toMatchObject({
      code: 'ValidationException',
      message,
    });
  });
});
