import { evaluate } from './driver';

const input = { list: [1, 2, 2], text: "it's", object: { a: [1], b: 'x' }, other: { a: 2 } };

describe('intrinsic functions', () => {
  it.each([
    ["States.Format('{} of {}', 1, States.ArrayLength($.list))", '1 of 3'],
    ["States.Format('\\{{}\\}', $.text)", "{it's}"],
    ["States.Format('it\\'s {}', true)", "it's true"],
    ["States.Format('{}', $.object)", '{a=[1], b=x}'],
    ['States.ArrayUnique($.list)', [1, 2]],
    ['States.ArrayRange(5, 1, -2)', [5, 3, 1]],
    ['States.ArrayRange(5, 1, 1)', []],
    ['States.ArrayGetItem($.list, 0.6)', 2],
    ['States.JsonMerge($.object, $.other, false)', { a: 2, b: 'x' }],
    ["States.StringToJson('  ')", null],
    ["States.Hash($.object, 'MD5')", '3828ee017a02a8f84ddc18d10f0989f7'],
    ['States.Array(null, true, -1.5, $.text)', [null, true, -1.5, "it's"]],
  ])('%s', (expression, expected) => {
    expect(evaluate(expression, input).output).toEqual({ value: expected });
  });

  it.each([
    ['States.Nope()', 'no such intrinsic function'],
    ['States.ArrayLength($.text)', 'argument 1 must be of type array'],
    ['States.ArrayLength($.list, 1)', 'expected 1 arguments, but there are 2'],
    ['States.ArrayGetItem($.list, 3)', 'out of bounds'],
    ['States.ArrayPartition($.list, 0)', 'must be positive'],
    ['States.ArrayRange(0, 1, 0)', 'must not be zero'],
    ['States.ArrayRange(0, 1000, 1)', 'exceeds 1000 items'],
    ["States.Hash($.text, 'SHA-3')", "'SHA-3' is not one of"],
    ['States.JsonMerge($.object, $.other, true)', 'shallow'],
    ["States.StringToJson('{')", 'JSON'],
    ["States.Base64Decode('%')", 'not Base64'],
    ["States.Format('{} {}', 1)", 'more {}'],
    ["States.Format('{}', 1, 2)", 'fewer {}'],
    ['States.MathRandom(3, 3)', 'greater than its start'],
    ['States.Array(1', 'expected )'],
    ['States.Array(1) 2', 'expected the end'],
    ["States.Array('open)", 'not closed'],
    ['States.Array(nothing)', 'expected a value'],
  ])('%s fails: %s', (expression, reason) => {
    const execution = evaluate(expression, input);
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.cause).toContain(reason);
  });

  it('MathRandom stays in its range, and is fixed by a seed of its own', () => {
    const roll = (expression: string): unknown => evaluate(expression).output.value;
    const expression = 'States.MathRandom(3, 6)';
    expect([3, 4, 5]).toContain(roll(expression));
    expect(roll('States.MathRandom(0, 1000000, 4)')).toBe(roll('States.MathRandom(0, 1000000, 4)'));
    expect(roll('States.MathRandom(0, 1000000, 4)')).not.toBe(
      roll('States.MathRandom(0, 1000000, 5)'),
    );
  });

  it('UUID makes a version 4 UUID', () => {
    expect(evaluate('States.UUID()').output.value).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });
});
