import { createHandler, type WatchEvent } from '../../../functions/ami/watch-refresh';
import { BAD, fleetOf, NEW, START, type Fleet } from './support';

const watcher = (fleet: Fleet, refreshId: string) => {
  const handler = createHandler({ ...fleet.dependencies, finishHours: 48 });
  return (event: Partial<WatchEvent> = {}) =>
    handler({ group: 'web', refreshId, refreshStartedAt: START, tasks: '', ...event });
};

describe('watching an instance refresh', () => {
  it('waits while AWS is at work, and says how far it is', async () => {
    const fleet = fleetOf();
    const id = await fleet.deploy(NEW);
    expect(await watcher(fleet, id)()).toEqual({
      decision: 'wait',
      reason: `${id} is Pending, 0 % complete`,
      waitSeconds: 4,
    });
  });

  it('sees how it ended', async () => {
    const good = fleetOf();
    const watchGood = watcher(good, await good.deploy(NEW));
    good.account.advance(2);
    expect(await watchGood()).toMatchObject({ decision: 'succeeded', reason: '' });
    const bad = fleetOf();
    const watchBad = watcher(bad, await bad.deploy(BAD));
    bad.account.advance(6);
    const { decision, reason } = await watchBad();
    expect(decision).toBe('failed');
    const { RollbackDetails } = await bad.refresh();
    expect(reason).toContain('the instance refresh is RollbackSuccessful. ');
    expect(reason).toContain(RollbackDetails.RollbackReason);
  });

  it.each(['Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'])(
    'takes %s for a failure, with every reason that AWS gives, each once',
    async (Status) => {
      const reasons = [
        [{ StatusReason: 'A', RollbackDetails: { RollbackReason: 'B' } }, 'A; B'],
        [{ StatusReason: 'A', RollbackDetails: { RollbackReason: 'A' } }, 'A'],
        [{ StatusReason: '' }, 'AWS gave no reason'],
        [{}, 'AWS gave no reason'],
      ] as const;
      for (const [members, said] of reasons) {
        const describeInstanceRefreshes = async () => ({
          InstanceRefreshes: [{ Status, ...members }],
        });
        const handler = createHandler({
          autoscaling: { describeInstanceRefreshes } as never,
          finishHours: 48,
          now: () => new Date(START),
        });
        const event = { group: 'web', refreshId: 'id', refreshStartedAt: START, tasks: '' };
        expect(await handler(event)).toMatchObject({
          decision: 'failed',
          reason: `the instance refresh is ${Status}. ${said}`,
        });
      }
    },
  );

  it('looks again at one that AWS does not show yet', async () => {
    const fleet = fleetOf();
    const handler = createHandler({
      ...fleet.dependencies,
      autoscaling: { describeInstanceRefreshes: async () => ({}) },
      finishHours: 48,
    });
    const event = { group: 'web', refreshId: 'id', refreshStartedAt: START, tasks: '' };
    expect(await handler(event)).toMatchObject({
      decision: 'wait',
      reason: 'id is not visible, 0 % complete',
    });
  });

  it('looks at the one that it is told to watch, not at a newer one', async () => {
    const fleet = fleetOf();
    const id = await fleet.deploy(NEW);
    fleet.account.advance(2);
    await fleet.deploy(BAD);
    expect(await watcher(fleet, id)()).toMatchObject({ decision: 'succeeded' });
  });

  it('comes late by at most four percent of what has passed, and never by more than a quarter of an hour', async () => {
    const fleet = fleetOf();
    const watch = watcher(fleet, await fleet.deploy(NEW));
    const waits: Record<string, number[]> = { '': [], going: [] };
    for (const [tasks, seconds] of Object.entries(waits)) {
      for (const minutes of [0, 4, 5, 60, 300, 2879]) {
        const refreshStartedAt = new Date(Date.parse(START) - minutes * 60_000).toISOString();
        seconds.push((await watch({ refreshStartedAt, tasks })).waitSeconds);
      }
    }
    expect(waits).toEqual({
      '': [4, 9, 12, 144, 720, 900],
      // While tasks are moved somebody waits for the look, but a history has room for so many looks only.
      going: [4, 9, 12, 60, 108, 900],
    });
  });

  // As they are in the definition: wait, look after the tasks, decide, watch, decide.
  it.each([
    ['', 6 + 2 + 0 + 5 + 2],
    ['going', 6 + 2 + 7 + 5 + 2],
  ])('fits into one history for as long as it may go on, with tasks: %j', async (tasks, events) => {
    const fleet = fleetOf();
    const id = await fleet.deploy(NEW);
    const handler = createHandler({ ...fleet.dependencies, finishHours: 120 });
    let looks = 0;
    for (let seconds = 10; ; looks += 1) {
      const refreshStartedAt = new Date(Date.parse(START) - seconds * 1000).toISOString();
      const look = await handler({ group: 'web', refreshId: id, refreshStartedAt, tasks });
      if (look.decision === 'unfinished') break;
      seconds += look.waitSeconds;
    }
    // Every call may be tried seven times, by two events more each time: one in a hundred is.
    expect(looks * events * 1.1).toBeLessThan(25_000);
  });

  it('leaves one that takes too long to the next run', async () => {
    const fleet = fleetOf();
    const id = await fleet.deploy(NEW);
    const watch = watcher(fleet, id);
    const at = (hours: number) => ({
      refreshStartedAt: new Date(Date.parse(START) - hours * 3_600_000).toISOString(),
    });
    expect((await watch(at(47.99))).decision).toBe('wait');
    expect(await watch(at(48))).toMatchObject({
      decision: 'unfinished',
      reason: `${id} is Pending, 0 % complete after 48 hours; the next run follows it up`,
    });
  });
});
