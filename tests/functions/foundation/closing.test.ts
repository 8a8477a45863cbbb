import { createHandler as createCloser } from '../../../functions/foundation/close-run';
import { createHandler as createFinder } from '../../../functions/foundation/find-runs';
import {
  acquireLease,
  readWorkItem,
  recordIntent,
  settleWorkItem,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { keepRecord, markDelivered } from '../../../functions/foundation/record';
import { readRunLog, recordOutcome } from '../../../functions/foundation/run-log';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1';
const times = { startedAt: '2026-02-01T12:00:00.000Z', endedAt: '2026-02-01T16:00:00.000Z' };

function prepare() {
  const account = emulateAccount({});
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const written = {
    ledger,
    /** Writes the report of a run, and returns its id. */
    record: async (run: string) => {
      const id = `updater.${run}`;
      const record = { id, subject: 'updater', text: 'failed', labels: {} };
      await keepRecord(ledger, record, 400, account.now());
      return id;
    },
  };
  return { account, ledger, written };
}

describe('finding the runs that are to be closed', () => {
  const executions = [
    { name: 'run-3', startDate: new Date('2026-01-31T12:00:00Z') },
    { name: 'run-2', startDate: new Date('2026-01-30T12:00:00Z') },
    { name: 'run-0', startDate: new Date('2026-01-01T12:00:00Z') },
  ].map((run) => ({ ...run, executionArn: `arn:${run.name}`, stopDate: run.startDate }));

  function finder(account: ReturnType<typeof emulateAccount>, listed = 'arn:machine') {
    return createFinder({
      sfn: {
        // A page for each.
        listExecutions: (async ({
          stateMachineArn,
          statusFilter,
          nextToken = '0',
        }: Record<string, string>) => ({
          executions:
            stateMachineArn === listed && statusFilter === 'ABORTED'
              ? executions.slice(+nextToken, +nextToken + 1)
              : [],
          ...(+nextToken < 2 ? { nextToken: String(+nextToken + 1) } : {}),
        })) as never,
      },
      dynamodb: account.dynamodb,
      table: LEDGER_TABLE,
      workflow: 'updater',
      stateMachineArn: 'arn:machine',
      lookBackDays: 21,
      now: account.now,
    });
  }

  it('takes the run of the event, and looks for no others', async () => {
    const detail = { name: 'run-9' } as never;
    expect(await finder(emulateAccount({}))({ event: { detail }, closer: 'arn:closer' })).toEqual({
      runs: [detail],
    });
  });

  it('finds what ended lately and was not reported', async () => {
    const { account, written } = prepare();
    await markDelivered(written.ledger, await written.record('run-3'), ['sns'], account.now());
    expect(await finder(account)({ event: {}, closer: 'arn:closer' })).toEqual({
      runs: [
        {
          executionArn: 'arn:run-2',
          name: 'run-2',
          status: 'ABORTED',
          startDate: Date.parse('2026-01-30T12:00:00Z'),
          stopDate: Date.parse('2026-01-30T12:00:00Z'),
        },
      ],
    });
  });

  it('finds runs of the closer itself', async () => {
    const { runs } = await finder(
      prepare().account,
      'arn:closer',
    )({ event: {}, closer: 'arn:closer' });
    expect(runs.map(({ name }) => name)).toEqual(['run-3', 'run-2']);
  });

  it('takes a report that reached nobody for none', async () => {
    const { account, written } = prepare();
    await written.record('run-3');
    const { runs } = await finder(account)({ event: null, closer: 'arn:closer' });
    expect(runs.map(({ name }) => name)).toEqual(['run-3', 'run-2']);
  });
});

describe('closing a run', () => {
  const detail = {
    executionArn: execution,
    name: 'run-1',
    status: 'ABORTED',
    startDate: Date.parse(times.startedAt),
    stopDate: Date.parse(times.endedAt),
    error: null,
    cause: null,
  };
  const closed = {
    execution,
    run: 'run-1',
    ...times,
    error: { Error: 'ABORTED', Cause: 'the run ended ABORTED' },
  };
  const target = { target: 'next', attempt: 1, intendedAt: times.startedAt };
  const leasedAt = '2026-02-01T13:00:00.000Z';

  /** A run that holds the lease of each item, an hour after its start. */
  async function killed(...items: string[]) {
    const { account, ledger } = prepare();
    account.advance(1);
    for (const item of items) {
      await acquireLease(ledger, item, execution, async () => true, account.now());
    }
    account.advance(4);
    const closer = createCloser({ ledger, now: account.now });
    return { account, ledger, closer };
  }

  it('frees what the run held, writes down what became of it, and says what is to be reported', async () => {
    const { ledger, closer } = await killed('idle', 'open');
    await recordIntent(ledger, 'open', execution, target);
    expect(await closer({ detail })).toEqual(closed);
    const interrupted = { outcome: 'interrupted', startedAt: leasedAt, endedAt: times.endedAt };
    const { outcomes } = await readRunLog(ledger, 'run-1');
    expect(outcomes).toEqual([
      {
        id: 'idle',
        ...interrupted,
        reason: 'the run ended ABORTED while it worked on it; nothing had been asked of AWS',
      },
      {
        id: 'open',
        ...interrupted,
        reason:
          'the run ended ABORTED while it worked on it; if AWS accepted next, a later run follows it up, and starts it if not',
      },
    ]);
    // The target stays: the next run adopts it.
    const { leaseOwner, target: kept } = await readWorkItem(ledger, 'open');
    expect([leaseOwner, kept]).toEqual([undefined, 'next']);
  });

  it('answers the same when it is called again, also after it died half-way', async () => {
    const { account, ledger, closer } = await killed('a', 'b', 'c');
    // The lease of b could not be given back.
    account.failNext('UpdateItem', namedError('InternalServerError'), 3);
    await expect(closer({ detail })).rejects.toThrow();
    account.advance(1);
    expect(await closer({ detail })).toEqual(closed);
    expect(await closer({ detail })).toEqual(closed);
    const { outcomes } = await readRunLog(ledger, 'run-1');
    expect(outcomes.map(({ id, endedAt }) => [id, endedAt])).toEqual(
      ['a', 'b', 'c'].map((id) => [id, times.endedAt]),
    );
    for (const item of ['a', 'b', 'c']) {
      expect((await readWorkItem(ledger, item)).leaseOwner).toBeUndefined();
    }
  });

  it('leaves the outcome of who saw the item end, and the leases of others', async () => {
    const { ledger, closer } = await killed('done', 'told');
    const updated = { outcome: 'updated', reason: 'r', at: times.endedAt } as const;
    await settleWorkItem(ledger, 'done', execution, updated);
    const line = { id: 'told', outcome: 'updated', reason: 'updated to told-2', ...times } as const;
    await recordOutcome(ledger, 'run-1', line, new Date(times.endedAt));
    await acquireLease(ledger, 'other', 'run-2', async () => true, new Date(times.endedAt));
    await closer({ detail });
    expect((await readRunLog(ledger, 'run-1')).outcomes).toEqual([line]);
    expect((await readWorkItem(ledger, 'told')).leaseOwner).toBeUndefined();
    expect((await readWorkItem(ledger, 'other')).leaseOwner).toBe('run-2');
  });

  it("passes on the run's own error, and takes the time where the event has no end", async () => {
    const { account, closer } = await killed();
    const failed = {
      ...detail,
      status: 'FAILED',
      stopDate: null,
      error: 'InvalidInput',
      cause: 'mode is wrong',
    };
    expect(await closer({ detail: failed })).toEqual({
      ...closed,
      endedAt: account.now().toISOString(),
      error: { Error: 'InvalidInput', Cause: 'the run ended FAILED: mode is wrong' },
    });
  });

  it('stays cheap among ten thousand items', async () => {
    const { account, ledger, closer } = await killed('web', 'db');
    const now = account.now();
    for (let index = 0; index < 10_000; index += 1) {
      const item = `image-${index}`;
      await acquireLease(ledger, item, 'run-0', async () => true, now);
      await settleWorkItem(ledger, item, 'run-0', {
        outcome: 'updated',
        reason: `updated to ${item}-Updated-20260101-1`,
        at: times.endedAt,
        settledTarget: `${item}-Updated-20260101-1`,
      });
    }
    account.calls.length = 0;
    await closer({ detail });
    expect(account.calls.filter((call) => call === 'UpdateItem')).toHaveLength(4);
    expect(account.calls.length).toBeLessThan(12);
  });
});
