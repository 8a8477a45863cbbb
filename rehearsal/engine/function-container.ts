import type * as http from 'node:http';
import type { Json } from '../services/service';
import type { VirtualClock } from './clock';
import { runAs, type FunctionProcess } from './function-process';
import { runtimeError, type FunctionModules } from './function-modules';
import { formatError, type FunctionError } from './function-error';
import { MemoryAgent } from './memory-agent';
import type { Quiescence } from './quiescence';
import type { VirtualTimer } from './virtual-timers';

/** A line that a function printed. */
export interface LogLine {
  /** Virtual time, ISO 8601. */
  readonly at: string;
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

export interface ContainerOptions {
  readonly clock: VirtualClock;
  readonly quiescence: Quiescence;
  readonly modules: FunctionModules;
  /** Setting of the function, such as `__index.handler`. */
  readonly handler: string;
  /** Whether the runtime takes what a handler returns that is no promise; before Node.js 24 it answers `null`. */
  readonly takesPlainResults: boolean;
  readonly environment: Record<string, string>;
  readonly endpoint: string;
  readonly agent: http.Agent;
}

/** How the code of an invocation came to its end. */
export type Ending =
  | { readonly payload: Json }
  | { readonly error: FunctionError; readonly kind: 'handled' | 'crash' };

/** What a container needs to know of the invocation that it works on. */
export interface ContainerInvocation {
  readonly id: string;
  readonly logs: LogLine[];
  /** Called exactly once, unless the container is killed before. */
  readonly onEnd: (ending: Ending) => void;
}

const nowhere = new MemoryAgent();

/** What Lambda lets a response have, in bytes: 6 MB and some. */
const RESPONSE_LIMIT = 6_291_556;

/**
 * An execution environment: the modules of a function evaluated once, and then one invocation after the other. When
 * it is killed nothing of it happens any more: its timers never fire, its answers never arrive, its requests go
 * nowhere.
 */
export class Container implements FunctionProcess {
  alive = true;
  readonly timers = new Set<VirtualTimer>();
  readonly environment: Record<string, string>;
  readonly endpoint: string;
  private readonly requests = new Map<number, http.ClientRequest>();
  private handler: ((event: Json, context: Json) => Json) | undefined;
  private invocation: ContainerInvocation | undefined;

  constructor(private readonly options: ContainerOptions) {
    this.environment = options.environment;
    this.endpoint = options.endpoint;
  }

  get agent(): http.Agent {
    return this.alive ? this.options.agent : nowhere;
  }

  /** Whether nothing is left that the last invocation began. */
  get isIdle(): boolean {
    return this.invocation === undefined && this.timers.size === 0 && this.requests.size === 0;
  }

  /** Evaluates the modules, the first time, and calls the handler. */
  start(invocation: ContainerInvocation, event: Json, context: Json): void {
    this.invocation = invocation;
    runAs(this, () => {
      try {
        this.handler ??= this.load();
      } catch (error) {
        return this.crash(formatError(error));
      }
      this.call(this.handler, event, context);
    });
  }

  /** Ends it at once, whatever it is doing. */
  kill(): void {
    this.alive = false;
    this.invocation = undefined;
    for (const timer of [...this.timers]) timer.close();
    for (const [sequence, request] of this.requests) {
      this.options.quiescence.closed(sequence);
      // First deaf, then dead: its code must not hear of it.
      request.removeAllListeners();
      request.on('error', () => undefined);
      request.destroy();
    }
    this.requests.clear();
    this.options.agent.destroy();
  }

  run(callback: () => void): void {
    if (!this.alive) return;
    runAs(this, () => {
      try {
        callback();
      } catch (error) {
        this.uncaught('exception', error);
      }
    });
  }

  print(stream: 'stdout' | 'stderr', text: string): void {
    this.invocation?.logs.push({
      at: new Date(this.options.clock.now).toISOString(),
      stream,
      text: text.replace(/\n$/, ''),
    });
  }

  /** https://github.com/aws/aws-lambda-runtime-interface-emulator words these endings. */
  exit(code: number): void {
    const reason =
      code === 0
        ? 'Runtime exited without providing a reason'
        : `Runtime exited with error: exit status ${code}`;
    const { id = '' } = this.invocation ?? {};
    this.crash({
      errorType: 'Runtime.ExitError',
      errorMessage: `RequestId: ${id} Error: ${reason}`,
    });
  }

  uncaught(kind: 'exception' | 'rejection', reason: unknown): void {
    this.crash(
      formatError(
        kind === 'exception'
          ? reason
          : runtimeError('UnhandledPromiseRejection', (reason as Json)?.toString() ?? ''),
      ),
    );
  }

  send(request: http.ClientRequest): number | undefined {
    if (this.invocation === undefined) return undefined;
    const { quiescence } = this.options;
    const sequence = quiescence.sent(this.invocation.id);
    this.requests.set(sequence, request);
    request.once('close', () => {
      this.requests.delete(sequence);
      quiescence.closed(sequence);
    });
    return sequence;
  }

  private load(): (event: Json, context: Json) => Json {
    const handler = this.options.modules.loadHandler(this.options.handler);
    if (handler.length >= 3) {
      throw runtimeError(
        'CallbackHandlerDeprecated',
        'not implemented in a rehearsal: a handler with a callback, which Node.js 24 in Lambda does not have either',
      );
    }
    return handler;
  }

  private call(handler: (event: Json, context: Json) => Json, event: Json, context: Json): void {
    const ends = (ending: () => Ending): void => {
      // As the Lambda runtime does, so that a rejection that nobody handles is noticed first.
      setImmediate(() => this.end(ending));
    };
    const failed = (error: unknown): void =>
      ends(() => ({ error: formatError(error), kind: 'handled' }));
    try {
      const result = handler(event, context);
      if (typeof result?.then === 'function') {
        result.then((value: unknown) => ends(() => toEnding(value)), failed);
      } else {
        ends(() => toEnding(this.options.takesPlainResults ? result : null));
      }
    } catch (error) {
      failed(error);
    }
  }

  private crash(error: FunctionError): void {
    this.end(() => ({ error, kind: 'crash' }));
  }

  private end(ending: () => Ending): void {
    const { invocation } = this;
    if (invocation === undefined) return;
    this.invocation = undefined;
    invocation.onEnd(ending());
  }
}

function toEnding(value: unknown): Ending {
  let text: string;
  try {
    text = JSON.stringify(value) ?? 'null';
  } catch {
    const error = runtimeError('JSONStringifyError', 'Unable to stringify response body');
    return { error: formatError(error), kind: 'handled' };
  }
  if (Buffer.byteLength(text) <= RESPONSE_LIMIT) return { payload: JSON.parse(text) };
  const error = {
    errorType: 'Function.ResponseSizeTooLarge',
    errorMessage: `Response payload size exceeded maximum allowed payload size (${RESPONSE_LIMIT} bytes).`,
  };
  return { error, kind: 'handled' };
}
