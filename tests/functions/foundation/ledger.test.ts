import {
  acquireLease,
  listItemsOfRun,
  readWorkItem,
  recordIntent,
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
const outcome = { outcome: 'updated', reason: 'done', at: '2026-02-01T13:00:00.000Z' };

describe('the lease of a work item', () => {
  it('is given once, and again to whoever has it', async () => {
    const { ledger } = prepare();
    expect(await acquireLease(ledger, 'a', 'run-1', alive)).toMatchObject({ fence: 1 });
    expect(await acquireLease(ledger, 'a', 'run-1', alive)).toMatchObject({ fence: 1 });
    expect(await acquireLease(ledger, 'a', 'run-2', alive)).toBeUndefined();
  });

  it('goes on to another run when its owner is dead, with a higher fencing number', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive);
    expect(await acquireLease(ledger, 'a', 'run-2', dead)).toMatchObject({
      leaseOwner: 'run-2',
      fence: 2,
    });
  });

  it('goes to one of two runs that take it at the same time', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-0', alive);
    const taken = await Promise.all(
      ['run-1', 'run-2', 'run-3'].map((run) => acquireLease(ledger, 'a', run, dead)),
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
    expect(await acquireLease(lossy, 'a', 'run-1', alive)).toMatchObject({
      leaseOwner: 'run-1',
      fence: 1,
    });
  });

  it('is given back with the outcome, and the next run starts a new one', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive);
    await settleWorkItem(ledger, 'a', 'run-1', { ...outcome, settledTarget: 'b' });
    expect(await readWorkItem(ledger, 'a')).toEqual({
      fence: 1,
      outcome: 'updated',
      reason: 'done',
      settledBy: 'run-1',
      settledTarget: 'b',
    });
    expect(await acquireLease(ledger, 'a', 'run-2', alive)).toMatchObject({ fence: 2 });
  });

  it('protects what its new owner writes from the old one', async () => {
    const { ledger } = prepare();
    await acquireLease(ledger, 'a', 'run-1', alive);
    await acquireLease(ledger, 'a', 'run-2', dead);
    await settleWorkItem(ledger, 'a', 'run-1', outcome);
    expect(await readWorkItem(ledger, 'a')).toEqual({ leaseOwner: 'run-2', fence: 2 });
    const intent = { target: 't', attempt: 1, intendedAt: '2026-02-01T12:00:00.000Z' };
    await expect(recordIntent(ledger, 'a', 'run-1', intent)).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
    });
  });

  it('does not hide an error of DynamoDB', async () => {
    const { ledger, account } = prepare();
    account.failNext('UpdateItem', namedError('ProvisionedThroughputExceededException'));
    await expect(acquireLease(ledger, 'a', 'run-1', alive)).rejects.toMatchObject({
      name: 'ProvisionedThroughputExceededException',
    });
  });
});

describe('the items of a run', () => {
  it('are those that it holds and those that it settled, and of its workflow only', async () => {
    const { ledger } = prepare();
    for (const item of ['a', 'b', 'c']) await acquireLease(ledger, item, 'run-1', alive);
    await acquireLease(ledger, 'd', 'run-2', alive);
    await acquireLease({ ...ledger, workflow: 'other' }, 'e', 'run-1', alive);
    await settleWorkItem(ledger, 'b', 'run-1', outcome);
    const found = await listItemsOfRun(ledger, 'run-1');
    expect(found.map(({ item, work }) => [item, work.leaseOwner ?? work.outcome])).toEqual([
      ['a', 'run-1'],
      ['b', 'updated'],
      ['c', 'run-1'],
    ]);
  });
});
