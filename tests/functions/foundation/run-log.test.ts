import type { Ledger } from '../../../functions/foundation/ledger';
import type { ItemReport } from '../../../functions/foundation/notification';
import {
  readQueued,
  readRunLog,
  recordLeftOut,
  recordMissingOutcome,
  recordOutcome,
  recordQueue,
} from '../../../functions/foundation/run-log';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

function prepare() {
  const account = emulateAccount({});
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  return { account, ledger, now: account.now() };
}

const names = (count: number) => Array.from({ length: count }, (_, index) => `image-${index}`);

const line = (id: string, change: Partial<ItemReport> = {}): ItemReport => ({
  id,
  outcome: 'updated',
  reason: `updated to ${id}-2`,
  startedAt: '2026-02-01T12:00:00.000Z',
  endedAt: '2026-02-01T16:00:00.000Z',
  ...change,
});

describe('the queue of a run', () => {
  it.each([0, 1, 99, 100, 101, 10_000])('gives back each of %d names in order', async (count) => {
    const { ledger, now } = prepare();
    await recordQueue(ledger, 'run-1', names(count), now);
    expect((await readRunLog(ledger, 'run-1')).queued).toEqual(names(count));
    for (const index of [0, 99, 100, 250, 9_999].filter((position) => position < count)) {
      expect(await readQueued(ledger, 'run-1', index)).toBe(`image-${index}`);
    }
    expect(await readQueued(ledger, 'run-1', count)).toBeUndefined();
  });

  it('costs one write for a hundred names, and one read for each', async () => {
    const { account, ledger, now } = prepare();
    await recordQueue(ledger, 'run-1', names(250), now);
    await readQueued(ledger, 'run-1', 249);
    expect(account.calls).toEqual(['UpdateItem', 'UpdateItem', 'UpdateItem', 'GetItem']);
  });

  it.each([0, 50, 100, 150, 200])(
    'has nothing left of a longer one when it is written again with %d names',
    async (count) => {
      const { ledger, now } = prepare();
      await recordQueue(ledger, 'run-1', names(350).reverse(), now);
      await recordQueue(ledger, 'run-1', names(count), now);
      expect((await readRunLog(ledger, 'run-1')).queued).toEqual(names(count));
    },
  );

  it('keeps what was written before a crash', async () => {
    const { account, ledger, now } = prepare();
    account.failNext('UpdateItem', namedError('InternalServerError'), 2);
    await expect(recordQueue(ledger, 'run-1', names(250), now)).rejects.toThrow();
    expect((await readRunLog(ledger, 'run-1')).queued).toEqual(names(200));
  });

  it('is that of its run and workflow only, even where one name continues the other', async () => {
    const { ledger, now } = prepare();
    const other = { ...ledger, workflow: 'other' };
    await recordQueue(ledger, 'run-1', ['a'], now);
    await recordQueue(ledger, 'run-10', ['b'], now);
    await recordQueue(other, 'run-1', ['c'], now);
    expect((await readRunLog(ledger, 'run-1')).queued).toEqual(['a']);
    expect((await readRunLog(other, 'run-1')).queued).toEqual(['c']);
    expect(await readRunLog(ledger, 'run')).toEqual({ queued: [], outcomes: [], leftOut: [] });
  });
});

describe('the lines of a run', () => {
  it('are kept whole, whatever is in them, and by name', async () => {
    const { ledger, now } = prepare();
    const odd = line('b', { reason: '"KB1" failed\n# <ü> 映像' });
    await recordOutcome(ledger, 'run-1', odd, now);
    await recordOutcome(ledger, 'run-1', line('a'), now);
    await recordLeftOut(
      ledger,
      'run-1',
      names(250).map((id) => line(id)),
      now,
    );
    const log = await readRunLog(ledger, 'run-1');
    expect(log.outcomes).toEqual([line('a'), odd]);
    expect(log.leftOut.map(({ id }) => id)).toEqual(names(250));
  });

  it('are replaced by a later one of the same item, but not by a guess', async () => {
    const { ledger, now } = prepare();
    await recordMissingOutcome(ledger, 'run-1', line('a', { outcome: 'interrupted' }), now);
    await recordOutcome(ledger, 'run-1', line('a', { outcome: 'failed' }), now);
    await recordMissingOutcome(ledger, 'run-1', line('a', { outcome: 'interrupted' }), now);
    const { outcomes } = await readRunLog(ledger, 'run-1');
    expect(outcomes.map(({ outcome }) => outcome)).toEqual(['failed']);
  });

  it('are read over any number of pages', async () => {
    const { account, ledger, now } = prepare();
    // 1 MB a page: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.Pagination.html
    const reason = 'x'.repeat(10_000);
    for (const id of names(250)) await recordOutcome(ledger, 'run-1', line(id, { reason }), now);
    account.calls.length = 0;
    expect((await readRunLog(ledger, 'run-1')).outcomes).toHaveLength(250);
    expect(account.calls.length).toBeGreaterThan(4);
  });

  it('expire after the longest run, so that the table does not grow for ever', async () => {
    const { account, ledger, now } = prepare();
    await recordOutcome(ledger, 'run-1', line('a'), now);
    account.advance(366 * 24);
    expect((await readRunLog(ledger, 'run-1')).outcomes).toHaveLength(1);
    const { Items } = await account.dynamodb.query({
      TableName: LEDGER_TABLE,
      KeyConditionExpression: 'workflow = :workflow',
      ExpressionAttributeValues: { ':workflow': { S: 'updater' } },
    });
    expect(Items[0].expiresAt.N).toBe(String(now.getTime() / 1000 + 400 * 86_400));
  });

  it('are not silently lost to an error of DynamoDB', async () => {
    const { account, ledger, now } = prepare();
    account.failNext('UpdateItem', namedError('InternalServerError'));
    await expect(recordMissingOutcome(ledger, 'run-1', line('a'), now)).rejects.toMatchObject({
      name: 'InternalServerError',
    });
  });
});
