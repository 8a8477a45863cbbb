import {
  AwsError,
  type Activity,
  type BusEvent,
  type Json,
  type Metric,
  type Scope,
  type Service,
  type Usage,
  type View,
} from '../services/service';
import { STALE_MILLISECONDS, type Fault } from '../faults';
import { SharedValues } from './shared-values';
import type { Trace, TracedCall } from './trace';

/** Who calls: a role, or an AWS service in its own name. */
export type Principal =
  { readonly roleArn: string } | { readonly service: string; readonly sourceArn: string };

export interface CloudRequest {
  readonly service: string;
  readonly operation: string;
  /** In the casing of the SDK. */
  readonly input: Json;
  readonly principal: Principal;
  /** `function:<name>`, `state:<machine>/<state>`, `schedule:<name>`, `rule:<name>`, `user`. */
  readonly caller: string;
  /** ARN of the execution that the call belongs to. */
  readonly execution?: string;
  /** Judged by IAM, but neither traced nor faulted: what the Lambda platform itself does at each invocation. */
  readonly quiet?: boolean;
}

/** `lost`: the caller never hears of it, whether the call took effect or not. */
export type CloudAnswer = (
  { readonly output: Json } | { readonly error: AwsError } | { readonly lost: true }
) & { readonly fault?: Fault };

/** The judgement of IAM that the cloud asks for each call. */
export interface Authorizer {
  authorize(request: {
    readonly principal: Principal;
    readonly action: string;
    readonly resource: string;
    readonly context: Readonly<Record<string, string | readonly string[]>>;
  }): { readonly allowed: boolean; readonly reason: string };
}

export interface CloudOptions {
  readonly scope: Scope;
  readonly services: readonly Service[];
  readonly authorizer: Authorizer;
  readonly trace: Trace;
  readonly now: () => number;
  readonly random: () => number;
  readonly nextFault: (call: {
    readonly index: number;
    readonly service: string;
    readonly operation: string;
    readonly caller: string;
    readonly isRead: boolean;
  }) => Fault | undefined;
  readonly emit: (event: BusEvent) => void;
  /**
   * Whether what services were before their latest change is kept, as a copy, for the fault `staleRead`, which throws
   * without. @default false
   */
  readonly keepsEarlier?: boolean;
  /**
   * Told, after every change, when a service next does something by itself, epoch milliseconds: `act` is wanted then.
   * @default nobody
   */
  readonly onNext?: (at: number) => void;
}

export interface Denial {
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  readonly reason: string;
}

/** What a service was before its latest change, and when that was, epoch milliseconds. */
interface Earlier {
  readonly changedAt: number;
  readonly state: Json;
}

/** The account as it can be stored. */
export interface CloudState {
  /** By service. */
  readonly services: Readonly<Record<string, Json>>;
  readonly earlier: Readonly<Record<string, Earlier>>;
  readonly denied: readonly Denial[];
  readonly behaviours: readonly string[];
  readonly unimplemented: readonly string[];
}

/** At one instant: far more than services that wait for each other need. */
const MOST_ROUNDS = 1000;

/** The account: every call of everybody goes through here, is judged, perhaps faulted, answered and traced. */
export class Cloud {
  readonly denied: Denial[] = [];
  /** Behaviours used, by service and id. */
  readonly behaviours = new Set<string>();
  /** Calls that the emulation does not know: reason enough not to trust the rehearsal. */
  readonly unimplemented = new Set<string>();
  private readonly services: ReadonlyMap<string, Service>;
  private readonly receivers: readonly Service[];
  private readonly states = new Map<string, Json>();
  private readonly earlier = new Map<string, Earlier>();
  private readonly shared = new SharedValues();

  constructor(private readonly options: CloudOptions) {
    this.services = new Map(options.services.map((service) => [service.id, service]));
    this.receivers = options.services.filter((service) => service.receive !== undefined);
    for (const service of options.services) {
      this.states.set(service.id, service.createState(options.scope));
    }
  }

  call(request: CloudRequest): CloudAnswer {
    const service = this.services.get(request.service);
    const operation = service?.operations[request.operation];
    if (service === undefined || operation === undefined) {
      const name = `${request.service}:${request.operation}`;
      this.unimplemented.add(name);
      const error = new AwsError(
        'NotImplemented',
        `The rehearsal does not implement ${name}.`,
        501,
      );
      return this.record(request, { action: name, resource: '*', mutates: true }, { error }, false);
    }
    const state = this.states.get(service.id);
    const accesses = operation.authorize(request.input, state, this.options.scope, this.view());
    const subject = {
      action: accesses[0]?.action ?? `${service.iamPrefix ?? service.id}:${request.operation}`,
      resource: accesses[0]?.resource ?? '*',
      mutates: operation.mutates,
    };
    const index = this.options.trace.calls.length;
    const fault = request.quiet
      ? undefined
      : this.options.nextFault({
          index,
          service: request.service,
          operation: request.operation,
          caller: request.caller,
          isRead: !operation.mutates && request.input.ConsistentRead !== true,
        });
    const early = fault === undefined ? undefined : faultBeforeEffect(fault, subject.action);
    if (early !== undefined) return this.record(request, subject, early, false, fault);

    for (const access of accesses) {
      const verdict = this.options.authorizer.authorize({
        principal: request.principal,
        action: access.action,
        resource: access.resource,
        context: access.context ?? {},
      });
      if (verdict.allowed) continue;
      this.denied.push({
        principal: nameOf(request.principal),
        action: access.action,
        resource: access.resource,
        reason: verdict.reason,
      });
      const error = new AwsError('AccessDeniedException', verdict.reason, 400);
      return this.record(request, { ...subject, ...access }, { error }, false, fault);
    }
    try {
      const seen = fault?.kind === 'staleRead' ? this.earlierState(service.id) : state;
      const changes = operation.mutates && !request.quiet && this.options.keepsEarlier === true;
      const before = changes ? structuredClone(state) : undefined;
      const output = operation.handle(request.input, seen, {
        ...this.activity(service),
        principal: nameOf(request.principal),
        caller: request.caller,
      });
      if (this.options.trace.calls.length !== index) {
        throw new Error(`${subject.action} makes calls of its own before it is answered.`);
      }
      if (changes) {
        this.earlier.set(service.id, { changedAt: this.options.now(), state: before });
      }
      // What never acts by itself is nobody's reason to act: `peer` sees to that.
      if (operation.mutates && service.nextAt !== undefined) this.tellNext();
      const answer = fault?.kind === 'lostAnswer' ? { lost: true as const } : { output };
      return this.record(request, subject, answer, true, fault, output);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return this.record(request, subject, { error }, false, fault);
    }
  }

  /** When a service next does something by itself, epoch milliseconds; `undefined`: nothing is under way. */
  nextAt(): number | undefined {
    const times = this.options.services.flatMap(
      (service) => service.nextAt?.(this.states.get(service.id), this.view()) ?? [],
    );
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Has the services do what is due by now. What one does may be another's reason to act at the same instant. */
  act(): void {
    const now = this.options.now();
    let acted = true;
    for (let round = 0; acted; round += 1) {
      if (round === MOST_ROUNDS) {
        throw new Error(`The services keep each other busy at ${new Date(now).toISOString()}.`);
      }
      acted = false;
      for (const service of this.options.services) {
        const state = this.states.get(service.id);
        const due = service.nextAt?.(state, this.view());
        if (due === undefined || due > now) continue;
        const before = this.options.keepsEarlier === true ? structuredClone(state) : undefined;
        service.act?.(state, this.activity(service));
        if (before !== undefined) this.earlier.set(service.id, { changedAt: now, state: before });
        acted = true;
      }
    }
    this.tellNext();
  }

  /** Publishes a data point: into the trace, and to the services that take it. */
  measure(metric: Metric): void {
    const { trace, now } = this.options;
    trace.metrics.push({ at: new Date(now()).toISOString(), ...metric });
    const view = this.view();
    const taken = this.receivers.map(
      (service) => service.receive?.(this.states.get(service.id), metric, view) === true,
    );
    if (taken.includes(true)) this.tellNext();
  }

  private view(): View {
    return {
      now: this.options.now(),
      scope: this.options.scope,
      peer: <State>(id: string) => {
        if (this.services.get(id)?.nextAt === undefined) {
          throw new Error(`The rehearsal has no service ${id} that acts by itself.`);
        }
        return this.states.get(id) as State;
      },
    };
  }

  private activity(service: Service): Activity {
    const { random, emit } = this.options;
    return {
      ...this.view(),
      random,
      uses: (behaviour) => this.behaviours.add(`${service.id}/${behaviour}`),
      emit,
      measure: (metric) => this.measure(metric),
    };
  }

  private tellNext(): void {
    const next = this.options.onNext === undefined ? undefined : this.nextAt();
    if (next !== undefined) this.options.onNext?.(next);
  }

  save(): CloudState {
    return structuredClone({
      services: Object.fromEntries(this.states),
      earlier: Object.fromEntries(this.earlier),
      denied: this.denied,
      behaviours: [...this.behaviours],
      unimplemented: [...this.unimplemented],
    });
  }

  restore(saved: CloudState): void {
    const { services, earlier, denied, behaviours, unimplemented } = structuredClone(saved);
    for (const [id, state] of Object.entries(services)) this.states.set(id, state);
    for (const [id, state] of Object.entries(earlier)) this.earlier.set(id, state);
    this.denied.splice(0, this.denied.length, ...denied);
    for (const behaviour of behaviours) this.behaviours.add(behaviour);
    for (const call of unimplemented) this.unimplemented.add(call);
  }

  /** The account in the shape of the estate file. */
  toEstate(): Json {
    const { scope, services, now } = this.options;
    let estate: Json = structuredClone(scope.estate);
    for (const service of services) {
      const part = service.toEstate(this.states.get(service.id), now(), scope);
      estate = { ...estate, ...part };
    }
    // What is written is an account as of now: a further rehearsal goes on from here.
    return { ...estate, capturedAt: new Date(now()).toISOString() };
  }

  /** What the services used beyond their calls. */
  usage(): Usage[] {
    return this.options.services.flatMap(
      (service) => service.usage?.(this.states.get(service.id), this.options.now()) ?? [],
    );
  }

  /** What the used behaviours only assume of AWS. */
  assumptions(): string[] {
    return this.options.services.flatMap((service) =>
      service.behaviours
        .filter(
          (behaviour) =>
            behaviour.source === 'assumed' && this.behaviours.has(`${service.id}/${behaviour.id}`),
        )
        .map((behaviour) => `${service.id}: ${behaviour.text}`),
    );
  }

  /** What a stale read sees; a copy, so that nothing it does can last. */
  private earlierState(service: string): Json {
    if (this.options.keepsEarlier !== true) {
      throw new Error('A stale read needs what was before: set keepsEarlier.');
    }
    const earlier = this.earlier.get(service);
    const isRecent =
      earlier !== undefined && this.options.now() - earlier.changedAt <= STALE_MILLISECONDS;
    return structuredClone(isRecent ? earlier.state : this.states.get(service));
  }

  private record(
    request: CloudRequest,
    subject: { readonly action: string; readonly resource: string; readonly mutates: boolean },
    answer: { output: Json } | { error: AwsError } | { lost: true },
    effect: boolean,
    fault?: Fault,
    output?: Json,
  ): CloudAnswer {
    if (!request.quiet) {
      const name = `${request.service}:${request.operation}`;
      const error =
        'error' in answer
          ? { code: answer.error.code, message: answer.error.message }
          : 'lost' in answer
            ? { code: 'RequestTimeout', message: 'The answer was lost.' }
            : undefined;
      const call: TracedCall = {
        index: this.options.trace.calls.length,
        at: new Date(this.options.now()).toISOString(),
        principal: nameOf(request.principal),
        caller: request.caller,
        ...(request.execution === undefined ? {} : { execution: request.execution }),
        service: request.service,
        operation: request.operation,
        action: subject.action,
        resource: subject.resource,
        input: this.shared.keep(`${name} input`, request.input),
        ...(output === undefined ? {} : { output: this.shared.keep(`${name} output`, output) }),
        ...(error === undefined ? {} : { error }),
        mutates: subject.mutates,
        effect,
        ...(fault === undefined ? {} : { fault: fault.kind }),
      };
      this.options.trace.calls.push(call);
    }
    return fault === undefined ? answer : { ...answer, fault };
  }
}

function nameOf(principal: Principal): string {
  return 'roleArn' in principal ? principal.roleArn : principal.service;
}

/** What the caller sees of a fault that comes before the effect; `undefined` for those that come after it. */
function faultBeforeEffect(
  fault: Fault,
  action: string,
): { error: AwsError } | { lost: true } | undefined {
  const failed = (code: string, message: string, status: number) => ({
    error: new AwsError(code, message, status),
  });
  switch (fault.kind) {
    case 'throttle':
      return failed('ThrottlingException', 'Rate exceeded', 400);
    case 'serverError':
      return failed('InternalServerError', 'The service is not available (injected fault).', 500);
    case 'limitExceeded':
      return failed('LimitExceededException', 'A limit is exceeded (injected fault).', 400);
    case 'accessDenied':
      return failed('AccessDeniedException', `${action} is denied (injected fault).`, 400);
    case 'timeout':
    case 'crashFunctionBefore':
    case 'lateEvent':
    case 'lostEvent':
      return { lost: true };
    case 'lostAnswer':
    case 'staleRead':
    case 'duplicateEvent':
    case 'crashFunctionAfter':
    case 'killExecution':
      return undefined;
  }
}
