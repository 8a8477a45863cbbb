import type { Json } from '../../../rehearsal/services/service';
import { finalState } from '../../../rehearsal/sweep/final-state';

const version = (VersionNumber: number, ImageId: string) => ({
  VersionNumber,
  LaunchTemplateData: { ImageId },
});

/** A group of two on version 1 of its template, and a cluster of two. */
const before: Json = {
  ec2: {
    instances: [
      { InstanceId: 'i-1', ImageId: 'ami-1' },
      { InstanceId: 'i-2', ImageId: 'ami-1' },
    ],
    launchTemplates: [
      {
        LaunchTemplateId: 'lt-1',
        LaunchTemplateName: 'web',
        DefaultVersionNumber: 1,
        Versions: [version(1, 'ami-1')],
      },
    ],
  },
  autoscaling: {
    groups: [
      {
        AutoScalingGroupName: 'web',
        MinSize: 1,
        DesiredCapacity: 2,
        MaxSize: 4,
        LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' },
        Instances: ['i-1', 'i-2'].map((InstanceId) => ({
          InstanceId,
          LifecycleState: 'InService',
        })),
      },
    ],
  },
  ecs: {
    containerInstances: ['a', 'b'].map((id) => ({
      containerInstanceArn: `arn:aws:ecs:eu-west-1:111122223333:container-instance/apps/${id}`,
      status: 'ACTIVE',
    })),
    services: [
      { serviceArn: 'arn:aws:ecs:eu-west-1:111122223333:service/apps/api', runningCount: 3 },
    ],
  },
};

const change = (how: (estate: Json) => void, estate = before): Json => {
  const changed = structuredClone(estate);
  how(changed);
  return changed;
};

/** The group moved to `ami-2` by a version of this number. */
const moved = (number: number, ids: readonly string[]) =>
  change(({ ec2, autoscaling, ecs }) => {
    ec2.launchTemplates[0].Versions.push(version(number, 'ami-2'));
    ec2.launchTemplates[0].DefaultVersionNumber = number;
    ec2.instances = ids.map((InstanceId) => ({ InstanceId, ImageId: 'ami-2' }));
    const [group] = autoscaling.groups;
    group.LaunchTemplate.Version = String(number);
    group.Instances = ids.map((InstanceId) => ({ InstanceId, LifecycleState: 'InService' }));
    ecs.containerInstances.reverse();
  });

test('the end is the same whatever instances there are and however versions are numbered', () => {
  const state = finalState(before, moved(2, ['i-3', 'i-4']));
  expect(finalState(before, moved(7, ['i-9', 'i-8']))).toBe(state);
  expect(state.split('\n')).toEqual([
    '{"cluster apps":{"ACTIVE":2}}',
    '{"group web":[1,2,4],"launches":{"":"ami-2"},"runs":{"ami-2 InService":2},"suspended":[],"scheduled":[]}',
    '{"launch template web":"ami-2","kept":[1],"added":{"ami-2":1}}',
    '{"service arn:aws:ecs:eu-west-1:111122223333:service/apps/api":3}',
  ]);
});

test.each<[string, (estate: Json) => void]>([
  ['one instance runs another AMI', ({ ec2 }) => (ec2.instances[0].ImageId = 'ami-1')],
  ['an instance is missing', ({ autoscaling }) => autoscaling.groups[0].Instances.pop()],
  [
    'an instance is on standby',
    ({ autoscaling }) => (autoscaling.groups[0].Instances[0].LifecycleState = 'Standby'),
  ],
  [
    'the group is configured otherwise',
    ({ autoscaling }) => (autoscaling.groups[0].LaunchTemplate.Version = '1'),
  ],
  ['a capacity differs', ({ autoscaling }) => (autoscaling.groups[0].DesiredCapacity = 3)],
  [
    'a process is suspended',
    ({ autoscaling }) =>
      (autoscaling.groups[0].SuspendedProcesses = [{ ProcessName: 'AZRebalance' }]),
  ],
  [
    'something is scheduled',
    ({ autoscaling }) =>
      (autoscaling.groups[0].ScheduledActions = [{ ScheduledActionName: 'shrink' }]),
  ],
  [
    'the default version is another',
    ({ ec2 }) => (ec2.launchTemplates[0].DefaultVersionNumber = 1),
  ],
  [
    'a version more is left, of the same AMI',
    ({ ec2 }) => ec2.launchTemplates[0].Versions.push(version(3, 'ami-2')),
  ],
  ['an old version is gone', ({ ec2 }) => ec2.launchTemplates[0].Versions.shift()],
  [
    'a container instance is draining',
    ({ ecs }) => (ecs.containerInstances[0].status = 'DRAINING'),
  ],
  ['a service runs fewer tasks', ({ ecs }) => (ecs.services[0].runningCount = 2)],
])('the end is another one when %s', (_, how) => {
  const after = moved(2, ['i-3', 'i-4']);
  expect(finalState(before, change(how, after))).not.toBe(finalState(before, after));
});

test('the end is the same in whatever order instances are listed', () => {
  const mixed = change(({ ec2 }) => (ec2.instances[0].ImageId = 'ami-0'));
  const reversed = change(({ autoscaling }) => autoscaling.groups[0].Instances.reverse(), mixed);
  expect(finalState(before, reversed)).toBe(finalState(before, mixed));
});

test('the numbers in the names of new images are left out, those of old ones are not', () => {
  const images = (...names: string[]) => ({
    appstream: { images: names.map((Name) => ({ Name, State: 'AVAILABLE' })) },
  });
  const old = images('web-1');
  const state = finalState(old, images('web-1', 'web-20260201-1'));
  expect(finalState(old, images('web-1', 'web-20260202-2'))).toBe(state);
  expect(finalState(images('web-9'), images('web-9', 'web-20260202-2'))).not.toBe(state);
});
