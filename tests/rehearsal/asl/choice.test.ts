import { ruleMatches } from '../../../rehearsal/asl/choice-rule';
import { Driver, machine } from './driver';

describe('a Choice rule', () => {
  it.each([
    ['a*c', 'abbc', true],
    ['a*c', 'abcd', false],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
    ['a.c', 'abc', false],
    ['a\\\\*', 'a\\b', true],
    ['*', 'several\nlines', true],
    ['1*', 1, false],
  ])('StringMatches %s against %j: %s', (pattern, value, expected) => {
    const scope = { root: { value }, context: {}, variables: {}, random: () => 0, now: 0 };
    expect(ruleMatches({ Variable: '$.value', StringMatches: pattern }, scope)).toBe(expected);
  });

  it('that has no comparison is told', () => {
    const scope = { root: {}, context: {}, variables: {}, random: () => 0, now: 0 };
    expect(() => ruleMatches({ Variable: '$', NumericNearly: 3 }, scope)).toThrow(/NumericNearly/);
  });
});

describe('a Choice', () => {
  const choice = (rule: object, fields: object = {}): object =>
    machine({
      Choose: { Type: 'Choice', Choices: [{ ...rule, Next: 'Yes' }], ...fields },
      Yes: { Type: 'Succeed' },
    });

  it('without a rule that matches and without a Default fails, and cannot be caught', () => {
    const driver = new Driver(choice({ Variable: '$.a', NumericEquals: 1 }), { input: { a: 2 } });
    expect(driver.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  it('fails where a path finds nothing, unless IsPresent asks for it first', () => {
    const rule = { Variable: '$.a', NumericEquals: 1 };
    expect(new Driver(choice(rule)).execution.error).toBe('States.Runtime');
    const careful = { And: [{ Variable: '$.a', IsPresent: true }, rule] };
    const driver = new Driver(choice(careful, { Default: 'Yes' }));
    expect(driver.execution.status).toBe('SUCCEEDED');
  });

  it('of JSONata wants a boolean', () => {
    const fields = { QueryLanguage: 'JSONata' };
    const driver = new Driver(choice({ Condition: '{% 1 %}' }, fields));
    expect(driver.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    });
    expect(driver.execution.cause).toContain("Expected 'boolean', but was 'number' for value: 1");
  });
});
