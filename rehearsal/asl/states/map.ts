import type { Json } from '../../services/service';
import type { StateFailure } from '../failure';
import { note, record } from '../history';
import type { Run } from '../run';
import { abort } from '../transitions';
import type { Branch } from '../types';
import { attemptDistributedMap } from './distributed-map';
import { abortChildren, groupOf, leaveGroup, removeChild, startChild } from './group';
import { itemOf, mapConcurrency, mapItems, processorKey, selectItem } from './map-fields';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const maxInlineConcurrency = 40;

/** Map: a sliding window of iterations over the items. */
export function attemptMap(run: Run, branch: Branch, state: Json): void {
  const active = run.activeOf(branch);
  if (active.retryCount > 0) run.countTransition();
  if (state[processorKey(state)].ProcessorConfig?.Mode === 'DISTRIBUTED') {
    attemptDistributedMap(run, branch, state);
    return;
  }
  const concurrency = mapConcurrency(run, branch, state, maxInlineConcurrency);
  const { input, items, keys } = mapItems(run, branch, state);
  record(run, branch, 'MapStateStarted', { length: items.length });
  active.group = {
    items,
    ...(keys === undefined ? {} : { keys }),
    input,
    concurrency,
    next: 0,
    results: [],
    running: [],
    succeeded: 0,
    failed: 0,
  };
  fillWindow(run, branch);
}

/** An iteration has ended well. */
export function iterationSucceeded(run: Run, parent: Branch, child: Branch, output: Json): void {
  const group = groupOf(run, parent);
  removeChild(run, parent, child);
  parent.previous = child.previous;
  group.results[child.index] = output;
  group.succeeded += 1;
  const event = note(run, parent, 'MapIterationSucceeded', iteration(run, parent, child.index));
  if (group.succeeded === group.items.length) parent.previous = event;
  fillWindow(run, parent);
}

/** An iteration has failed: the others end, and the state fails with its error. */
export function iterationFailed(
  run: Run,
  parent: Branch,
  child: Branch,
  failure: StateFailure,
): never {
  parent.previous = child.previous;
  removeChild(run, parent, child);
  note(run, parent, 'MapIterationFailed', iteration(run, parent, child.index));
  abort(run, child, parent.previous);
  abortChildren(run, parent, (other) => {
    note(run, parent, 'MapIterationAborted', iteration(run, parent, other.index));
  });
  throw failure;
}

function fillWindow(run: Run, branch: Branch): void {
  const group = groupOf(run, branch);
  const state = run.stateOf(branch);
  if (group.succeeded === group.items.length) {
    leaveGroup(run, branch, group.results);
    return;
  }
  while (group.running.length < group.concurrency && group.next < group.items.length) {
    const index = group.next;
    group.next += 1;
    const { name } = run.activeOf(branch);
    const path = [...branch.path, 'States', name, processorKey(state)];
    const item = itemOf(group, index);
    const input = selectItem(run, branch, state, group.input, item);
    const event = note(run, branch, 'MapIterationStarted', iteration(run, branch, index));
    startChild(run, branch, { index, path, item }, input).previous = event;
  }
}

function iteration(run: Run, branch: Branch, index: number): Json {
  return { name: run.activeOf(branch).name, index };
}
