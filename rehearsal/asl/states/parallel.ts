import type { Json } from '../../services/service';
import { evaluateArguments } from '../data-flow';
import type { StateFailure } from '../failure';
import { record } from '../history';
import type { Run } from '../run';
import { abort, checkSize } from '../transitions';
import type { Branch } from '../types';
import { abortChildren, groupOf, leaveGroup, removeChild, startChild } from './group';

/** Parallel: all branches start at once, each with the same input. */
export function attemptParallel(run: Run, branch: Branch, state: Json): void {
  const active = run.activeOf(branch);
  if (active.retryCount > 0) run.countTransition();
  const input = evaluateArguments(run, branch, state);
  checkSize(input, active.name);
  record(run, branch, 'ParallelStateStarted');
  const items = state.Branches.map(() => input);
  active.group = {
    items,
    input,
    concurrency: items.length,
    next: items.length,
    results: [],
    running: [],
    succeeded: 0,
    failed: 0,
  };
  for (const index of items.keys()) {
    const path = [...branch.path, 'States', active.name, 'Branches', String(index)];
    startChild(run, branch, { index, path }, input);
  }
}

/** A branch of a Parallel has ended well; the last one ends the state. */
export function parallelChildSucceeded(
  run: Run,
  parent: Branch,
  child: Branch,
  output: Json,
): void {
  const group = groupOf(run, parent);
  removeChild(run, parent, child);
  parent.previous = child.previous;
  group.results[child.index] = output;
  group.succeeded += 1;
  if (group.succeeded === group.items.length) leaveGroup(run, parent, group.results);
}

/** A branch of a Parallel has failed: the others end, and the state fails with its error. */
export function parallelChildFailed(
  run: Run,
  parent: Branch,
  child: Branch,
  failure: StateFailure,
): never {
  parent.previous = child.previous;
  removeChild(run, parent, child);
  abort(run, child, parent.previous);
  abortChildren(run, parent, () => undefined);
  throw failure;
}
