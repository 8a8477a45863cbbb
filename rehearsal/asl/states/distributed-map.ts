import type { Json } from '../../services/service';
import { effectiveInput, evaluateField, languageOf } from '../data-flow';
import { runtimeFailure, StateFailure } from '../failure';
import { record } from '../history';
import { readItems } from '../item-reader';
import { randomUuid } from '../random';
import { parseResource } from '../resource';
import type { Run } from '../run';
import { scopeOf } from '../scope';
import { fillTemplate } from '../template';
import { abort, checkSize } from '../transitions';
import type { Branch, MapRun, Signal } from '../types';
import { abortChildren, groupOf, leaveGroup, removeChild, startChild } from './group';
import { batchItems } from './item-batcher';
import {
  itemOf,
  mapConcurrency,
  mapItems,
  numberField,
  processorKey,
  selectItem,
} from './map-fields';
import { placeOf } from './task';

/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const maxConcurrency = 10_000;

/**
 * Map in DISTRIBUTED mode: each item, or batch of items, is a child execution with a history and variables of its
 * own. The children live in the state of the parent; their tasks and timers are effects like any other.
 */
export function attemptDistributedMap(run: Run, branch: Branch, state: Json): void {
  if (run.machine.type === 'EXPRESS') {
    throw new Error('A distributed Map is not for state machines of the type EXPRESS.');
  }
  if (state.ResultWriter !== undefined) {
    throw new Error(
      `The ResultWriter of the state '${run.activeOf(branch).name}' is not implemented.`,
    );
  }
  const concurrency = mapConcurrency(run, branch, state, maxConcurrency);
  const source =
    state.ItemReader === undefined
      ? mapItems(run, branch, state)
      : { input: effectiveInput(run, branch, state), items: [] };
  record(run, branch, 'MapStateStarted', { length: source.items.length });
  const tolerance = toleranceOf(run, branch, state);
  const mapRunArn = mapRunName(run, state);
  record(run, branch, 'MapRunStarted', { mapRunArn });
  run.activeOf(branch).group = {
    ...source,
    concurrency,
    next: 0,
    results: [],
    running: [],
    succeeded: 0,
    failed: 0,
    mapRun: { arn: mapRunArn, ...tolerance },
  };
  if (state.ItemReader === undefined) startWith(run, branch, state);
  else askForItems(run, branch, state);
}

/** The items of an `ItemReader` are there, or could not be read. */
export function itemsRead(
  run: Run,
  branch: Branch,
  signal: Extract<Signal, { kind: 'taskSucceeded' | 'taskFailed' }>,
): void {
  const state = run.stateOf(branch);
  const active = run.activeOf(branch);
  delete active.task;
  if (signal.kind === 'taskFailed') {
    failMapRun(run, branch, 'States.ItemReaderFailed', signal.cause ?? '');
  }
  const config = state.ItemReader.ReaderConfig ?? {};
  const maxItems = numberField(run, branch, state, 'MaxItems', 'integer', config);
  let items: readonly Json[];
  try {
    items = readItems(state.ItemReader.Resource, config, signal.output, maxItems);
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    return failMapRun(run, branch, error.error ?? '', error.reason ?? '');
  }
  active.group = { ...groupOf(run, branch), items };
  startWith(run, branch, state);
}

/** A child execution has ended well. */
export function distributedChildSucceeded(
  run: Run,
  parent: Branch,
  child: Branch,
  output: Json,
): void {
  const group = groupOf(run, parent);
  removeChild(run, parent, child);
  group.results[child.index] = output;
  group.succeeded += 1;
  fillWindow(run, parent);
}

/** A child execution has failed, which the state bears up to its tolerance. */
export function distributedChildFailed(run: Run, parent: Branch, child: Branch): void {
  const group = groupOf(run, parent);
  abort(run, child, child.previous);
  removeChild(run, parent, child);
  group.failed += 1;
  if (!isTolerated(group.mapRun ?? { arn: '' }, group.failed, group.items.length)) {
    abortChildren(run, parent, () => undefined);
    failMapRun(
      run,
      parent,
      'States.ExceedToleratedFailureThreshold',
      'The specified tolerated failure threshold was exceeded',
    );
  }
  fillWindow(run, parent);
}

function askForItems(run: Run, branch: Branch, state: Json): void {
  const { Resource, Parameters, Arguments } = state.ItemReader;
  const active = run.activeOf(branch);
  active.task = { id: run.newId('task'), token: '', started: true };
  run.execution.tasks[active.task.id] = branch.id;
  run.effects.push({
    kind: 'task',
    task: active.task.id,
    state: active.name,
    resource: Resource,
    integration: parseResource(Resource),
    input:
      languageOf(run, state) === 'JSONata'
        ? evaluateField(run, branch, Arguments ?? {}, 'ItemReader/Arguments')
        : fillTemplate(Parameters ?? {}, scopeOf(run, branch, groupOf(run, branch).input)),
    branch: placeOf(run, branch),
    purpose: 'itemReader',
  });
}

/** Turns the items into the inputs of children, then starts as many as may run at once. */
function startWith(run: Run, branch: Branch, state: Json): void {
  const group = groupOf(run, branch);
  const selected = group.items.map((_, index) =>
    selectItem(run, branch, state, group.input, itemOf(group, index)),
  );
  const items =
    state.ItemBatcher === undefined ? selected : batchItems(run, branch, state, selected);
  run.activeOf(branch).group = { ...group, items };
  fillWindow(run, branch);
}

function fillWindow(run: Run, branch: Branch): void {
  const group = groupOf(run, branch);
  if (group.succeeded + group.failed === group.items.length) {
    record(run, branch, 'MapRunSucceeded');
    const results = group.results.filter((_, index) => index in group.results);
    // Also where ResultPath throws them away: https://github.com/aws/aws-cdk/issues/24799
    checkSize(results, run.activeOf(branch).name);
    leaveGroup(run, branch, results);
    return;
  }
  const { name } = run.activeOf(branch);
  const path = [...branch.path, 'States', name, processorKey(run.stateOf(branch))];
  while (group.running.length < group.concurrency && group.next < group.items.length) {
    const index = group.next;
    const input = group.items[index];
    group.next += 1;
    const execution = randomUuid(run.random);
    const arn = (group.mapRun?.arn ?? '')
      .replace(':mapRun:', ':execution:')
      .replace(/[^:]+$/, execution);
    const child = { arn, name: execution, input, startTime: run.now, historyEvents: 1 };
    startChild(run, branch, { index, path, child }, input).previous = 0;
  }
}

function failMapRun(run: Run, branch: Branch, error: string, cause: string): never {
  record(run, branch, 'MapRunFailed', { error, cause });
  throw new StateFailure(error, cause);
}

/** Without either field, no failure is borne. */
function toleranceOf(
  run: Run,
  branch: Branch,
  state: Json,
): Pick<MapRun, 'toleratedCount' | 'toleratedPercentage'> {
  const count = numberField(run, branch, state, 'ToleratedFailureCount', 'integer');
  const percentage = numberField(run, branch, state, 'ToleratedFailurePercentage', 'float');
  if (count !== undefined && count < 0) {
    throw runtimeFailure('ToleratedFailureCount cannot be negative.');
  }
  if (percentage !== undefined && (percentage < 0 || percentage > 100)) {
    throw runtimeFailure('ToleratedFailurePercentage must be between 0 and 100.');
  }
  return {
    ...(count === undefined ? {} : { toleratedCount: count }),
    ...(percentage === undefined ? {} : { toleratedPercentage: percentage }),
  };
}

function isTolerated(
  { toleratedCount, toleratedPercentage }: MapRun,
  failed: number,
  items: number,
): boolean {
  if (toleratedCount === undefined && toleratedPercentage === undefined) return false;
  return (
    failed <= (toleratedCount ?? Infinity) &&
    (failed / items) * 100 <= (toleratedPercentage ?? Infinity)
  );
}

function mapRunName(run: Run, state: Json): string {
  const label = state.Label ?? randomUuid(run.random);
  return `${run.machine.arn.replace(':stateMachine:', ':mapRun:')}/${label}:${randomUuid(run.random)}`;
}
