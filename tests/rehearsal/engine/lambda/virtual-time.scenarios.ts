import * as util from 'node:util';
import { VirtualClock } from '../../../../rehearsal/engine/clock';
import { SeededRandom } from '../../../../rehearsal/engine/random';
import { installVirtualTime } from '../../../../rehearsal/engine/virtual-time';
import type { Json } from '../../../../rehearsal/services/service';
import { printScenarios } from './run-scenarios';

const START = Date.parse('2026-03-01T00:00:00.000Z');
const DAY = 86_400_000;

async function inVirtualTime<T>(
  act: (clock: VirtualClock, runFor: (milliseconds: number) => Promise<void>) => T | Promise<T>,
): Promise<T> {
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const clock = new VirtualClock({ start: START, settled });
  const uninstall = installVirtualTime(clock, { random: new SeededRandom(1).next });
  try {
    return await act(clock, async (milliseconds) => {
      await clock.runUntil(clock.now + milliseconds);
    });
  } finally {
    uninstall();
  }
}

const since = (): number => Date.now() - START;

void printScenarios({
  dates: () =>
    inVirtualTime(async (_clock, runFor) => {
      const realDate = Object.getPrototypeOf(new Date()).constructor;
      await runFor(1500.5);
      const values = [
        new Date().toISOString(),
        new Date(0).toISOString(),
        new Date(2020, 1, 3).toISOString(),
        Date(),
        Date.now(),
        new Date().getTimezoneOffset(),
        new Date() instanceof Date,
        realDate === Date,
        new (class extends Date {})().toISOString(),
        new Intl.DateTimeFormat('en-GB', { timeZone: 'Asia/Tokyo' }).format(),
        new Intl.DateTimeFormat('en-GB').formatToParts()[4]?.value,
        [0].map(() => new Intl.DateTimeFormat('en-GB').format(0))[0],
        performance.now(),
        performance.timeOrigin,
        process.hrtime(),
        process.hrtime([1, 200_000_000]),
        String(process.hrtime.bigint()),
      ];
      return values;
    }),

  timers: () =>
    inVirtualTime(async (_clock, runFor) => {
      const log: Json[] = [];
      const note = (...what: unknown[]): void => void log.push([since(), ...what]);
      setTimeout(note, 40 * DAY, 'longer', 'than 2^31-1');
      setTimeout(note, 5, 'second');
      setTimeout(note, 5, 'third');
      setTimeout(note, 0, 'first');
      setTimeout(note, Number.NaN, 'also at 1 ms');
      clearTimeout(setTimeout(note, 7, 'never'));
      clearTimeout(Number(setTimeout(note, 7, 'never')));
      clearInterval(String(+setInterval(note, 7, 'never')));
      clearTimeout(undefined);
      const interval = setInterval(() => {
        note('interval');
        if (since() >= 300) clearInterval(interval);
      }, 100);
      const refreshed = setTimeout(note, 500, 'refreshed');
      setTimeout(() => refreshed.refresh(), 450);
      const unreferenced = setTimeout(note, 600, 'unreferenced').unref();
      note(unreferenced.hasRef(), unreferenced.ref().hasRef());
      setTimeout(() => queueMicrotask(() => note('microtask')), 700);
      setTimeout(() => setImmediate(() => note('immediate')), 701);
      setTimeout(() => process.nextTick(() => note('tick')), 702);
      await runFor(41 * DAY);
      return log;
    }),

  waits: () =>
    inVirtualTime(async (_clock, runFor) => {
      const log: Json[] = [];
      const note = (what: string) => (value: unknown) => void log.push([since(), what, value]);
      const error = (what: string) => (reason: Json) =>
        void log.push([since(), what, reason.name, reason.code ?? null]);
      const timers = process.getBuiltinModule('node:timers/promises');
      const imported = await import('node:timers/promises');
      void util.promisify(setTimeout)(10, 'a').then(note('promisified'));
      void timers.setTimeout(20, 'b').then(note('timers/promises'));
      void imported.setTimeout(25, 'c').then(note('imported'));
      void timers.scheduler.wait(30).then(note('scheduler'));
      process.getBuiltinModule('node:timers').setTimeout(() => note('timers')(null), 40);
      const controller = new AbortController();
      void timers.setTimeout(1000, 'd', { signal: controller.signal }).catch(error('aborted'));
      setTimeout(() => controller.abort(), 50);
      const aborted = AbortSignal.abort();
      void timers.setTimeout(1000, 'e', { signal: aborted }).catch(error('aborted before'));
      const signal = AbortSignal.timeout(60);
      signal.addEventListener('abort', () => error('signal')(signal.reason));
      await runFor(2000);
      return log;
    }),

  random: () =>
    inVirtualTime(async () => {
      const { createHash, randomBytes, randomUUID, getRandomValues, randomInt } =
        process.getBuiltinModule('node:crypto');
      const later = await new Promise<Buffer>((resolve) =>
        randomBytes(4, (_error, bytes) => resolve(bytes)),
      );
      return {
        values: [
          Math.random(),
          randomUUID(),
          crypto.randomUUID(),
          randomBytes(4).toString('hex'),
          later.toString('hex'),
          [...getRandomValues(new Uint8Array(2))],
          [...crypto.getRandomValues(new Uint16Array(2))],
        ],
        hash: createHash('md5').update('x').digest('hex'),
        refused: (() => {
          try {
            return randomInt(5);
          } catch (error) {
            return (error as Error).message;
          }
        })(),
      };
    }),

  nested: () =>
    inVirtualTime((clock) => {
      try {
        installVirtualTime(clock, { random: () => 0 });
        return 'installed twice';
      } catch (error) {
        return (error as Error).message;
      }
    }),

  realTimer: async () => {
    let fired = false;
    const timer = setTimeout(() => (fired = true), 5);
    await inVirtualTime(() => clearTimeout(timer));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return {
      fired,
      real: Math.abs(Date.now() - START) > DAY,
      hoursWestOfGreenwich: new Date().getTimezoneOffset() / 60,
    };
  },
});
