import { canHit, STALE_MILLISECONDS, type Fault, type FaultKind } from '../faults';
import type { Trace, TracedCall } from '../engine/trace';

/** Calls of one operation by one caller, a function or a state of a state machine. */
export interface CallSite {
  readonly caller: string;
  /** `appstream:CreateUpdatedImage`. */
  readonly operation: string;
}

/** One thing that goes wrong, at one place. */
export interface SweepCase {
  readonly site: CallSite;
  /** Position in the trace of the first call that is hit. */
  readonly call: number;
  /** Which of the calls at this site that is, from 1, and of how many. */
  readonly occurrence: number;
  readonly of: number;
  readonly kind: FaultKind;
  /** What is injected, on top of what the run that is swept has already. */
  readonly faults: readonly Fault[];
  /** Whether what goes wrong passes by itself or is made good: then the end must be the same as without it. */
  readonly passes: boolean;
  /** Set where it stays: ids of invariants that are not judged. */
  readonly excused?: readonly string[];
}

/** How long after it was killed an execution is started again. */
export const RESTART_SECONDS = 600;

/** Every kind of fault. An execution that is killed is started again, or is not. */
const KINDS: readonly (Pick<Fault, 'kind' | 'restartAfterSeconds' | 'delaySeconds'> & {
  passes: boolean;
})[] = [
  { kind: 'throttle', passes: true },
  { kind: 'serverError', passes: true },
  { kind: 'timeout', passes: true },
  { kind: 'lostAnswer', passes: true },
  { kind: 'staleRead', passes: true },
  { kind: 'accessDenied', passes: false },
  { kind: 'limitExceeded', passes: false },
  { kind: 'crashFunctionBefore', passes: true },
  { kind: 'crashFunctionAfter', passes: true },
  { kind: 'killExecution', passes: false },
  { kind: 'killExecution', restartAfterSeconds: RESTART_SECONDS, passes: true },
  // A minute later, when the first has begun, and at once.
  { kind: 'duplicateEvent', passes: true },
  { kind: 'duplicateEvent', delaySeconds: 0, passes: true },
  { kind: 'lateEvent', passes: true },
  { kind: 'lostEvent', passes: false },
];

/**
 * Every kind of fault at every call site of a run: at its first, a middle and its last call. And each trigger once
 * refused for good, so that what it cannot deliver ends in its dead-letter queue.
 *
 * @param end epoch milliseconds: calls from then on are left alone
 */
export function planCases(run: Trace, end: number): SweepCase[] {
  const trace = { ...run, calls: run.calls.filter(({ at }) => Date.parse(at) < end) };
  const cases = [...callSites(trace)].flatMap(({ site, calls }) => [
    ...KINDS.flatMap(({ passes, ...fault }) => {
      const fit = calls.filter((call) => canHitHere(fault.kind, call, trace));
      const chosen = new Set([fit[0], fit[Math.floor((fit.length - 1) / 2)], fit.at(-1)]);
      return [...chosen].flatMap((call): SweepCase[] => {
        if (call === undefined) return [];
        const occurrence = calls.indexOf(call) + 1;
        const faults = [{ ...fault, at: { call: call.index } }];
        const { kind } = fault;
        return [{ site, call: call.index, occurrence, of: calls.length, kind, faults, passes }];
      });
    }),
    ...refusedForGood(site, calls),
  ]);
  return cases.sort((a, b) => a.call - b.call);
}

/** The call sites of a run, in the order of their first calls. */
export function callSites(
  trace: Trace,
): Iterable<{ readonly site: CallSite; readonly calls: readonly TracedCall[] }> {
  const sites = new Map<string, { site: CallSite; calls: TracedCall[] }>();
  for (const call of trace.calls) {
    const site = { caller: call.caller, operation: `${call.service}:${call.operation}` };
    const key = siteKey(site);
    const known = sites.get(key) ?? { site, calls: [] };
    sites.set(key, known);
    known.calls.push(call);
  }
  return sites.values();
}

/** A text that is the same for the same site. */
export function siteKey({ caller, operation }: CallSite): string {
  return `${caller} ${operation}`;
}

function canHitHere(kind: FaultKind, call: TracedCall, trace: Trace): boolean {
  if (kind === 'killExecution') return call.execution !== undefined;
  const isRead = !call.mutates && call.input?.ConsistentRead !== true;
  return canHit(kind, { ...call, isRead }) && (kind !== 'staleRead' || followsChange(call, trace));
}

/** Whether its service changed so shortly before that a read may miss it. */
function followsChange({ index, at, service }: TracedCall, { calls }: Trace): boolean {
  const since = Date.parse(at) - STALE_MILLISECONDS;
  for (let before = index - 1; before >= 0; before -= 1) {
    const call = calls[before]!;
    if (Date.parse(call.at) < since) return false;
    if (call.service === service && call.mutates && call.effect) return true;
  }
  return false;
}

function refusedForGood(site: CallSite, calls: readonly TracedCall[]): SweepCase[] {
  if (!/^(schedule|rule):/.test(site.caller) || site.operation !== 'states:StartExecution') {
    return [];
  }
  const fault: Fault = { kind: 'accessDenied', at: { ...site, occurrence: 'every' } };
  const place = { site, call: calls[0]!.index, occurrence: 1, of: calls.length };
  // What nobody started told nobody; its event waits in the queue for a person.
  return [{ ...place, kind: fault.kind, passes: false, faults: [fault], excused: ['5'] }];
}
