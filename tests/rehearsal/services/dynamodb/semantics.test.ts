import { RESERVED_WORDS } from '../../../../rehearsal/services/dynamodb/reserved-words';
import type { Json } from '../../../../rehearsal/services/service';
import { Emulation } from './support';

const KEY = { id: { S: 'x' } };

/** Whether a condition holds for an item with these attributes. */
function holds(condition: string, attributes: Json, values: Json = {}, names: Json = {}): boolean {
  const emulation = new Emulation();
  emulation.put('single', { ...attributes, ...KEY });
  const { Count } = emulation.send('Scan', {
    TableName: 'single',
    ConsistentRead: true,
    FilterExpression: condition,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(Object.keys(names).length > 0 && { ExpressionAttributeNames: names }),
  });
  return Count === 1;
}

/** The attributes of an item after an update, and what the update answered. */
function update(expression: string, attributes: Json, values?: Json, ReturnValues = 'NONE'): Json {
  const emulation = new Emulation();
  emulation.put('single', { ...attributes, ...KEY });
  const { Attributes } = emulation.send('UpdateItem', {
    TableName: 'single',
    Key: KEY,
    UpdateExpression: expression,
    ReturnValues,
    ...(values && { ExpressionAttributeValues: values }),
  });
  const after = emulation.get('single', KEY);
  delete after.id;
  return { after, Attributes };
}

function refusalOfUpdate(expression: string, attributes: Json, values?: Json): string {
  const emulation = new Emulation();
  emulation.put('single', { ...attributes, ...KEY });
  const error = emulation.refusal('UpdateItem', {
    TableName: 'single',
    Key: KEY,
    UpdateExpression: expression,
    ...(values && { ExpressionAttributeValues: values }),
  });
  expect(error.code).toBe('ValidationException');
  return error.message;
}

const list = (...numbers: number[]) => ({ L: numbers.map((number) => ({ N: String(number) })) });

it('knows the reserved words of AWS, and takes each through a placeholder', () => {
  expect(RESERVED_WORDS.size).toBe(573);
  for (const word of RESERVED_WORDS) {
    expect(holds('#a = :v', { [word]: { N: '1' } }, { ':v': { N: '1' } }, { '#a': word })).toBe(
      true,
    );
  }
});

// Everything else that both know is compared in dynamodb-differential.test.ts. What AWS really does is told by
// its documentation, or by tests that others have run against it:
// https://github.com/scylladb/scylladb/tree/master/test/alternator
describe('sides with AWS where dynalite differs', () => {
  it('compares lists and maps by content', () => {
    // "EQ is supported for all data types, including lists and maps":
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Condition.html
    const map = { M: { p: list(1), q: { S: 'x' } } };
    const swapped = { M: { q: { S: 'x' }, p: list(1) } };
    expect(holds('a = :v', { a: map }, { ':v': swapped })).toBe(true);
    expect(holds('a <> :v', { a: map }, { ':v': swapped })).toBe(false);
    expect(holds('a = :v', { a: map }, { ':v': { M: { p: list(1) } } })).toBe(false);
    expect(holds('a = :v', { a: list(1, 2) }, { ':v': list(2, 1) })).toBe(false);
    expect(holds('a = b', { a: list(1, 2), b: list(1, 2) })).toBe(true);
  });

  it('finds an element of any type in a list (test_condition_expression.py)', () => {
    const values = { a: { L: [{ SS: ['x', 'y'] }, list(3)] } };
    expect(holds('contains(a, :v)', values, { ':v': { SS: ['y', 'x'] } })).toBe(true);
    expect(holds('contains(a, :v)', values, { ':v': list(3) })).toBe(true);
    expect(holds('contains(a, :v)', values, { ':v': list(4) })).toBe(false);
  });

  it('takes two missing attributes for unequal and unordered (test_condition_expression.py)', () => {
    expect(holds('a = b', {})).toBe(false);
    expect(holds('a <> b', {})).toBe(true);
    for (const operator of ['<', '<=', '>', '>=']) expect(holds(`a ${operator} b`, {})).toBe(false);
    expect(holds('a BETWEEN b AND c', {})).toBe(false);
  });

  it('has a size and a type for what is empty or false', () => {
    expect(holds('size(a) = :v', { a: { S: '' } }, { ':v': { N: '0' } })).toBe(true);
    expect(holds('attribute_type(a, :v)', { a: { BOOL: false } }, { ':v': { S: 'BOOL' } })).toBe(
      true,
    );
    expect(holds('a IN (:v)', { a: { BOOL: false } }, { ':v': { BOOL: false } })).toBe(true);
  });

  it('counts list indexes before any removal', () => {
    // "REMOVE RelatedItems[1], RelatedItems[2]" takes the second and third element:
    // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
    expect(update('REMOVE a[1], a[2]', { a: list(0, 1, 2, 3) }).after.a).toEqual(list(0, 3));
    const values = { ':v': { N: '9' } };
    expect(update('REMOVE a[1] SET a[3] = :v', { a: list(2, 3, 4, 5) }, values).after.a).toEqual(
      list(2, 4, 9),
    );
    expect(update('REMOVE a[7]', { a: list(1) }).after.a).toEqual(list(1));
  });

  it('appends elements beyond the end in the order of their indexes (same page)', () => {
    const values = { ':x': { N: '8' }, ':y': { N: '9' } };
    expect(update('SET a[84] = :y, a[37] = :x', { a: list(1) }, values).after.a).toEqual(
      list(1, 8, 9),
    );
    expect(update('SET a[4294967297] = :y, a[5] = :x', { a: list(1) }, values).after.a).toEqual(
      list(1, 8, 9),
    );
  });

  it('reads every operand from the item as it was', () => {
    const values = { ':s': { SS: ['w'] } };
    const before = { a: { SS: ['v'] }, m: { M: { x: { N: '1' } } } };
    const { after } = update('SET b = a, c = m, m.x = a ADD a :s', before, values);
    expect(after).toEqual({
      a: { SS: ['v', 'w'] },
      b: { SS: ['v'] },
      c: { M: { x: { N: '1' } } },
      m: { M: { x: { SS: ['v'] } } },
    });
  });

  it('copies what it reads, so that copies live on by themselves', () => {
    const emulation = new Emulation();
    const values = { ':m': { M: { x: { N: '1' } } } };
    const change = (UpdateExpression: string, more: Json = {}) =>
      emulation.send('UpdateItem', { TableName: 'single', Key: KEY, UpdateExpression, ...more });
    change('SET a = :m, b = :m', { ExpressionAttributeValues: values });
    change('SET c = a, d = a');
    change('REMOVE a.x, c.x');
    const full = { M: { x: { N: '1' } } };
    const empty = { M: {} };
    expect(emulation.get('single', KEY)).toEqual({ ...KEY, a: empty, b: full, c: empty, d: full });
  });

  it('does not create an item to take something away from it (test_returnvalues.py)', () => {
    for (const expression of ['REMOVE a', 'REMOVE a.b', 'DELETE a :s']) {
      const emulation = new Emulation();
      const answer = emulation.send('UpdateItem', {
        TableName: 'single',
        Key: KEY,
        UpdateExpression: expression,
        ReturnValues: 'ALL_NEW',
        ...(expression.includes(':s') && { ExpressionAttributeValues: { ':s': { SS: ['x'] } } }),
      });
      expect(answer).toEqual({});
      expect(emulation.get('single', KEY)).toBeUndefined();
    }
  });

  it('returns no attributes where no updated one is there (test_returnvalues.py)', () => {
    const answer = (expression: string, values: Json, wanted: string) =>
      update(expression, { a: { M: { c: list(1, 3, 3, 70) } } }, values, wanted).Attributes;
    const values = { ':v': { N: '8' } };
    expect(answer('SET b = :v', values, 'UPDATED_OLD')).toBeUndefined();
    expect(answer('REMOVE a', undefined, 'UPDATED_NEW')).toBeUndefined();
    expect(answer('SET a.c[100] = :v', values, 'UPDATED_NEW')).toBeUndefined();
    expect(answer('REMOVE a.c[1], a.c[7]', undefined, 'UPDATED_OLD')).toEqual({
      a: { M: { c: list(3) } },
    });
    expect(answer('REMOVE a.c[2]', undefined, 'UPDATED_NEW')).toEqual({
      a: { M: { c: list(70) } },
    });
  });

  it('reads numbers with a plus sign or without a whole part (test_number.py)', () => {
    for (const N of ['+7', '7.', '0007', '70e-1', '.7E+1']) {
      expect(update('SET a = :v', {}, { ':v': { N } }).after.a).toEqual({ N: '7' });
    }
    for (const N of ['', ' 1', '1 ', 'NaN', 'Infinity', '0x1', '1e', '.', '1_0']) {
      expect(refusalOfUpdate('SET a = :v', {}, { ':v': { N } })).toMatch(
        'cannot be converted to a numeric value',
      );
    }
  });

  it('refuses a sum of more than 38 digits as an overflow (test_number.py)', () => {
    const overflow =
      'Number overflow. Attempting to store a number with magnitude larger than supported range';
    for (const [a, b] of [
      ['1e50', '1'],
      ['9e125', '9e125'],
    ]) {
      expect(refusalOfUpdate('SET a = :a + :b', {}, { ':a': { N: a }, ':b': { N: b } })).toBe(
        overflow,
      );
      expect(refusalOfUpdate('ADD a :b', { a: { N: a } }, { ':b': { N: b } })).toBe(overflow);
    }
  });
});

it('tells numbers of 38 digits apart by their last digit', () => {
  const digits = '1234567890123456789012345678901234567';
  const attributes = { a: { N: `${digits}1` } };
  expect(holds('a < :v', attributes, { ':v': { N: `${digits}2` } })).toBe(true);
  expect(holds('a = :v', attributes, { ':v': { N: `${digits}2` } })).toBe(false);
  expect(update('ADD a :v', attributes, { ':v': { N: '1' } }).after.a).toEqual({ N: `${digits}2` });
});

it('treats names such as toString as data, and refuses the one that objects cannot hold', () => {
  expect(holds('attribute_exists(toString)', {})).toBe(false);
  expect(holds('attribute_exists(a.toString)', { a: { M: {} } })).toBe(false);
  const { after } = update('SET toString = :v', {}, { ':v': { N: '1' } });
  expect(after).toEqual({ toString: { N: '1' } });
  const Item = JSON.parse('{"id":{"S":"x"},"__proto__":{"S":"y"}}');
  const refusal = new Emulation().refusal('PutItem', { TableName: 'single', Item });
  expect(refusal.code).toBe('NotImplemented');
});
