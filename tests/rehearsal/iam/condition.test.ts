import { compileConditions, type ContextValue } from '../../../rehearsal/iam/condition';
import type { Json } from '../../../rehearsal/services/service';

/** Whether the condition block holds for a context with lower-cased keys. */
function holds(block: Json, context: Record<string, ContextValue>): boolean {
  return compileConditions(block, true).every((condition) =>
    condition.holds(context[condition.key], (key) => {
      const value = context[key];
      return typeof value === 'string' ? value : undefined;
    }),
  );
}

const key = 'aws:RequestTag/team';
const given = (value: ContextValue) => ({ 'aws:requesttag/team': value });

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
test.each<[string, Json, string, boolean]>([
  ['StringEquals', 'red', 'red', true],
  ['StringEquals', 'red', 'Red', false],
  ['StringEquals', ['blue', 'red'], 'red', true],
  ['StringEquals', 're*', 'red', false],
  ['StringNotEquals', 'red', 'blue', true],
  ['StringNotEquals', ['blue', 'red'], 'red', false],
  ['StringEqualsIgnoreCase', 'red', 'RED', true],
  ['StringNotEqualsIgnoreCase', 'red', 'RED', false],
  ['StringLike', 're*', 'red', true],
  ['StringLike', 're?', 'r', false],
  ['StringNotLike', ['b*', 're*'], 'red', false],
  ['StringNotLike', 'b*', 'red', true],
  ['NumericEquals', '10', '10.0', true],
  ['NumericEquals', 10, '10', true],
  ['NumericNotEquals', '10', '11', true],
  ['NumericLessThan', '10', '10', false],
  ['NumericLessThanEquals', '10', '10', true],
  ['NumericGreaterThan', '10', '11', true],
  ['NumericGreaterThanEquals', '10', '9', false],
  ['NumericLessThan', '10', 'many', false],
  ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-01-01T00:00:02Z', true],
  ['DateGreaterThan', '2020-01-01T00:00:01Z', '1577836801', false],
  ['DateGreaterThanEquals', '1577836801', '2020-01-01T00:00:01Z', true],
  ['DateLessThan', '2020-01-01T01:00:00+01:00', '2019-12-31T23:59:59Z', true],
  ['DateLessThanEquals', '2020-01-01', '2020-01-01T00:00:00Z', true],
  ['DateEquals', '2020-01-01', '2020-01-01T00:00:00Z', true],
  ['DateEquals', '1577836801', '2020-01-01T00:00:01Z', true],
  ['DateNotEquals', '2020-01-01', '2020-01-01T00:00:00Z', false],
  ['Bool', 'true', 'true', true],
  ['Bool', true, 'true', true],
  ['Bool', 'false', 'true', false],
  ['ArnLike', 'arn:aws:events:*:1:rule/*', 'arn:aws:events:eu-west-1:1:rule/x', true],
  ['ArnEquals', 'arn:aws:events:*:1:rule/*', 'arn:aws:events:eu-west-1:1:rule/x', true],
  ['ArnNotLike', 'arn:aws:events:*:1:rule/*', 'arn:aws:events:eu-west-1:1:rule/x', false],
  ['ArnNotEquals', 'arn:aws:events:*:1:rule/*', 'arn:aws:events:eu-west-1:2:rule/x', true],
])('%s %j of "%s" is %s', (operator, values, actual, expected) => {
  expect(holds({ [operator]: { [key]: values } }, given(actual))).toBe(expected);
});

test.each<[string, Json, boolean]>([
  ['StringEquals', 'red', false],
  ['StringLike', '*', false],
  ['StringNotEquals', 'red', true],
  ['ArnNotLike', 'arn:aws:a:b:c:d', true],
  ['StringEqualsIfExists', 'red', true],
  ['NumericLessThanIfExists', '1', true],
  ['Bool', 'false', false],
  ['Null', 'true', true],
  ['Null', 'false', false],
  ['ForAllValues:StringEquals', 'red', true],
  ['ForAnyValue:StringEquals', 'red', false],
  ['ForAllValues:StringNotEquals', 'red', true],
  ['ForAnyValue:StringNotEquals', 'red', false],
])('%s %j without the key is %s', (operator, values, expected) => {
  expect(holds({ [operator]: { [key]: values } }, {})).toBe(expected);
});

test.each<[string, Json, ContextValue, boolean]>([
  ['StringEqualsIfExists', 'red', 'blue', false],
  ['Null', 'true', 'red', false],
  ['Null', 'false', 'red', true],
  ['Null', false, 'red', true],
])('%s %j with the key %j is %s', (operator, values, actual, expected) => {
  expect(holds({ [operator]: { [key]: values } }, given(actual))).toBe(expected);
});

// The table of https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
test.each<[string, Json, ContextValue, boolean]>([
  ['ForAllValues:StringEquals', ['environment', 'webserver'], ['environment'], true],
  ['ForAllValues:StringEquals', ['environment', 'webserver'], ['environment', 'test'], false],
  ['ForAnyValue:StringEquals', ['environment', 'webserver'], ['environment', 'test'], true],
  ['ForAnyValue:StringEquals', ['environment', 'webserver'], ['test'], false],
  ['ForAllValues:StringEquals', ['environment'], [], true],
  ['ForAllValues:StringEquals', ['environment'], '', true],
  ['ForAnyValue:StringEquals', ['environment', ''], '', false],
  ['ForAllValues:StringLike', ['key1*', 'key2*'], ['key1a', 'key2b'], true],
  ['ForAllValues:StringNotEquals', ['secret'], ['a', 'secret'], false],
  ['ForAnyValue:StringNotEquals', ['secret'], ['a', 'secret'], true],
  ['ForAllValues:StringEqualsIfExists', ['a'], ['b'], false],
])('%s %j of %j is %s', (operator, values, actual, expected) => {
  expect(holds({ [operator]: { 'aws:TagKeys': values } }, { 'aws:tagkeys': actual })).toBe(
    expected,
  );
});

test('all operators and all keys of a block must hold', () => {
  const block = {
    StringEquals: { 'aws:SourceAccount': '1', [key]: 'red' },
    Bool: { 'aws:SecureTransport': 'true' },
  };
  const context = { 'aws:sourceaccount': '1', 'aws:securetransport': 'true', ...given('red') };

  expect(holds(block, context)).toBe(true);
  expect(holds(block, { ...context, ...given('blue') })).toBe(false);
  expect(holds(block, { ...context, 'aws:securetransport': 'false' })).toBe(false);
});

test('a variable takes the value of its key, and one without a value makes even a negated condition fail', () => {
  const block = { StringEquals: { [key]: '${aws:PrincipalTag/team}' } };
  const negated = { StringNotEquals: { [key]: '${aws:PrincipalTag/team}' } };

  expect(holds(block, { ...given('red'), 'aws:principaltag/team': 'red' })).toBe(true);
  expect(holds(block, { ...given('red'), 'aws:principaltag/team': 'blue' })).toBe(false);
  expect(holds(block, given('red'))).toBe(false);
  expect(holds(negated, given('red'))).toBe(false);
});

test.each<[Json, string]>([
  [{ IpAddress: { 's3:x': '10.0.0.0/8' } }, '"IpAddress" is unknown or not emulated'],
  [{ BinaryEquals: { 's3:x': 'QQ==' } }, '"BinaryEquals" is unknown or not emulated'],
  [{ StringEqual: { 's3:x': 'a' } }, '"StringEqual" is unknown or not emulated'],
  [{ NullIfExists: { 's3:x': 'true' } }, 'takes one value, "true" or "false"'],
  [{ Null: { 's3:x': 'yes' } }, 'takes one value, "true" or "false"'],
  [{ Bool: { 's3:x': 'yes' } }, 'Bool compares with "true" or "false"'],
  [{ NumericEquals: { 's3:x': '1,000' } }, 'Numeric cannot compare with "1,000"'],
  [{ NumericEquals: { 's3:x': '${aws:x}' } }, 'Numeric cannot compare with "${aws:x}"'],
  [{ DateEquals: { 's3:x': '2020-01-01T00:00:00' } }, 'Date cannot compare with'],
  [{ StringEquals: { 'aws:SourceIp': '10.0.0.1' } }, '"aws:sourceip" is not emulated'],
  [
    { StringEquals: { 'aws:TagKeys': 'a' } },
    'qualify StringEquals with ForAllValues or ForAnyValue',
  ],
  [{ 'ForAnyValue:StringEqualsIfExists': { 's3:x': 'a' } }, 'not documented by AWS'],
  [{ StringEquals: { team: 'a' } }, 'has no service prefix'],
])('%j is refused: %s', (block, message) => {
  expect(() => compileConditions(block, true)).toThrow(message);
});

test('a list of values is not compared by an operator for one value', () => {
  expect(() => holds({ StringEquals: { 's3:x': 'a' } }, { 's3:x': ['a', 'b'] })).toThrow(
    '"s3:x" came with a list of values',
  );
});
