import {
  acquireLease,
  listHeld,
  listUnfinished,
  readWorkItem,
  recordIntent,
  recordSeenTarget,
  settleWorkItem,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

function prepare() {
  const account = emulateAccount({});
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  return { account, ledger };
}

const alive = async () => true;
const dead = async () => false;
const now = new Date('2026-02-01T12:30:00Z');
const leasedAt = now.toISOString();
const outcome = { outcome: 'updated', reason: 'done', at: '2026-02-01T13:00:00.000Z' };

describe('the lease of a work item', () => {
  it('is given once, and again to whoever has it', async () => {
    const { ledger } = prepare();
    expect(await acquireLease(ledger, 'a', 'run-1', alive, now)).toMatchObject({ fence: 1 });
    expect(await acquireLease(ledger, 'a', 'run-1', alive, now)).toMatchObject({ fence: 1 });
    expect(await acquireLease(ledger, 'a', 'run-2', alive, now)).toBeUndefined();
  });

  it('goes on to another run when its owner is dead, with a higher fencing number', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive, now);
    expect(await acquireLease(ledger, 'a', 'run-2', dead, now)).toMatchObject({
      leaseOwner: 'run-2',
      fence: 2,
    });
  });

  it('goes to one of two runs that take it at the same time', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-0', alive, now);
    const taken = await Promise.all(
      ['run-1', 'run-2', 'run-3'].map((run) => acquireLease(ledger, 'a', run, dead, now)),
    );
    expect(taken.filter((work) => work !== undefined)).toHaveLength(1);
  });

  it('is recognized when the answer to its own write was lost', async () => {
    const { ledger, account } = prepare();
    const update = account.dynamodb.updateItem;
    const lossy: Ledger = {
      ...ledger,
      client: {
        getItem: account.dynamodb.getItem,
        query: account.dynamodb.query,
        // The SDK tries again what took effect.
        updateItem: (async (input: never) => {
          await update(input);
          return update(input);
        }) as never,
      },
    };
    expect(await acquireLease(lossy, 'a', 'run-1', alive, now)).toMatchObject({
      leaseOwner: 'run-1',
      fence: 1,
    });
  });

  it('tells since when its owner has it, however often it asks again', async () => {
    const { ledger } = prepare();
    const later = new Date('2026-02-02T12:30:00Z');
    await acquireLease(ledger, 'a', 'run-1', alive, now);
    expect(await acquireLease(ledger, 'a', 'run-1', alive, later)).toMatchObject({ leasedAt });
    expect(await acquireLease(ledger, 'a', 'run-2', dead, later)).toMatchObject({
      leasedAt: later.toISOString(),
    });
  });

  it('is given back with the outcome, and the next run starts a new one', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive, now);
    const settled = { ...outcome, settledTarget: 'b' };
    expect(await settleWorkItem(ledger, 'a', 'run-1', settled)).toBe(true);
    expect(await settleWorkItem(ledger, 'a', 'run-1', settled)).toBe(false);
    expect(await readWorkItem(ledger, 'a')).toEqual({
      fence: 1,
      outcome: 'updated',
      reason: 'done',
      settledAt: outcome.at,
      settledBy: 'run-1',
      settledTarget: 'b',
    });
    expect(await acquireLease(ledger, 'a', 'run-2', alive, now)).toMatchObject({ fence: 2 });
  });

  it('takes the token with it by which its owner waited', async () => {
    const { ledger, account } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive, now);
    const place = {
      TableName: LEDGER_TABLE,
      Key: { workflow: { S: 'updater' }, item: { S: 'item#a' } },
    };
    const read = { ...place, ConsistentRead: true };
    const tokenOf = async () => (await account.dynamodb.getItem(read)).Item?.['wakeToken'];
    await account.dynamodb.updateItem({
      ...place,
      UpdateExpression: 'SET wakeToken = :token',
      ExpressionAttributeValues: { ':token': { S: 't' } },
    });
    expect(await tokenOf()).toEqual({ S: 't' });
    await settleWorkItem(ledger, 'a', 'run-1', outcome);
    expect(await tokenOf()).toBeUndefined();
  });

  it('protects what its new owner writes from the old one', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive, now);
    await acquireLease(ledger, 'a', 'run-2', dead, now);
    expect(await settleWorkItem(ledger, 'a', 'run-1', outcome)).toBe(false);
    expect(await readWorkItem(ledger, 'a')).toEqual({ leaseOwner: 'run-2', leasedAt, fence: 2 });
    const intent = { target: 't', attempt: 1, intendedAt: '2026-02-01T12:00:00.000Z' };
    await expect(recordIntent(ledger, 'a', 'run-1', intent)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
  });

  it('does not hide an error of DynamoDB', async () => {
    const { ledger, account } = prepare();
    account.failNext('UpdateItem', namedError('ProvisionedThroughputExceededException'));
    await expect(acquireLease(ledger, 'a', 'run-1', alive, now)).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
    });
  });
});

describe('failures of a work item', () => {
  it('are kept as they are given, and the block is taken away when it is told to', async () => {
    const { ledger } = prepare();
    const settle = async (change: object) => {
      await acquireLease(ledger, 'a', 'run-1', alive, now);
      await settleWorkItem(ledger, 'a', 'run-1', { ...outcome, ...change });
      const { failures, blocked } = await readWorkItem(ledger, 'a');
      return { failures, blocked };
    };
    expect(await settle({})).toEqual({});
    expect(await settle({ failures: 3, blocked: true })).toEqual({ failures: 3, blocked: true });
    expect(await settle({})).toEqual({ failures: 3, blocked: true });
    expect(await settle({ failures: 0, blocked: false })).toEqual({ failures: 0 });
  });
});

describe('work items', () => {
  const intent = (target: string) => ({ target, attempt: 1, intendedAt: leasedAt });

  it('that a run holds are those with its lease, of its workflow only', async () => {
    const { ledger } = prepare();
    for (const item of ['a', 'b', 'c']) await acquireLease(ledger, item, 'run-1', alive, now);
    await acquireLease(ledger, 'd', 'run-2', alive, now);
    await acquireLease({ ...ledger, workflow: 'other' }, 'e', 'run-1', alive, now);
    await settleWorkItem(ledger, 'b', 'run-1', outcome);
    const found = await listHeld(ledger, 'run-1');
    expect(found.map(({ item, work }) => [item, work.leaseOwner])).toEqual([
      ['a', 'run-1'],
      ['c', 'run-1'],
    ]);
  });

  it('are unfinished until the end of their target is written', async () => {
    const { ledger } = prepare();
    for (const item of ['idle', 'open', 'done', 'again']) {
      await acquireLease(ledger, item, 'run-1', alive, now);
      if (item !== 'idle') await recordIntent(ledger, item, 'run-1', intent(`${item}-2`));
    }
    for (const item of ['done', 'again']) {
      await settleWorkItem(ledger, item, 'run-1', { ...outcome, settledTarget: `${item}-2` });
    }
    await acquireLease(ledger, 'again', 'run-1', alive, now);
    await recordIntent(ledger, 'again', 'run-1', intent('again-3'));
    const found = await listUnfinished(ledger);
    expect(found.map(({ item, work }) => [item, work.target])).toEqual([
      ['again', 'again-3'],
      ['open', 'open-2'],
    ]);
  });

  it('take over a target that was seen, but not in place of one that they know', async () => {
    const { ledger } = prepare();
    await recordSeenTarget(ledger, 'a', 'a-2');
    await recordSeenTarget(ledger, 'a', 'a-3');
    expect(await listUnfinished(ledger)).toEqual([{ item: 'a', work: { target: 'a-2' } }]);
    expect(await acquireLease(ledger, 'a', 'run-1', alive, now)).toMatchObject({ target: 'a-2' });
  });

  it('are all found in ten thousand', async () => {
    const { ledger } = prepare();
    for (let index = 0; index < 10_000; index += 1) {
      await recordSeenTarget(ledger, `image-${index}`, `image-${index}-Updated-20260201-1`);
    }
    expect(await listUnfinished(ledger)).toHaveLength(10_000);
  });
});
