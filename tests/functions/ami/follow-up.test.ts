import { createHandler } from '../../../functions/ami/follow-up';
import { acquireLease, recordIntent, settleWorkItem } from '../../../functions/foundation/ledger';
import { awaitApproval, readControl } from '../../../functions/foundation/run-control';
import { readRunLog } from '../../../functions/foundation/run-log';
import { EXECUTION, fleetOf, NEW, RUN, settingsOf, START } from './support';

const OTHER = EXECUTION.replace('run-1', 'run-2');

function prepare() {
  const fleet = fleetOf();
  const handler = createHandler(fleet.dependencies);
  const settings = settingsOf({ web: {}, api: { bakeMinutes: 5 } });
  const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:rollout';
  const followUp = (input: unknown) =>
    handler({ input, settings, execution: EXECUTION, run: RUN, machine });
  /** A run has begun to move a group. */
  const begin = async (group: string, owner: string) => {
    await acquireLease(fleet.ledger, group, owner, async () => false, fleet.account.now());
    const intent = { target: NEW, attempt: 1, intendedAt: START };
    await recordIntent(fleet.ledger, group, owner, intent);
  };
  return { fleet, followUp, begin, settings };
}

describe('following up', () => {
  it('takes what runs began that are no more, with the settings of today', async () => {
    const { fleet, followUp, begin, settings } = prepare();
    await begin('api', OTHER);
    await begin('web', OTHER);
    await settleWorkItem(fleet.ledger, 'web', OTHER, {
      outcome: 'updated',
      reason: '',
      at: START,
      settledTarget: NEW,
    });
    expect(await followUp({ mode: 'reconcile' })).toEqual({
      mode: 'reconcile',
      groups: [{ name: 'api', settings: settings.groups['api'] }],
    });
    expect((await readRunLog(fleet.ledger, RUN)).queued).toEqual(['api']);
  });

  it('leaves to a run that is under way what it holds, and takes what it gave back', async () => {
    const { fleet, followUp, begin } = prepare();
    fleet.running.add(OTHER);
    await begin('api', OTHER);
    expect((await followUp({ mode: 'reconcile' })).groups).toEqual([]);
    await settleWorkItem(fleet.ledger, 'api', OTHER, { outcome: 'failed', reason: '', at: START });
    expect((await followUp({ mode: 'reconcile' })).groups).toHaveLength(1);
  });

  it('leaves no trace of a day without anything open, nor of groups that are nobody’s any more', async () => {
    const { fleet, followUp, begin } = prepare();
    await begin('removed-from-the-settings', OTHER);
    const before = fleet.account.calls.length;
    expect((await followUp({ mode: 'reconcile' })).groups).toEqual([]);
    expect(fleet.account.calls.slice(before)).toEqual(['Query']);
  });

  it('asks every other run that is under way to start nothing more', async () => {
    const { fleet, followUp } = prepare();
    const third = EXECUTION.replace('run-1', 'run-3');
    for (const execution of [OTHER, third]) fleet.running.add(execution);
    expect(await followUp({ mode: 'stop' })).toEqual({ mode: 'stop', groups: [] });
    for (const run of ['run-2', 'run-3']) {
      expect(await readControl(fleet.ledger, run)).toMatchObject({ stoppedAt: START });
    }
    expect((await readControl(fleet.ledger, RUN)).stoppedAt).toBeUndefined();
  });

  it('approves the wave for which a run waits', async () => {
    const { fleet, followUp } = prepare();
    await awaitApproval(fleet.ledger, 'run-2', 3, fleet.account.now());
    expect(await followUp({ mode: 'approve', run: 'run-2' })).toEqual({
      mode: 'approve',
      groups: [],
    });
    expect(await readControl(fleet.ledger, 'run-2')).toMatchObject({ approvedWave: 3 });
  });

  it('refuses to approve a run that waits for nothing', async () => {
    await expect(prepare().followUp({ mode: 'approve', run: 'run-9' })).rejects.toMatchObject({
      name: 'InvalidInput',
      message: 'No wave of the run run-9 waits for an approval.',
    });
  });

  it('refuses a wrong input', async () => {
    await expect(prepare().followUp({ mode: 'approve' })).rejects.toMatchObject({
      name: 'InvalidInput',
    });
  });
});
