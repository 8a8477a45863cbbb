import type { Json } from '../services/service';

/** What shall happen at a time: data only, so that the queue can be saved. */
export interface ClockEntry {
  /** Names the handler. */
  readonly kind: string;
  /** Plain JSON. */
  readonly data: Json;
}

/** A clock that can be stored and continued in another process. */
export interface ClockState {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly nextId: number;
  /** In the order in which they are due. */
  readonly entries: readonly (ClockEntry & { readonly id: number; readonly at: number })[];
}

export interface ClockOptions {
  /** Virtual time at the start, epoch milliseconds. */
  readonly start: number;
  /**
   * Resolves when nothing is in flight: time may move on. Entries may be scheduled meanwhile.
   * @default immediately
   */
  readonly settled?: () => Promise<void>;
}

type ClockHandler = (data: Json) => void | Promise<void>;
type Due = { readonly id: number; readonly at: number } & (
  { readonly entry: ClockEntry } | { readonly callback: () => void }
);

/**
 * Virtual time as a discrete-event simulation: one queue, ordered by time and then by the order of scheduling.
 * Exactly one entry is dispatched at a time, and only when everything that the one before it caused has settled.
 */
export class VirtualClock {
  private time: number;
  private nextId = 1;
  private readonly live = new Map<number, Due>();
  private readonly handlers = new Map<string, ClockHandler>();
  private readonly settled: () => Promise<void>;
  private heap: Due[] = [];
  private running = false;
  private failure: { readonly error: unknown } | undefined;

  constructor(options: ClockOptions) {
    this.time = finite(options.start, 'start');
    this.settled = options.settled ?? (() => Promise.resolve());
  }

  /** Virtual time, epoch milliseconds. */
  get now(): number {
    return this.time;
  }

  /**
   * Has `entry` dispatched at `at` (epoch milliseconds); what is due already comes next, after what was due before.
   * Returns an id for `cancel`. Throws a RangeError where `at` is no finite number.
   */
  schedule(at: number, entry: ClockEntry): number {
    return this.insert({ id: this.nextId, at: this.due(at), entry });
  }

  /**
   * Calls `callback` at `at`. Only for timers of running Lambda code: while one is in the queue, the clock cannot
   * be saved.
   */
  callAt(at: number, callback: () => void): number {
    return this.insert({ id: this.nextId, at: this.due(at), callback });
  }

  /** Whether the entry was still in the queue. */
  cancel(id: number): boolean {
    const cancelled = this.live.delete(id);
    // Cancelled entries stay in the heap until they come up; a heap of mostly such ones is rebuilt.
    if (this.heap.length > 64 && this.heap.length > 2 * this.live.size) {
      this.heap = [...this.live.values()].sort(byDue);
    }
    return cancelled;
  }

  /**
   * Registers the handler of a kind. A handler may be asynchronous; time stands still while what it waits for is
   * in flight, but it must not wait for virtual time itself. Throws where the kind has a handler.
   */
  on(kind: string, handler: ClockHandler): void {
    if (this.handlers.has(kind)) {
      throw new Error(`The clock has a handler for ${JSON.stringify(kind)} already.`);
    }
    this.handlers.set(kind, handler);
  }

  /** Lets `runUntil` reject with this error, once what is in flight has settled; the first one wins. */
  fail(error: unknown): void {
    this.failure ??= { error };
  }

  /**
   * Dispatches everything due up to and including `end` (epoch milliseconds) and leaves the time at `end`.
   * Rejects with the first error of a handler. `onAdvance` is told of each move of the time. `stopBefore` is asked
   * whenever all has settled, with the time of what comes next: where it says true, the clock stops there, and the
   * answer is false.
   */
  async runUntil(
    end: number,
    options: {
      readonly onAdvance?: (now: number) => void;
      readonly stopBefore?: (next: number) => boolean;
    } = {},
  ): Promise<boolean> {
    if (this.running) throw new Error('The clock is running already.');
    finite(end, 'end');
    if (end < this.time) {
      throw new RangeError(`The clock cannot go back from ${iso(this.time)} to ${iso(end)}.`);
    }
    this.running = true;
    try {
      for (;;) {
        await this.settled();
        if (this.failure !== undefined) throw this.failure.error;
        const due = this.peek();
        if (options.stopBefore?.(Math.min(due?.at ?? end, end)) === true) return false;
        const next = this.pop(end);
        this.advance(next?.at ?? end, options.onAdvance);
        if (next === undefined) return true;
        this.dispatch(next);
      }
    } finally {
      this.running = false;
    }
  }

  /** Whether Lambda code has timers: then the clock cannot be saved. */
  get holdsCode(): boolean {
    return [...this.live.values()].some((due) => 'callback' in due);
  }

  /** Throws while Lambda code has timers, since code cannot be saved. */
  save(): ClockState {
    const entries = [...this.live.values()].sort(byDue).map((due) => {
      if ('callback' in due) {
        throw new Error(`The clock cannot be saved: Lambda code has a timer at ${iso(due.at)}.`);
      }
      return { id: due.id, at: due.at, ...structuredClone(due.entry) };
    });
    return { now: this.time, nextId: this.nextId, entries };
  }

  /** Replaces time and queue. Handlers stay. */
  restore(state: ClockState): void {
    if (this.running) throw new Error('The clock is running: it cannot be restored.');
    this.time = finite(state.now, 'now');
    this.nextId = state.nextId;
    this.failure = undefined;
    this.live.clear();
    for (const { id, at, kind, data } of state.entries) {
      this.live.set(id, { id, at, entry: { kind, data: structuredClone(data) } });
    }
    this.heap = [...this.live.values()].sort(byDue);
  }

  private due(at: number): number {
    return Math.max(finite(at, 'at'), this.time);
  }

  private advance(to: number, onAdvance: ((now: number) => void) | undefined): void {
    if (to === this.time) return;
    this.time = to;
    onAdvance?.(to);
  }

  private dispatch(due: Due): void {
    try {
      if ('callback' in due) return due.callback();
      const handler = this.handlers.get(due.entry.kind);
      if (handler === undefined) {
        throw new Error(`The clock has no handler for ${JSON.stringify(due.entry.kind)}.`);
      }
      handler(due.entry.data)?.catch((error: unknown) => this.fail(error));
    } catch (error) {
      this.fail(error);
    }
  }

  private insert(due: Due): number {
    this.nextId += 1;
    this.live.set(due.id, due);
    const { heap } = this;
    let index = heap.push(due) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (byDue(heap[parent]!, due) <= 0) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = due;
    return due.id;
  }

  /** The next entry; those that were cancelled are thrown away. */
  private peek(): Due | undefined {
    while (this.heap[0] !== undefined && !this.live.has(this.heap[0].id)) this.removeFirst();
    return this.heap[0];
  }

  /** Takes the next entry that is due by `end`. */
  private pop(end: number): Due | undefined {
    const first = this.peek();
    if (first === undefined || first.at > end) return undefined;
    this.removeFirst();
    this.live.delete(first.id);
    return first;
  }

  private removeFirst(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && byDue(heap[child + 1]!, heap[child]!) < 0) child += 1;
      if (byDue(heap[child]!, last) >= 0) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function byDue(a: Due, b: Due): number {
  return a.at - b.at || a.id - b.id;
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function finite(time: number, name: string): number {
  if (!Number.isFinite(time)) throw new RangeError(`${name} must be a finite number, not ${time}.`);
  return time;
}
