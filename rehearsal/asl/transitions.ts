import type { Json } from '../services/service';
import { dataLimitFailure, StateFailure } from './failure';
import { HistoryLimitReached, note, noteExecution, record } from './history';
import type { Run } from './run';
import type { Branch } from './types';

/** UTF-8 bytes: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxPayloadBytes = 262_144;

/** Does all that is queued; a failure of a step is one of the state that its branch is in. */
export function drain(run: Run): void {
  for (let next = run.takeStep(); next !== undefined; next = run.takeStep()) {
    const { branch, step } = next;
    if (run.isAlive(branch)) guard(run, branch, step);
  }
}

/** Does a step of a branch now. */
export function guard(run: Run, branch: Branch, step: () => void): void {
  try {
    step();
  } catch (error) {
    if (error instanceof StateFailure) {
      guard(run, branch, () => run.behaviours.fail(run, branch, error));
    } else if (error instanceof HistoryLimitReached) {
      endForHistoryLimit(run, error);
    } else {
      throw error;
    }
  }
}

/** Enters a state: what it does then follows in its turn. */
export function enter(run: Run, branch: Branch, name: string, input: Json): void {
  const state = run.containerOf(branch).States[name];
  if (state === undefined) throw new Error(`The definition has no state '${name}'.`);
  run.countTransition();
  const enteredFrom = branch.previous;
  const enteredEvent = record(run, branch, `${state.Type}StateEntered`, { name, input });
  branch.active = {
    name,
    input,
    enteredAt: run.now,
    enteredEvent,
    enteredFrom,
    retryCount: 0,
    attempts: [],
    timers: [],
  };
  attempt(run, branch);
}

/** Does the work of the current state, for the first time or again. */
export function attempt(run: Run, branch: Branch): void {
  const state = run.stateOf(branch);
  const work = run.behaviours.attempt[state.Type];
  if (work === undefined) throw new Error(`States of type '${state.Type}' are not implemented.`);
  work(run, branch, state);
}

/**
 * Leaves the current state.
 * @param next the state to go to, or null where the branch ends
 * @throws StateFailure `States.DataLimitExceeded` for an output over the payload limit
 */
export function exit(
  run: Run,
  branch: Branch,
  outcome: { readonly output: Json; readonly assigned?: Json; readonly next: string | null },
): void {
  const { output, assigned, next } = outcome;
  const active = run.activeOf(branch);
  checkSize(output, active.name);
  record(run, branch, `${run.stateOf(branch).Type}StateExited`, {
    name: active.name,
    output,
    ...(Object.keys(assigned ?? {}).length === 0 ? {} : { assignedVariables: assigned }),
  });
  branch.variables = { ...branch.variables, ...assigned };
  leave(run, branch);
  if (next === null) complete(run, branch, output);
  else run.enqueue(branch, () => enter(run, branch, next, output));
}

/** Drops what the current state waits for. */
export function leave(run: Run, branch: Branch): void {
  const { active } = branch;
  if (active === undefined) return;
  active.timers.forEach((timer) => run.cancelTimer(timer));
  if (active.task !== undefined) run.cancelTask(active.task.id);
  delete branch.active;
}

/** Ends a branch well. */
function complete(run: Run, branch: Branch, output: Json): void {
  if (branch.parent !== undefined) {
    const parent = run.branch(branch.parent);
    guard(run, parent, () => run.behaviours.childSucceeded(run, branch, output));
    return;
  }
  noteExecution(run, 'ExecutionSucceeded', branch.previous, { output });
  run.finish('SUCCEEDED', { output });
}

/** Ends a branch that nothing saves, and with the root the execution. */
export function failBranch(run: Run, branch: Branch, failure: StateFailure): void {
  if (branch.parent !== undefined) {
    const parent = run.branch(branch.parent);
    guard(run, parent, () => run.behaviours.childFailed(run, branch, failure));
    return;
  }
  endFailed(run, branch.previous, failure);
}

/** @throws StateFailure `States.DataLimitExceeded` */
export function checkSize(value: Json, name: string): void {
  if (isTooLarge(value)) throw dataLimitFailure(name, true);
}

/** Whether a payload exceeds what AWS passes on. */
export function isTooLarge(value: Json): boolean {
  const text = JSON.stringify(value);
  // Most payloads are far from the limit: a UTF-16 unit takes at most three bytes.
  return text.length * 3 > maxPayloadBytes && Buffer.byteLength(text) > maxPayloadBytes;
}

function endForHistoryLimit(run: Run, reached: HistoryLimitReached): void {
  const failure = new StateFailure('States.Runtime', reached.message);
  const child = run.lineage(reached.branch).at(-1);
  if (child?.child !== undefined) failBranch(run, child, failure);
  else endFailed(run, reached.branch.previous, failure);
}

function endFailed(run: Run, previousEventId: number, failure: StateFailure): void {
  const result = {
    ...(failure.error === undefined ? {} : { error: failure.error }),
    ...(failure.reason === undefined ? {} : { cause: failure.reason }),
  };
  noteExecution(run, 'ExecutionFailed', previousEventId, result);
  run.finish('FAILED', result);
}

/** Types of states whose end from outside AWS records: https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html */
const abortable = ['Map', 'Parallel', 'Task', 'Wait'];

/** Ends a branch because its Map or Parallel has failed or is tried again. */
export function abort(run: Run, branch: Branch, previousEventId: number): void {
  const { active } = branch;
  branch.previous = previousEventId;
  if (active !== undefined) {
    for (const id of active.group?.running ?? []) abort(run, run.branch(id), previousEventId);
    const { Type } = run.stateOf(branch);
    if (abortable.includes(Type)) note(run, branch, `${Type}StateAborted`);
  }
  leave(run, branch);
  delete run.execution.branches[branch.id];
}
