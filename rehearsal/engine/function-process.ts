import { AsyncLocalStorage } from 'node:async_hooks';
import type * as http from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { Json } from '../services/service';
import { Patches } from './patches';
import { SEQUENCE_HEADER } from './quiescence';
import type { TimerOwner } from './virtual-timers';

/** What running function code sees of its process, and what it does to it. */
export interface FunctionProcess extends TimerOwner {
  /** Its `process.env`. */
  readonly environment: Record<string, string>;
  /** Connects its requests, to wherever they shall go. */
  readonly agent: http.Agent;
  /** Base URL of the emulated AWS. */
  readonly endpoint: string;
  /** Takes what it prints. */
  print(stream: 'stdout' | 'stderr', text: string): void;
  /** `process.exit`. */
  exit(code: number): void;
  /** An error that nobody caught. */
  uncaught(kind: 'exception' | 'rejection', reason: unknown): void;
  /** Takes note of a request; returns its sequence number, or `undefined` if nobody shall hear of it. */
  send(request: http.ClientRequest): number | undefined;
}

const running = new AsyncLocalStorage<FunctionProcess>();

/** The function whose code runs now; also in its callbacks and after its `await`. */
export function currentFunction(): FunctionProcess | undefined {
  return running.getStore();
}

/** Runs code as that function. */
export function runAs<T>(self: FunctionProcess, code: () => T): T {
  return running.run(self, code);
}

type Request = (...args: unknown[]) => http.ClientRequest;

// Not imported: see virtual-time.ts.
const nodeHttp: Json = process.getBuiltinModule('node:http');
const nodeHttps: Json = process.getBuiltinModule('node:https');
const nodeModule: Json = process.getBuiltinModule('node:module');

let installations = 0;
let uninstall = (): void => undefined;

/**
 * Makes this process look to function code as if it were alone in it: `process.env`, output, `process.exit`, uncaught
 * errors and HTTP. Code that is no function's is not affected. Returns what takes it back; may be nested.
 */
export function installFunctionProcess(): () => void {
  installations += 1;
  if (installations === 1) uninstall = install();
  let installed = true;
  return () => {
    if (!installed) return;
    installed = false;
    installations -= 1;
    if (installations === 0) uninstall();
  };
}

function install(): () => void {
  const patches = new Patches();
  patches.set(process, 'env', environmentProxy(process.env));
  patchExit(patches);
  patchOutput(patches);
  patchNetwork(patches);
  nodeModule.syncBuiltinESMExports();
  const onException = (reason: unknown): void => uncaught('exception', reason);
  const onRejection = (reason: unknown): void => uncaught('rejection', reason);
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);
  return () => {
    patches.undo();
    nodeModule.syncBuiltinESMExports();
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
}

function uncaught(kind: 'exception' | 'rejection', reason: unknown): void {
  const self = currentFunction();
  // Not a function's: what Node.js would do, had nobody listened.
  if (self === undefined) throw reason;
  self.uncaught(kind, reason);
}

function patchExit(patches: Patches): void {
  const exit: Json = Reflect.get(process, 'exit');
  patches.set(process, 'exit', (code?: number | string): void => {
    const self = currentFunction();
    if (self === undefined) return exit.call(process, code);
    self.exit(Number(code ?? 0));
    // Nothing may run after `process.exit`; and since its process is over, nobody hears of this error.
    throw new Error('process.exit');
  });
}

function patchOutput(patches: Patches): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    const write: Json = Reflect.get(process[stream], 'write');
    patches.set(
      process[stream],
      'write',
      (chunk: string | Uint8Array, ...rest: Json[]): boolean => {
        const self = currentFunction();
        if (self === undefined) return write.call(process[stream], chunk, ...rest);
        self.print(stream, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
        const done: unknown = rest.at(-1);
        if (typeof done === 'function') process.nextTick(done);
        return true;
      },
    );
  }
}

function patchNetwork(patches: Patches): void {
  const { request, get }: Record<string, Request> = nodeHttp;
  const patched: Request = (...args) => {
    const self = currentFunction();
    return self === undefined ? request!(...args) : sendRequest(self, request!, args);
  };
  patches.set(nodeHttp, 'request', patched);
  patches.set(nodeHttp, 'get', (...args: unknown[]) => {
    if (currentFunction() === undefined) return get!(...args);
    const sent = patched(...args);
    sent.end();
    return sent;
  });
  for (const name of ['request', 'get']) {
    const real: Request = nodeHttps[name];
    patches.set(nodeHttps, name, (...args: unknown[]) => {
      if (currentFunction() !== undefined) throw refusal('HTTPS');
      return real(...args);
    });
  }
  const { fetch } = globalThis;
  patches.set(globalThis, 'fetch', (...args: Parameters<typeof fetch>) =>
    currentFunction() === undefined ? fetch(...args) : Promise.reject(refusal('fetch')),
  );
}

/** The environment of the current function; nothing of the host's is visible to it. */
function environmentProxy(host: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const current = (): NodeJS.ProcessEnv => currentFunction()?.environment ?? host;
  return new Proxy(host, {
    get: (_target, name) => Reflect.get(current(), name),
    // As Node.js does, which knows only text there.
    set: (_target, name, value) => Reflect.set(current(), name, String(value)),
    has: (_target, name) => Reflect.has(current(), name),
    deleteProperty: (_target, name) => Reflect.deleteProperty(current(), name),
    ownKeys: () => Reflect.ownKeys(current()),
    getOwnPropertyDescriptor: (_target, name) => Reflect.getOwnPropertyDescriptor(current(), name),
    defineProperty: (_target, name, descriptor) =>
      Reflect.defineProperty(current(), name, descriptor),
  });
}

function sendRequest(self: FunctionProcess, request: Request, args: unknown[]): http.ClientRequest {
  const listener = args.find((arg) => typeof arg === 'function');
  const [first, second] = args;
  const options: Json =
    typeof first === 'string' || first instanceof URL
      ? { ...urlToHttpOptions(new URL(first)), ...(typeof second === 'object' ? second : {}) }
      : { ...(first as object) };
  const { hostname, port } = new URL(self.endpoint);
  const host: string = options.hostname ?? options.host ?? 'localhost';
  // Some operations have a prefix before the host of the endpoint.
  const known = host === hostname || host.endsWith(`.${hostname}`);
  if (!known || Number(options.port ?? 80) !== Number(port || 80)) {
    throw refusal(`http://${host}:${options.port ?? 80}`);
  }
  const sent = request({ ...options, agent: self.agent }, ...(listener ? [listener] : []));
  const sequence = self.send(sent);
  if (sequence !== undefined) sent.setHeader(SEQUENCE_HEADER, sequence);
  return sent;
}

function refusal(what: string): Error {
  return new Error(`In a rehearsal functions may only call the emulated AWS, not ${what}.`);
}
