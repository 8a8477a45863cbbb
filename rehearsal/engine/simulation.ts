import { createFaultPlan } from '../faults';
import type { ProgramResource } from '../host/program';
import { createIam, type Iam } from '../iam/iam';
import type { Json, Scope } from '../services/service';
import { startWireServer, type WireAnswer, type WireCall, type WireServer } from '../wire/server';
import { VirtualClock, type ClockState } from './clock';
import { Cloud, type CloudAnswer } from './cloud';
import { functionLogBytes, workflowLogBytes, type LogLevel } from './cost';
import { isType, logLevelOf, toFunction, toMachine } from './deployed';
import { EventBus } from './event-bus';
import { Executions } from './executions';
import { accessKeyOf } from './function-environment';
import { FunctionRunner } from './functions';
import { MemoryAgent } from './memory-agent';
import { Permissions } from './permissions';
import { Quiescence } from './quiescence';
import { SeededRandom } from './random';
import { Schedules } from './schedules';
import type {
  RunOptions,
  SavedSimulation,
  SimulationOptions,
  SimulationOutcome,
  SimulationView,
} from './simulation-types';
import { createStatesService, noExecutions } from './states-service';
import { Tasks } from './tasks';
import type { Trace, TracedExecution } from './trace';
import { installVirtualTime } from './virtual-time';

export type { SavedSimulation, SimulationOptions, SimulationOutcome, SimulationView };

/** Runs what the program deployed, from one virtual instant, or from where it was saved, to another. */
export async function simulate(
  options: SimulationOptions,
  { resume, stopWhen }: RunOptions = {},
): Promise<SimulationOutcome> {
  const simulation = new Simulation(options, resume, stopWhen !== undefined);
  return simulation.run(stopWhen);
}

/** Puts the parts together; each knows only what it is handed here. */
class Simulation implements SimulationView {
  readonly trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  private readonly quiescence: Quiescence;
  private readonly usage = { invocations: 0, gigabyteSeconds: 0, functionLogBytes: 0 };
  private readonly clock: VirtualClock;
  private readonly iam: Iam;
  private readonly cloud: Cloud;
  private readonly executions: Executions;
  private readonly tasks: Tasks;
  private readonly bus: EventBus;
  private readonly random: Readonly<Record<keyof SavedSimulation['random'], SeededRandom>>;
  /** Functions by ARN, and the same by the access key under which they call. */
  private readonly functions = new Map<string, ProgramResource>();
  private readonly callers = new Map<string, ProgramResource>();
  private readonly executionOf = new Map<string, string>();
  private readonly faultPlan: ReturnType<typeof createFaultPlan>;
  /** The earliest time in the clock's queue at which services do something by themselves. */
  private servicesWakeAt: number | undefined;
  private runner: FunctionRunner | undefined;
  private server: WireServer | undefined;

  constructor(
    private readonly options: SimulationOptions,
    saved: SavedSimulation | undefined,
    /** Then it may be resumed with faults that are not known yet. */
    mayBeSaved: boolean,
  ) {
    const { program, account, region, seed } = options;
    // A stream for each purpose: a draw more in one must not move the others.
    this.random = {
      latency: new SeededRandom(seed),
      service: new SeededRandom(seed + 1),
      fault: new SeededRandom(seed + 2),
      functions: new SeededRandom(seed + 3),
    };
    this.quiescence = new Quiescence({
      sequence: saved?.counters.sequence ?? 0,
      isDormant: () => this.executionOf.size === 0,
    });
    const resources = program.resources.filter((resource) => resource.custom);
    const scope: Scope = { account, region, partition: 'aws', estate: options.estate, resources };

    this.clock = new VirtualClock({
      start: options.from,
      settled: () => this.quiescence.settled(),
    });
    this.iam = createIam(resources, saved?.usedGrants);
    const permissions = new Permissions({
      iam: this.iam,
      account,
      now: () => this.clock.now,
      denied: () => this.cloud.denied,
    });
    this.faultPlan = createFaultPlan(options.faults, this.random.fault.next, saved?.faults);
    this.cloud = new Cloud({
      scope,
      services: [
        ...options.services,
        createStatesService({
          start: (...start) => this.executions.start(...start),
          describe: (arn) => this.executions.describe(arn),
          list: (machine) => this.executions.list(machine),
          callBack: (token, signalTo) => this.executions.callBack(token, signalTo),
        }),
      ],
      authorizer: permissions,
      trace: this.trace,
      now: () => this.clock.now,
      random: this.random.service.next,
      nextFault: (call) => this.nextFault(call),
      emit: (event) => this.bus.emit(event),
      onNext: (at) => this.wakeServices(at),
      keepsEarlier: mayBeSaved || options.faults.some(({ kind }) => kind === 'staleRead'),
    });
    this.executions = new Executions({
      clock: this.clock,
      trace: this.trace,
      machines: resources.filter(isType('aws:sfn/stateMachine:StateMachine')).map(toMachine),
      runTask: (task) => this.tasks.run(task),
      // The answer of a task that nobody waits for is ignored by its execution.
      dropTask: () => undefined,
      emit: (event) => this.bus.emit(event),
      measure: (metric) => this.cloud.measure(metric),
      seed,
      onProgress: (execution) => this.tell(execution),
    });
    this.tasks = new Tasks({
      clock: this.clock,
      cloud: this.cloud,
      random: this.random.latency.next,
      invoke: (functionArn, payload, execution) => this.invoke(functionArn, payload, execution),
      signal: (execution, signal) => this.executions.signal(execution, signal),
      afterCall: (answer, execution) => this.carryOutFault(answer, execution, undefined),
    });
    this.bus = new EventBus({
      clock: this.clock,
      cloud: this.cloud,
      trace: this.trace,
      account,
      region,
      rules: resources.filter(isType('aws:cloudwatch/eventRule:EventRule')),
      targets: resources.filter(isType('aws:cloudwatch/eventTarget:EventTarget')),
      canAssume: (roleArn) => permissions.canAssume(roleArn, 'events.amazonaws.com'),
    });
    new Schedules({
      clock: this.clock,
      cloud: this.cloud,
      schedules: resources.filter(isType('aws:scheduler/schedule:Schedule')),
      canAssume: (roleArn) => permissions.canAssume(roleArn, 'scheduler.amazonaws.com'),
    });
    this.clock.on('services', () => {
      this.servicesWakeAt = undefined;
      this.cloud.act();
    });
    this.clock.on('restart', (data: { machine: string; input: Json }) => {
      this.executions.start(data.machine, data.input, 'user');
    });
    for (const lambda of resources.filter(isType('aws:lambda/function:Function'))) {
      this.functions.set(lambda.outputs.arn, lambda);
      this.callers.set(accessKeyOf(lambda.outputs.arn), lambda);
    }
    permissions.deploy(resources);
    if (saved !== undefined) this.restore(saved);
    const next = this.cloud.nextAt();
    if (next !== undefined) this.wakeServices(next);
  }

  get isIdle(): boolean {
    return this.executions.open().length === 0;
  }

  get now(): number {
    return this.clock.now;
  }

  estate(): Json {
    return this.cloud.toEstate();
  }

  due(): ClockState['entries'] {
    return this.clock.save().entries;
  }

  async run(stopWhen?: RunOptions['stopWhen']): Promise<SimulationOutcome> {
    const { options, clock } = this;
    const functions = options.program.resources
      .filter(isType('aws:lambda/function:Function'))
      .map(toFunction);
    this.server = await startWireServer({
      services: options.services
        .filter((service) => !platformServices.includes(service.id))
        .concat(createStatesService(noExecutions)),
      onCall: (call) => this.answerCall(call),
      now: () => clock.now,
      onDefect: (error, place) =>
        clock.fail(new Error(`${place}: ${error.message}`, { cause: error })),
    });
    const uninstall = installVirtualTime(clock, {
      random: this.random.functions.next,
      origin: options.from,
    });
    const runner = new FunctionRunner({
      clock,
      quiescence: this.quiescence,
      endpoint: () => this.server?.url ?? '',
      functions,
      region: options.region,
      createAgent: () => new MemoryAgent(this.server?.http),
    });
    this.runner = runner;
    try {
      await clock.runUntil(options.to, {
        onAdvance: (now) => options.progress.advanced(new Date(now).toISOString()),
        ...(stopWhen !== undefined && {
          stopBefore: (next) => runner.isCold(next) && !clock.holdsCode && stopWhen(this),
        }),
      });
    } finally {
      runner.dispose();
      uninstall();
      await this.server.close();
    }
    return {
      trace: this.trace,
      estate: this.cloud.toEstate(),
      iam: { denied: this.cloud.denied, unused: this.iam.unused() },
      assumptions: this.cloud.assumptions(),
      unimplemented: [...this.cloud.unimplemented],
      unusedFaults: this.faultPlan.unused(),
      engine: { ...this.usage, workflowLogBytes: workflowLogBytes(this.trace, this.logLevels()) },
      usage: this.cloud.usage(),
    };
  }

  save(): SavedSimulation {
    const { calls, executions, events, metrics } = this.trace;
    return {
      clock: this.clock.save(),
      // What is in the trace stays as it is, except for executions that go on.
      trace: {
        calls: [...calls],
        executions: executions.map((execution) => ({ ...execution })),
        events: [...events],
        metrics: [...metrics],
      },
      cloud: this.cloud.save(),
      executions: this.executions.save(),
      usedGrants: this.iam.used(),
      faults: structuredClone(this.faultPlan.state),
      usage: { ...this.usage },
      random: {
        latency: this.random.latency.state,
        service: this.random.service.state,
        fault: this.random.fault.state,
        functions: this.random.functions.state,
      },
      counters: {
        sequence: this.quiescence.sequence,
        requests: this.tasks.requests,
        events: this.bus.emitted,
      },
    };
  }

  /** Replaces what the constructor began; the parts that take their state there have it already. */
  private restore(saved: SavedSimulation): void {
    this.trace.calls.push(...saved.trace.calls);
    this.trace.executions.push(...saved.trace.executions.map((execution) => ({ ...execution })));
    this.trace.events.push(...saved.trace.events);
    this.trace.metrics.push(...saved.trace.metrics);
    this.clock.restore(saved.clock);
    this.servicesWakeAt = saved.clock.entries.find(({ kind }) => kind === 'services')?.at;
    this.cloud.restore(saved.cloud);
    this.executions.restore(saved.executions);
    Object.assign(this.usage, saved.usage);
    for (const name of ['latency', 'service', 'fault', 'functions'] as const) {
      this.random[name].state = saved.random[name];
    }
    this.tasks.requests = saved.counters.requests;
    this.bus.emitted = saved.counters.events;
  }

  /** Runs a function for an execution, and writes its log as the Lambda platform does: in the function's role. */
  private async invoke(functionArn: string, payload: Json, execution: string) {
    const resource = this.functions.get(functionArn);
    if (resource === undefined) throw new Error(`The program has no function ${functionArn}.`);
    const { inputs, outputs } = resource;
    const name: string = outputs.name;
    const invocationId = this.nextInvocationId();
    this.executionOf.set(invocationId, execution);
    const result = await this.runnerOrThrow().invoke(name, payload, { invocationId });
    this.executionOf.delete(invocationId);
    this.usage.invocations += 1;
    this.usage.gigabyteSeconds +=
      ((inputs.memorySize ?? 128) / 1024) * (Math.ceil(result.durationMilliseconds) / 1000);
    this.usage.functionLogBytes += functionLogBytes(result.logs.map(({ text }) => text));
    const caller = `function:${name}`;
    const principal = { roleArn: inputs.role as string };
    const logGroupName = inputs.loggingConfig?.logGroup ?? `/aws/lambda/${name}`;
    const input = { logGroupName, logStreamName: `rehearsal/${name}` };
    const quiet = { service: 'logs', principal, caller, quiet: true };
    if (result.coldStart) this.cloud.call({ ...quiet, operation: 'CreateLogStream', input });
    const logEvents = result.logs.map(({ at, text }) => ({
      timestamp: Date.parse(at),
      message: text,
    }));
    this.cloud.call({ ...quiet, operation: 'PutLogEvents', input: { ...input, logEvents } });
    return result;
  }

  /** Later entries stay in the queue: services that are woken with nothing due do nothing. */
  private wakeServices(at: number): void {
    if (this.servicesWakeAt !== undefined && this.servicesWakeAt <= at) return;
    this.servicesWakeAt = at;
    this.clock.schedule(at, { kind: 'services', data: {} });
  }

  /** A call of Lambda code has arrived: it takes effect in the order in which the code made it. */
  private answerCall(call: WireCall): Promise<WireAnswer> {
    const { clock, quiescence } = this;
    const { sequence } = call;
    const lambda = this.callers.get(call.accessKeyId);
    if (sequence === undefined || lambda === undefined) {
      throw new Error(`A call of ${call.service}:${call.operation} comes from no function.`);
    }
    return new Promise((resolve) => {
      quiescence.arrived(sequence, () => {
        const invocation = quiescence.invocationOf(sequence) ?? '';
        const execution = this.executionOf.get(invocation);
        const answer = this.cloud.call({
          service: call.service,
          operation: call.operation,
          input: call.input,
          principal: { roleArn: lambda.inputs.role },
          caller: `function:${lambda.outputs.name}`,
          ...(execution === undefined ? {} : { execution }),
        });
        this.carryOutFault(answer, execution, invocation);
        clock.callAt(clock.now + 5 + Math.floor(this.random.latency.next() * 45), () => {
          if (quiescence.answering(sequence)) resolve(toWireAnswer(answer));
        });
      });
    });
  }

  /** The faults that hit more than the answer: the function's machine dies, or the execution is stopped. */
  private carryOutFault(
    answer: CloudAnswer,
    execution: string | undefined,
    invocation: string | undefined,
  ): void {
    const kind = answer.fault?.kind;
    if (kind === 'crashFunctionBefore' || kind === 'crashFunctionAfter') {
      if (invocation !== undefined) this.runnerOrThrow().crash(invocation);
    }
    if (kind !== 'killExecution' || execution === undefined) return;
    const running = this.executions.describe(execution);
    this.executions.signal(execution, { kind: 'stop', error: 'Killed', cause: 'Injected fault' });
    const delay = answer.fault?.restartAfterSeconds;
    if (delay === undefined || running === undefined) return;
    this.clock.schedule(this.clock.now + delay * 1000, {
      kind: 'restart',
      data: {
        machine: execution.replace(':execution:', ':stateMachine:').replace(/:[^:]*$/, ''),
        input: running.input,
      },
    });
  }

  private nextFault(call: Parameters<ReturnType<typeof createFaultPlan>['next']>[0]) {
    const fault = this.faultPlan.next(call);
    if (fault !== undefined) {
      this.options.progress.faultInjected({
        at: new Date(this.clock.now).toISOString(),
        kind: fault.kind,
        call: `${call.service}:${call.operation}`,
      });
    }
    return fault;
  }

  private tell(execution: TracedExecution): void {
    const { progress } = this.options;
    if (execution.endedAt === undefined) {
      const { startedAt: at, id, workflow, trigger } = execution;
      progress.executionStarted({ at, id, workflow, trigger });
    } else {
      progress.executionEnded({
        at: execution.endedAt,
        id: execution.id,
        status: execution.status,
      });
    }
  }

  private logLevels(): (workflow: string) => LogLevel {
    const machines = this.options.program.resources.filter(
      isType('aws:sfn/stateMachine:StateMachine'),
    );
    const levels = new Map(machines.map((machine) => [machine.outputs.name, logLevelOf(machine)]));
    return (workflow) => levels.get(workflow) ?? 'OFF';
  }

  private nextInvocationId(): string {
    const count = String(this.usage.invocations + this.executionOf.size).padStart(12, '0');
    return `00000000-0000-4000-a000-${count}`;
  }

  private runnerOrThrow(): FunctionRunner {
    if (this.runner === undefined) throw new Error('The simulation does not run.');
    return this.runner;
  }
}

/** Services that no client of the program talks to: the engine and the Lambda platform call them. */
const platformServices = ['lambda', 'logs'];

function toWireAnswer(answer: CloudAnswer): WireAnswer {
  if ('error' in answer) return { error: answer.error };
  return 'lost' in answer ? { drop: true } : { output: answer.output };
}
