import * as util from 'node:util';
import type { VirtualClock } from './clock';

/** The code that a timer belongs to: it runs the callbacks, and takes its timers with it when it ends. */
export interface TimerOwner {
  readonly timers: Set<VirtualTimer>;
  /** False once it is over: its timers are never set. */
  readonly alive: boolean;
  run(callback: () => void): void;
}

/** What `setTimeout` and `setInterval` return; the same members as a `NodeJS.Timeout`. */
export class VirtualTimer {
  private entry: number | undefined;
  private referenced = true;

  constructor(
    private readonly timers: VirtualTimers,
    readonly id: number,
    readonly callback: () => void,
    /** Whole milliseconds, at least 1. */
    readonly delay: number,
    readonly repeats: boolean,
    readonly owner: TimerOwner | undefined,
  ) {
    this.refresh();
  }

  ref(): this {
    this.referenced = true;
    return this;
  }

  /** As in Node.js, except that it has no effect: the rehearsal ends when its period does. */
  unref(): this {
    this.referenced = false;
    return this;
  }

  hasRef(): boolean {
    return this.referenced;
  }

  /** Starts it anew from now, also when it has fired. */
  refresh(): this {
    this.close();
    if (this.owner?.alive === false) return this;
    const { clock } = this.timers;
    this.owner?.timers.add(this);
    this.timers.active.set(this.id, this);
    this.entry = clock.callAt(clock.now + this.delay, () => this.fire());
    return this;
  }

  close(): this {
    if (this.entry !== undefined) this.timers.clock.cancel(this.entry);
    this.entry = undefined;
    this.owner?.timers.delete(this);
    this.timers.active.delete(this.id);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  private fire(): void {
    this.close();
    // Set again before the callback runs, so that the callback can clear it.
    if (this.repeats) this.refresh();
    if (this.owner === undefined) this.callback();
    else this.owner.run(this.callback);
  }
}

/** `setTimeout` and its like in virtual time. */
export class VirtualTimers {
  readonly active = new Map<number, VirtualTimer>();
  private nextId = 1;

  constructor(
    readonly clock: VirtualClock,
    private readonly owner: () => TimerOwner | undefined,
  ) {}

  readonly setTimeout = Object.assign(
    (callback: (...args: unknown[]) => void, delay?: number, ...args: unknown[]): VirtualTimer =>
      this.create(callback, delay, args, false),
    // What util.promisify(setTimeout) returns.
    {
      [util.promisify.custom]: (delay?: number, value?: unknown) => this.sleep(delay, value),
    },
  );

  readonly setInterval = (
    callback: (...args: unknown[]) => void,
    delay?: number,
    ...args: unknown[]
  ): VirtualTimer => this.create(callback, delay, args, true);

  /** `setTimeout` of `node:timers/promises`. */
  readonly sleep = <T>(
    delay?: number,
    value?: T,
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<T | undefined> =>
    new Promise((resolve, reject) => {
      const { signal } = options;
      // The name and code that Node.js documents for an aborted wait.
      const abort = (): void => {
        this.clear(timer);
        const error = new Error('The operation was aborted', { cause: signal?.reason });
        reject(Object.assign(error, { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      const timer = this.setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      }, delay);
      if (signal?.aborted === true) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    });

  /** `AbortSignal.timeout`. */
  readonly abortAfter = (delay: number): AbortSignal => {
    const controller = new AbortController();
    this.setTimeout(() => {
      controller.abort(
        new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
      );
    }, delay);
    return controller.signal;
  };

  /** True where it was a timer of this clock, by object or number. */
  clear(timer: unknown): boolean {
    const known = timer instanceof VirtualTimer ? timer : this.active.get(Number(timer));
    known?.close();
    return known !== undefined;
  }

  private create(
    callback: (...args: unknown[]) => void,
    delay: number | undefined,
    args: readonly unknown[],
    repeats: boolean,
  ): VirtualTimer {
    if (typeof callback !== 'function') {
      const error = new TypeError('The "callback" argument must be of type function.');
      throw Object.assign(error, { code: 'ERR_INVALID_ARG_TYPE' });
    }
    // As Node.js, except that its limit of 2^31-1 milliseconds does not apply.
    const milliseconds = Math.trunc(Number(delay));
    const id = this.nextId;
    this.nextId += 1;
    return new VirtualTimer(
      this,
      id,
      () => callback(...args),
      milliseconds >= 1 && Number.isFinite(milliseconds) ? milliseconds : 1,
      repeats,
      this.owner(),
    );
  }
}
