/** Name of the header that carries a request's sequence number to the server. */
export const SEQUENCE_HEADER = 'x-evergreen-sequence';

/** Rounds of the event loop in which nothing happened, before it counts as quiet. */
const QUIET_ROUNDS = 3;

/** Handles that live as long as the process does, or belong to somebody who waits for real time. */
const IDLE_RESOURCES = new Set([
  'MessagePort',
  'PipeWrap',
  'ProcessWrap',
  'Process',
  'SignalWrap',
  'TCPServerWrap',
  'TCPSocketWrap',
  'TTYWrap',
  'Timeout',
  'Worker',
]);

// Taken before virtual time is installed: whether a rehearsal is stuck is a question of real time.
const realNow = performance.now.bind(performance);

export interface QuiescenceOptions {
  /** Real time that something may be in flight before the rehearsal is declared stuck. @default one minute */
  readonly stuckAfterMilliseconds?: number;
  /** `sequence` of the rehearsal that is resumed. @default 0 */
  readonly sequence?: number;
  /**
   * Whether no invocation is under way. While it stays so, nothing can come into flight, and nothing is waited for.
   * @default never
   */
  readonly isDormant?: () => boolean;
}

interface Request {
  /** Id of the invocation that sent it. */
  readonly invocation: string;
  /** `busy` on its way to the server or back, `arrived` when the server has it, `accepted` when it is scheduled. */
  state: 'busy' | 'arrived' | 'accepted';
}

/**
 * Knows when nothing is in flight, so that virtual time may move on. Both ends of every request report here: the
 * client in the Lambda code, and the server that answers it.
 *
 * Requests that are sent at the same virtual time may arrive in any order. Their arrivals are therefore held until
 * all is quiet and then taken in by sequence number, which is the order in which the code sent them.
 *
 * It sees requests, files, name lookups, connections and immediates. It does not see work on other threads
 * without a request object (asynchronous `zlib` and `crypto`), which Lambda code must not use in a rehearsal.
 */
export class Quiescence {
  private readonly stuckAfter: number;
  private readonly requests = new Map<number, Request>();
  private readonly arrivals = new Map<number, () => void>();
  private lastSequence: number;
  private busy = 0;
  private settling: Promise<void> | undefined;
  private readonly isDormant: () => boolean;
  /** Whether all was quiet when the last invocation had ended. */
  private atRest = false;

  constructor(options: QuiescenceOptions = {}) {
    this.isDormant = options.isDormant ?? (() => false);
    this.stuckAfter = options.stuckAfterMilliseconds ?? 60_000;
    this.lastSequence = options.sequence ?? 0;
  }

  /** The last number given to a request. */
  get sequence(): number {
    return this.lastSequence;
  }

  /** Client: a request is sent by an invocation. Returns its sequence number, from 1. */
  sent(invocation: string): number {
    this.lastSequence += 1;
    this.requests.set(this.lastSequence, { invocation, state: 'busy' });
    this.busy += 1;
    return this.lastSequence;
  }

  /** Client: the answer was consumed, or the request was given up. */
  closed(sequence: number): void {
    if (this.requests.get(sequence)?.state === 'busy') this.busy -= 1;
    this.requests.delete(sequence);
    this.arrivals.delete(sequence);
  }

  /**
   * Server: a request was read in full. `accept` is called when all is quiet, in order of sequence; it must neither
   * answer nor wait, but schedule the answer. It is not called for a request that its sender gave up before.
   */
  arrived(sequence: number, accept: () => void): void {
    const request = this.requests.get(sequence);
    if (request === undefined) return;
    if (request.state !== 'busy') throw new Error(`Request ${sequence} arrived twice.`);
    request.state = 'arrived';
    this.busy -= 1;
    this.arrivals.set(sequence, accept);
  }

  /**
   * Server: the answer, or the reset of the connection, follows now. Returns false where nobody waits for it any
   * more, since the sender gave up or died: then nothing shall be written.
   */
  answering(sequence: number): boolean {
    const request = this.requests.get(sequence);
    if (request === undefined) return false;
    if (request.state !== 'accepted') {
      throw new Error(`Request ${sequence} is answered, but it is ${request.state}, not accepted.`);
    }
    request.state = 'busy';
    this.busy += 1;
    return true;
  }

  /** The id of the invocation that sent a request; `undefined` where it is over. */
  invocationOf(sequence: number): string | undefined {
    return this.requests.get(sequence)?.invocation;
  }

  /** Resolves when nothing is in flight. Rejects, with what it waits for, after too much real time. */
  settled(): Promise<void> {
    this.atRest &&= this.isDormant();
    if (this.atRest) return Promise.resolve();
    // One at a time: two would wait for each other's rounds.
    this.settling ??= this.settle().finally(() => (this.settling = undefined));
    return this.settling;
  }

  private async settle(): Promise<void> {
    const started = realNow();
    let quiet = 0;
    for (let rounds = 1; quiet < QUIET_ROUNDS; rounds += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      const isQuiet = this.busy === 0 && activeResources().length === 0 && !this.acceptArrivals();
      quiet = isQuiet ? quiet + 1 : 0;
      if (rounds % 1024 === 0 && realNow() - started > this.stuckAfter) throw this.stuck();
    }
    this.atRest = this.isDormant();
  }

  private acceptArrivals(): boolean {
    if (this.arrivals.size === 0) return false;
    const arrivals = [...this.arrivals].sort(([a], [b]) => a - b);
    this.arrivals.clear();
    for (const [sequence, accept] of arrivals) {
      const request = this.requests.get(sequence);
      // One that was accepted just before may have been the end of its sender.
      if (request === undefined) continue;
      request.state = 'accepted';
      accept();
    }
    return true;
  }

  private stuck(): Error {
    const requests = [...this.requests]
      .filter(([, request]) => request.state === 'busy')
      .map(([sequence, { invocation }]) => `request ${sequence} of invocation ${invocation}`);
    const what = [...requests, ...activeResources()].join(', ');
    return new Error(
      `The rehearsal is stuck: it has waited ${this.stuckAfter / 1000} s of real time for ${what}.`,
    );
  }
}

/** https://nodejs.org/api/process.html#processgetactiveresourcesinfo */
function activeResources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => !IDLE_RESOURCES.has(name));
}
