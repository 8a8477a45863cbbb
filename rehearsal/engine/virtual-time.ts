import * as nodeModule from 'node:module';
import * as vm from 'node:vm';
import type { Json } from '../services/service';
import type { VirtualClock } from './clock';
import { currentFunction } from './function-process';
import { Patches } from './patches';
import { VirtualTimers } from './virtual-timers';

export interface VirtualTimeOptions {
  /** Uniform in [0, 1); the source of every random number that code asks for. */
  readonly random: () => number;
  /** Where `performance.now` begins, epoch milliseconds. @default now, in virtual time */
  readonly origin?: number;
}

const RealDate = Date;

// Not imported: a compiler may copy what it imports, and a patched copy patches nothing.
const timers: Json = process.getBuiltinModule('node:timers');
const timersPromises: Json = process.getBuiltinModule('node:timers/promises');
const crypto: Json = process.getBuiltinModule('node:crypto');

/**
 * Puts this process into the time of `clock`: `Date`, `Intl`, `performance.now`, `process.hrtime`, timers,
 * `AbortSignal.timeout`, and the random numbers of `Math` and `crypto`. The time zone becomes UTC, as in Lambda.
 * `setImmediate`, `process.nextTick`, `queueMicrotask` and the timers that Node.js uses inside stay real.
 *
 * Install it when everything that needs real time (gRPC, say) is done. Returns the function that undoes it. Throws
 * where another virtual time is installed, and under a test runner that hides the real globals (jest): what
 * `require` loads and what `vm` compiles would keep the real time.
 */
export function installVirtualTime(clock: VirtualClock, options: VirtualTimeOptions): () => void {
  if (vm.runInThisContext('globalThis') !== globalThis) {
    throw new Error('Virtual time needs the real globals of the process: run it outside of jest.');
  }
  if (globalThis.Date !== RealDate) throw new Error('Virtual time is installed already.');

  const patches = new Patches();
  const virtual = new VirtualTimers(clock, currentFunction);
  patchTimers(patches, virtual);
  patchDates(patches, clock, options.origin ?? clock.now);
  patchRandom(patches, options.random);
  const zone = process.env['TZ'];
  process.env['TZ'] = 'UTC';
  nodeModule.syncBuiltinESMExports();
  return () => {
    patches.undo();
    if (zone === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zone;
    nodeModule.syncBuiltinESMExports();
  };
}

function patchTimers(patches: Patches, virtual: VirtualTimers): void {
  for (const name of ['clearTimeout', 'clearInterval'] as const) {
    // A timer from before the installation is real.
    const real: (timer: Json) => void = globalThis[name];
    const clear = (timer: unknown): void => {
      if (!virtual.clear(timer) && typeof timer === 'object') real(timer);
    };
    patches.set(globalThis, name, clear);
    patches.set(timers, name, clear);
  }
  for (const name of ['setTimeout', 'setInterval'] as const) {
    patches.set(globalThis, name, virtual[name]);
    patches.set(timers, name, virtual[name]);
  }
  patches.set(timersPromises, 'setTimeout', virtual.sleep);
  patches.set(timersPromises, 'setInterval', () => {
    throw new Error('not implemented in a rehearsal: setInterval of node:timers/promises');
  });
  patches.set(
    timersPromises.scheduler,
    'wait',
    (delay: number, options?: { signal?: AbortSignal }) => virtual.sleep(delay, undefined, options),
  );
  patches.set(AbortSignal, 'timeout', virtual.abortAfter);
}

function patchDates(patches: Patches, clock: VirtualClock, start: number): void {
  const now = (): number => Math.trunc(clock.now);
  // A proxy, not a subclass: dates that Node.js makes are instances of it, and `Date()` still returns text.
  const VirtualDate: DateConstructor = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
  });
  patches.set(globalThis, 'Date', VirtualDate);
  patches.set(RealDate.prototype, 'constructor', VirtualDate);

  // Both take the real time where no date is given.
  const prototype: Json = Intl.DateTimeFormat.prototype;
  const format: Json = Object.getOwnPropertyDescriptor(prototype, 'format');
  const formatToParts: Json = prototype.formatToParts;
  const formatAt = function (this: Intl.DateTimeFormat): (date?: Date | number) => string {
    const bound: (date: Date | number) => string = format.get.call(this);
    return (date) => bound(date ?? now());
  };
  patches.define(prototype, 'format', {
    get: formatAt,
    configurable: true,
    enumerable: false,
  });
  patches.set(prototype, 'formatToParts', function (this: Json, date?: Date | number) {
    return formatToParts.call(this, date ?? now());
  });

  const nanoseconds = (): bigint => BigInt(now() - start) * 1_000_000n;
  patches.set(performance, 'now', () => clock.now - start);
  patches.set(performance, 'timeOrigin', start);
  const hrtime = (before: readonly [number, number] = [0, 0]): [number, number] => {
    const elapsed = nanoseconds() - BigInt(before[0]) * 1_000_000_000n - BigInt(before[1]);
    const seconds = elapsed / 1_000_000_000n;
    return [Number(seconds), Number(elapsed - seconds * 1_000_000_000n)];
  };
  patches.set(process, 'hrtime', Object.assign(hrtime, { bigint: nanoseconds }));
}

function patchRandom(patches: Patches, random: () => number): void {
  const fill = <T extends ArrayBufferView>(view: T): T => {
    const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
    for (let index = 0; index < bytes.length; index += 1) bytes[index] = Math.floor(random() * 256);
    return view;
  };
  const uuid = (): string => {
    const bytes = fill(Buffer.alloc(16));
    bytes[6] = (bytes[6]! & 0x0f) | 0x40;
    bytes[8] = (bytes[8]! & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  };
  const randomBytes = (
    size: number,
    callback?: (error: null, bytes: Buffer) => void,
  ): Buffer | void => {
    const bytes = fill(Buffer.alloc(size));
    if (callback === undefined) return bytes;
    setImmediate(callback, null, bytes);
  };
  patches.set(Math, 'random', random);
  patches.set(crypto, 'randomUUID', uuid);
  patches.set(crypto, 'randomBytes', randomBytes);
  patches.set(crypto, 'randomFillSync', fill);
  for (const name of ['randomInt', 'randomFill']) {
    patches.set(crypto, name, () => {
      throw new Error(`not implemented in a rehearsal: ${name} of node:crypto`);
    });
  }
  patches.set(globalThis.crypto, 'randomUUID', uuid);
  // That of node:crypto, which cannot be replaced, calls this one.
  patches.set(globalThis.crypto, 'getRandomValues', fill);
}
