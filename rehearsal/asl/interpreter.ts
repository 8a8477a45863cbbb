import type { Json } from '../services/service';
import { failState } from './fail-state';
import type { StateFailure } from './failure';
import { noteExecution } from './history';
import { Run, type Behaviours } from './run';
import { attemptChoice } from './states/choice';
import {
  distributedChildFailed,
  distributedChildSucceeded,
  itemsRead,
} from './states/distributed-map';
import { groupOf } from './states/group';
import { attemptMap, iterationFailed, iterationSucceeded } from './states/map';
import { attemptParallel, parallelChildFailed, parallelChildSucceeded } from './states/parallel';
import { attemptFail, attemptPass, attemptSucceed } from './states/simple';
import { attemptTask, beatTask, endTask, failTask, submitTask, timeOutTask } from './states/task';
import { attemptWait, endWait } from './states/wait';
import { attempt, drain, enter, guard } from './transitions';
import type {
  Branch,
  Effect,
  ExecutionState,
  PendingTimer,
  Signal,
  StartArguments,
  StateMachineOptions,
} from './types';

const rootId = 'root';

/** Seconds: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxSeconds = { STANDARD: 365 * 24 * 3600, EXPRESS: 300 };

const behaviours: Behaviours = {
  attempt: {
    Choice: attemptChoice,
    Fail: attemptFail,
    Map: attemptMap,
    Parallel: attemptParallel,
    Pass: attemptPass,
    Succeed: attemptSucceed,
    Task: attemptTask,
    Wait: attemptWait,
  },
  fail: failState,
  childSucceeded: (run, child, output) =>
    childHandlers(run, child).succeeded(run, parentOf(run, child), child, output),
  childFailed: (run, child, failure) =>
    childHandlers(run, child).failed(run, parentOf(run, child), child, failure),
};

/**
 * Starts an execution and runs it until all of its branches wait.
 * @throws Error for a definition that uses what is not implemented
 */
export function startExecution(
  machine: StateMachineOptions,
  start: StartArguments,
): { execution: ExecutionState; effects: Effect[] } {
  const root: Branch = { id: rootId, index: 0, path: [], variables: {}, previous: 0 };
  const execution: ExecutionState = {
    arn: start.executionArn,
    name: start.name,
    input: start.input,
    startTime: start.startTime,
    redriveCount: start.redriveCount ?? 0,
    status: 'RUNNING',
    transitions: 0,
    history: [],
    historyEvents: 0,
    random: start.seed | 0,
    lastId: 0,
    branches: { [rootId]: root },
    timers: {},
    tasks: {},
  };
  const run = new Run(machine, execution, start.startTime, behaviours);
  noteExecution(run, 'ExecutionStarted', 0, { input: start.input, roleArn: machine.roleArn });
  const limit = maxSeconds[machine.type];
  const seconds = Math.min(machine.definition.TimeoutSeconds ?? limit, limit);
  run.setTimer({ kind: 'execution' }, start.startTime + seconds * 1000);
  run.enqueue(root, () => enter(run, root, machine.definition.StartAt, start.input));
  drain(run);
  return { execution, effects: run.effects };
}

/**
 * Tells an execution what happened; changes it in place and returns what it wants done next. A signal about a task
 * or timer that is no longer wanted has no effect.
 * @param now epoch milliseconds
 * @throws Error for a task or timer that never was
 */
export function deliver(
  machine: StateMachineOptions,
  execution: ExecutionState,
  signal: Signal,
  now: number,
): Effect[] {
  if (execution.status !== 'RUNNING') return [];
  const run = new Run(machine, execution, now, behaviours);
  receive(run, signal);
  drain(run);
  return run.effects;
}

function receive(run: Run, signal: Signal): void {
  switch (signal.kind) {
    case 'stop':
      stop(run, 'ABORTED', 'ExecutionAborted', {
        ...(signal.error === undefined ? {} : { error: signal.error }),
        ...(signal.cause === undefined ? {} : { cause: signal.cause }),
      });
      return;
    case 'timer': {
      const pending = run.execution.timers[signal.timer];
      checkIssued(run, signal.timer);
      delete run.execution.timers[signal.timer];
      if (pending !== undefined) onTimer(run, pending);
      return;
    }
    default: {
      checkIssued(run, signal.task);
      const id = run.execution.tasks[signal.task];
      if (id === undefined) return;
      const branch = run.branch(id);
      guard(run, branch, () => onTask(run, branch, signal));
    }
  }
}

function onTask(
  run: Run,
  branch: Branch,
  signal: Exclude<Signal, { kind: 'stop' | 'timer' }>,
): void {
  const isReader = run.stateOf(branch).Type === 'Map';
  switch (signal.kind) {
    case 'taskSucceeded':
      delete run.execution.tasks[signal.task];
      return isReader ? itemsRead(run, branch, signal) : endTask(run, branch, signal.output);
    case 'taskFailed':
      delete run.execution.tasks[signal.task];
      return isReader ? itemsRead(run, branch, signal) : failTask(run, branch, signal);
    case 'taskSubmitted':
      return submitTask(run, branch, signal.output);
    case 'heartbeat':
      return beatTask(run, branch);
  }
}

function onTimer(run: Run, pending: PendingTimer): void {
  if (pending.kind === 'execution') {
    stop(run, 'TIMED_OUT', 'ExecutionTimedOut', { error: 'States.Timeout' });
    return;
  }
  const branch = run.branch(pending.branch);
  guard(run, branch, () => {
    if (pending.kind === 'wait') endWait(run, branch);
    else if (pending.kind === 'retry') attempt(run, branch);
    else timeOutTask(run, branch, pending.kind);
  });
}

function stop(
  run: Run,
  status: 'ABORTED' | 'TIMED_OUT',
  event: string,
  result: { readonly error?: string; readonly cause?: string },
): void {
  noteExecution(run, event, 0, result);
  run.finish(status, result);
}

function checkIssued(run: Run, id: string): void {
  const number = Number(/^(?:task|timer)-(\d+)$/.exec(id)?.[1]);
  if (!(number <= run.execution.lastId)) {
    throw new Error(`${run.execution.arn} never asked for ${id}.`);
  }
}

function parentOf(run: Run, child: Branch): Branch {
  if (child.parent === undefined) throw new Error('The root has no parent.');
  return run.branch(child.parent);
}

interface ChildHandlers {
  readonly succeeded: (run: Run, parent: Branch, child: Branch, output: Json) => void;
  readonly failed: (run: Run, parent: Branch, child: Branch, failure: StateFailure) => void;
}

function childHandlers(run: Run, child: Branch): ChildHandlers {
  const parent = parentOf(run, child);
  if (run.stateOf(parent).Type === 'Parallel') {
    return { succeeded: parallelChildSucceeded, failed: parallelChildFailed };
  }
  return groupOf(run, parent).mapRun === undefined
    ? { succeeded: iterationSucceeded, failed: iterationFailed }
    : { succeeded: distributedChildSucceeded, failed: distributedChildFailed };
}
