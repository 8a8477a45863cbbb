import type { ExecutionState, HistoryEvent } from '../../../../rehearsal/asl';
import type { Json } from '../../../../rehearsal/services/service';
import type { ConformanceCase } from './cases';
import { WildcardMatcher } from './wildcards';

const comparedFields = [
  'type',
  'name',
  'index',
  'length',
  'input',
  'output',
  'assignedVariables',
  'error',
  'cause',
  'state',
  'location',
];

/** What differs from the recording: status, result, and the history where one was recorded. */
export function differences(recorded: ConformanceCase, execution: ExecutionState): string[] {
  const matcher = new WildcardMatcher(recorded.wildcards ?? []);
  const problems: string[] = [];
  const check = (what: string, expected: Json, actual: Json): void => {
    if (matcher.matches(expected, actual)) return;
    problems.push(`${what}: AWS ${short(expected)}, we ${short(actual)}`);
  };
  const { status, output, error, cause } = recorded.expected;
  check('status', status, execution.status);
  if (status === 'SUCCEEDED') {
    check('output', output, execution.output);
  } else {
    check('error', error ?? null, execution.error ?? null);
    if ('cause' in recorded.expected || recorded.events.length > 0) {
      check('cause', cause ?? null, likeRecorded(cause, execution.cause) ?? null);
    }
  }
  if (problems.length === 0 && recorded.events.length > 0) {
    problems.push(...historyDifferences(recorded, execution.history, matcher));
  }
  return problems;
}

function historyDifferences(
  recorded: ConformanceCase,
  history: readonly HistoryEvent[],
  matcher: WildcardMatcher,
): string[] {
  const isSame = (expected: Json, actual: HistoryEvent, withIds: boolean): boolean =>
    matcher.matches(comparable(expected, expected), comparable(expected, actual)) &&
    (!withIds || (expected.id === actual.id && expected.previous === actual.previousEventId));
  if (!isConcurrent(recorded.definition)) {
    // AWS numbers the events of a Map run by rules of its own.
    const withIds = !recorded.features.includes('distributed-map');
    const position = recorded.events.findIndex((event, index) => {
      const actual = history[index];
      return actual === undefined || !isSame(event, actual, withIds);
    });
    if (position >= 0) {
      return [
        `event ${position + 1}: AWS ${short(recorded.events[position])}, we ${short(history[position])}`,
      ];
    }
    return history.length === recorded.events.length
      ? []
      : [`${history.length} events, AWS has ${recorded.events.length}`];
  }
  const left = [...history];
  for (const event of recorded.events) {
    const position = left.findIndex((actual) => isSame(event, actual, false));
    if (position < 0) return [`AWS has ${short(event)}, which we have not among ${short(left)}`];
    left.splice(position, 1);
  }
  // Recordings of Parallel states leave out how each of them ended, but not its number.
  const lastId = Math.max(...recorded.events.map((event) => event.id ?? 0));
  const extra = left.filter(
    ({ type }) =>
      lastId !== history.length || !/^ParallelState(Exited|Failed|Succeeded)$/.test(type),
  );
  return extra.length === 0 ? [] : [`AWS has not ${short(extra)}`];
}

/** A Parallel, or an inline Map with more than one iteration at a time: events have no order across branches. */
function isConcurrent(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const isWideMap = value.Type === 'Map' && value.MaxConcurrency !== 1;
  return value.Type === 'Parallel' || isWideMap || Object.values(value).some(isConcurrent);
}

function comparable(recorded: Json, event: Json): Json {
  // A recording leaves out the input of ExecutionStarted and the results of tasks, which it has elsewhere.
  const known = comparedFields.filter(
    (field) => field in event && (field in recorded || !isOmitted(recorded.type, field)),
  );
  return Object.fromEntries(
    known.map((field) => [
      field,
      field === 'cause' ? likeRecorded(recorded.cause, event.cause) : event[field],
    ]),
  );
}

function isOmitted(type: string, field: string): boolean {
  if (type === 'ExecutionStarted') return field === 'input';
  return (
    /^(Task|LambdaFunction|Activity)/.test(type) &&
    !/State(Entered|Exited)$/.test(type) &&
    field === 'output'
  );
}

function likeRecorded(recorded: Json, actual: Json): Json {
  if (typeof recorded !== 'object' || recorded === null || typeof actual !== 'string') {
    return actual;
  }
  try {
    return JSON.parse(actual);
  } catch {
    return actual;
  }
}

function short(value: Json): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 600);
}
