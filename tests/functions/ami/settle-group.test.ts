import { createHandler, type SettleEvent } from '../../../functions/ami/settle-group';
import { acquireLease, readWorkItem, recordIntent } from '../../../functions/foundation/ledger';
import { readRunLog } from '../../../functions/foundation/run-log';
import { BAD, EXECUTION, fleetOf, NEW, RUN, START } from './support';

async function prepare(attempts = 1) {
  const fleet = fleetOf();
  const { ledger, account } = fleet;
  const handler = createHandler({ ...fleet.dependencies, attempts });
  const settle = (event: Partial<SettleEvent> = {}) =>
    handler({
      execution: EXECUTION,
      run: RUN,
      group: 'web',
      ami: BAD,
      outcome: 'undone',
      undo: { done: true, left: '' },
      startedAt: START,
      ...event,
    });
  /** A run begins to move the group to an AMI. */
  const begin = async (target: string, attempt: number, execution = EXECUTION) => {
    await acquireLease(ledger, 'web', execution, async () => false, account.now());
    await recordIntent(ledger, 'web', execution, {
      target,
      attempt,
      intendedAt: START,
      again: true,
    });
  };
  const work = () => readWorkItem(ledger, 'web');
  await begin(BAD, 1);
  return { fleet, settle, begin, work };
}

const rolledBack = { refreshId: 'r-1', reason: 'the instance refresh is RollbackSuccessful. Bad.' };
const blocked = `${BAD}: the instance refresh is RollbackSuccessful. Bad. It is not tried on it again: publish a newer AMI, or start the workflow with "force": true`;

describe('what became of a group', () => {
  it('is written into the log of the run and the ledger, and the lease goes back', async () => {
    const { fleet, settle, work } = await prepare();
    fleet.account.advance(1);
    const line = {
      id: 'web',
      outcome: 'updated',
      reason: 'runs it',
      startedAt: START,
      endedAt: '2026-02-01T13:00:00.000Z',
    };
    const event = {
      outcome: 'updated',
      reason: 'runs it',
      undo: { done: false, left: '' },
    } as const;
    expect(await settle(event)).toEqual(line);
    expect((await readRunLog(fleet.ledger, RUN)).outcomes).toEqual([line]);
    expect(await work()).toEqual({
      fence: 1,
      target: BAD,
      attempt: 1,
      intendedAt: START,
      settledTarget: BAD,
      outcome: 'updated',
      reason: 'runs it',
      settledAt: line.endedAt,
      settledBy: EXECUTION,
      failures: 0,
    });
  });

  it('is blocked when the last attempt came to nothing', async () => {
    const { settle, work } = await prepare();
    expect(await settle(rolledBack)).toMatchObject({ outcome: 'blocked', reason: blocked });
    expect(await work()).toMatchObject({ settledTarget: BAD, failures: 1, outcome: 'blocked' });
  });

  it('is the same when it is asked for again', async () => {
    const { settle, work } = await prepare(2);
    const first = await settle(rolledBack);
    const written = await work();
    expect(await settle(rolledBack)).toEqual(first);
    expect(await work()).toEqual(written);
  });

  it('is a failure as long as there are attempts left, each counted once', async () => {
    const { settle, begin, work } = await prepare(3);
    const attempt = async (number: number) => {
      const execution = `${EXECUTION}-${number}`;
      await begin(BAD, number, execution);
      return settle({ ...rolledBack, execution });
    };
    const said = `${BAD}: the instance refresh is RollbackSuccessful. Bad. Attempt`;
    await settle({ outcome: 'skipped' });
    expect(await attempt(1)).toMatchObject({
      outcome: 'failed',
      reason: `${said} 1 of 3 that failed; the next run tries again`,
    });
    expect((await attempt(2)).reason).toContain(`${said} 2 of 3`);
    expect(await attempt(3)).toMatchObject({ outcome: 'blocked', reason: blocked });
    expect(await work()).toMatchObject({ failures: 3 });
  });

  it('counts only attempts that failed: one that never began leaves all of them', async () => {
    const { settle, begin, work } = await prepare(2);
    expect(await settle({ reason: 'an earlier run ended', refreshId: '' })).toMatchObject({
      outcome: 'postponed',
      reason: 'an earlier run ended',
    });
    expect(await work()).toMatchObject({ settledTarget: BAD, failures: 0 });
    await begin(BAD, 2, 'run-2');
    expect(await settle({ ...rolledBack, execution: 'run-2' })).toMatchObject({
      outcome: 'failed',
      reason: expect.stringContaining('Attempt 1 of 2 that failed') as string,
    });
    await begin(BAD, 3, 'run-3');
    await settle({ reason: 'an earlier run ended', refreshId: '', execution: 'run-3' });
    expect(await work()).toMatchObject({ failures: 1 });
  });

  it('does not count the failures of another AMI', async () => {
    const { settle, begin } = await prepare(2);
    await settle(rolledBack);
    await begin(NEW, 1, 'run-2');
    expect(await settle({ ...rolledBack, ami: NEW, execution: 'run-2' })).toMatchObject({
      outcome: 'failed',
    });
  });

  it('names what could not be undone, and is over: the next success deletes it', async () => {
    const { settle, work } = await prepare();
    const left = 'web version 2 stays: the group x uses it';
    const line = await settle({ ...rolledBack, undo: { done: true, left } });
    expect(line.reason).toBe(`${blocked}. ${left}`);
    expect((await work()).settledTarget).toBe(BAD);
  });

  it('is over as well where an error left nothing behind', async () => {
    const { settle, work } = await prepare();
    const error = { Error: 'AutoScaling.ResourceContention', Cause: 'busy' };
    await settle({ outcome: 'failed', error, undo: { done: true, left: 'something' } });
    expect((await work()).settledTarget).toBeUndefined();
    const { settle: again, work: after } = await prepare();
    await again({ outcome: 'failed', error, undo: { done: true, left: '' } });
    expect((await after()).settledTarget).toBe(BAD);
  });

  it.each<[string, Partial<SettleEvent>, string]>([
    ['unfinished', { outcome: 'unfinished', reason: 'still at work' }, 'still at work'],
    [
      'failed in one of our functions',
      {
        outcome: 'failed',
        error: { Error: 'NotCommittable', Cause: '{"errorMessage":"It does not run it."}' },
      },
      'NotCommittable: It does not run it.',
    ],
    [
      'failed in AWS',
      {
        outcome: 'failed',
        error: {
          Error: 'AutoScaling.AutoScalingException',
          Cause:
            'You are not authorized to use launch template (Service: AutoScaling, Status Code: 403, Request ID: 1-2) (SDK Attempt Count: 1)',
        },
      },
      'AutoScaling.AutoScalingException: You are not authorized to use launch template',
    ],
  ])('stays open where a later run can follow it up: %s', async (_, event, reason) => {
    const { settle, work } = await prepare();
    const undo = { done: false, left: '' };
    expect(await settle({ ...event, undo })).toMatchObject({ outcome: event.outcome, reason });
    const { settledTarget, leaseOwner, failures } = await work();
    expect([settledTarget, leaseOwner, failures]).toEqual([undefined, undefined, undefined]);
  });

  it('leaves the ledger to the run that has the lease', async () => {
    const { fleet, settle, work } = await prepare();
    const line = await settle({ execution: 'another', outcome: 'skipped', reason: 'busy' });
    expect((await readRunLog(fleet.ledger, RUN)).outcomes).toEqual([line]);
    expect(await work()).toMatchObject({ leaseOwner: EXECUTION });
    expect((await work()).outcome).toBeUndefined();
  });
});
