import * as path from 'node:path';
import { VirtualClock } from '../../../../rehearsal/engine/clock';
import { installVirtualTime } from '../../../../rehearsal/engine/virtual-time';
import { runScenarios } from './run-scenarios';

const DAY = 86_400_000;

describe('installVirtualTime', () => {
  const seen = runScenarios(path.join(__dirname, 'virtual-time.scenarios.ts'));

  it('shows the virtual time wherever code may look, in UTC, and keeps given dates', () => {
    expect(seen.dates).toEqual([
      '2026-03-01T00:00:01.500Z',
      '1970-01-01T00:00:00.000Z',
      '2020-02-03T00:00:00.000Z',
      'Sun Mar 01 2026 00:00:01 GMT+0000 (Coordinated Universal Time)',
      Date.parse('2026-03-01T00:00:01.500Z'),
      0,
      true,
      true,
      '2026-03-01T00:00:01.500Z',
      '01/03/2026',
      '2026',
      '01/01/1970',
      1500.5,
      Date.parse('2026-03-01T00:00:00.000Z'),
      [1, 500_000_000],
      [0, 300_000_000],
      '1500000000',
    ]);
  });

  it('fires timers at their virtual time, in order, with all that Node.js offers', () => {
    expect(seen.timers).toEqual([
      [0, false, true],
      [1, 'first'],
      [1, 'also at 1 ms'],
      [5, 'second'],
      [5, 'third'],
      [100, 'interval'],
      [200, 'interval'],
      [300, 'interval'],
      [600, 'unreferenced'],
      [700, 'microtask'],
      [701, 'immediate'],
      [702, 'tick'],
      [950, 'refreshed'],
      [40 * DAY, 'longer', 'than 2^31-1'],
    ]);
  });

  it('waits in virtual time with promises and signals, required or imported', () => {
    expect(seen.waits).toEqual([
      [0, 'aborted before', 'AbortError', 'ABORT_ERR'],
      [10, 'promisified', 'a'],
      [20, 'timers/promises', 'b'],
      [25, 'imported', 'c'],
      [30, 'scheduler', null],
      [40, 'timers', null],
      [50, 'aborted', 'AbortError', 'ABORT_ERR'],
      [60, 'signal', 'TimeoutError', 23],
    ]);
  });

  it('draws every random number from the seed, and leaves hashes alone', () => {
    const again = runScenarios(path.join(__dirname, 'virtual-time.scenarios.ts'));
    expect(again.random).toEqual(seen.random);
    expect(new Set(seen.random.values.map(String)).size).toBe(seen.random.values.length);
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(seen.random.values[1]).toMatch(uuid);
    expect(seen.random.values[2]).toMatch(uuid);
    expect(seen.random.hash).toBe('9dd4e461268c8034f5c8564e155c67a6');
    expect(seen.random.refused).toBe('not implemented in a rehearsal: randomInt of node:crypto');
  });

  it('leaves real time as it was, and clears timers from before', () => {
    expect(seen.realTimer).toEqual({ fired: false, real: true, hoursWestOfGreenwich: 5 });
  });

  it('refuses to be installed twice', () => {
    expect(seen.nested).toBe('Virtual time is installed already.');
  });

  it('refuses to be installed where the real globals are hidden, as here', () => {
    const clock = new VirtualClock({ start: 0 });
    expect(() => installVirtualTime(clock, { random: () => 0 })).toThrow('run it outside of jest');
  });
});
