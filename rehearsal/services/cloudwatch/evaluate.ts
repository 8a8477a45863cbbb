import type { Json } from '../service';

/** A value of a metric. */
export interface DataPoint {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** What an alarm is in. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface Verdict {
  readonly state: AlarmState;
  readonly reason: string;
}

/** Alarms are evaluated at the end of every minute. */
const MINUTE = 60_000;

/**
 * How far an evaluation looks back, milliseconds. AWS looks at more periods than it needs, how many is not documented:
 * its examples look at five for three. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
 */
export function rangeOf({ EvaluationPeriods, Period }: Json): number {
  return (EvaluationPeriods + 2) * Period * 1000;
}

/**
 * When a data point next comes into a period of an alarm, moves to an earlier one or leaves the last: at no other time
 * can an evaluation come to another result.
 *
 * @param since when the alarm was evaluated last, epoch milliseconds
 */
export function nextChange(alarm: Json, { at }: DataPoint, since: number): number | undefined {
  const first = Math.floor(at / MINUTE) * MINUTE + MINUTE;
  const period = alarm.Period * 1000;
  const steps = Math.max(0, Math.floor((since - first) / period) + 1);
  const next = first + steps * period;
  return next > first + rangeOf(alarm) ? undefined : next;
}

/**
 * Evaluates a metric alarm as of an end of a minute, over periods that end there.
 *
 * @param points of its metric; those outside of the range do not matter
 * @param at epoch milliseconds
 * @returns `undefined` where the alarm stays in the state in which it is
 */
export function evaluate(
  alarm: Json,
  points: readonly DataPoint[],
  at: number,
): Verdict | undefined {
  const { EvaluationPeriods: wanted, DatapointsToAlarm: enough = wanted, Period } = alarm;
  const period = Period * 1000;
  // The newest first.
  const values = Array.from({ length: rangeOf(alarm) / period }, (_, index) =>
    points.filter(
      (point) => point.at < at - index * period && point.at >= at - (index + 1) * period,
    ),
  ).map((own) => (own.length === 0 ? undefined : statistic(alarm.Statistic, own)));
  const known = values.filter((value) => value !== undefined).slice(0, wanted);
  const breaching = known.filter((value) => breaches(value, alarm)).length;
  const missing = wanted - known.length;
  const judge = (count: number): Verdict => ({
    state: count >= enough ? 'ALARM' : 'OK',
    reason: describe(alarm, known, missing, count >= enough),
  });
  if (missing === 0 || breaching >= enough) return judge(breaching);
  switch (alarm.TreatMissingData) {
    case 'breaching':
      return judge(breaching + missing);
    case 'notBreaching':
      return judge(breaching);
    default:
      if (breaching < known.length) return judge(breaching);
  }
  if (alarm.TreatMissingData === 'ignore') return undefined;
  // Too few to alarm, but old enough and with nothing good after them: AWS does not wait for more.
  const age = values.reduce<number>(
    (oldest, value, i) => (value === undefined ? oldest : i + 1),
    0,
  );
  if (age >= enough) return judge(enough);
  return { state: 'INSUFFICIENT_DATA', reason: describe(alarm, known, missing, false) };
}

function statistic(name: string, points: readonly DataPoint[]): number {
  const values = points.map(({ value }) => value);
  const sum = values.reduce((total, value) => total + value, 0);
  switch (name) {
    case 'Sum':
      return sum;
    case 'Average':
      return sum / values.length;
    case 'SampleCount':
      return values.length;
    case 'Maximum':
      return Math.max(...values);
    case 'Minimum':
      return Math.min(...values);
    default:
      throw new Error(`The rehearsal has no statistic ${name} of a metric.`);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
const OPERATORS: Readonly<
  Record<string, { readonly holds: (value: number, threshold: number) => boolean; text: string }>
> = {
  GreaterThanOrEqualToThreshold: {
    holds: (value, threshold) => value >= threshold,
    text: 'greater than or equal to',
  },
  GreaterThanThreshold: { holds: (value, threshold) => value > threshold, text: 'greater than' },
  LessThanThreshold: { holds: (value, threshold) => value < threshold, text: 'less than' },
  LessThanOrEqualToThreshold: {
    holds: (value, threshold) => value <= threshold,
    text: 'less than or equal to',
  },
};

/** Whether alarms with this operator are evaluated: those of anomaly detection are not. */
export function isOperator(name: string): boolean {
  return Object.hasOwn(OPERATORS, name);
}

function breaches(value: number, { ComparisonOperator, Threshold }: Json): boolean {
  return OPERATORS[ComparisonOperator]!.holds(value, Threshold);
}

function describe(
  { ComparisonOperator, EvaluationPeriods, Threshold }: Json,
  known: readonly number[],
  missing: number,
  crossed: boolean,
): string {
  if (known.length === 0) {
    return `Threshold Crossed: no datapoints were received for ${EvaluationPeriods} period${EvaluationPeriods === 1 ? '' : 's'}.`;
  }
  const gaps = missing === 0 ? '' : ` and ${missing} missing`;
  const not = crossed ? '' : 'not ';
  return `Threshold Crossed: ${known.length} datapoint${known.length === 1 ? '' : 's'} [${known.join(', ')}]${gaps} ${known.length === 1 ? 'was' : 'were'} ${not}${OPERATORS[ComparisonOperator]!.text} the threshold (${Threshold}).`;
}
