import { errorMatches, StateFailure } from './failure';
import { outcomeOfCatch } from './data-flow';
import { record } from './history';
import { retryDelay } from './retry';
import type { Run } from './run';
import { exit, failBranch } from './transitions';
import type { Branch } from './types';
import type { Json } from '../services/service';

/** Handles the failure of a branch's current state: tries again, goes to a catcher's state, or fails the branch. */
export function failState(run: Run, branch: Branch, raw: StateFailure): void {
  const active = run.activeOf(branch);
  const state = run.stateOf(branch);
  const failure = locate(raw, active.name, active.enteredEvent);
  if (raw.details.evaluation !== undefined) {
    // AWS hangs the event on what led to the state, as if the state had not been entered yet.
    const isBefore = branch.previous === active.enteredEvent && raw.details.afterEntry !== true;
    if (isBefore) branch.previous = active.enteredFrom;
    record(run, branch, 'EvaluationFailed', {
      state: active.name,
      ...raw.details.evaluation,
      error: failure.error,
      cause: failure.reason,
    });
  }
  stopWork(run, branch);
  const isOver = active.caught === true;
  if (!isOver && scheduleRetry(run, branch, state, failure)) return;
  const hasChildren = state.Type === 'Map' || state.Type === 'Parallel';
  if (active.group !== undefined || (hasChildren && raw.details.evaluation !== undefined)) {
    record(run, branch, `${state.Type}StateFailed`);
  }
  const catcher = isOver ? undefined : matching(state.Catch, failure);
  if (catcher === undefined) {
    failBranch(run, branch, failure);
    return;
  }
  active.caught = true;
  exit(run, branch, {
    ...outcomeOfCatch(run, branch, state, catcher, failure),
    next: catcher.Next,
  });
}

function locate(failure: StateFailure, state: string, event: number): StateFailure {
  const { alsoNamed, locate: isWanted, terminal } = failure.details;
  if (isWanted !== true) return failure;
  const place = `An error occurred while executing the state '${state}' (entered at the event id #${event}).`;
  return new StateFailure(failure.error, `${place} ${failure.reason}`, {
    ...(alsoNamed === undefined ? {} : { alsoNamed }),
    ...(terminal === undefined ? {} : { terminal }),
  });
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

function matching(rules: readonly Json[] | undefined, failure: StateFailure): Json {
  return rules?.find((rule) =>
    rule.ErrorEquals.some((pattern: string) => errorMatches(pattern, failure)),
  );
}
