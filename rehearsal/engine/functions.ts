import { createHash } from 'node:crypto';
import * as fs from 'node:fs';
import * as http from 'node:http';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Json } from '../services/service';
import type { VirtualClock } from './clock';
import { Container, type Ending, type LogLine } from './function-container';
import { functionEnvironment, type FunctionSpec } from './function-environment';
import type { FunctionError } from './function-error';
import { FunctionModules, type ScriptCache } from './function-modules';
import { installFunctionProcess } from './function-process';
import type { Quiescence } from './quiescence';

export interface FunctionRunnerOptions {
  /** Virtual time must be installed from the same clock before the first invocation. */
  readonly clock: VirtualClock;
  readonly quiescence: Quiescence;
  /** Base URL of the emulated AWS, such as `http://127.0.0.1:4566`; asked at each cold start. */
  readonly endpoint: () => string;
  readonly functions: readonly FunctionSpec[];
  readonly region: string;
  /**
   * Makes what connects the requests of one container. @default connections over the loopback interface; a
   * `MemoryAgent` is faster, and idle limits of connections count in virtual time with it
   */
  readonly createAgent?: () => http.Agent;
  /** A file of the project whose `node_modules` offer the SDK. @default this one */
  readonly runtimeFrom?: string;
}

/** How an invocation ended. */
export type InvocationResult = (
  | { readonly payload: Json }
  | {
      readonly error: FunctionError;
      /** `handled`: the code reported it. `timeout`, `crash`: Lambda did, and the container is gone. */
      readonly kind: 'handled' | 'timeout' | 'crash';
    }
) & {
  /** Virtual. */
  readonly durationMilliseconds: number;
  readonly coldStart: boolean;
  readonly logs: readonly LogLine[];
};

/**
 * Virtual time that an idle container is kept, in milliseconds. Assumed: AWS says only that it keeps them "for some
 * time", https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
const KEPT_IDLE = 10 * 60_000;

/** What Lambda takes as an event, in bytes: 6 MB. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const REQUEST_LIMIT = 6 * 1024 * 1024;

interface Running {
  readonly name: string;
  container: Container | undefined;
  readonly finish: (ending: Ending | { error: FunctionError; kind: 'timeout' }) => void;
}

/** Runs the shipped code of functions in this process, in virtual time. See `Container`. */
export class FunctionRunner {
  private readonly specs: ReadonlyMap<string, FunctionSpec>;
  private readonly folders = new Map<string, string>();
  private readonly scripts: ScriptCache = new Map();
  private readonly idle = new Map<
    string,
    { readonly container: Container; readonly since: number }[]
  >();
  private readonly running = new Map<string, Running>();
  private readonly uninstall: () => void;

  constructor(private readonly options: FunctionRunnerOptions) {
    this.specs = new Map(options.functions.map((spec) => [spec.name, spec]));
    this.uninstall = installFunctionProcess();
  }

  /**
   * Invokes a function, now in virtual time, though not before what runs already has come to rest. Never rejects for
   * what the function does. Throws for an unknown function, an id in use, and an event that Lambda would refuse.
   */
  invoke(
    name: string,
    event: Json,
    { invocationId }: { readonly invocationId: string },
  ): Promise<InvocationResult> {
    const { clock } = this.options;
    const spec = this.specs.get(name);
    if (spec === undefined) throw new Error(`There is no function ${name} to invoke.`);
    if (this.running.has(invocationId)) {
      throw new Error(`The invocation ${invocationId} of ${name} runs already.`);
    }
    const text = JSON.stringify(event);
    if (text === undefined) throw new TypeError(`The event for ${name} is not JSON.`);
    if (Buffer.byteLength(text) > REQUEST_LIMIT) {
      throw new RangeError(
        `The event for ${name} exceeds the ${REQUEST_LIMIT} bytes that Lambda takes.`,
      );
    }
    return new Promise((resolve) => {
      const logs: LogLine[] = [];
      let coldStart = false;
      let started = clock.now;
      const limit = spec.timeoutSeconds * 1000;

      const entries = [
        clock.callAt(clock.now, () => {
          if (Date.now() !== clock.now) {
            throw new Error(
              'The virtual time of this clock must be installed before functions run.',
            );
          }
          started = clock.now;
          entries.push(clock.callAt(started + limit, () => timeOut()));
          const warm = this.takeIdle(name);
          coldStart = warm === undefined;
          const container = warm ?? this.createContainer(spec);
          running.container = container;
          const onEnd = running.finish;
          const context = this.contextOf(spec, invocationId, started + limit);
          container.start({ id: invocationId, logs, onEnd }, JSON.parse(text), context);
        }),
      ];
      const timeOut = (): void =>
        running.finish({
          kind: 'timeout',
          error: {
            errorType: 'Sandbox.Timedout',
            // https://github.com/aws/aws-lambda-runtime-interface-emulator, which AWS runs the same in Lambda
            errorMessage: `RequestId: ${invocationId} Error: Task timed out after ${spec.timeoutSeconds.toFixed(2)} seconds`,
          },
        });
      const running: Running = {
        name,
        container: undefined,
        finish: (ending) => {
          for (const entry of entries) clock.cancel(entry);
          this.running.delete(invocationId);
          const survives = 'payload' in ending || ending.kind === 'handled';
          if (running.container !== undefined) this.release(name, running.container, survives);
          resolve({ ...ending, durationMilliseconds: clock.now - started, coldStart, logs });
        },
      };
      this.running.set(invocationId, running);
    });
  }

  /**
   * The machine under an invocation dies: nothing of it happens any more, and it ends with `Runtime.ExitError`.
   * Returns false where it does not run.
   */
  crash(invocationId: string): boolean {
    const running = this.running.get(invocationId);
    running?.finish({
      kind: 'crash',
      error: {
        errorType: 'Runtime.ExitError',
        errorMessage: `RequestId: ${invocationId} Error: Runtime exited with error: signal: killed`,
      },
    });
    return running !== undefined;
  }

  /** Name of the function that an invocation runs; `undefined` where it is over. */
  functionOf(invocationId: string): string | undefined {
    return this.running.get(invocationId)?.name;
  }

  /** Discards all idle containers, as Lambda may at any time. */
  recycle(): void {
    for (const containers of this.idle.values()) {
      for (const { container } of containers) container.kill();
    }
    this.idle.clear();
  }

  /**
   * Whether nothing runs, and whatever starts at `next` (epoch milliseconds, virtual) finds no container warm: then
   * there is nothing to save.
   */
  isCold(next: number): boolean {
    if (this.running.size > 0) return false;
    return [...this.idle.values()].flat().every(({ since }) => next - since > KEPT_IDLE);
  }

  /** Kills all containers and gives back what the runner took of the process and the disk. */
  dispose(): void {
    for (const { container } of this.running.values()) container?.kill();
    this.running.clear();
    this.recycle();
    this.uninstall();
    for (const folder of this.folders.values()) fs.rmSync(folder, { recursive: true, force: true });
    this.folders.clear();
  }

  private release(name: string, container: Container, survives: boolean): void {
    // Lambda freezes what an invocation leaves behind, such as the losers of a race, and may thaw it much later or
    // never. Here it is never.
    if (!survives || !container.isIdle) return container.kill();
    const idle = this.idle.get(name) ?? [];
    this.idle.set(name, idle);
    idle.push({ container, since: this.options.clock.now });
  }

  private takeIdle(name: string): Container | undefined {
    const taken = this.idle.get(name)?.pop();
    if (taken === undefined) return undefined;
    if (this.options.clock.now - taken.since <= KEPT_IDLE) return taken.container;
    // It was the last to be used: the others have been idle for longer.
    for (const { container } of [taken, ...(this.idle.get(name) ?? [])]) container.kill();
    this.idle.delete(name);
    return undefined;
  }

  private createContainer(spec: FunctionSpec): Container {
    const { clock, quiescence, region } = this.options;
    const endpoint = this.options.endpoint();
    // The SDK's own limit of 50 connections would make requests wait where nothing sees them.
    const createAgent = this.options.createAgent ?? (() => new http.Agent({ keepAlive: true }));
    return new Container({
      clock,
      quiescence,
      modules: new FunctionModules({
        folder: this.folderOf(spec),
        runtimeFrom: this.options.runtimeFrom ?? __filename,
        scripts: this.scripts,
      }),
      handler: spec.handler,
      takesPlainResults: Number(/\d+/.exec(spec.runtime)?.[0]) >= 24,
      environment: functionEnvironment(spec, { endpoint, region }),
      endpoint,
      agent: createAgent(),
    });
  }

  private folderOf(spec: FunctionSpec): string {
    const known = this.folders.get(spec.name);
    if (known !== undefined) return known;
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rehearsed-function-'));
    this.folders.set(spec.name, folder);
    for (const [name, text] of Object.entries(spec.files)) {
      const file = path.join(folder, name);
      if (!file.startsWith(folder + path.sep)) {
        throw new Error(`The archive of ${spec.name} holds a file outside of itself: ${name}`);
      }
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
    return folder;
  }

  /** https://docs.aws.amazon.com/lambda/latest/dg/nodejs-context.html */
  private contextOf(spec: FunctionSpec, invocationId: string, deadline: number): Json {
    const { clock } = this.options;
    return {
      functionName: spec.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: spec.arn,
      memoryLimitInMB: String(spec.memoryMegabytes),
      awsRequestId: invocationId,
      logGroupName: spec.logGroup ?? `/aws/lambda/${spec.name}`,
      logStreamName: `rehearsal/[$LATEST]${digest(spec.arn)}`,
      getRemainingTimeInMillis: () => deadline - clock.now,
    };
  }
}

/** See `FunctionRunner`. */
export function createFunctionRunner(options: FunctionRunnerOptions): FunctionRunner {
  return new FunctionRunner(options);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
