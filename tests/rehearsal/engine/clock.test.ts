import * as fc from 'fast-check';
import { VirtualClock } from '../../../rehearsal/engine/clock';

const START = Date.parse('2026-03-01T00:00:00.000Z');

function recordingClock() {
  const clock = new VirtualClock({ start: START });
  const seen: [number, unknown][] = [];
  clock.on('note', (data) => void seen.push([clock.now - START, data]));
  const note = (after: number, data: unknown) =>
    clock.schedule(START + after, { kind: 'note', data });
  return { clock, seen, note };
}

describe('VirtualClock', () => {
  it('dispatches by time and, at the same time, in the order of scheduling', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ after: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 200 }),
        async (entries) => {
          const { clock, seen, note } = recordingClock();
          const ids = entries.map(({ after }, index) => note(after, index));
          entries.forEach(({ cancelled }, index) => cancelled && clock.cancel(ids[index]!));
          await clock.runUntil(START + 20);
          const expected = entries
            .map(({ after, cancelled }, index) => ({ after, cancelled, index }))
            .filter(({ cancelled }) => !cancelled)
            .sort((a, b) => a.after - b.after || a.index - b.index)
            .map(({ after, index }) => [after, index]);
          expect(seen).toEqual(expected);
        },
      ),
    );
  });

  it('dispatches what is due at the end, leaves what is later, and stands at the end', async () => {
    const { clock, seen, note } = recordingClock();
    note(1000, 'at the end');
    note(1001, 'later');
    await clock.runUntil(START + 1000);
    expect(seen).toEqual([[1000, 'at the end']]);
    expect(clock.now).toBe(START + 1000);
    await clock.runUntil(START + 5000);
    expect(seen).toHaveLength(2);
    expect(clock.now).toBe(START + 5000);
  });

  it('waits before each entry until the one before it has settled', async () => {
    const log: string[] = [];
    const clock = new VirtualClock({
      start: START,
      settled: async () => {
        await new Promise((resolve) => setImmediate(resolve));
        log.push(`settled at ${clock.now - START}`);
      },
    });
    clock.on('work', async (name) => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    });
    clock.schedule(START + 5, { kind: 'work', data: 'first' });
    clock.schedule(START + 5, { kind: 'work', data: 'second' });
    await clock.runUntil(START + 9);
    expect(log).toEqual([
      'settled at 0',
      'first begins',
      'first ends',
      'settled at 5',
      'second begins',
      'second ends',
      'settled at 5',
    ]);
  });

  it('dispatches what is overdue now, after what was due before', async () => {
    const { clock, seen, note } = recordingClock();
    await clock.runUntil(START + 100);
    note(100, 'now');
    note(50, 'overdue');
    await clock.runUntil(START + 100);
    expect(seen).toEqual([
      [100, 'now'],
      [100, 'overdue'],
    ]);
  });

  it('tells of each move of the time', async () => {
    const { clock, note } = recordingClock();
    const moves: number[] = [];
    note(10, 'a');
    note(10, 'b');
    note(30, 'c');
    await clock.runUntil(START + 40, { onAdvance: (now) => moves.push(now - START) });
    expect(moves).toEqual([10, 30, 40]);
  });

  it('stops at the first error of a handler, be it asynchronous', async () => {
    const { clock, seen, note } = recordingClock();
    clock.on('bad', () => Promise.reject(new Error('boom')));
    clock.schedule(START + 1, { kind: 'bad', data: {} });
    note(2, 'never');
    await expect(clock.runUntil(START + 10)).rejects.toThrow('boom');
    expect(seen).toEqual([]);
    expect(clock.now).toBe(START + 1);
  });

  it('refuses what makes no sense', async () => {
    const { clock, note } = recordingClock();
    expect(() => note(Number.NaN, 'x')).toThrow('at must be a finite number, not NaN');
    expect(() => clock.on('note', () => undefined)).toThrow('has a handler for "note" already');
    clock.schedule(START, { kind: 'unknown', data: {} });
    await expect(clock.runUntil(START + 1)).rejects.toThrow('no handler for "unknown"');
    const other = recordingClock().clock;
    await expect(other.runUntil(START - 1)).rejects.toThrow(
      'cannot go back from 2026-03-01T00:00:00.000Z to 2026-02-28T23:59:59.999Z',
    );
    const run = other.runUntil(START + 1);
    await expect(other.runUntil(START + 1)).rejects.toThrow('running already');
    await run;
  });

  it('goes on from what was saved exactly as if it had not been', async () => {
    const original = recordingClock();
    original.note(10, { deep: [1] });
    original.clock.cancel(original.note(20, 'cancelled'));
    original.note(30, 'last');
    await original.clock.runUntil(START + 5);
    const saved = JSON.parse(JSON.stringify(original.clock.save()));

    const copy = recordingClock();
    copy.note(1, 'replaced by what is restored');
    copy.clock.restore(saved);
    expect(copy.clock.now).toBe(START + 5);
    for (const { clock, note } of [original, copy]) {
      note(30, 'scheduled afterwards');
      await clock.runUntil(START + 100);
    }
    expect(copy.seen).toEqual(original.seen);
    expect(copy.seen).toEqual([
      [10, { deep: [1] }],
      [30, 'last'],
      [30, 'scheduled afterwards'],
    ]);
    expect(copy.clock.save()).toEqual(original.clock.save());
  });

  it('cannot be saved while code has a timer', () => {
    const { clock } = recordingClock();
    const timer = clock.callAt(START + 60_000, () => undefined);
    expect(() => clock.save()).toThrow('Lambda code has a timer at 2026-03-01T00:01:00.000Z');
    clock.cancel(timer);
    expect(clock.save().entries).toEqual([]);
  });

  it('forgets cancelled entries, so that a long rehearsal does not grow', async () => {
    const { clock, seen, note } = recordingClock();
    note(500_000, 'kept');
    for (let index = 0; index < 100_000; index += 1) clock.cancel(note(400_000 + index, index));
    expect((clock as unknown as { heap: unknown[] }).heap.length).toBeLessThan(100);
    await clock.runUntil(START + 600_000);
    expect(seen).toEqual([[500_000, 'kept']]);
  });
});
