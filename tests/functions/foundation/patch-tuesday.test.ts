import * as vm from 'node:vm';
import * as pulumi from '@pulumi/pulumi';
import * as fc from 'fast-check';
import { isPatchDay, mostDaysAfterPatchTuesday } from '../../../functions/foundation/patch-tuesday';

const hour = 3_600_000;
const day = 24 * hour;
/** One year of each of the fourteen kinds that there are: seven first weekdays, leap or not. */
const years = Array.from({ length: 28 }, (_, index) => 2000 + index).filter(
  (year, index, all) => all.findIndex((other) => kindOf(other) === kindOf(year)) === index,
);

function kindOf(year: number): string {
  return `${new Date(Date.UTC(year, 0, 1)).getUTCDay()} ${new Date(Date.UTC(year, 1, 29)).getUTCMonth()}`;
}

/** By walking from the first of the month, as one would on a calendar on the wall; midnight, in UTC. */
function countOut(year: number, month: number, plusDays: number): number {
  let at = Date.UTC(year, month, 1);
  for (let tuesdays = 0; ; at += day) {
    if (new Date(at).getUTCDay() === 2) tuesdays += 1;
    if (tuesdays === 2) return at + plusDays * day;
  }
}

/** The date that the clocks of a zone show: `2026-02-10`. */
function dateIn(timeZone: string, at: number): string {
  const format = { timeZone, dateStyle: 'short' } as const;
  return new Intl.DateTimeFormat('sv', format).format(at);
}

describe('a day after Patch Tuesday', () => {
  it.each([
    ['2026-02-10T12:00:00Z', 0],
    ['2026-02-13T12:00:00Z', 3],
    ['2026-02-24T23:59:59Z', 14],
    ['2026-09-08T00:00:00Z', 0],
    ['2026-12-08T00:00:00Z', 0],
    ['2025-07-08T00:00:00Z', 0],
  ])('of the published ones: %s is %i days after', (at, plusDays) => {
    expect(isPatchDay(new Date(at), plusDays, 'UTC')).toBe(true);
  });

  it('is the one that a calendar on the wall says: every day of every kind of year', () => {
    expect(years).toHaveLength(14);
    for (const year of years) {
      for (const plusDays of [0, 5, 9, mostDaysAfterPatchTuesday]) {
        const expected = Array.from({ length: 12 }, (_, month) => countOut(year, month, plusDays));
        const found: number[] = [];
        for (let at = Date.UTC(year, 0, 1); at < Date.UTC(year + 1, 0, 1); at += day) {
          if (isPatchDay(new Date(at), plusDays, 'UTC')) found.push(at);
        }
        expect(found).toEqual(expected);
      }
    }
  });

  it('is exactly one of the seven days on which the schedule fires, whatever the month, zone and hour', () => {
    const zones = ['UTC', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'];
    const further = ['Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Asia/Kathmandu'];
    fc.assert(
      fc.property(
        fc.constantFrom(...years),
        fc.integer({ min: 0, max: 11 }),
        fc.integer({ min: 0, max: mostDaysAfterPatchTuesday }),
        fc.constantFrom(...zones, ...further),
        fc.integer({ min: 0, max: 23 }),
        (year, month, plusDays, timeZone, localHour) => {
          const due = countOut(year, month, plusDays);
          const dueDate = new Date(due).toISOString().slice(0, 10);
          for (let at = due - 8 * day; at <= due + 8 * day; at += day) {
            const instant = at + localHour * hour;
            expect(isPatchDay(new Date(instant), plusDays, timeZone)).toBe(
              dateIn(timeZone, instant) === dueDate,
            );
          }
        },
      ),
      { seed: 20260210, numRuns: 150 },
    );
  });

  it('is the day of the time zone, not that of UTC', () => {
    const at = new Date('2026-02-10T23:30:00Z');
    expect(isPatchDay(at, 0, 'America/New_York')).toBe(true);
    expect(isPatchDay(at, 0, 'Europe/Berlin')).toBe(false);
    expect(isPatchDay(at, 1, 'Europe/Berlin')).toBe(true);
  });

  it.each([
    ['2026-03-08T07:00:00Z', '2026-03-08', 'America/New_York'],
    ['2026-11-01T05:30:00Z', '2026-11-01', 'America/New_York'],
    ['2026-03-29T01:00:00Z', '2026-03-29', 'Europe/Berlin'],
  ])('is the day of the clocks also when they change: %s is %s in %s', (at, date, timeZone) => {
    for (let plusDays = 0; plusDays <= mostDaysAfterPatchTuesday; plusDays += 1) {
      const noon = new Date(`${date}T12:00:00Z`);
      expect(isPatchDay(new Date(at), plusDays, timeZone)).toBe(isPatchDay(noon, plusDays, 'UTC'));
    }
  });

  it.each([-1, 15, 1.5, NaN])('is never %s days after', (plusDays) => {
    expect(() => isPatchDay(new Date(0), plusDays, 'UTC')).toThrow('allowed is 0 to 14');
  });

  it('needs a time and a time zone that exist', () => {
    expect(() => isPatchDay(new Date('soon'), 0, 'UTC')).toThrow(RangeError);
    expect(() => isPatchDay(new Date(0), 0, 'Mars/Olympus')).toThrow('Mars/Olympus');
  });

  it('is found by the code that is shipped, too', async () => {
    const handler = async (event: { at: string; plusDays: number; timeZone: string }) =>
      isPatchDay(new Date(event.at), event.plusDays, event.timeZone);
    const { text } = await pulumi.runtime.serializeFunction(handler);
    const shipped: { handler?: typeof handler } = {};
    vm.runInThisContext(`(exports) => {${text}}`)(shipped);
    const event = { at: '2026-02-10T23:30:00Z', plusDays: 1, timeZone: 'Europe/Berlin' };
    expect(await shipped.handler?.(event)).toBe(true);
    expect(await shipped.handler?.({ ...event, plusDays: 0 })).toBe(false);
    await expect(shipped.handler?.({ ...event, plusDays: 15 })).rejects.toThrow('0 to 14');
  });
});
