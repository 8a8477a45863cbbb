import { EmulatedAccount } from '../../../../rehearsal/emulator/account';
import { completeLifecycleAction } from '../../../../rehearsal/services/autoscaling';
import { terminateInstance } from '../../../../rehearsal/services/ec2/instances';
import type { Json } from '../../../../rehearsal/services/service';
import {
  BAD,
  BETTER,
  GOOD,
  GROUP,
  groupOf,
  live,
  TEMPLATE,
  versionOf,
  World,
  WORSE,
} from './support';

const resize = (DesiredCapacity: number) => ({ AutoScalingGroupName: GROUP, DesiredCapacity });

function zonesOf(group: Json): string[] {
  return live(group)
    .map(({ AvailabilityZone }) => AvailabilityZone)
    .sort();
}

describe('a group at rest', () => {
  it('has published its metrics once and has nothing to do', () => {
    const world = new World([groupOf(3)]);
    world.pass(31 * 24 * 3600);
    expect(world.metric('GroupInServiceInstances')).toEqual([3]);
    expect(world.metric('GroupDesiredCapacity')).toEqual([3]);
    expect(world.account.trace.events).toEqual([]);
  });

  it('is written to an estate as it was read', () => {
    const world = new World([groupOf(2)]);
    const estate = world.account.toEstate();
    const again = new EmulatedAccount(estate, []).toEstate();
    expect(again.autoscaling).toEqual(estate.autoscaling);
    expect(estate.autoscaling.groups[0]).toMatchObject(groupOf(2));
  });
});

describe('scaling out', () => {
  it('launches from the configuration of the group, in the emptiest zones, and tells of it', () => {
    const group = groupOf(1, { VPCZoneIdentifier: 'subnet-a,subnet-b' });
    group.Tags = [
      { Key: 'Owner', Value: 'me', PropagateAtLaunch: true },
      { Key: 'Cost', Value: '1', PropagateAtLaunch: false },
    ];
    const world = new World([group]);
    world.call('UpdateAutoScalingGroup', resize(4));
    world.pass(0);
    expect(live(world.group()).map(({ LifecycleState }) => LifecycleState)).toEqual([
      'InService',
      'Pending',
      'Pending',
      'Pending',
    ]);
    expect(zonesOf(world.group())).toEqual([
      'eu-west-1a',
      'eu-west-1a',
      'eu-west-1b',
      'eu-west-1b',
    ]);
    world.pass(60);
    expect(world.images()).toEqual(Array(4).fill(GOOD));
    const { InstanceId, AvailabilityZone } = world.group().Instances[1];
    const { Reservations } = world.call('DescribeInstances', { InstanceIds: [InstanceId] }, 'ec2');
    const [instance] = Reservations[0].Instances;
    expect(instance).toMatchObject({ SubnetId: 'subnet-b', Placement: { AvailabilityZone } });
    expect(instance.Tags).toEqual(
      expect.arrayContaining([
        { Key: 'Owner', Value: 'me' },
        { Key: 'aws:autoscaling:groupName', Value: GROUP },
        { Key: 'aws:ec2launchtemplate:id', Value: TEMPLATE },
        { Key: 'aws:ec2launchtemplate:version', Value: '1' },
      ]),
    );
    expect(instance.Tags.map(({ Key }: Json) => Key)).not.toContain('Cost');
    expect(world.told('EC2 Instance ')).toEqual(Array(3).fill('Launch Successful'));
    const { Activities } = world.call('DescribeScalingActivities', { AutoScalingGroupName: GROUP });
    expect(Activities[2]).toMatchObject({
      Description: `Launching a new EC2 instance: ${InstanceId}`,
      StatusCode: 'Successful',
      Progress: 100,
      Cause:
        'At 2026-02-01T12:00:00Z a user request update of AutoScalingGroup constraints to min: 0, max: 4, desired: 4 changing the desired capacity from 1 to 4.  At 2026-02-01T12:00:00Z an instance was launched in response to a difference between desired and actual capacity, increasing the capacity from 1 to 2.',
      Details: JSON.stringify({ 'Subnet ID': 'subnet-b', 'Availability Zone': 'eu-west-1b' }),
    });
  });

  it('that cannot launch tries again, ever later, and gives up after a day', () => {
    const group = groupOf(1);
    group.LaunchTemplate.Version = versionOf(WORSE);
    const world = new World([group]);
    world.call('UpdateAutoScalingGroup', resize(2));
    world.pass(3600);
    const failures = world.told('EC2 Instance ');
    expect(failures).toEqual(Array(failures.length).fill('Launch Unsuccessful'));
    expect(failures.length).toBe(8);
    world.pass(24 * 3600);
    const { length } = world.told('EC2 Instance ');
    world.pass(24 * 3600);
    expect(world.told('EC2 Instance ')).toHaveLength(length);
    const [last] = world.call('DescribeScalingActivities', {
      AutoScalingGroupName: GROUP,
    }).Activities;
    expect(last).toMatchObject({
      StatusCode: 'Failed',
      StatusMessage: 'No capacity. Launching EC2 instance failed.',
    });
  });

  it.each([
    ['prioritized', ['m5.large', 'm5.large', 'm5.large']],
    ['lowest-price', ['c5.large', 'c5.large', 'm5.large']],
  ])('chooses among the overrides of a mixed instances policy (%s)', (strategy, expected) => {
    const LaunchTemplateSpecification = {
      LaunchTemplateId: TEMPLATE,
      LaunchTemplateName: 'web',
      Version: '1',
    };
    const group = groupOf(1);
    delete group.LaunchTemplate;
    group.MixedInstancesPolicy = {
      LaunchTemplate: {
        LaunchTemplateSpecification,
        Overrides: [
          { InstanceType: 'm5.large' },
          {
            InstanceType: 'c5.large',
            LaunchTemplateSpecification: { ...LaunchTemplateSpecification, Version: '2' },
          },
        ],
      },
      InstancesDistribution: { OnDemandAllocationStrategy: strategy },
    };
    const world = new World([group]);
    world.call('UpdateAutoScalingGroup', resize(4));
    world.pass(120);
    const [, ...launched] = world.group().Instances as Json[];
    expect(launched.map(({ InstanceType }) => InstanceType).sort()).toEqual(expected);
    for (const { InstanceType, LaunchTemplate } of launched) {
      expect(LaunchTemplate.Version).toBe(InstanceType === 'c5.large' ? '2' : '1');
    }
  });
});

describe('scaling in', () => {
  it.each([
    ['OldestInstance', 'i-00000000000000001'],
    ['NewestInstance', 'i-00000000000000003'],
    ['OldestLaunchTemplate', 'i-00000000000000002'],
    ['Default', 'i-00000000000000002'],
  ])('by %s terminates %s', (policy, victim) => {
    const group = groupOf(3, { TerminationPolicies: [policy], AvailabilityZones: ['eu-west-1a'] });
    const versions = ['2', '1', '2'];
    group.Instances.forEach((instance: Json, index: number) => {
      instance.InstanceId = `i-0000000000000000${index + 1}`;
      instance.LaunchTemplate = { ...instance.LaunchTemplate, Version: versions[index] };
    });
    const world = new World([group], {
      ec2: instancesFrom(['2026-01-01', '2026-01-02', '2026-01-03']),
    });
    world.call('UpdateAutoScalingGroup', resize(2));
    world.pass(0);
    const leaving = world
      .group()
      .Instances.filter(({ LifecycleState }: Json) => LifecycleState === 'Terminating')
      .map(({ InstanceId }: Json) => InstanceId);
    expect(leaving).toEqual([victim]);
    world.pass(120);
    expect(world.group().Instances).toHaveLength(2);
    expect(world.told('EC2 Instance ')).toEqual(['Terminate Successful']);
  });

  it('balances the zones before anything else, and spares what is protected', () => {
    const group = groupOf(4);
    group.Instances.forEach((instance: Json, index: number) => {
      instance.AvailabilityZone = index === 0 ? 'eu-west-1a' : 'eu-west-1b';
    });
    group.Instances[1].ProtectedFromScaleIn = true;
    const world = new World([group]);
    world.call('UpdateAutoScalingGroup', resize(2));
    world.pass(120);
    expect(zonesOf(world.group())).toEqual(['eu-west-1a', 'eu-west-1b']);
    expect(live(world.group()).map(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn)).toContain(
      true,
    );
    world.call('UpdateAutoScalingGroup', resize(0));
    world.pass(120);
    expect(live(world.group())).toHaveLength(1);
  });

  it('follows from a lower maximum, as a higher capacity does from a higher minimum', () => {
    const world = new World([groupOf(4)]);
    world.call('UpdateAutoScalingGroup', { AutoScalingGroupName: GROUP, MaxSize: 2 });
    expect(world.group()).toMatchObject({ MinSize: 0, MaxSize: 2, DesiredCapacity: 2 });
    world.call('UpdateAutoScalingGroup', { AutoScalingGroupName: GROUP, MinSize: 5, MaxSize: 6 });
    world.pass(120);
    expect(world.group()).toMatchObject({ MinSize: 5, MaxSize: 6, DesiredCapacity: 5 });
    expect(live(world.group())).toHaveLength(5);
  });

  it('happens when somebody else scales the group, within its bounds', () => {
    const at = '2026-02-02T00:00:00.000Z';
    const type = 'autoscaling.desiredCapacityChanged';
    const world = new World([groupOf(4, { MaxSize: 5 })], {
      events: [
        { at, type, group: GROUP, desired: 2 },
        { at: '2026-02-03T00:00:00.000Z', type, group: GROUP, desired: 50 },
      ],
    });
    world.pass(12 * 3600 + 120);
    expect(live(world.group())).toHaveLength(2);
    world.pass(24 * 3600);
    expect(live(world.group())).toHaveLength(5);
    expect(world.metric('GroupDesiredCapacity')).toEqual([4, 2, 5]);
  });
});

describe('instances that are not healthy', () => {
  it('are replaced at once where somebody terminated them', () => {
    const world = new World([groupOf(2)]);
    const [{ InstanceId }] = world.group().Instances;
    const { cloud } = world.account as Json;
    const activity = cloud.activity({ id: 'ec2' });
    terminateInstance(cloud.states.get('ec2'), InstanceId, activity);
    world.pass(0);
    expect(world.group().Instances.map(({ LifecycleState }: Json) => LifecycleState)).toEqual([
      'Terminating',
      'InService',
      'Pending',
    ]);
    world.pass(120);
    expect(world.images()).toEqual([GOOD, GOOD]);
    expect(world.metric('GroupInServiceInstances')).toEqual([2, 1, 2]);
  });

  it.each([
    [0, 60, 180],
    [600, 620, 660],
  ])(
    'are replaced once their status checks fail, after a grace period of %i seconds',
    (HealthCheckGracePeriod, least, most) => {
      const group = groupOf(1, { HealthCheckGracePeriod });
      group.LaunchTemplate.Version = versionOf(BAD);
      const world = new World([group]);
      world.call('UpdateAutoScalingGroup', resize(2));
      world.pass(least - 1);
      expect(world.told('EC2 Instance Terminate')).toEqual([]);
      world.pass(most - least + 1 + 60);
      expect(world.told('EC2 Instance Terminate')).toEqual([' Successful']);
      const { Activities } = world.call('DescribeScalingActivities', {
        AutoScalingGroupName: GROUP,
      });
      expect(Activities.map(({ Cause }: Json) => Cause).join()).toMatch(
        /an instance was taken out of service in response to an EC2 instance status checks failure\./,
      );
    },
  );
});

describe('suspended processes', () => {
  it.each([
    ['Launch', 4, 2],
    ['Terminate', 1, 2],
    ['HealthCheck', 2, 2],
  ])(
    '%s leaves a group of 2 that should have %i with %i instances',
    (ProcessName, desired, left) => {
      const world = new World([groupOf(2, { SuspendedProcesses: [{ ProcessName }] })]);
      const { cloud } = world.account as Json;
      const before = world.group().Instances.map(({ InstanceId }: Json) => InstanceId);
      if (ProcessName === 'HealthCheck') {
        terminateInstance(cloud.states.get('ec2'), before[0], cloud.activity({ id: 'ec2' }));
      }
      world.call('UpdateAutoScalingGroup', resize(desired));
      world.pass(600);
      expect(world.group().Instances.map(({ InstanceId }: Json) => InstanceId)).toEqual(before);
      expect(before).toHaveLength(left);
    },
  );
});

describe('lifecycle hooks', () => {
  const hook = (LifecycleTransition: string, DefaultResult = 'CONTINUE') => ({
    LifecycleHookName: `on-${LifecycleTransition}`,
    LifecycleTransition: `autoscaling:EC2_INSTANCE_${LifecycleTransition}`,
    HeartbeatTimeout: 300,
    DefaultResult,
    NotificationMetadata: 'about it',
  });
  const complete = (world: World, name: string, result: 'CONTINUE' | 'ABANDON') => {
    const [instance] = world
      .group()
      .Instances.filter(({ LifecycleState }: Json) => LifecycleState.endsWith(':Wait'));
    const { cloud } = world.account as Json;
    const uses = () => undefined;
    completeLifecycleAction(
      cloud.states.get('autoscaling'),
      GROUP,
      instance.InstanceId,
      `on-${name}`,
      result,
      { uses },
    );
    world.pass(0);
  };

  it('hold an instance in Terminating:Wait until completed or timed out', () => {
    const world = new World([groupOf(2, { LifecycleHooks: [hook('TERMINATING')] })]);
    world.call('UpdateAutoScalingGroup', resize(0));
    world.pass(100);
    const states = () => world.group().Instances.map(({ LifecycleState }: Json) => LifecycleState);
    expect(states()).toEqual(['Terminating:Wait', 'Terminating:Wait']);
    expect(world.account.trace.events.filter(({ source }) => source === 'aws.ec2')).toEqual([]);
    complete(world, 'TERMINATING', 'CONTINUE');
    expect(states()).toEqual(['Terminating:Proceed', 'Terminating:Wait']);
    world.pass(199);
    expect(states()).toEqual(['Terminating:Wait']);
    world.pass(1);
    expect(states()).toEqual(['Terminating:Proceed']);
    world.pass(60);
    expect(states()).toEqual([]);
    const [action] = world.account.trace.events.filter(
      ({ detailType }) => detailType === 'EC2 Instance-terminate Lifecycle Action',
    );
    expect(action!.detail).toMatchObject({
      AutoScalingGroupName: GROUP,
      LifecycleHookName: 'on-TERMINATING',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      NotificationMetadata: 'about it',
      Origin: 'AutoScalingGroup',
      Destination: 'EC2',
    });
  });

  it.each([
    ['CONTINUE', 'Terminating:Wait'],
    ['ABANDON', 'Terminating:Proceed'],
  ] as const)('are two: %s of the first leaves the instance in %s', (result, left) => {
    const second = { ...hook('TERMINATING'), LifecycleHookName: 'second' };
    const world = new World([groupOf(1, { LifecycleHooks: [hook('TERMINATING'), second] })]);
    world.call('UpdateAutoScalingGroup', resize(0));
    world.pass(0);
    complete(world, 'TERMINATING', result);
    expect(world.group().Instances).toMatchObject([{ LifecycleState: left }]);
  });

  it('do not hold an instance that somebody terminates meanwhile', () => {
    const world = new World([groupOf(1, { LifecycleHooks: [hook('TERMINATING')] })]);
    const [{ InstanceId }] = world.group().Instances;
    world.call('UpdateAutoScalingGroup', resize(0));
    world.pass(10);
    const { cloud } = world.account as Json;
    terminateInstance(cloud.states.get('ec2'), InstanceId, cloud.activity({ id: 'ec2' }));
    world.pass(0);
    expect(world.group().Instances).toMatchObject([{ LifecycleState: 'Terminating:Proceed' }]);
    world.pass(60);
    expect(world.group().Instances).toEqual([]);
  });

  it('hold an instance in Pending:Wait; one that is abandoned is replaced', () => {
    const world = new World([groupOf(0, { LifecycleHooks: [hook('LAUNCHING', 'ABANDON')] })]);
    world.call('UpdateAutoScalingGroup', resize(1));
    world.pass(60);
    const [{ InstanceId, LifecycleState }] = world.group().Instances;
    expect(LifecycleState).toBe('Pending:Wait');
    complete(world, 'LAUNCHING', 'ABANDON');
    world.pass(60);
    const [next] = live(world.group());
    expect(next.InstanceId).not.toBe(InstanceId);
    complete(world, 'LAUNCHING', 'CONTINUE');
    expect(live(world.group())).toMatchObject([{ LifecycleState: 'InService' }]);
    expect(world.told('EC2 Instance Launch')).toEqual([' Unsuccessful', ' Successful']);
  });

  it('have the next batch of a refresh wait until the old instances are gone', () => {
    const world = new World([groupOf(3, { LifecycleHooks: [hook('TERMINATING')] })]);
    world.start(BETTER, { MinHealthyPercentage: 50 });
    const seconds = world.until(['Successful', 'Failed']);
    expect(world.refresh().Status).toBe('Successful');
    expect(seconds).toBeGreaterThan(3 * 300);
  });

  it('that do not exist cannot be completed', () => {
    const world = new World([groupOf(1)]);
    const { cloud } = world.account as Json;
    const [{ InstanceId }] = world.group().Instances;
    expect(() =>
      completeLifecycleAction(
        cloud.states.get('autoscaling'),
        GROUP,
        InstanceId,
        'drain',
        'CONTINUE',
        { uses: () => undefined },
      ),
    ).toThrow(`No active Lifecycle Action found with instance ID ${InstanceId}`);
  });
});

/** EC2 of an estate with launch times of its own. */
function instancesFrom(days: readonly string[]): Json {
  const { ec2 } = new World([groupOf(0)]).account.estate as Json;
  return {
    ...ec2,
    instances: days.map((day, index) => ({
      InstanceId: `i-0000000000000000${index + 1}`,
      InstanceType: 'm5.large',
      ImageId: GOOD,
      LaunchTime: `${day}T00:00:00.000Z`,
      State: { Name: 'running', Code: 16 },
      Placement: { AvailabilityZone: 'eu-west-1a' },
    })),
  };
}
