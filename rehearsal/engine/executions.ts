import { createHash } from 'node:crypto';
import {
  deliver,
  executionOfToken,
  startExecution,
  taskOfToken,
  type Effect,
  type ExecutionState,
  type Signal,
  type StateMachineOptions,
} from '../asl';
import { AwsError, type BusEvent, type Json, type Metric } from '../services/service';
import type { VirtualClock } from './clock';
import type { Trace, TracedExecution } from './trace';

/** A task that an execution waits for; whoever runs it answers with `signal`. */
export interface RunningTask {
  readonly machine: StateMachineOptions;
  readonly execution: string;
  readonly effect: Extract<Effect, { kind: 'task' }>;
}

export interface ExecutionsOptions {
  readonly clock: VirtualClock;
  readonly trace: Trace;
  readonly machines: readonly StateMachineOptions[];
  readonly runTask: (task: RunningTask) => void;
  /** The result of this task is no longer wanted. */
  readonly dropTask: (execution: string, task: string) => void;
  readonly emit: (event: BusEvent) => void;
  readonly measure: (metric: Metric) => void;
  readonly seed: number;
  readonly onProgress: (execution: TracedExecution) => void;
}

interface Running {
  readonly machine: StateMachineOptions;
  readonly state: ExecutionState;
  readonly traced: TracedExecution;
  readonly input: Json;
  /** Clock entries by timer of the interpreter. */
  readonly timers: Map<string, number>;
}

/** Executions that go on, as they can be stored; those that have ended are in the trace. */
export type ExecutionsState = readonly {
  readonly arn: string;
  readonly state: ExecutionState;
  /** Clock entries by timer of the interpreter. */
  readonly timers: readonly (readonly [string, number])[];
}[];

/** What counts an execution that ended: https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html */
const METRICS = {
  SUCCEEDED: 'ExecutionsSucceeded',
  FAILED: 'ExecutionsFailed',
  TIMED_OUT: 'ExecutionsTimedOut',
  ABORTED: 'ExecutionsAborted',
} as const;

/** The executions of all state machines: the interpreter's effects meet the clock, the tasks and the event bus. */
export class Executions {
  private readonly machines: ReadonlyMap<string, StateMachineOptions>;
  private readonly running = new Map<string, Running>();
  private readonly byArn = new Map<string, TracedExecution>();

  constructor(private readonly options: ExecutionsOptions) {
    this.machines = new Map(options.machines.map((machine) => [machine.arn, machine]));
    options.clock.on('execution-timer', (data: { execution: string; timer: string }) => {
      this.running.get(data.execution)?.timers.delete(data.timer);
      this.signal(data.execution, { kind: 'timer', timer: data.timer });
    });
    options.clock.on('execution-effects', (data: { execution: string; effects: Effect[] }) =>
      this.carryOut(data.execution, data.effects),
    );
  }

  /** As StartExecution does: the same name with the same input answers with the execution that runs. */
  start(
    machineArn: string,
    input: Json,
    trigger: string,
    name = this.nextName(machineArn),
  ): string {
    const machine = this.machines.get(machineArn);
    if (machine === undefined) {
      throw new AwsError(
        'StateMachineDoesNotExist',
        `State Machine Does Not Exist: '${machineArn}'`,
      );
    }
    const arn = `${machineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    const known = this.byArn.get(arn);
    if (known !== undefined) {
      const same = JSON.stringify(known.input) === JSON.stringify(input);
      if (known.status === 'RUNNING' && same) return arn;
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const now = this.options.clock.now;
    const { execution, effects } = startExecution(machine, {
      executionArn: arn,
      name,
      input,
      startTime: now,
      seed: Number.parseInt(digest(`${this.options.seed}/${arn}`).slice(0, 8), 16),
    });
    const traced: TracedExecution = {
      workflow: machine.name,
      id: arn,
      trigger,
      startedAt: new Date(now).toISOString(),
      status: 'RUNNING',
      input,
      transitions: 0,
      historyEvents: 0,
    };
    this.options.trace.executions.push(traced);
    this.byArn.set(arn, traced);
    this.running.set(arn, { machine, state: execution, traced, input, timers: new Map() });
    this.options.onProgress(traced);
    this.announce(machine, traced);
    this.carryOutSoon(arn, effects);
    return arn;
  }

  /** Hands a signal to an execution; one that has ended takes none. */
  signal(arn: string, signal: Signal): void {
    const running = this.running.get(arn);
    if (running === undefined) return;
    this.carryOut(arn, deliver(running.machine, running.state, signal, this.options.clock.now));
  }

  /**
   * Hands a signal to the execution whose task waits with a token.
   *
   * @returns `closed`: no task waits with it any more; `unknown`: it is not the token of any
   */
  callBack(token: string, signalTo: (task: string) => Signal): 'taken' | 'closed' | 'unknown' {
    const arn = executionOfToken(token);
    if (arn === undefined || !this.byArn.has(arn)) return 'unknown';
    const running = this.running.get(arn);
    const task = running === undefined ? undefined : taskOfToken(running.state, token);
    if (running === undefined || task === undefined) return 'closed';
    const { now } = this.options.clock;
    this.carryOutSoon(arn, deliver(running.machine, running.state, signalTo(task), now));
    return 'taken';
  }

  /** Those of a state machine, in the order of their start. */
  list(machineArn: string): TracedExecution[] {
    const prefix = `${machineArn.replace(':stateMachine:', ':execution:')}:`;
    return [...this.byArn.values()].filter(({ id }) => id.startsWith(prefix));
  }

  describe(arn: string): TracedExecution | undefined {
    return this.byArn.get(arn);
  }

  machineOf(arn: string): string | undefined {
    return this.machines.get(arn)?.arn;
  }

  isRunning(arn: string): boolean {
    return this.running.has(arn);
  }

  /** Executions that have not ended, in the order of their start. */
  open(): readonly TracedExecution[] {
    return [...this.running.values()].map((running) => running.traced);
  }

  save(): ExecutionsState {
    return [...this.running].map(([arn, { state, timers }]) => ({
      arn,
      state: structuredClone(state),
      timers: [...timers],
    }));
  }

  /** Goes on where `save` was called. The trace must have been restored before. */
  restore(saved: ExecutionsState): void {
    for (const traced of this.options.trace.executions) this.byArn.set(traced.id, traced);
    for (const { arn, state, timers } of saved) {
      const machine = this.options.machines.find((candidate) =>
        arn.startsWith(`${candidate.arn.replace(':stateMachine:', ':execution:')}:`),
      );
      const traced = this.byArn.get(arn);
      if (machine === undefined || traced === undefined) {
        throw new Error(`The execution ${arn} was saved by another program.`);
      }
      this.running.set(arn, {
        machine,
        state: structuredClone(state),
        traced,
        input: traced.input,
        timers: new Map(timers),
      });
    }
  }

  /** As on AWS, the call that led to this is answered before the execution makes calls of its own. */
  private carryOutSoon(execution: string, effects: readonly Effect[]): void {
    const { clock } = this.options;
    clock.schedule(clock.now, { kind: 'execution-effects', data: { execution, effects } });
  }

  private carryOut(arn: string, effects: readonly Effect[]): void {
    const running = this.running.get(arn);
    if (running === undefined) return;
    running.traced.transitions = running.state.transitions;
    running.traced.historyEvents = running.state.historyEvents;
    for (const effect of effects) {
      switch (effect.kind) {
        case 'task':
          this.options.runTask({ machine: running.machine, execution: arn, effect });
          break;
        case 'cancelTask':
          this.options.dropTask(arn, effect.task);
          break;
        case 'timer':
          running.timers.set(
            effect.timer,
            this.options.clock.schedule(effect.at, {
              kind: 'execution-timer',
              data: { execution: arn, timer: effect.timer },
            }),
          );
          break;
        case 'cancelTimer':
          this.cancelTimer(running, effect.timer);
          break;
        case 'ended':
          this.end(arn, running, effect);
          break;
        default:
          throw new Error(`The engine does not carry out ${JSON.stringify(effect)}.`);
      }
    }
  }

  private cancelTimer(running: Running, timer: string): void {
    const entry = running.timers.get(timer);
    if (entry !== undefined) this.options.clock.cancel(entry);
    running.timers.delete(timer);
  }

  private end(arn: string, running: Running, effect: Extract<Effect, { kind: 'ended' }>): void {
    for (const timer of [...running.timers.keys()]) this.cancelTimer(running, timer);
    this.running.delete(arn);
    const { traced } = running;
    traced.endedAt = new Date(this.options.clock.now).toISOString();
    traced.status = effect.status;
    if (effect.status === 'SUCCEEDED') traced.output = effect.output;
    else {
      traced.error = {
        ...(effect.error === undefined ? {} : { error: effect.error }),
        ...(effect.cause === undefined ? {} : { cause: effect.cause }),
      };
    }
    this.options.onProgress(traced);
    this.announce(running.machine, traced);
    this.options.measure({
      namespace: 'AWS/States',
      name: METRICS[effect.status],
      dimensions: { StateMachineArn: running.machine.arn },
      value: 1,
    });
  }

  /** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
  private announce(machine: StateMachineOptions, traced: TracedExecution): void {
    const ended = traced.endedAt !== undefined;
    this.options.emit({
      source: 'aws.states',
      'detail-type': 'Step Functions Execution Status Change',
      resources: [traced.id],
      detail: {
        executionArn: traced.id,
        stateMachineArn: machine.arn,
        name: traced.id.split(':').pop(),
        status: traced.status,
        startDate: Date.parse(traced.startedAt),
        stopDate: ended ? Date.parse(traced.endedAt ?? '') : null,
        input: JSON.stringify(traced.input),
        output: traced.output === undefined ? null : JSON.stringify(traced.output),
        error: traced.error?.error ?? null,
        cause: traced.error?.cause ?? null,
      },
    });
  }

  /** AWS makes UUIDs; these are the same in every rehearsal with the same seed. */
  private nextName(machineArn: string): string {
    const hash = digest(`${this.options.seed}/${machineArn}/${this.byArn.size}`);
    return [8, 4, 4, 4, 12]
      .map((length, index) => hash.slice(index * 8, index * 8 + length))
      .join('-');
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
