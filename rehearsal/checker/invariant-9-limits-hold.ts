import type { TracedCall, TracedExecution } from '../engine/trace';
import type { Json } from '../services/service';
import { acceptedUpdates, imagesAfter, imagesBefore, isInFlight, sightings } from './appstream';
import { count, label, once, type Evidence, type Invariant, type Limits } from './invariant';

/** Quota "Concurrent image updates" of AppStream: https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html */
const CONCURRENT_IMAGE_UPDATES = 'appstream2:L-9B6418E0';

/**
 * Limits that no estate and no request can raise, and the estate's quota of image updates (5 unless named).
 * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export function limitsOf(estate: Json): Limits {
  return {
    historyEvents: 25_000,
    executionSeconds: 365 * 86_400,
    payloadBytes: 256 * 1024,
    concurrentImageUpdates: estate?.quotas?.[CONCURRENT_IMAGE_UPDATES] ?? 5,
  };
}

/**
 * The limits of AWS that show in a trace. Concurrency inside a Map state and the duration of a function do not:
 * the interpreter and the function runner refuse what exceeds them.
 */
export const limitsHold: Invariant = {
  id: '9',
  title: 'All service limits hold',
  check(evidence) {
    const { trace, limits } = evidence;
    const peak = peakUpdates(evidence);
    const events = Math.max(0, ...trace.executions.map(({ historyEvents }) => historyEvents));
    return {
      summary:
        `longest history ${events} of ${limits.historyEvents} events, ` +
        `${peak.number} of ${count(limits.concurrentImageUpdates, 'image update')} seen at a time, ` +
        `payloads of ${count(trace.executions.length, 'execution')} and ${count(trace.calls.length, 'call')}`,
      problems: [
        ...trace.executions.flatMap((execution) => problemsOf(execution, evidence)),
        ...trace.calls.flatMap((call) => oversized(call, limits)),
        ...(peak.number > limits.concurrentImageUpdates
          ? [
              `${peak.number} image updates ran at ${peak.at}, ${limits.concurrentImageUpdates} are allowed`,
            ]
          : []),
      ],
    };
  },
};

function problemsOf(execution: TracedExecution, { limits, trace }: Evidence): string[] {
  const name = label(execution);
  const problems: string[] = [];
  // Step Functions ends what reaches the limit, and so ends at the limit:
  // https://docs.aws.amazon.com/step-functions/latest/dg/bp-history-limit.html
  if (execution.historyEvents >= limits.historyEvents) {
    problems.push(`run ${name} has ${execution.historyEvents} history events`);
  }
  // A run that goes on has lasted at least until the last thing that is known to have happened.
  const end = execution.endedAt ?? trace.calls.at(-1)?.at ?? execution.startedAt;
  const seconds = (Date.parse(end) - Date.parse(execution.startedAt)) / 1000;
  if (seconds > limits.executionSeconds) {
    problems.push(`run ${name} lasted ${Math.floor(seconds / 86_400)} days`);
  }
  for (const part of ['input', 'output'] as const) {
    const size = sizeOf(execution[part]);
    if (size > limits.payloadBytes) {
      problems.push(`the ${part} of run ${name} has ${size} bytes`);
    }
  }
  return problems;
}

/** What a state machine itself hands to a service, or takes from it. */
function oversized(call: TracedCall, { payloadBytes }: Limits): string[] {
  if (!call.caller.startsWith('state:')) {
    return [];
  }
  return (['input', 'output'] as const).flatMap((part) => {
    const size = sizeOf(call[part]);
    return size > payloadBytes
      ? [`the ${part} of ${call.service}:${call.operation} by ${call.caller} has ${size} bytes`]
      : [];
  });
}

function sizeOf(value: Json): number {
  if (typeof value === 'object' && value !== null) return sizeOfObject(value);
  return Buffer.byteLength(JSON.stringify(value) ?? '');
}

// A trace shares what repeats.
const sizeOfObject = once((value: object) => Buffer.byteLength(JSON.stringify(value)));

/**
 * The most image updates that are known to have run at once. An update runs from its call until it was last seen
 * in flight: it may have run longer, unseen, so the number is never too high.
 */
function peakUpdates(evidence: Evidence): { readonly number: number; readonly at: string } {
  const seen = sightings(evidence);
  const after = imagesAfter(evidence);
  const inherited = [...imagesBefore(evidence).values()]
    .filter(({ state }) => isInFlight(state))
    .map(({ name }) => ({ name, start: -1 }));
  const started = acceptedUpdates(evidence).map(({ call, target }) => ({
    name: target,
    start: call.index,
  }));
  const spans = [...inherited, ...started].map(({ name, start }) => ({
    start,
    end: isInFlight(after.get(name)?.state ?? 'AVAILABLE')
      ? Number.POSITIVE_INFINITY
      : (seen
          .get(name)
          ?.filter(({ state, index }) => isInFlight(state) && index > start)
          .at(-1)?.index ?? start),
  }));
  const ends = spans.map(({ end }) => end).sort((a, b) => a - b);
  const starts = spans.map(({ start }) => start).sort((a, b) => a - b);
  let peak = { number: 0, at: 'the start' };
  let [begun, over] = [0, 0];
  // What ran at the start is nobody's doing: only who starts an update can run too many.
  for (const { start } of started) {
    while (starts[begun]! <= start) begun += 1;
    while (ends[over]! < start) over += 1;
    if (begun - over > peak.number) {
      peak = { number: begun - over, at: evidence.trace.calls[start]?.at ?? 'the start' };
    }
  }
  return peak;
}
