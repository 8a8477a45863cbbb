import { DrainedPromise } from '../../../rehearsal/asl/drained-promise';
import { evaluateJsonata, type JsonataScope } from '../../../rehearsal/asl/jsonata';
import { seededStream } from '../../../rehearsal/asl/random';
import type { Json } from '../../../rehearsal/services/service';

function evaluate(value: Json, changes: Partial<JsonataScope> = {}): Json {
  return evaluateJsonata(value, 'Output', {
    root: {},
    context: { Execution: { Name: 'run' } },
    variables: { rate: 3 },
    random: seededStream({ random: 1 }),
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
    states: { input: { list: [1, 2, 3] }, result: { ok: true } },
    ...changes,
  });
}

describe('JSONata', () => {
  it.each([
    ['{% $states.input.list[$ > 1] %}', [2, 3]],
    ['{% $states.input.list[0] * $rate %}', 3],
    ['{% $states.result.ok and $states.context.Execution.Name = "run" %}', true],
    ['{% ($f := function($n) { $n < 2 ? 1 : $n * $f($n - 1) }; $f(5)) %}', 120],
    ['{% $now() %}', '2026-01-02T03:04:05.000Z'],
    ['{% $fromMillis($millis(), "[Y]") %}', '2026'],
    ['{% $partition([1, 2, 3], 2) %}', [[1, 2], [3]]],
    ['{% $range(0, 4, 2) %}', [0, 2, 4]],
    ['{% $hash("input data", "SHA-1") %}', 'aaff4a450a104cd177d28d18d74485e8cae074b7'],
    ['{% $parse("[1]")[0] %}', 1],
    ['plain', 'plain'],
    [{ deep: ['{% 1 + 1 %}', { er: '{% $rate %}' }] }, { deep: [2, { er: 3 }] }],
  ])('%j', (expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  it('yields plain JSON, without the marks of the library', () => {
    const list = evaluate('{% $states.input.list.($ * 2) %}');
    expect(Object.getOwnPropertyNames(list)).toEqual(['0', '1', '2', 'length']);
    expect(Object.getPrototypeOf(list)).toBe(Array.prototype);
  });

  it('is random by the seed of the execution', () => {
    const draw = (seed: number): Json =>
      evaluate('{% [$random(), $uuid(), $shuffle([1..9])] %}', {
        random: seededStream({ random: seed }),
      });
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(evaluate('{% $random(5) %}')).toBe(evaluate('{% $random(5) %}', { random: () => 0 }));
  });

  it('goes through long lists without running out of stack', () => {
    const states = { input: { list: Array.from({ length: 5000 }, (_, index) => index) } };
    expect(
      evaluate('{% $sum($map($states.input.list, function($v) { $v * 2 })) %}', { states }),
    ).toBe(24_995_000);
  });

  it.each([
    ['{% $missing %}', "'$missing' specified for the field 'Output' returned nothing (undefined)."],
    ['{% function($x) { $x } %}', 'returned an unsupported result type.'],
    ['{% 1 + "a" %}', 'threw an error during evaluation. T2002'],
    ['{% $eval("1") %}', '$eval is not supported'],
    ['{% 1 + %}', 'threw an error during evaluation. S0207'],
  ])('%s fails', (expression, reason) => {
    expect(() => evaluate(expression)).toThrow(reason);
  });

  it('names the field that fails, however deep', () => {
    expect(() => evaluate({ a: ['x', '{% $missing %}'] })).toThrow("for the field 'Output/a[1]'");
  });
});

describe('DrainedPromise', () => {
  it('keeps the order in which reactions became due', () => {
    const seen: number[] = [];
    const first = DrainedPromise.resolve(1);
    first.then(() => seen.push(1)).then(() => seen.push(3));
    first.then(() => seen.push(2));
    expect(seen).toEqual([]);
    first.drain();
    expect(seen).toEqual([1, 2, 3]);
  });

  it('passes values and errors on as a Promise does', () => {
    const failing = new DrainedPromise(() => {
      throw new Error('no');
    });
    expect(() => failing.then((value) => value).drain()).toThrow('no');
    expect(failing.then(undefined, () => 'mended').drain()).toBe('mended');
    expect(DrainedPromise.all([1, DrainedPromise.resolve(2)]).drain()).toEqual([1, 2]);
    expect(() => DrainedPromise.all([1, failing]).drain()).toThrow('no');
    expect(() => new DrainedPromise(() => undefined).drain()).toThrow('never came');
  });
});
