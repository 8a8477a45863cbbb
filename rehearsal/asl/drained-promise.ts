type Callback = (value: unknown) => unknown;
type Reaction = { readonly onFulfilled: Callback; readonly onRejected: Callback };

const jobs: (() => void)[] = [];

/**
 * Stands in for Promise in code that is asynchronous in form only. Its reactions wait in a queue of our own, which
 * `drain` runs to the end, so that an asynchronous function answers at once and however long it runs needs no stack.
 */
export class DrainedPromise {
  private state: 'pending' | 'fulfilled' | 'rejected' = 'pending';
  private settled: unknown;
  private reactions: Reaction[] = [];

  constructor(executor: (resolve: Callback, reject: Callback) => void) {
    const reject: Callback = (reason) => this.settle('rejected', reason);
    try {
      executor((value) => this.resolve(value), reject);
    } catch (error) {
      reject(error);
    }
  }

  static resolve(value: unknown): DrainedPromise {
    return value instanceof DrainedPromise
      ? value
      : new DrainedPromise((resolve) => resolve(value));
  }

  static all(values: Iterable<unknown>): DrainedPromise {
    const promises = Array.from(values, (value) => DrainedPromise.resolve(value));
    const results = promises.map((): unknown => undefined);
    let missing = promises.length;
    return new DrainedPromise((resolve, reject) => {
      if (missing === 0) resolve(results);
      for (const [position, promise] of promises.entries()) {
        promise.then((value) => {
          results[position] = value;
          missing -= 1;
          if (missing === 0) resolve(results);
        }, reject);
      }
    });
  }

  then(onFulfilled?: Callback, onRejected?: Callback): DrainedPromise {
    return new DrainedPromise((resolve, reject) => {
      const guarded =
        (callback: Callback): Callback =>
        (value) => {
          try {
            resolve(callback(value));
          } catch (error) {
            reject(error);
          }
        };
      this.reactions.push({
        onFulfilled: onFulfilled === undefined ? resolve : guarded(onFulfilled),
        onRejected: onRejected === undefined ? reject : guarded(onRejected),
      });
      if (this.state !== 'pending') this.react();
    });
  }

  /**
   * Runs all that is queued, then yields the value.
   * @throws what the promise was rejected with, or an Error if it still waits for something
   */
  drain(): unknown {
    for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) job();
    if (this.state === 'pending') throw new Error('Something that was awaited never came.');
    if (this.state === 'rejected') throw this.settled;
    return this.settled;
  }

  private resolve(value: unknown): void {
    if (value instanceof DrainedPromise) {
      value.then(
        (inner) => this.settle('fulfilled', inner),
        (reason) => this.settle('rejected', reason),
      );
    } else {
      this.settle('fulfilled', value);
    }
  }

  private settle(state: 'fulfilled' | 'rejected', value: unknown): void {
    if (this.state !== 'pending') return;
    this.state = state;
    this.settled = value;
    this.react();
  }

  private react(): void {
    for (const { onFulfilled, onRejected } of this.reactions.splice(0)) {
      const callback = this.state === 'fulfilled' ? onFulfilled : onRejected;
      jobs.push(() => callback(this.settled));
    }
  }
}
