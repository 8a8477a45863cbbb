import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { VirtualClock } from '../../../../rehearsal/engine/clock';
import type { FunctionSpec } from '../../../../rehearsal/engine/function-environment';
import { currentFunction } from '../../../../rehearsal/engine/function-process';
import {
  createFunctionRunner,
  type FunctionRunner,
  type InvocationResult,
} from '../../../../rehearsal/engine/functions';
import { MemoryAgent } from '../../../../rehearsal/engine/memory-agent';
import { Quiescence, SEQUENCE_HEADER } from '../../../../rehearsal/engine/quiescence';
import { SeededRandom } from '../../../../rehearsal/engine/random';
import { installVirtualTime } from '../../../../rehearsal/engine/virtual-time';
import type { Json } from '../../../../rehearsal/services/service';

export const START = Date.parse('2026-03-01T00:00:00.000Z');

export interface Arrival {
  readonly sequence: number;
  /** Milliseconds since the start. */
  readonly at: number;
  readonly operation: string;
  readonly input: Json;
  readonly headers: http.IncomingHttpHeaders;
}

/** What the fake AWS answers; `undefined` leaves the caller waiting for ever. */
export type Answer =
  | { readonly status?: number; readonly body: Json; readonly afterMilliseconds?: number }
  | undefined;

export interface World {
  readonly clock: VirtualClock;
  readonly quiescence: Quiescence;
  readonly random: SeededRandom;
  readonly runner: FunctionRunner;
  readonly endpoint: string;
  /** In the order in which the server took them in. */
  readonly arrivals: Arrival[];
  /** All that reached the server, taken in or not. */
  readonly received: string[];
  /** Invokes, and lets that many seconds pass. */
  invoke(name: string, event: Json, id?: string, seconds?: number): Promise<InvocationResult>;
}

export interface WorldOptions {
  readonly functions: readonly FunctionSpec[];
  readonly answer?: (arrival: Arrival, random: () => number) => Answer;
  readonly transport?: 'memory' | 'loopback';
  /** Reports each arrival after some milliseconds of real time, at random: the operating system at its worst. */
  readonly noise?: boolean;
}

// Real ones, taken before virtual time is installed.
const wait = setTimeout;
const chance = Math.random;

/** A function whose archive is one file, of the shape that Pulumi makes. */
export function functionOf(
  name: string,
  text: string,
  more: Partial<FunctionSpec> = {},
): FunctionSpec {
  return {
    name,
    arn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
    runtime: 'nodejs22.x',
    handler: '__index.handler',
    timeoutSeconds: 60,
    memoryMegabytes: 256,
    environment: {},
    files: { '__index.js': text },
    ...more,
  };
}

/** Runs `act` with virtual time, a function runner and a small AWS that speaks JSON over HTTP. */
export async function inWorld<T>(
  options: WorldOptions,
  act: (world: World) => Promise<T>,
): Promise<T> {
  const random = new SeededRandom(7);
  const quiescence = new Quiescence();
  const clock = new VirtualClock({ start: START, settled: () => quiescence.settled() });
  const arrivals: Arrival[] = [];
  const responses = new Map<number, http.ServerResponse>();
  const answer = options.answer ?? ((): Answer => ({ body: {} }));

  const received: string[] = [];
  const server = http.createServer((request, response) => {
    received.push(`${request.method} ${request.url}`);
    if (currentFunction() !== undefined)
      throw new Error('The server runs as if it were a function.');
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const sequence = Number(request.headers[SEQUENCE_HEADER]);
      responses.set(sequence, response);
      const accept = (): void => {
        const arrival: Arrival = {
          sequence,
          at: clock.now - START,
          operation: String(request.headers['x-amz-target'] ?? request.url),
          input: JSON.parse(Buffer.concat(chunks).toString() || 'null'),
          headers: request.headers,
        };
        arrivals.push(arrival);
        const answered = answer(arrival, random.next);
        if (answered === undefined) return;
        const { status = 200, body, afterMilliseconds = 10 } = answered;
        clock.schedule(clock.now + afterMilliseconds, {
          kind: 'answer',
          data: { sequence, status, body },
        });
      };
      const arrive = (): void => quiescence.arrived(sequence, accept);
      if (options.noise === true) wait(arrive, chance() * 4);
      else arrive();
    });
  });
  clock.on('answer', ({ sequence, status, body }: Json) => {
    if (!quiescence.answering(sequence)) return;
    const response = responses.get(sequence)!;
    response.sendDate = false;
    response.setHeader('date', new Date(clock.now).toUTCString());
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(body));
  });
  // Idle connections must not close in real time.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const uninstall = installVirtualTime(clock, { random: random.next });
  const runner = createFunctionRunner({
    clock,
    quiescence,
    endpoint: () => endpoint,
    functions: options.functions,
    region: 'eu-central-1',
    ...(options.transport === 'loopback' ? {} : { createAgent: () => new MemoryAgent(server) }),
  });
  const world: World = {
    clock,
    quiescence,
    random,
    runner,
    endpoint,
    arrivals,
    received,
    async invoke(name, event, id = 'invocation-1', seconds = 1000) {
      const result = runner.invoke(name, event, { invocationId: id });
      await clock.runUntil(clock.now + seconds * 1000);
      return Promise.race([
        result,
        Promise.reject(new Error(`${name} did not end within ${seconds} s`)),
      ]);
    },
  };
  try {
    return await act(world);
  } finally {
    runner.dispose();
    uninstall();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}
