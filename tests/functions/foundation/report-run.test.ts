import type { Ledger } from '../../../functions/foundation/ledger';
import type { ItemReport } from '../../../functions/foundation/notification';
import { readRecord } from '../../../functions/foundation/record';
import { createHandler } from '../../../functions/foundation/report-run';
import { recordLeftOut, recordOutcome, recordQueue } from '../../../functions/foundation/run-log';
import { embeddedMetrics } from '../../../rehearsal/services/embedded-metrics';
import { emulateAccount, LEDGER_TABLE } from '../../support/emulated-clients';

const event = {
  execution: 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1',
  run: 'run-1',
  startedAt: '2026-02-01T12:00:00.000Z',
};
const ended = '2026-02-01T16:00:00.000Z';

function line(id: string, change: Partial<ItemReport> = {}): ItemReport {
  const times = { startedAt: event.startedAt, endedAt: ended };
  return { id, outcome: 'updated', reason: `updated to ${id}-2`, ...times, ...change };
}

function prepare() {
  const account = emulateAccount({});
  account.advance(4);
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const now = account.now();
  const printed: string[] = [];
  const print = (text: string) => void printed.push(text);
  const report = createHandler({ ledger, retentionDays: 400, now: account.now, print });
  return {
    account,
    /** What was published, the line as a whole checked by `embeddedMetrics`. */
    published: () => printed.flatMap((text) => embeddedMetrics(text)),
    report: (change: object = {}) => report({ ...event, ...change }),
    record: async () => (await readRecord(ledger, 'updater.run-1'))?.record,
    queue: (...names: string[]) => recordQueue(ledger, 'run-1', names, now),
    leaveOut: (...lines: ItemReport[]) => recordLeftOut(ledger, 'run-1', lines, now),
    outcome: (...lines: ItemReport[]) =>
      Promise.all(lines.map((one) => recordOutcome(ledger, 'run-1', one, now))),
  };
}

describe('the report of a run', () => {
  it('is read from the log of the run, what needs attention first', async () => {
    const { report, record, queue, leaveOut, outcome } = prepare();
    const idle = line('idle', { outcome: 'skipped', reason: 'not opted in' });
    const failed = line('web', { outcome: 'failed', reason: 'KB1' });
    await queue('db', 'web');
    await leaveOut(idle);
    await outcome(line('db'), failed);
    expect(await report()).toEqual({
      items: [failed, line('db'), idle],
      furtherItems: 0,
      notification: { id: 'updater.run-1' },
    });
    expect((await record())?.subject).toBe('Attention: updater: 1 failed, 1 updated, 1 skipped');
  });

  it('says of what was queued and has no outcome that its work was interrupted', async () => {
    const { report, queue, outcome } = prepare();
    await queue('db', 'web');
    await outcome(line('db'));
    expect((await report()).items).toEqual([
      line('web', {
        outcome: 'interrupted',
        reason: 'the work on it ended without an outcome; the next run follows it up',
      }),
      line('db'),
    ]);
  });

  it('says of it that it is postponed where the run ended early', async () => {
    const { report, record, queue, outcome } = prepare();
    await queue('db', 'web');
    await outcome(line('db'));
    const error = { Error: 'States.Timeout', Cause: 'too long' };
    expect((await report({ error })).items).toEqual([
      line('web', {
        outcome: 'postponed',
        reason: 'the run ended before its turn; the next run takes it',
        startedAt: ended,
      }),
      line('db'),
    ]);
    expect((await record())?.text).toContain('\nError: States.Timeout: too long\n');
  });

  it.each([
    [{ Error: 'InvalidInput', Cause: '{"errorMessage":"mode is 7"}' }, 'InvalidInput: mode is 7'],
    [{ Error: 'InvalidInput', Cause: '{"code":7}' }, 'InvalidInput: {"code":7}'],
    [{ Error: 'States.Runtime', Cause: 'null' }, 'States.Runtime: null'],
    [{}, 'Error: no cause given'],
  ])('tells the error %j as people say it', async (error, told) => {
    const { report, record } = prepare();
    await report({ error });
    expect((await record())?.text).toContain(`\nError: ${told}\n`);
  });

  it('has the facts, the mode and the end that it is given', async () => {
    const { report, record } = prepare();
    const facts = [{ name: 'Quota', value: '5 at a time' }];
    await report({ facts, mode: 'update', endedAt: '2026-02-01T13:30:00.000Z' });
    expect((await record())?.text).toContain('Duration: 1 h 30 min\nQuota: 5 at a time\n');
    expect((await record())?.labels).toMatchObject({ mode: 'update' });
  });

  it('is silent about a quiet run that left everything alone, and only then', async () => {
    const { report, record, leaveOut, outcome } = prepare();
    const idle = line('idle', { outcome: 'skipped', reason: 'busy' });
    await leaveOut(idle);
    const silent = { items: [idle], furtherItems: 0, notification: { id: '' } };
    expect(await report({ quiet: true })).toEqual(silent);
    expect(await record()).toBeUndefined();
    expect((await report({ quiet: true, error: {} })).notification.id).toBe('updater.run-1');
    const other = prepare();
    await other.outcome(line('db'));
    await outcome(line('db'));
    expect((await other.report({ quiet: true })).notification.id).toBe('updater.run-1');
  });

  it('keeps the words of the first attempt', async () => {
    const { report, record, outcome } = prepare();
    await report();
    const first = await record();
    await outcome(line('db'));
    await report({ mode: 'plan' });
    expect(await record()).toEqual(first);
  });

  it('publishes how many items failed, of the workflow of this stack', async () => {
    const { account, report, published, outcome } = prepare();
    await outcome(
      line('a', { outcome: 'failed' }),
      line('b', { outcome: 'blocked' }),
      line('c', { outcome: 'unfinished' }),
      line('d'),
    );
    await report();
    expect(published()).toEqual([
      {
        namespace: 'Evergreen',
        name: 'FailedItems',
        dimensions: { Workflow: 'updater' },
        value: 2,
        at: account.now().toISOString(),
      },
    ]);
  });

  it('publishes that none failed, also of a run that ended early', async () => {
    const { report, published, outcome } = prepare();
    await outcome(line('d'));
    await report({ error: { Error: 'States.Timeout', Cause: 'too long' } });
    expect(published()).toMatchObject([{ value: 0 }]);
  });

  it('publishes the same data point when a run is reported again, however late', async () => {
    const { account, report, published, outcome } = prepare();
    await outcome(line('a', { outcome: 'failed' }));
    await report();
    account.advance(3 * 3600);
    await report();
    const [first, again] = published();
    expect(again).toEqual(first);
    expect(account.now().toISOString()).not.toBe(first?.at);
  });

  it('publishes nothing of a run that is not worth a report', async () => {
    const { report, published, leaveOut } = prepare();
    await leaveOut(line('idle', { outcome: 'skipped', reason: 'busy' }));
    await report({ quiet: true });
    expect(published()).toEqual([]);
  });

  it('fits into a state and a record at ten thousand items, and accounts for all of them', async () => {
    const { account, report, record, queue, leaveOut, outcome } = prepare();
    const names = Array.from({ length: 10_000 }, (_, index) => `image-${index}`);
    await queue(...names);
    await outcome(...names.slice(1).map((id) => line(id)));
    const idle = Array.from({ length: 5_000 }, (_, index) => `idle-${index}`);
    await leaveOut(...idle.map((id) => line(id, { outcome: 'skipped', reason: 'not opted in' })));
    account.calls.length = 0;
    const result = await report();
    expect(account.calls.length).toBeLessThan(30);
    // 256 KiB: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    const size = Buffer.byteLength(JSON.stringify(result));
    expect(size).toBeLessThan(202_000);
    expect(size).toBeGreaterThan(198_000);
    expect(result.items.length + result.furtherItems).toBe(15_000);
    expect(result.items[0]).toMatchObject({ id: 'image-0', outcome: 'interrupted' });
    const { text = '' } = (await record()) ?? {};
    const named = new Set([...text.matchAll(/^ {2}(\S+)(?: \(|:)/gm)].map((match) => match[1]));
    const counted = [...text.matchAll(/^ {2}and ([\d,]+) more/gm)]
      .map(([, count = '']) => Number(count.replace(/,/g, '')))
      .reduce((sum, count) => sum + count, 0);
    expect(named.size + counted).toBe(15_000);
    // Whoever reads the output finds there whatever the notification names.
    const output = new Set(result.items.map(({ id }) => id));
    expect([...named].filter((id) => !output.has(id ?? ''))).toEqual([]);
  });
});
