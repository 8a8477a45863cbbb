import { AsyncLocalStorage } from 'node:async_hooks';
import type * as http from 'node:http';
import { urlToHttpOptions } from 'node:url';
import type { Json } from '../services/service';
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
  const { env, exit } = process;
  const fetch = globalThis.fetch;
  const write = { stdout: process.stdout.write, stderr: process.stderr.write };
  const http = { request: nodeHttp.request as Request, get: nodeHttp.get as Request };
  const https = { request: nodeHttps.request as Request, get: nodeHttps.get as Request };

  process.env = environmentProxy(env);
  process.exit = (code) => {
    const self = currentFunction();
    if (self === undefined) return exit(code);
    self.exit(Number(code ?? process.exitCode ?? 0));
    // Nothing may run after `process.exit`; and since its process is over, nobody hears of this error.
    throw new Error('process.exit');
  };
  for (const stream of ['stdout', 'stderr'] as const) {
    process[stream].write = ((chunk: string | Uint8Array, ...rest: Json[]): boolean => {
      const self = currentFunction();
      if (self === undefined) return write[stream].call(process[stream], chunk, ...rest);
      self.print(stream, typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
      const done: unknown = rest.at(-1);
      if (typeof done === 'function') process.nextTick(done);
      return true;
    }) as typeof process.stdout.write;
  }
  const request: Request = (...args) => {
    const self = currentFunction();
    return self === undefined ? http.request(...args) : sendRequest(self, http.request, args);
  };
  nodeHttp.request = request;
  nodeHttp.get = (...args: unknown[]) => {
    const sent = request(...args);
    sent.end();
    return sent;
  };
  for (const name of ['request', 'get'] as const) {
    nodeHttps[name] = (...args: unknown[]) => {
      if (currentFunction() !== undefined) throw refusal('HTTPS');
      return https[name](...args);
    };
  }
  globalThis.fetch = (...args) =>
    currentFunction() === undefined ? fetch(...args) : Promise.reject(refusal('fetch'));
  nodeModule.syncBuiltinESMExports();

  const listen = (kind: 'exception' | 'rejection') => (reason: unknown) => {
    const self = currentFunction();
    if (self === undefined) throw reason;
    self.uncaught(kind, reason);
  };
  const onException = listen('exception');
  const onRejection = listen('rejection');
  process.on('uncaughtException', onException);
  process.on('unhandledRejection', onRejection);

  return () => {
    process.env = env;
    process.exit = exit;
    process.stdout.write = write.stdout;
    process.stderr.write = write.stderr;
    Object.assign(nodeHttp, http);
    Object.assign(nodeHttps, https);
    globalThis.fetch = fetch;
    nodeModule.syncBuiltinESMExports();
    process.off('uncaughtException', onException);
    process.off('unhandledRejection', onRejection);
  };
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
