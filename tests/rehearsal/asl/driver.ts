import { deliver, startExecution } from '../../../rehearsal/asl';
import type {
  Effect,
  ExecutionState,
  Signal,
  StateMachineOptions,
  TaskEffect,
} from '../../../rehearsal/asl';
import type { Json } from '../../../rehearsal/services/service';

export const invokeResource = 'arn:aws:states:::lambda:invoke';
export const startTime = Date.UTC(2026, 0, 1);

export interface DriverOptions {
  readonly input?: Json;
  readonly seed?: number;
  readonly type?: 'STANDARD' | 'EXPRESS';
  readonly redriveCount?: number;
}

/** Runs one execution by hand: its tasks and timers lie open, and time passes only where a test says so. */
export class Driver {
  now = startTime;
  readonly tasks: TaskEffect[] = [];
  readonly timers = new Map<string, number>();
  readonly cancelled: string[] = [];
  readonly execution: ExecutionState;
  private readonly machine: StateMachineOptions;

  constructor(definition: Json, options: DriverOptions = {}) {
    this.machine = {
      definition,
      type: options.type ?? 'STANDARD',
      name: 'machine',
      arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:machine',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
    };
    const { execution, effects } = startExecution(this.machine, {
      executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:machine:run',
      name: 'run',
      input: options.input ?? {},
      startTime,
      seed: options.seed ?? 1,
      ...(options.redriveCount === undefined ? {} : { redriveCount: options.redriveCount }),
    });
    this.execution = execution;
    this.carryOut(effects);
  }

  /** Names of the history's events, in order. */
  get events(): readonly string[] {
    return this.execution.history.map(({ type }) => type);
  }

  tell(signal: Signal): readonly Effect[] {
    const effects = deliver(this.machine, this.execution, signal, this.now);
    this.carryOut(effects);
    return effects;
  }

  /** Answers the oldest open task, or the one of a branch. */
  succeed(output: Json, branch?: string): void {
    this.tell({ kind: 'taskSucceeded', task: this.take(branch).task, output });
  }

  fail(error: string, cause = 'because', branch?: string): void {
    this.tell({ kind: 'taskFailed', task: this.take(branch).task, error, cause });
  }

  /** Lets the next timer come; returns the seconds that pass until then. */
  pass(): number {
    const [timer, at] = [...this.timers].reduce((first, other) =>
      other[1] < first[1] ? other : first,
    );
    const seconds = (at - this.now) / 1000;
    this.now = at;
    this.timers.delete(timer);
    this.tell({ kind: 'timer', timer });
    return seconds;
  }

  private take(branch: string | undefined): TaskEffect {
    const position =
      branch === undefined ? 0 : this.tasks.findIndex((task) => task.branch === branch);
    const [task] = this.tasks.splice(position, 1);
    if (task === undefined) throw new Error('There is no such task.');
    return task;
  }

  private carryOut(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'task') {
        this.tasks.push(effect);
      } else if (effect.kind === 'timer') {
        this.timers.set(effect.timer, effect.at);
      } else if (effect.kind === 'cancelTimer') {
        this.timers.delete(effect.timer);
      } else if (effect.kind === 'cancelTask') {
        this.cancelled.push(effect.task);
        this.tasks.splice(
          0,
          this.tasks.length,
          ...this.tasks.filter(({ task }) => task !== effect.task),
        );
      }
    }
  }
}

/** A definition of the states given, starting at the first. */
export function machine(states: Json, fields: Json = {}): Json {
  return { StartAt: Object.keys(states)[0], States: states, ...fields };
}

/** A Task that calls a function with its input. */
export function task(fields: Json = {}): Json {
  return {
    Type: 'Task',
    Resource: invokeResource,
    ...('Next' in fields ? {} : { End: true }),
    ...fields,
  };
}

/** What a JSONPath Pass makes of an input with `Parameters` of a single field. */
export function evaluate(expression: string, input: Json = {}): ExecutionState {
  const pass = { Type: 'Pass', Parameters: { 'value.$': expression }, End: true };
  return new Driver(machine({ Evaluate: pass }), { input }).execution;
}
