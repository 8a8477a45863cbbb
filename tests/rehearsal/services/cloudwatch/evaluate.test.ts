import { evaluate, nextChange, rangeOf } from '../../../../rehearsal/services/cloudwatch/evaluate';
import type { Json } from '../../../../rehearsal/services/service';

const MINUTE = 60_000;
const NOW = Date.parse('2026-02-01T12:00:00Z');

const alarm = {
  Statistic: 'Sum',
  Period: 60,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
};

/** As AWS draws them: the oldest first, X breaches, 0 does not, - is missing. */
function pointsOf(drawn: string, period = 60) {
  const marks = drawn.split(' ');
  return marks.flatMap((mark, index) =>
    mark === '-'
      ? []
      : [
          {
            at: NOW - (marks.length - index) * period * 1000,
            value: mark === 'X' ? 1 : 0,
          },
        ],
  );
}

describe('the evaluation of an alarm where data are missing', () => {
  // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html has these tables.
  const three = [
    ['0 - X - X', 'OK', 'OK', 'OK', 'OK'],
    ['0 - - - -', 'OK', 'OK', 'OK', 'OK'],
    ['- - - - -', 'INSUFFICIENT_DATA', undefined, 'ALARM', 'OK'],
    ['0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['- - X - -', 'ALARM', undefined, 'ALARM', 'OK'],
    ['- - - - X', 'INSUFFICIENT_DATA', undefined, 'ALARM', 'OK'],
    ['X - - - -', 'ALARM', undefined, 'ALARM', 'OK'],
  ] as const;
  const twoOfThree = [
    ['0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
    ['0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
    ['- - - - X', 'INSUFFICIENT_DATA', undefined, 'ALARM', 'OK'],
  ] as const;
  const treatments = ['missing', 'ignore', 'breaching', 'notBreaching'];
  const cases = [
    ...three.map((row) => [3, row] as const),
    ...twoOfThree.map((row) => [2, row] as const),
  ].flatMap(([enough, [drawn, ...states]]) =>
    treatments.map((treatment, index) => ({ enough, drawn, treatment, state: states[index] })),
  );

  it.each(cases)('$drawn, $enough of 3, $treatment: $state', (one) => {
    const judged = evaluate(
      {
        ...alarm,
        EvaluationPeriods: 3,
        DatapointsToAlarm: one.enough,
        TreatMissingData: one.treatment,
      },
      pointsOf(one.drawn),
      NOW,
    );
    expect(judged?.state).toBe(one.state);
  });
});

describe('a period', () => {
  const once = { ...alarm, Period: 300, EvaluationPeriods: 1, TreatMissingData: 'notBreaching' };
  const at = (minutes: number) => NOW + minutes * MINUTE;
  const stateAt = (change: Json, points: Json[], time: number) =>
    evaluate({ ...once, ...change }, points, time)?.state;

  it('ends when it is evaluated: what happens at that instant belongs to the next', () => {
    const point = { at: NOW, value: 1 };
    expect(stateAt({}, [point], at(0))).toBe('OK');
    expect(stateAt({}, [point], at(1))).toBe('ALARM');
  });

  it.each([
    ['Sum', 3, 'ALARM'],
    ['Sum', 4, 'OK'],
    ['Maximum', 2, 'ALARM'],
    ['Maximum', 3, 'OK'],
    ['Minimum', 1, 'ALARM'],
    ['Minimum', 2, 'OK'],
    ['Average', 1.5, 'ALARM'],
    ['Average', 1.6, 'OK'],
    ['SampleCount', 2, 'ALARM'],
    ['SampleCount', 3, 'OK'],
  ])('of the values 1 and 2 has a %s, which against %d is %s', (Statistic, Threshold, state) => {
    const points = [
      { at: at(-1), value: 1 },
      { at: at(-2), value: 2 },
    ];
    expect(stateAt({ Statistic, Threshold }, points, NOW)).toBe(state);
  });

  it.each([
    ['GreaterThanOrEqualToThreshold', 'ALARM', 'ALARM', 'OK'],
    ['GreaterThanThreshold', 'ALARM', 'OK', 'OK'],
    ['LessThanThreshold', 'OK', 'OK', 'ALARM'],
    ['LessThanOrEqualToThreshold', 'OK', 'ALARM', 'ALARM'],
  ])('is compared by %s', (ComparisonOperator, ...states) => {
    const judged = [2, 1, 0].map((value) =>
      stateAt({ ComparisonOperator }, [{ at: at(-1), value }], NOW),
    );
    expect(judged).toEqual(states);
  });

  it('says why, with what was there and what was not', () => {
    const two = { ...once, EvaluationPeriods: 2, DatapointsToAlarm: 1 };
    expect(evaluate(two, [{ at: at(-1), value: 3 }], NOW)?.reason).toBe(
      'Threshold Crossed: 1 datapoint [3] and 1 missing was greater than or equal to the threshold (1).',
    );
    expect(evaluate(two, [{ at: at(-1), value: 0 }], NOW)?.reason).toBe(
      'Threshold Crossed: 1 datapoint [0] and 1 missing was not greater than or equal to the threshold (1).',
    );
    expect(evaluate(two, [], NOW)?.reason).toBe(
      'Threshold Crossed: no datapoints were received for 2 periods.',
    );
  });

  it('is left by a data point at times that are known, and at the end for good', () => {
    const point = { at: at(0.5), value: 1 };
    const times: number[] = [];
    for (let since: number | undefined = at(-10); since !== undefined;) {
      since = nextChange(once, point, since);
      if (since !== undefined) times.push((since - NOW) / MINUTE);
    }
    expect(times).toEqual([1, 6, 11, 16]);
    expect(rangeOf(once)).toBe(15 * MINUTE);
    // In between nothing changes, at the last one all is over.
    const states = [1, 5, 6, 15, 16].map((minutes) => stateAt({}, [point], at(minutes)));
    expect(states).toEqual(['ALARM', 'ALARM', 'ALARM', 'ALARM', 'OK']);
  });
});
