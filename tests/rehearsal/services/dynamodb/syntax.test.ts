import type { Json } from '../../../../rehearsal/services/service';
import { Emulation } from './support';

const KEY = { id: { S: 'x' } };

describe('refuses with the words of AWS', () => {
  const VALUES = { ':n': { N: '1' }, ':s': { S: 's' }, ':l': { L: [] }, ':m': { N: '0' } };
  const refusalOf = (member: string, expression: string): string => {
    const used = Object.entries(VALUES).filter(([name]) => expression.includes(name));
    const error = new Emulation().refusal(
      member === 'ConditionExpression' ? 'DeleteItem' : 'UpdateItem',
      {
        TableName: 'single',
        Key: KEY,
        [member]: expression,
        ...(used.length > 0 && { ExpressionAttributeValues: Object.fromEntries(used) }),
      },
    );
    expect(error.code).toBe('ValidationException');
    return error.message.replace(`Invalid ${member}: `, '');
  };

  it.each([
    ['', 'The expression can not be empty;'],
    ['a', 'Syntax error; token: "<EOF>", near: "a"'],
    ['a != :n', 'Syntax error; token: "!", near: "a !"'],
    ['a = = :n', 'Syntax error; token: "=", near: "= = :n"'],
    ['_a = :n', 'Syntax error; token: "_", near: "_"'],
    ['a[:n] = :n', 'Syntax error; token: ":n", near: "[:n]"'],
    ['a IN ()', 'Syntax error; token: ")", near: "()"'],
    ['a = :n b', 'Syntax error; token: "b", near: ":n b"'],
    ['(a = :n) = :s', 'Syntax error; token: "=", near: ") = :s"'],
    ['((a = :n))', 'The expression has redundant parentheses;'],
    ['name = :n', 'Attribute name is a reserved keyword; reserved keyword: name'],
    ['a.Status = :n', 'Attribute name is a reserved keyword; reserved keyword: Status'],
    [
      '#a = :n',
      'An expression attribute name used in the document path is not defined; attribute name: #a',
    ],
    [
      'a = :x',
      'An expression attribute value used in expression is not defined; attribute value: :x',
    ],
    ['dog(a)', 'Invalid function name; function: dog'],
    ['SIZE(a) = :n', 'Invalid function name; function: SIZE'],
    ['toString(a)', 'Invalid function name; function: toString'],
    ['size(a)', 'The function is not allowed to be used this way in an expression; function: size'],
    [
      'attribute_exists(a) = :n',
      'The function is not allowed to be used this way in an expression; function: attribute_exists',
    ],
    [
      'if_not_exists(a, :n) = :n',
      'The function is not allowed to be used this way in an expression; function: if_not_exists',
    ],
    [
      'size(a, b) = :n',
      'Incorrect number of operands for operator or function; operator or function: size, number of operands: 2',
    ],
    [
      'attribute_exists(:n)',
      'Operator or function requires a document path; operator or function: attribute_exists',
    ],
    [
      'begins_with(a, :n)',
      'Incorrect operand type for operator or function; operator or function: begins_with, operand type: N',
    ],
    [
      'attribute_type(a, b)',
      'Incorrect operand type for operator or function; operator or function: attribute_type, operand type: {NS,SS,L,BS,N,M,B,BOOL,NULL,S}',
    ],
    [
      'attribute_type(a, :s)',
      'Invalid attribute type name found; type: s, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}',
    ],
    ['a < :l', 'Incorrect operand type for operator or function; operator: <, operand type: L'],
    [
      'a.b[0] = a.b[0]',
      'The first operand must be distinct from the remaining operands for this operator or function; operator: =, first operand: [a, b, [0]]',
    ],
    [
      'a BETWEEN :n AND :m',
      'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {N:0}',
    ],
    [
      'a BETWEEN :n AND :s',
      'The BETWEEN operator requires same data type for lower and upper bounds; lower bound operand: AttributeValue: {N:1}, upper bound operand: AttributeValue: {S:s}',
    ],
  ])('a condition: %s', (expression, message) => {
    expect(refusalOf('ConditionExpression', expression)).toBe(message);
  });

  it('a condition that is too long', () => {
    const condition = (part: string, count: number) => Array(count).fill(part).join(' OR ');
    const refusal = (expression: string) => refusalOf('ConditionExpression', expression);
    expect(refusal(condition('aaaaaaaaaaaaaaaaaa = :n', 160))).toBe(
      'Expression size has exceeded the maximum allowed size; expression size: 4316',
    );
    expect(refusal(condition('a=:n', 151))).toBe(
      'The expression contains more than 300 operators and functions;',
    );
    expect(refusal(`a IN (${Array(100).fill(':n').join(',')})`)).toBe(
      'Incorrect number of operands for operator or function; operator or function: IN, number of operands: 101',
    );
  });

  it.each([
    ['a = :n', 'Syntax error; token: "a", near: "a ="'],
    ['SET a', 'Syntax error; token: "<EOF>", near: "a"'],
    ['SET a = :n + :n + :n', 'Syntax error; token: "+", near: ":n + :n"'],
    ['SET a = if_not_exists(a, :n + :n)', 'Syntax error; token: "+", near: ":n + :n"'],
    ['SET a = :n SET b = :n', 'The "SET" section can only be used once in an update expression;'],
    [
      'SET a = :s + :n',
      'Incorrect operand type for operator or function; operator or function: +, operand type: S',
    ],
    [
      'SET a = list_append(:l, :n)',
      'Incorrect operand type for operator or function; operator or function: list_append, operand type: N',
    ],
    [
      'SET a = list_append(:l)',
      'Incorrect number of operands for operator or function; operator or function: list_append, number of operands: 1',
    ],
    [
      'SET a = list_append(list_append(:l, :l), :l)',
      'The function is not allowed to be used this way in an expression; function: list_append',
    ],
    [
      'SET a = if_not_exists(:n, :n)',
      'Operator or function requires a document path; operator or function: if_not_exists',
    ],
    [
      'SET a = size(b)',
      'The function is not allowed to be used this way in an expression; function: size',
    ],
    ['SET a = dog(b)', 'Invalid function name; function: dog'],
    [
      'ADD a :s',
      'Incorrect operand type for operator or function; operator: ADD, operand type: STRING',
    ],
    [
      'DELETE a :n',
      'Incorrect operand type for operator or function; operator: DELETE, operand type: NUMBER',
    ],
    [
      'ADD a.b :n',
      'ADD can only be used on top-level attributes, not nested attributes; path: [a, b]',
    ],
    [
      'SET a = :n REMOVE a',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]',
    ],
    [
      'SET a.b = :n, a.b.c = :n',
      'Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, b, c]',
    ],
    [
      'SET a.b = :n, a[1] = :n',
      'Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [a, b], path two: [a, [1]]',
    ],
  ])('an update: %s', (expression, message) => {
    expect(refusalOf('UpdateExpression', expression)).toBe(message);
  });

  it.each<[string, Json, string]>([
    [
      'an unused value',
      {
        ConditionExpression: 'attribute_exists(a)',
        ExpressionAttributeValues: { ':v': { N: '1' } },
      },
      'Value provided in ExpressionAttributeValues unused in expressions: keys: {:v}',
    ],
    [
      'an unused name',
      { ConditionExpression: 'attribute_exists(a)', ExpressionAttributeNames: { '#a': 'a' } },
      'Value provided in ExpressionAttributeNames unused in expressions: keys: {#a}',
    ],
    [
      'values without an expression',
      { ExpressionAttributeValues: { ':v': { N: '1' } } },
      'ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null',
    ],
    [
      'names without an expression',
      { ExpressionAttributeNames: { '#a': 'a' } },
      'ExpressionAttributeNames can only be specified when using expressions',
    ],
    [
      'no values',
      { ConditionExpression: 'attribute_exists(a)', ExpressionAttributeValues: {} },
      'ExpressionAttributeValues must not be empty',
    ],
    [
      'a name of a wrong form',
      { ConditionExpression: 'attribute_exists(a)', ExpressionAttributeNames: { a: 'a' } },
      'ExpressionAttributeNames contains invalid key: Syntax error; key: "a"',
    ],
    [
      'a value that is none',
      { ConditionExpression: 'a = :v', ExpressionAttributeValues: { ':v': { N: 'one' } } },
      'ExpressionAttributeValues contains invalid value: The parameter cannot be converted to a numeric value: one for key :v',
    ],
  ])('%s', (_, input, message) => {
    const refusal = new Emulation().refusal('DeleteItem', {
      TableName: 'single',
      Key: KEY,
      ...input,
    });
    expect(refusal).toMatchObject({ code: 'ValidationException', message });
  });
});
