import { errorMatches, StateFailure } from './failure';
import { outcomeOfCatch } from './data-flow';
import { record } from './history';
import { retryDelay } from './retry';
import type { Run } from './run';
import { exit, failBranch, leave } from './transitions';
import type { Branch } from './types';
import type { Json } from '../services/service';

/** Handles the failure of a branch's current state: tries again, goes to a catcher's state, or fails the branch. */
export function failState(run: Run, branch: Branch, raw: StateFailure): void {
  const active = run.activeOf(branch);
  const state = run.stateOf(branch);
  const failure = locate(raw, active.name, active.enteredEvent);
  if (raw.details.evaluation !== undefined) {
    record(run, branch, 'EvaluationFailed', {
      state: active.name,
      ...raw.details.evaluation,
      error: failure.error,
      cause: failure.reason,
    });
  }
  stopWork(run, branch);
  if (scheduleRetry(run, branch, state, failure)) return;
  if (active.group !== undefined) record(run, branch, `${state.Type}StateFailed`);
  const catcher = matching(state.Catch, failure);
  if (catcher === undefined) {
    leave(run, branch);
    failBranch(run, branch, failure);
    return;
  }
  exit(run, branch, {
    ...outcomeOfCatch(run, branch, state, catcher, failure),
    next: catcher.Next,
  });
}

function locate(failure: StateFailure, state: string, event: number): StateFailure {
  if (failure.details.locate !== true) return failure;
  const { evaluation, alsoNamed } = failure.details;
  return new StateFailure(
    failure.error,
    `An error occurred while executing the state '${state}' (entered at the event id #${event}). ${failure.reason}`,
    {
      ...(evaluation === undefined ? {} : { evaluation }),
      ...(alsoNamed === undefined ? {} : { alsoNamed }),
    },
  );
}

/** Drops the task or the timers of the attempt that failed. */
function stopWork(run: Run, branch: Branch): void {
  const active = run.activeOf(branch);
  active.timers.forEach((timer) => run.cancelTimer(timer));
  active.timers = [];
  if (active.task !== undefined) run.cancelTask(active.task.id);
  delete active.task;
}

function scheduleRetry(run: Run, branch: Branch, state: Json, failure: StateFailure): boolean {
  const retrier = matching(state.Retry, failure);
  if (retrier === undefined) return false;
  const active = run.activeOf(branch);
  const position = state.Retry.indexOf(retrier);
  const made = active.attempts[position] ?? 0;
  if (made >= (retrier.MaxAttempts ?? 3)) return false;
  active.attempts = state.Retry.map(
    (_: Json, index: number) => (active.attempts[index] ?? 0) + (index === position ? 1 : 0),
  );
  active.retryCount += 1;
  delete active.group;
  const at = run.now + retryDelay(retrier, made, run.random);
  active.timers.push(run.setTimer({ kind: 'retry', branch: branch.id }, at));
  return true;
}

function matching(rules: readonly Json[] | undefined, failure: StateFailure): Json | undefined {
  const named = { error: failure.error, alsoNamed: failure.details.alsoNamed };
  return rules?.find((rule) =>
    rule.ErrorEquals.some((pattern: string) => errorMatches(pattern, named)),
  );
}
