import type { Json } from '../services/service';
import type { StateFailure } from './failure';
import { seededStream } from './random';
import type {
  ActiveState,
  Branch,
  Effect,
  EndStatus,
  ExecutionState,
  PendingTimer,
  StateMachineOptions,
} from './types';

/** More states than this in no time at all are a loop that an Express execution would never leave. */
const maxTransitionsAtOnce = 100_000;

/** What the kinds of states do; handed in, so that a run needs to know none of them. */
export interface Behaviours {
  /** By `Type`: does the work of a state that was entered, or that is tried again. */
  readonly attempt: Readonly<Record<string, (run: Run, branch: Branch, state: Json) => void>>;
  readonly fail: (run: Run, branch: Branch, failure: StateFailure) => void;
  readonly childSucceeded: (run: Run, child: Branch, output: Json) => void;
  readonly childFailed: (run: Run, child: Branch, failure: StateFailure) => void;
}

/**
 * One advance of an execution, from a signal until all branches wait again: what is at hand while it moves and is
 * no part of its state.
 */
export class Run {
  readonly effects: Effect[] = [];
  /** Seeded, uniform in [0, 1). */
  readonly random: () => number;
  private readonly queue: { readonly branch: Branch; readonly step: () => void }[] = [];
  private transitionsLeft = maxTransitionsAtOnce;

  constructor(
    readonly machine: StateMachineOptions,
    readonly execution: ExecutionState,
    /** Epoch milliseconds. */
    readonly now: number,
    readonly behaviours: Behaviours,
  ) {
    this.random = seededStream(execution);
  }

  /** Puts a step of a branch behind those that wait; it is left out if the branch has ended by then. */
  enqueue(branch: Branch, step: () => void): void {
    this.queue.push({ branch, step });
  }

  takeStep(): { readonly branch: Branch; readonly step: () => void } | undefined {
    return this.queue.shift();
  }

  isAlive(branch: Branch): boolean {
    return this.execution.branches[branch.id] === branch;
  }

  branch(id: string): Branch {
    const branch = this.execution.branches[id];
    if (branch === undefined) throw new Error(`The execution has no branch ${id}.`);
    return branch;
  }

  activeOf(branch: Branch): ActiveState {
    if (branch.active === undefined) throw new Error(`The branch ${branch.id} is in no state.`);
    return branch.active;
  }

  /** The definition of the state that a branch is in. */
  stateOf(branch: Branch): Json {
    return this.containerOf(branch).States[this.activeOf(branch).name];
  }

  /** What holds the `StartAt` and `States` of a branch. */
  containerOf(branch: Branch): Json {
    return branch.path.reduce<Json>((node, key) => node[key], this.machine.definition);
  }

  /** The branches from this one out to the root, or to the child execution of a distributed Map. */
  lineage(branch: Branch): readonly Branch[] {
    if (branch.child !== undefined || branch.parent === undefined) return [branch];
    return [branch, ...this.lineage(this.branch(branch.parent))];
  }

  newId(prefix: string): string {
    this.execution.lastId += 1;
    return `${prefix}-${this.execution.lastId}`;
  }

  countTransition(): void {
    this.execution.transitions += 1;
    this.transitionsLeft -= 1;
    if (this.transitionsLeft < 0) {
      throw new Error(
        `${this.execution.arn} makes ${maxTransitionsAtOnce} transitions without time passing.`,
      );
    }
  }

  setTimer(purpose: PendingTimer, at: number): string {
    const timer = this.newId('timer');
    this.execution.timers[timer] = purpose;
    this.effects.push({ kind: 'timer', timer, at });
    return timer;
  }

  cancelTimer(timer: string): void {
    if (this.execution.timers[timer] === undefined) return;
    delete this.execution.timers[timer];
    this.effects.push({ kind: 'cancelTimer', timer });
  }

  cancelTask(task: string): void {
    if (this.execution.tasks[task] === undefined) return;
    delete this.execution.tasks[task];
    this.effects.push({ kind: 'cancelTask', task });
  }

  /** Ends the execution, whatever its branches do. */
  finish(
    status: EndStatus,
    result: { readonly output?: Json; readonly error?: string; readonly cause?: string },
  ): void {
    Object.keys(this.execution.tasks).forEach((task) => this.cancelTask(task));
    Object.keys(this.execution.timers).forEach((timer) => this.cancelTimer(timer));
    this.execution.branches = {};
    Object.assign(this.execution, { status, ...result });
    this.effects.push({ kind: 'ended', status, ...result });
  }
}
