import { terminateInstance } from '../../../../rehearsal/services/ec2/instances';
import type { Json } from '../../../../rehearsal/services/service';
import { BAD, BETTER, deploy, GOOD, GROUP, groupOf, live, World, WORSE } from './support';

const DONE = ['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'];
const ALARM = {
  AlarmName: 'errors',
  StateValue: 'OK',
  StateReason: 'No errors.',
  StateUpdatedTimestamp: '2026-01-01T00:00:00.000Z',
};

/** Minutes after the start of every world, as an estate gives times. */
function at(minutes: number): string {
  return new Date(Date.parse('2026-02-01T12:00:00.000Z') + minutes * 60_000).toISOString();
}

describe('checkpoints', () => {
  it('pause the refresh, each with its event, except for the last', () => {
    const world = new World([groupOf(10)]);
    world.start(BETTER, {
      MinHealthyPercentage: 80,
      CheckpointPercentages: [20, 50, 100],
      CheckpointDelay: 1800,
    });
    world.pass(900);
    expect(world.refresh()).toMatchObject({ PercentageComplete: 20, InstancesToUpdate: 8 });
    expect(world.refresh().StatusReason).toMatch(/checkpoint of 20 percent/);
    expect(world.images().filter((image) => image === BETTER)).toHaveLength(2);
    world.pass(1800 + 900);
    expect(world.images().filter((image) => image === BETTER)).toHaveLength(5);
    world.until(DONE);
    const reached = world.account.trace.events.filter(({ detailType }) =>
      detailType.endsWith('Checkpoint Reached'),
    );
    expect(reached.map(({ detail }) => detail)).toEqual(
      ['20', '50'].map((CheckpointPercentage) => ({
        InstanceRefreshId: world.refresh().InstanceRefreshId,
        AutoScalingGroupName: GROUP,
        CheckpointPercentage,
        CheckpointDelay: '1800',
      })),
    );
    expect(world.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
  });

  it('that are passed at once give one event, for the last of them', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, { CheckpointPercentages: [10, 40, 100], CheckpointDelay: 60 });
    world.until(DONE);
    expect(world.told()).toEqual(['Started', 'Checkpoint Reached', 'Succeeded']);
  });

  it('end the refresh at the last one, where that is not 100', () => {
    const world = new World([groupOf(10)]);
    world.start(BETTER, { CheckpointPercentages: [30], CheckpointDelay: 600 });
    world.until(DONE);
    expect(world.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 30 });
    expect(world.images().filter((image) => image === BETTER)).toHaveLength(3);
  });

  it('wait an hour unless told otherwise', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, { CheckpointPercentages: [50, 100] });
    expect(world.refresh().Preferences.CheckpointDelay).toBe(3600);
    expect(world.until(DONE)).toBeGreaterThan(3600);
  });
});

describe('bake time', () => {
  it('is waited for at the end, and alarms still count', () => {
    const world = new World([groupOf(1)], {
      cloudwatch: { alarms: [ALARM] },
      events: [
        { at: at(40), type: 'cloudwatch.alarmStateChanged', alarm: 'errors', state: 'ALARM' },
      ],
    });
    world.start(BETTER, {
      BakeTime: 3600,
      AutoRollback: true,
      AlarmSpecification: { Alarms: ['errors'] },
    });
    world.until(['Baking']);
    expect(world.refresh()).toMatchObject({ PercentageComplete: 100 });
    world.until(DONE);
    expect(world.refresh().Status).toBe('RollbackSuccessful');
    expect(world.refresh().RollbackDetails.PercentageCompleteOnRollback).toBe(100);
    expect(world.images()).toEqual([GOOD]);
    expect(world.told()).toEqual([
      'Started',
      'Started Baking',
      'Rollback Started',
      'Rollback Succeeded',
    ]);
  });

  it('ends in success after exactly its seconds', () => {
    const world = new World([groupOf(1)]);
    world.start(BETTER, { BakeTime: 600 });
    world.until(['Baking']);
    expect(world.until(DONE)).toBeGreaterThanOrEqual(595);
    expect(world.refresh().Status).toBe('Successful');
  });
});

describe('alarms', () => {
  const alarmAt = (minutes: number, state: string) => ({
    at: at(minutes),
    type: 'cloudwatch.alarmStateChanged',
    alarm: 'errors',
    state,
  });
  const world = (...events: Json[]) =>
    new World([groupOf(10)], { cloudwatch: { alarms: [{ ...ALARM }] }, events });
  const watching = { AlarmSpecification: { Alarms: ['errors'] } };

  it.each([
    [true, 'RollbackSuccessful', 0],
    [false, 'Failed', 1],
  ])('in ALARM end the refresh at once (rollback %p)', (AutoRollback, Status, deployed) => {
    const shop = world(alarmAt(6, 'ALARM'));
    shop.start(BETTER, { ...watching, AutoRollback });
    shop.pass(359);
    expect(shop.refresh().Status).toBe('InProgress');
    shop.pass(2);
    expect(shop.refresh().Status).toBe(AutoRollback ? 'RollbackInProgress' : 'Failed');
    const { RollbackDetails, StatusReason } = shop.refresh();
    expect(RollbackDetails?.RollbackReason ?? StatusReason).toBe(
      'The CloudWatch alarm errors went into the ALARM state.',
    );
    shop.until(DONE);
    shop.pass(900);
    expect(shop.refresh().Status).toBe(Status);
    const images = shop.images();
    expect(images).toHaveLength(10);
    expect(images.filter((image) => image === BETTER).length >= deployed).toBe(true);
    expect(images.includes(BETTER)).toBe(!AutoRollback);
    expect(Math.min(...shop.metric('GroupInServiceInstances'))).toBe(9);
  });

  it('without data pause the refresh until they have some', () => {
    const shop = world(alarmAt(5, 'INSUFFICIENT_DATA'), alarmAt(300, 'OK'));
    shop.start(BETTER, watching);
    shop.pass(4 * 3600);
    const paused = shop.images().filter((image) => image === BETTER).length;
    expect(paused).toBeLessThan(10);
    shop.pass(3600);
    shop.until(DONE);
    expect(shop.refresh().Status).toBe('Successful');
  });

  it.each(['ALARM', 'INSUFFICIENT_DATA'])('in %s refuse the refresh', (state) => {
    const shop = world(alarmAt(1, state));
    shop.pass(120);
    expect(shop.refusal('StartInstanceRefresh', { Preferences: watching })).toMatch(
      `ValidationError: The CloudWatch alarm errors is in the ${state} state`,
    );
  });

  it('that do not exist refuse it', () => {
    const Preferences = { AlarmSpecification: { Alarms: ['none'] } };
    expect(world().refusal('StartInstanceRefresh', { Preferences })).toBe(
      'ValidationError: The CloudWatch alarm none does not exist.',
    );
  });
});

describe('instances that are protected from scale in', () => {
  const guarded = () => {
    const group = groupOf(4);
    group.Instances[0].ProtectedFromScaleIn = true;
    return new World([group]);
  };

  it('are waited for an hour, then the refresh fails and says why', () => {
    const world = guarded();
    world.start(BETTER, {});
    world.until(DONE);
    expect(world.refresh().StatusReason).toBe(
      `The instance refresh could not continue for one hour. Waiting for remaining instances to be available. For example: ${live(world.group()).find(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn).InstanceId} is protected. Remove instance scale-in protection to continue.`,
    );
    expect(world.refresh()).toMatchObject({ Status: 'Failed', PercentageComplete: 75 });
    expect(world.images().sort()).toEqual([GOOD, BETTER, BETTER, BETTER]);
  });

  it('are replaced once somebody takes the protection away', () => {
    const world = guarded();
    world.start(BETTER, {});
    world.pass(3000);
    const InstanceIds = live(world.group())
      .filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)
      .map(({ InstanceId }) => InstanceId);
    world.call('SetInstanceProtection', {
      AutoScalingGroupName: GROUP,
      InstanceIds,
      ProtectedFromScaleIn: false,
    });
    world.until(DONE);
    expect(world.refresh().Status).toBe('Successful');
  });

  it('are left alone or replaced where that is asked for', () => {
    const ignoring = guarded();
    ignoring.start(BETTER, { ScaleInProtectedInstances: 'Ignore' });
    ignoring.until(DONE);
    expect(ignoring.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect(ignoring.images().sort()).toEqual([GOOD, BETTER, BETTER, BETTER]);
    const replacing = guarded();
    replacing.start(BETTER, { ScaleInProtectedInstances: 'Refresh' });
    replacing.until(DONE);
    expect(replacing.images()).toEqual(Array(4).fill(BETTER));
  });

  it('on standby are waited for, left alone or terminated', () => {
    const results = ['Wait', 'Ignore', 'Terminate'].map((StandbyInstances) => {
      const group = groupOf(3, { DesiredCapacity: 2 });
      group.Instances[0].LifecycleState = 'Standby';
      const world = new World([group]);
      world.start(BETTER, { StandbyInstances });
      world.until(DONE);
      world.pass(600);
      return [world.refresh().Status, world.images().length, world.group().Instances.length];
    });
    expect(results).toEqual([
      ['Failed', 2, 3],
      ['Successful', 2, 3],
      ['Successful', 2, 2],
    ]);
  });
});

describe('skip matching', () => {
  it('leaves instances of the desired version as they are, and all of them where all match', () => {
    const world = new World([groupOf(4)]);
    const before = world.group().Instances;
    world.start(GOOD, { SkipMatching: true });
    world.until(DONE);
    expect(world.refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect(world.group().Instances).toEqual(before);
    world.start(GOOD, {});
    world.until(DONE);
    const kept = before.map(({ InstanceId }: Json) => InstanceId);
    expect(live(world.group()).filter(({ InstanceId }) => kept.includes(InstanceId))).toEqual([]);
  });

  it('goes on where an earlier refresh failed half way', () => {
    const world = new World([groupOf(4)]);
    world.start(BETTER, {});
    world.pass(500);
    world.call('CancelInstanceRefresh', { AutoScalingGroupName: GROUP });
    world.until(DONE);
    const done = world.images().filter((image) => image === BETTER).length;
    expect(done).toBeGreaterThan(0);
    const launched = world.told('EC2 Instance Launch').length;
    world.start(BETTER, { SkipMatching: true });
    world.until(DONE);
    expect(world.told('EC2 Instance Launch').length - launched).toBe(4 - done);
    expect(world.images()).toEqual(Array(4).fill(BETTER));
  });
});

describe('cancelling', () => {
  it('waits for what is on its way, keeps what was deployed and the configuration of the group', () => {
    const world = new World([groupOf(10)]);
    world.start(BETTER, { MinHealthyPercentage: 100, MaxHealthyPercentage: 120 });
    world.pass(20);
    const { InstanceRefreshId } = world.call('CancelInstanceRefresh', {
      AutoScalingGroupName: GROUP,
    });
    expect(world.refresh()).toMatchObject({ Status: 'Cancelling', InstanceRefreshId });
    expect(world.refusal('CancelInstanceRefresh', {})).toMatch('ActiveInstanceRefreshNotFound');
    world.pass(1);
    expect(world.refresh().Status).toBe('Cancelling');
    world.until(DONE);
    const states = world.group().Instances.map(({ LifecycleState }: Json) => LifecycleState);
    expect(states).not.toContain('Pending');
    expect(world.refresh()).toMatchObject({
      Status: 'Cancelled',
      StatusReason: 'Cancelled due to user request.',
    });
    world.pass(600);
    expect(world.images()).toHaveLength(10);
    expect(world.group().LaunchTemplate.Version).toBe('1');
    expect(world.told()).toEqual(['Started', 'Cancelled']);
  });

  it('launches nothing again that is lost meanwhile', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
    world.pass(20);
    world.call('CancelInstanceRefresh', { AutoScalingGroupName: GROUP });
    const { cloud } = world.account as Json;
    const [{ InstanceId }] = world
      .group()
      .Instances.filter(({ LifecycleState }: Json) => LifecycleState === 'Pending');
    terminateInstance(cloud.states.get('ec2'), InstanceId, cloud.activity({ id: 'ec2' }));
    world.until(DONE);
    world.pass(600);
    expect(world.images()).toEqual([GOOD, GOOD]);
    expect(world.told('EC2 Instance Launch')).toEqual([' Unsuccessful']);
  });

  it('does not wait where it is told not to', () => {
    const world = new World([groupOf(4)]);
    world.start(BETTER, {});
    world.pass(30);
    world.call('CancelInstanceRefresh', {
      AutoScalingGroupName: GROUP,
      WaitForTransitioningInstances: false,
    });
    expect(world.refresh().Status).toBe('Cancelled');
    world.start(BETTER, {});
    world.until(DONE);
    expect(world.refresh().Status).toBe('Successful');
  });
});

describe('a rollback that somebody starts', () => {
  const roll = { AutoScalingGroupName: GROUP };

  it('takes back what was deployed, and nothing else', () => {
    const world = new World([groupOf(10)]);
    const before = world.group().Instances.map(({ InstanceId }: Json) => InstanceId);
    world.start(BETTER, { MinHealthyPercentage: 80 });
    world.pass(400);
    const { PercentageComplete } = world.refresh();
    expect(PercentageComplete).toBeGreaterThan(0);
    world.call('RollbackInstanceRefresh', roll);
    expect(world.refresh().RollbackDetails.PercentageCompleteOnRollback).toBe(PercentageComplete);
    const kept = live(world.group()).filter(({ InstanceId }) => before.includes(InstanceId)).length;
    world.until(DONE);
    expect(world.refresh()).toMatchObject({ Status: 'RollbackSuccessful', PercentageComplete: 0 });
    expect(world.images()).toEqual(Array(10).fill(GOOD));
    expect(
      live(world.group()).filter(({ InstanceId }) => before.includes(InstanceId)),
    ).toHaveLength(kept);
    expect(Math.min(...world.metric('GroupInServiceInstances'))).toBe(8);
  });

  it('leaves old instances alone whose replacements were launched first, be they ready or not', () => {
    const world = new World([groupOf(4)]);
    const ids = () => live(world.group()).map(({ InstanceId }) => InstanceId);
    const before = ids();
    world.start(BETTER, { MinHealthyPercentage: 100, MaxHealthyPercentage: 200 });
    while (!(world.refresh().PercentageComplete > 0)) world.pass(1);
    expect(world.refresh().PercentageComplete).toBeLessThan(100);
    expect(ids()).toHaveLength(8);
    world.call('RollbackInstanceRefresh', roll);
    world.until(DONE);
    expect(world.refresh().Status).toBe('RollbackSuccessful');
    expect(ids()).toEqual(before);
  });

  it('is impossible without an active refresh', () => {
    expect(new World([groupOf(1)]).refusal('RollbackInstanceRefresh', {})).toMatch(
      'ActiveInstanceRefreshNotFoundFault',
    );
  });

  it.each([
    ['without a desired configuration', {}, undefined, 'no desired configuration'],
    ['from $Latest', { Version: '$Latest' }, deploy(BETTER), '$Latest version'],
    ['from $Default', { Version: '$Default' }, deploy(BETTER), '$Default version'],
  ])('is impossible %s', (_case, template, DesiredConfiguration, reason) => {
    const group = groupOf(2);
    Object.assign(group.LaunchTemplate, template);
    const world = new World([group]);
    world.call('StartInstanceRefresh', { AutoScalingGroupName: GROUP, DesiredConfiguration });
    world.pass(30);
    const refusal = world.refusal('RollbackInstanceRefresh', {});
    expect(refusal).toMatch('IrreversibleInstanceRefreshFault');
    expect(refusal).toMatch(reason);
    world.call('CancelInstanceRefresh', {
      AutoScalingGroupName: GROUP,
      WaitForTransitioningInstances: false,
    });
    expect(
      world.refusal('StartInstanceRefresh', {
        DesiredConfiguration,
        Preferences: { AutoRollback: true },
      }),
    ).toMatch(/ValidationError: .*AutoRollback parameter cannot be set to true when/);
  });

  it('fails where what is saved on the group does not come up either', () => {
    const group = groupOf(2);
    group.LaunchTemplate.Version = '4';
    const world = new World([group]);
    world.start(BETTER, {});
    world.pass(240);
    world.call('RollbackInstanceRefresh', roll);
    world.until(DONE);
    expect(world.refresh().Status).toBe('RollbackFailed');
    expect(world.refresh().StatusReason).toMatch('No capacity');
    expect(world.told()).toEqual(['Started', 'Rollback Started', 'Rollback Failed']);
  });
});

describe('a refresh that launches first', () => {
  it.each([BAD, WORSE])(
    'never touches an old instance for one that does not get healthy (%s)',
    (image) => {
      const world = new World([groupOf(1)]);
      const before = world.group().Instances;
      world.start(image, {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 200,
        AutoRollback: true,
      });
      world.until(DONE);
      world.pass(600);
      expect(world.refresh().Status).toBe('RollbackSuccessful');
      expect(world.group().Instances).toEqual(before);
      expect(Math.min(...world.metric('GroupInServiceInstances'))).toBe(1);
    },
  );
});

describe('the warmup of instances', () => {
  it('is waited for after every batch, in AWS words', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, { InstanceWarmup: 1800 });
    world.pass(20);
    const { InstanceId } = live(world.group()).find(
      ({ LifecycleState }) => LifecycleState === 'Pending',
    );
    world.pass(40);
    expect(world.refresh().StatusReason).toBe(
      `Waiting for remaining instances to be available. For example: ${InstanceId} has insufficient data to evaluate its health with Amazon EC2.`,
    );
    world.pass(600);
    expect(world.refresh().StatusReason).toBe(
      `Waiting for instances to warm up before continuing. For example: ${InstanceId} is warming up.`,
    );
    expect(660 + world.until(DONE)).toBeGreaterThan(2 * 1800);
  });
});

describe('an instance that does not come up', () => {
  it('is forgotten once its replacement has, however long the refresh goes on', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, { CheckpointPercentages: [50, 100], CheckpointDelay: 7200 });
    world.pass(20);
    const { cloud } = world.account as Json;
    const [{ InstanceId }] = world
      .group()
      .Instances.filter(({ LifecycleState }: Json) => LifecycleState === 'Pending');
    terminateInstance(cloud.states.get('ec2'), InstanceId, cloud.activity({ id: 'ec2' }));
    world.pass(10);
    expect(world.refresh().StatusReason).toMatch(`${InstanceId} is unhealthy`);
    expect(world.until(DONE)).toBeGreaterThan(7200);
    expect(world.refresh().Status).toBe('Successful');
  });
});

describe('while a refresh is under way', () => {
  it('a second one is refused', () => {
    const world = new World([groupOf(2)]);
    world.start(BETTER, {});
    expect(world.refusal('StartInstanceRefresh', {})).toBe(
      'InstanceRefreshInProgressFault: An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
    );
  });

  it('what the group launches cannot be updated, its sizes can, and new instances are of the new version', () => {
    const world = new World([groupOf(4)]);
    world.start(BETTER, {});
    world.pass(60);
    expect(
      world.refusal('UpdateAutoScalingGroup', { LaunchTemplate: deploy(BETTER).LaunchTemplate }),
    ).toMatch('ValidationError: An active instance refresh with a desired configuration exists.');
    world.call('UpdateAutoScalingGroup', { AutoScalingGroupName: GROUP, DesiredCapacity: 8 });
    world.until(DONE);
    expect(world.refresh().Status).toBe('Successful');
    expect(world.images()).toEqual(Array(8).fill(BETTER));
    expect(world.metric('GroupDesiredCapacity')).toEqual([4, 8]);
  });

  it('a smaller group is refreshed as such', () => {
    const world = new World([groupOf(6)]);
    world.start(BETTER, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 });
    world.pass(60);
    world.call('UpdateAutoScalingGroup', { AutoScalingGroupName: GROUP, DesiredCapacity: 2 });
    world.until(DONE);
    world.pass(600);
    expect(world.images()).toEqual([BETTER, BETTER]);
  });
});

describe('an account that is written down in the middle of a refresh', () => {
  it.each<[string, Json, number, string, string]>([
    [BETTER, { MinHealthyPercentage: 90 }, 400, 'Successful', BETTER],
    [BETTER, { MinHealthyPercentage: 100, MaxHealthyPercentage: 150 }, 90, 'Successful', BETTER],
    [BAD, { AutoRollback: true }, 2000, 'RollbackSuccessful', GOOD],
  ])('comes to the same end (%s, %j)', (image, preferences, seconds, Status, end) => {
    const world = new World([groupOf(10)]);
    world.start(image, preferences);
    world.pass(seconds);
    expect(world.refresh().Status).toBe('InProgress');
    const resumed = new World([], world.account.toEstate());
    resumed.until(DONE);
    resumed.pass(600);
    expect(resumed.refresh()).toMatchObject({
      Status,
      InstanceRefreshId: world.refresh().InstanceRefreshId,
    });
    expect(resumed.images()).toEqual(Array(10).fill(end));
    const least = preferences.MinHealthyPercentage === 100 ? 10 : 9;
    expect(Math.min(...resumed.metric('GroupInServiceInstances'))).toBe(least);
  });
});
