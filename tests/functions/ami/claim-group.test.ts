import {
  acquireLease,
  readWorkItem,
  recordIntent,
  settleWorkItem,
} from '../../../functions/foundation/ledger';
import { stopRun } from '../../../functions/foundation/run-control';
import type { Json } from '../../../rehearsal/services/service';
import {
  BAD,
  claimGroup,
  EXECUTION,
  fleetOf,
  group,
  mixedPolicy,
  NEW,
  NEWER,
  START,
  template,
  templateId,
  type Fleet,
} from './support';

const OTHER = EXECUTION.replace('run-1', 'run-2');

function prepare(estate: object = {}) {
  const fleet = fleetOf(estate);
  const claim = (event: Json = {}) => claimGroup(fleet.dependencies, event);
  return { fleet, claim };
}

/** Ends the work on the group as `settle-group` does. */
function settle({ ledger, account }: Fleet, settledTarget: string) {
  const at = account.now().toISOString();
  return settleWorkItem(ledger, 'web', EXECUTION, {
    outcome: 'failed',
    reason: 'r',
    at,
    settledTarget,
  });
}

/** Somebody else refreshes the group, to a version of theirs or to nothing in particular. */
async function refreshByHand({ account, versions }: Fleet, ImageId?: string) {
  const LaunchTemplateId = templateId('web');
  if (ImageId !== undefined) {
    await account.ec2.createLaunchTemplateVersion({
      LaunchTemplateId,
      SourceVersion: '1',
      LaunchTemplateData: { ImageId },
    });
  }
  const Version = String((await versions()).at(-1)?.VersionNumber);
  const answer = await account.autoscaling.startInstanceRefresh({
    AutoScalingGroupName: 'web',
    ...(ImageId === undefined
      ? {}
      : { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version } } }),
  });
  return answer.InstanceRefreshId as string;
}

describe('claiming a group', () => {
  it('takes the lease, and prepares a group for which nothing was begun', async () => {
    const { fleet, claim } = prepare();
    expect(await claim()).toEqual({
      decision: 'prepare',
      reason: '',
      ami: NEW,
      attempt: 1,
      openSince: '',
      scaling: { course: 'none', reason: '', blame: '' },
      stopped: false,
      refreshId: '',
      refreshStartedAt: START,
      claimedAt: START,
      waitingSince: START,
      waitSeconds: 60,
    });
    expect(await readWorkItem(fleet.ledger, 'web')).toMatchObject({ leaseOwner: EXECUTION });
  });

  it('answers a repeated call in the same way, with the time of the first', async () => {
    const { fleet, claim } = prepare();
    await claim();
    fleet.account.advance(1);
    expect(await claim()).toMatchObject({ decision: 'prepare', attempt: 1, claimedAt: START });
  });

  it('leaves a group to the run that holds it, and takes it from one that is no more', async () => {
    const { fleet, claim } = prepare();
    await acquireLease(fleet.ledger, 'web', OTHER, async () => true, fleet.account.now());
    fleet.running.add(OTHER);
    expect(await claim()).toMatchObject({
      decision: 'postpone',
      reason: 'another run is working on it',
    });
    fleet.running.delete(OTHER);
    expect(await claim()).toMatchObject({ decision: 'prepare' });
  });

  it('does not move back a group that has got a newer AMI while the run waited', async () => {
    const { claim } = prepare();
    // The group runs an AMI that was made later than that.
    expect(await claim({ createdAt: '2020-01-01T00:00:00.000Z' })).toMatchObject({
      decision: 'skip',
      reason: expect.stringMatching(/^runs ami-[0-9a-f]+, which is newer than ami-[0-9a-f]+$/),
    });
    expect(await claim({ createdAt: '2030-01-01T00:00:00.000Z' })).toMatchObject({
      decision: 'prepare',
    });
  });

  it('skips a group that is not there', async () => {
    const { claim } = prepare();
    expect(await claim({ group: 'gone' })).toMatchObject({
      decision: 'skip',
      reason: 'there is no such Auto Scaling group',
    });
  });

  it('follows the refresh that it started itself, with its own start', async () => {
    const { fleet, claim } = prepare();
    await claim();
    const refreshId = await fleet.deploy(NEW);
    fleet.account.advance(0.01);
    expect(await claim()).toMatchObject({
      decision: 'follow',
      reason: `${refreshId} is InProgress`,
      refreshId,
      refreshStartedAt: START,
    });
  });

  it('joins a refresh to the same AMI that somebody else started', async () => {
    const { fleet, claim } = prepare();
    const refreshId = await refreshByHand(fleet, NEW);
    expect(await claim()).toMatchObject({ decision: 'follow', refreshId });
  });

  it.each([
    ['to another AMI', NEWER],
    ['to nothing in particular', undefined],
  ])(
    'waits for a refresh %s, and leaves the group to the next run in the end',
    async (_, image) => {
      const { fleet, claim } = prepare();
      const id = await refreshByHand(fleet, image);
      const reason = `another instance refresh, ${id}, is Pending`;
      expect(await claim()).toMatchObject({ decision: 'wait', reason, waitingSince: START });
      const early = '2026-01-31T12:00:01.000Z';
      expect(await claim({ waitingSince: early })).toMatchObject({
        decision: 'wait',
        waitingSince: early,
      });
      expect(await claim({ waitingSince: '2026-01-31T12:00:00.000Z' })).toMatchObject({
        decision: 'postpone',
        reason: `${reason}; it waited 24 hours`,
      });
    },
  );

  it('looks less often at a refresh of others the longer that goes on', async () => {
    const { fleet, claim } = prepare();
    await refreshByHand(fleet, NEWER);
    const waits: number[] = [];
    for (const waitingSince of ['', '2026-02-01T10:00:00Z', '2026-02-01T00:00:00Z']) {
      waits.push((await claim({ waitingSince })).waitSeconds);
    }
    expect(waits).toEqual([60, 144, 864]);
  });

  it('takes a refresh that leaves an override on another AMI for somebody else’s', async () => {
    const { fleet, claim } = prepare({
      groups: [group('web', { MixedInstancesPolicy: mixedPolicy('web', 'memory') })],
      templates: [template('web'), template('memory')],
    });
    await fleet.deploy(NEW);
    expect((await claim()).decision).toBe('follow');
    expect((await claim({ ami: NEWER })).decision).toBe('wait');
    const { DesiredConfiguration } = await fleet.refresh();
    const { Overrides } = DesiredConfiguration.MixedInstancesPolicy.LaunchTemplate;
    const own = Overrides[1].LaunchTemplateSpecification;
    const autoscaling = {
      describeAutoScalingGroups: fleet.account.autoscaling.describeAutoScalingGroups,
      describeInstanceRefreshes: async (input: unknown) => {
        const answer = await fleet.account.autoscaling.describeInstanceRefreshes(input);
        const { MixedInstancesPolicy } = answer.InstanceRefreshes[0].DesiredConfiguration;
        MixedInstancesPolicy.LaunchTemplate.Overrides[1].LaunchTemplateSpecification = {
          ...own,
          Version: '1',
        };
        return answer;
      },
    };
    const claimed = await claimGroup({ ...fleet.dependencies, autoscaling });
    expect(claimed.decision).toBe('wait');
  });

  it('commits a rollout that has succeeded, once', async () => {
    const { fleet, claim } = prepare();
    await claim();
    await fleet.deploy(NEW);
    fleet.account.advance(2);
    expect((await fleet.refresh()).Status).toBe('Successful');
    expect(await claim()).toMatchObject({ decision: 'commit', reason: `runs ${NEW}` });
    await settle(fleet, NEW);
    expect(await claim()).toMatchObject({ decision: 'skip', reason: `runs ${NEW} already` });
  });

  it('undoes a rollout that AWS has rolled back, once, with its reason; then comes the next attempt', async () => {
    const { fleet, claim } = prepare();
    await claim({ ami: BAD });
    const refreshId = await fleet.deploy(BAD);
    fleet.account.advance(6);
    const { Status, RollbackDetails } = await fleet.refresh();
    expect(Status).toBe('RollbackSuccessful');
    const claimed = await claim({ ami: BAD });
    expect(claimed).toMatchObject({ decision: 'undo', refreshId, attempt: 1 });
    expect(claimed.reason).toContain('the instance refresh is RollbackSuccessful. ');
    expect(claimed.reason).toContain(RollbackDetails.RollbackReason);
    await settle(fleet, BAD);
    expect(await claim({ ami: BAD })).toMatchObject({
      decision: 'prepare',
      attempt: 2,
      refreshId: '',
    });
  });

  it('finds what was rolled back also where its version is cleared away already', async () => {
    const { fleet, claim } = prepare();
    await claim({ ami: BAD });
    const refreshId = await fleet.deploy(BAD);
    fleet.account.advance(6);
    const Versions = ['2'];
    await fleet.account.ec2.deleteLaunchTemplateVersions({ LaunchTemplateName: 'web', Versions });
    expect(await claim({ ami: BAD })).toMatchObject({ decision: 'undo', refreshId });
  });

  it('does not take the end of an earlier attempt for that of the present one', async () => {
    const { fleet, claim } = prepare();
    await claim({ ami: BAD });
    await fleet.deploy(BAD);
    fleet.account.advance(6);
    await settle(fleet, BAD);
    await claim({ ami: BAD });
    await recordIntent(fleet.ledger, 'web', EXECUTION, {
      target: BAD,
      attempt: 2,
      intendedAt: START,
      again: true,
    });
    expect(await claim({ ami: BAD })).toMatchObject({ decision: 'prepare', attempt: 2 });
  });

  it('counts the attempts of each AMI by itself', async () => {
    const { fleet, claim } = prepare();
    await claim();
    await fleet.deploy(BAD, { attempt: 2 });
    fleet.account.advance(6);
    await settle(fleet, BAD);
    expect((await claim({ ami: BAD })).attempt).toBe(3);
    expect((await claim()).attempt).toBe(1);
  });

  it('finds in the ledger what a reconciling run is to finish', async () => {
    const { fleet, claim } = prepare();
    await claim();
    const refreshId = await fleet.deploy(NEW);
    expect(await claim({ mode: 'reconcile', ami: '' })).toMatchObject({
      decision: 'follow',
      ami: NEW,
      refreshId,
    });
  });

  it('starts nothing when it reconciles: what was made for a refresh that never began goes', async () => {
    const { fleet, claim } = prepare();
    await claim();
    const intent = { target: NEW, attempt: 1, intendedAt: START };
    await recordIntent(fleet.ledger, 'web', EXECUTION, intent);
    expect(await claim({ mode: 'reconcile', ami: '' })).toMatchObject({
      decision: 'undo',
      reason: 'an earlier run ended before the instance refresh began',
      ami: NEW,
      refreshId: '',
    });
  });

  it('starts nothing more for a run that was stopped, but follows what it has begun', async () => {
    const { fleet, claim } = prepare();
    await stopRun(fleet.ledger, 'run-1', fleet.account.now());
    expect(await claim()).toMatchObject({
      decision: 'postpone',
      reason: 'the run was stopped before its turn; the next run takes it',
    });
    await fleet.deploy(NEW);
    expect(await claim()).toMatchObject({ decision: 'follow' });
  });
});
