import type { Json } from '../../../rehearsal/services/service';
import { AMI, EC2, GROUP, problemsOf, readTwice } from './support';

const base = { ec2: EC2, autoscaling: { groups: [GROUP] } };
const ECS = {
  // Named twice, by the provider and by itself, the group counts once.
  clusters: [{ clusterName: 'apps', capacityProviders: ['apps'], autoScalingGroups: ['web'] }],
  capacityProviders: [{ name: 'apps', autoScalingGroupProvider: { autoScalingGroupArn: 'web' } }],
  taskDefinitions: [
    { family: 'api', revision: 7, cpu: '512', memory: '1024' },
    { family: 'report' },
    { family: 'logs' },
  ],
  services: [
    { serviceName: 'api', clusterArn: 'apps', taskDefinition: 'api:7', desiredCount: 5 },
    {
      serviceName: 'logs',
      clusterArn: 'apps',
      taskDefinition: 'logs:1',
      schedulingStrategy: 'DAEMON',
    },
  ],
  tasks: [{ clusterArn: 'apps', taskDefinitionArn: 'report:1', stoppedAt: '2026-02-01T00:00:00Z' }],
};
const arn = (type: string, name: string) => `arn:aws:ecs:eu-west-1:111122223333:${type}/${name}`;

test('a cluster has the instances of its groups, and its services the tasks that they want', () => {
  const { ecs, autoscaling } = readTwice({ ...base, ecs: ECS });
  const [group] = autoscaling.groups;
  expect(ecs.clusters).toMatchObject([{ clusterArn: arn('cluster', 'apps'), status: 'ACTIVE' }]);
  expect(ecs.capacityProviders).toMatchObject([
    {
      capacityProviderArn: arn('capacity-provider', 'apps'),
      autoScalingGroupProvider: {
        autoScalingGroupArn: group.AutoScalingGroupARN,
        managedDraining: 'ENABLED',
        managedTerminationProtection: 'DISABLED',
        managedScaling: { status: 'DISABLED' },
      },
    },
  ]);
  const [first] = ecs.containerInstances;
  expect(ecs.containerInstances.map(({ ec2InstanceId }) => ec2InstanceId)).toEqual(
    group.Instances.map(({ InstanceId }: Json) => InstanceId),
  );
  expect(first).toMatchObject({
    containerInstanceArn: expect.stringMatching(/:container-instance\/apps\/[0-9a-f]{32}$/),
    capacityProviderName: 'apps',
    status: 'ACTIVE',
    agentConnected: true,
    attributes: [
      { name: 'ecs.ami-id', value: AMI },
      { name: 'ecs.availability-zone', value: 'eu-west-1a' },
      { name: 'ecs.instance-type', value: 'm6i.large' },
    ],
  });
  expect(first.registeredResources[0]).toEqual({
    name: 'CPU',
    type: 'INTEGER',
    integerValue: 2048,
  });
  expect(ecs.services).toMatchObject([
    {
      serviceArn: arn('service', 'apps/api'),
      clusterArn: arn('cluster', 'apps'),
      taskDefinition: arn('task-definition', 'api:7'),
      launchType: 'EC2',
      deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
    },
    { deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 } },
  ]);
  const ofGroup = (name: string) => ecs.tasks.filter(({ group }) => group === name);
  expect(ofGroup('family:report')).toMatchObject([
    { lastStatus: 'RUNNING', stoppedAt: '2026-02-01T00:00:00Z' },
  ]);
  const api = ofGroup('service:api');
  expect(api).toHaveLength(5);
  expect(api[0]).toMatchObject({
    taskArn: expect.stringMatching(/:task\/apps\/[0-9a-f]{32}$/),
    taskDefinitionArn: arn('task-definition', 'api:7'),
    lastStatus: 'RUNNING',
    startedBy: expect.stringMatching(/^ecs-svc\/\d+$/),
    cpu: '512',
    memory: '1024',
    capacityProviderName: 'apps',
  });
  const places = (tasks: readonly Json[]) =>
    ecs.containerInstances.map(
      ({ containerInstanceArn }) =>
        tasks.filter((task) => task.containerInstanceArn === containerInstanceArn).length,
    );
  // One standalone and five of the service on three instances, and a daemon on each.
  expect(places([...ofGroup('family:report'), ...api])).toEqual([2, 2, 2]);
  expect(places(ofGroup('service:logs'))).toEqual([1, 1, 1]);
  expect(new Set(ecs.tasks.map(({ taskArn }) => taskArn)).size).toBe(9);
});

test('a group that is named, and no provider, makes a cluster as well', () => {
  const clusters = [{ clusterName: 'apps', autoScalingGroups: ['web'] }];
  const { ecs } = readTwice({ ...base, ecs: { clusters } });
  expect(ecs.containerInstances).toHaveLength(3);
  expect(ecs.containerInstances[0].capacityProviderName).toBeUndefined();
});

test('nothing is made up of what is given: container instances, or the number of running tasks', () => {
  const [api] = ECS.services;
  const services = [{ ...api, runningCount: 0 }];
  const { ecs } = readTwice({
    ...base,
    ecs: { ...ECS, services, tasks: [], containerInstances: [] },
  });
  expect([ecs.containerInstances, ecs.tasks]).toEqual([[], []]);
});

const task = (more: object) => ({
  tasks: [{ clusterArn: 'apps', taskDefinitionArn: 'report:1', ...more }],
});

test.each([
  [
    { clusters: [{ clusterName: 'apps', capacityProviders: ['other'] }] },
    ['ecs.clusters[0].capacityProviders[0] is "other", which ecs.capacityProviders lacks'],
  ],
  [
    { clusters: [{ clusterName: 'apps', autoScalingGroups: ['wbe'] }] },
    ['ecs.clusters[0].autoScalingGroups[0] is "wbe", which autoscaling.groups lacks'],
  ],
  [
    {
      capacityProviders: [
        { name: 'apps', autoScalingGroupProvider: { autoScalingGroupArn: 'arn:aws:x' } },
      ],
    },
    [
      'ecs.capacityProviders[0].autoScalingGroupProvider.autoScalingGroupArn is "arn:aws:x", ' +
        'which autoscaling.groups lacks',
    ],
  ],
  [
    {
      services: [
        { serviceName: 'api', clusterArn: 'app', taskDefinition: 'api:8', desiredCount: 1 },
      ],
    },
    [
      'ecs.services[0].clusterArn is "app", which ecs.clusters lacks',
      'ecs.services[0].taskDefinition is "api:8", which ecs.taskDefinitions lacks',
    ],
  ],
  [
    { services: [{ serviceName: 'api', clusterArn: 'apps', taskDefinition: 'api:7' }] },
    ['ecs.services[0].desiredCount is missing'],
  ],
  [
    {
      containerInstances: [
        {
          containerInstanceArn: arn('container-instance', 'app/1'),
          ec2InstanceId: 'i-0123456789abcdef0',
        },
      ],
    },
    [
      'ecs.containerInstances[0].containerInstanceArn is "app", which ecs.clusters lacks',
      'ecs.containerInstances[0].ec2InstanceId is "i-0123456789abcdef0", which ec2.instances lacks',
    ],
  ],
  [
    task({ group: 'service:nothing' }),
    ['ecs.tasks[0].group is "service:nothing", which ecs.services lacks'],
  ],
  [
    task({ containerInstanceArn: 'arn:none' }),
    ['ecs.tasks[0].containerInstanceArn is "arn:none", which ecs.containerInstances lacks'],
  ],
  [
    task({ LastStatus: 'RUNNING' }),
    [
      expect.stringMatching(
        /^ecs\.tasks\[0\]\.LastStatus is unknown; did you mean "lastStatus"\?; allowed: /,
      ),
    ],
  ],
])('%j is refused, naming the key', (ecs, problems) => {
  expect(problemsOf({ ...base, ecs: { ...ECS, services: [], tasks: [], ...ecs } })).toEqual(
    problems,
  );
});

test('an instance type of which nobody knows the size is refused', () => {
  const Versions = [{ LaunchTemplateData: { ImageId: AMI, InstanceType: 'q9.large' } }];
  const ec2 = { ...EC2, launchTemplates: [{ LaunchTemplateName: 'web', Versions }] };
  expect(problemsOf({ ...base, ec2, ecs: ECS })).toEqual([
    expect.stringMatching(/type q9\.large .* registeredResources/),
  ]);
});
