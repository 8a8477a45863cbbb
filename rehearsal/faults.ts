import { readInputFile, readInputText } from './input-file';
import * as schema from './schemas/faults.schema.json';

/**
 * How a call goes wrong. `throttle`, `serverError`, `timeout`, `accessDenied` and `limitExceeded` come before the
 * effect; `lostAnswer`: the call takes effect and its caller sees a timeout; `staleRead`: a read is answered as it
 * would have been before the latest change of the service, if that is not older than `STALE_MILLISECONDS`;
 * `crashFunctionBefore` and `crashFunctionAfter`: the calling function dies before or after the effect;
 * `killExecution`: the call takes effect, then its execution is stopped (ABORTED); `duplicateEvent`, `lateEvent`
 * and `lostEvent`: what a schedule or rule starts is started twice, late or never.
 */
export type FaultKind =
  | 'throttle'
  | 'serverError'
  | 'timeout'
  | 'lostAnswer'
  | 'staleRead'
  | 'accessDenied'
  | 'limitExceeded'
  | 'crashFunctionBefore'
  | 'crashFunctionAfter'
  | 'killExecution'
  | 'duplicateEvent'
  | 'lateEvent'
  | 'lostEvent';

/**
 * Longest time for which a read may miss a change, virtual milliseconds. Assumed: AWS promises nothing, and speaks of
 * "a few minutes" at most, https://docs.aws.amazon.com/AWSEC2/latest/APIReference/query-api-troubleshooting.html
 */
export const STALE_MILLISECONDS = 60_000;

/** A fault as its file describes it: `schemas/faults.schema.json`. */
export interface Fault {
  readonly kind: FaultKind;
  readonly at: FaultPlace;
  /** `killExecution` only: the same input is started again that much later. */
  readonly restartAfterSeconds?: number;
  /** `duplicateEvent` and `lateEvent` only. @default 60 for a duplicate, 3600 for a late one */
  readonly delaySeconds?: number;
}

/** Which calls a fault hits. */
export type FaultPlace =
  /** The call at this position of the trace, from 0. */
  | { readonly call: number }
  | {
      /** Service and operation, `appstream:CreateUpdatedImage`. */
      readonly operation: string;
      /** Which of the calls that fit, from 1. @default 1 */
      readonly occurrence?: number | 'every';
      /** Only calls by this caller; `*` stands for any text. @default any */
      readonly caller?: string;
    }
  /** Each call, or each call of the operation, with this probability. */
  | { readonly probability: number; readonly operation?: string };

/** What of a call decides whether a fault hits it; a `TracedCall` fits. */
export interface FaultTarget {
  readonly index: number;
  readonly service: string;
  readonly operation: string;
  readonly caller: string;
  /** Whether it only reads, and does not ask for consistency. @default false */
  readonly isRead?: boolean;
}

/** Virtual milliseconds by which a `duplicateEvent` or `lateEvent` comes after its time. */
export function delayOf({ kind, delaySeconds }: Fault): number {
  return (delaySeconds ?? (kind === 'duplicateEvent' ? 60 : 3600)) * 1000;
}

/** Decides, call by call and in the order of the trace, what goes wrong. */
export interface FaultPlan {
  /** The fault that hits this call. Ask exactly once per call: asking counts. */
  next(call: FaultTarget): Fault | undefined;
  /** Faults that have hit nothing so far, in the order of the file. */
  unused(): Fault[];
  /** The counters: plain data, so that a rehearsal can be saved and resumed. */
  readonly state: FaultPlanState;
}

/** Per fault, in the order of the file. */
export interface FaultPlanState {
  /** Calls that fitted its operation and caller. */
  readonly seen: number[];
  /** Calls that it hit. */
  readonly hits: number[];
}

/**
 * Reads a faults file, YAML or JSON; or the JSON itself, where it is given instead of a name.
 *
 * @throws {InputError} naming the file and the key path of every problem.
 */
export function loadFaults(file: string): Fault[] {
  const read = file.trimStart().startsWith('{')
    ? readInputText(file, '--faults', schema)
    : readInputFile(file, schema);
  return read.faults;
}

/**
 * @param random seeded, uniform in [0, 1); drawn once per call and fault with a probability, hit or not, so that
 * one fault never shifts another's luck
 * @param saved counters of an earlier plan for the same faults, to resume it; faults at the end may be new
 */
export function createFaultPlan(
  faults: readonly Fault[],
  random: () => number,
  saved?: FaultPlanState,
): FaultPlan {
  const state = {
    seen: faults.map((_, index) => saved?.seen[index] ?? 0),
    hits: faults.map((_, index) => saved?.hits[index] ?? 0),
  };
  const places = faults.map(({ at }) => matcher(at));
  return {
    state,
    next(call) {
      let chosen: number | undefined;
      faults.forEach((fault, index) => {
        if (!canHit(fault.kind, call) || !places[index]!(call)) {
          return;
        }
        const count = (state.seen[index] = state.seen[index]! + 1);
        if (isDue(fault.at, count, random)) {
          chosen ??= index;
        }
      });
      if (chosen === undefined) {
        return undefined;
      }
      state.hits[chosen] = state.hits[chosen]! + 1;
      return faults[chosen];
    },
    unused: () => faults.filter((_, index) => state.hits[index] === 0),
  };
}

/** Only a function can crash, only a read can be stale, and only schedules and rules deliver. */
export function canHit(kind: FaultKind, call: Omit<FaultTarget, 'index'>): boolean {
  if (kind.startsWith('crashFunction')) return call.caller.startsWith('function:');
  if (kind === 'staleRead') return call.isRead === true;
  if (!kind.endsWith('Event')) return true;
  return /^(schedule|rule):/.test(call.caller) && call.operation === 'StartExecution';
}

function matcher(at: FaultPlace): (call: FaultTarget) => boolean {
  if ('call' in at) {
    return (call) => call.index === at.call;
  }
  const caller = 'caller' in at && at.caller !== undefined ? wildcard(at.caller) : /^/;
  return (call) =>
    (at.operation === undefined || at.operation === `${call.service}:${call.operation}`) &&
    caller.test(call.caller);
}

function isDue(at: FaultPlace, count: number, random: () => number): boolean {
  if ('call' in at) {
    return true;
  }
  if ('probability' in at) {
    return random() < at.probability;
  }
  return at.occurrence === 'every' || count === (at.occurrence ?? 1);
}

function wildcard(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
