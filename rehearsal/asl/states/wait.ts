import type { Json } from '../../services/service';
import { effectiveInput, evaluateField, languageOf, passedOn } from '../data-flow';
import { queryFailure, runtimeFailure } from '../failure';
import { PathNotFound } from '../json-path';
import type { Run } from '../run';
import { resolvePath, scopeOf } from '../scope';
import { parseTimestamp } from '../timestamp';
import { exit } from '../transitions';
import type { Branch } from '../types';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html */
const maxSeconds = 99_999_999;

/** Wait: asks for a timer at the second or time that the state names. */
export function attemptWait(run: Run, branch: Branch, state: Json): void {
  const at =
    languageOf(run, state) === 'JSONata'
      ? jsonataTime(run, branch, state)
      : jsonPathTime(run, branch, state);
  const timer = run.setTimer({ kind: 'wait', branch: branch.id }, Math.max(at, run.now));
  run.activeOf(branch).timers.push(timer);
}

/** The timer of a Wait is due. */
export function endWait(run: Run, branch: Branch): void {
  const state = run.stateOf(branch);
  exit(run, branch, { ...passedOn(run, branch, state), next: state.Next ?? null });
}

function jsonataTime(run: Run, branch: Branch, state: Json): number {
  if (state.Seconds !== undefined) {
    const seconds = evaluateField(run, branch, state.Seconds, 'Seconds');
    if (!Number.isInteger(seconds) || seconds < 0 || seconds > maxSeconds) {
      throw queryFailure(
        `The Seconds field must be an integer between 0 and ${maxSeconds} but was: ${JSON.stringify(seconds)}`,
        'Seconds',
      );
    }
    return run.now + seconds * 1000;
  }
  const timestamp = evaluateField(run, branch, state.Timestamp, 'Timestamp');
  const at = parseTimestamp(timestamp);
  if (at !== undefined) return at;
  throw queryFailure(
    `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${timestamp}`,
    'Timestamp',
    true,
  );
}

function jsonPathTime(run: Run, branch: Branch, state: Json): number {
  if (state.Seconds !== undefined) return run.now + state.Seconds * 1000;
  if (state.SecondsPath !== undefined) return run.now + secondsAt(run, branch, state) * 1000;
  if (state.Timestamp !== undefined) {
    return parseTimestamp(state.Timestamp) ?? fail(`The Timestamp ${state.Timestamp} is not valid`);
  }
  const timestamp = lookUp(run, branch, state, 'TimestampPath');
  return (
    parseTimestamp(timestamp) ??
    fail(
      `The TimestampPath parameter does not reference a valid ISO-8601 extended offset date-time format string: ${state.TimestampPath} == ${timestamp}`,
    )
  );
}

function secondsAt(run: Run, branch: Branch, state: Json): number {
  const seconds = lookUp(run, branch, state, 'SecondsPath');
  const found = `${state.SecondsPath} == ${typeof seconds === 'object' ? JSON.stringify(seconds) : seconds}`;
  if (!/^-?\d+$/.test(String(seconds))) {
    return fail(`The SecondsPath parameter cannot be parsed as a long value: ${found}`);
  }
  if (Number(seconds) < 0) {
    return fail(`The SecondsPath parameter references a negative value: ${found}`);
  }
  if (Number(seconds) > maxSeconds) {
    return fail(`The SecondsPath parameter exceeds ${maxSeconds}: ${found}`);
  }
  return Number(seconds);
}

function lookUp(
  run: Run,
  branch: Branch,
  state: Json,
  field: 'SecondsPath' | 'TimestampPath',
): Json {
  try {
    return resolvePath(state[field], scopeOf(run, branch, effectiveInput(run, branch, state)));
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    return fail(`The ${field} parameter does not reference an input value: ${state[field]}`);
  }
}

function fail(reason: string): never {
  throw runtimeFailure(reason);
}
