import type { Json } from '../../../rehearsal/services/service';
import { AMI, EC2, GROUP, HEAD, NEWER_AMI, problemsOf, readTwice } from './support';

const read = (group: object, more: object = {}) => {
  const { autoscaling, ec2 } = readTwice({ ec2: EC2, autoscaling: { groups: [group] }, ...more });
  const [found] = autoscaling.groups;
  return { group: found, members: found.Instances as Json[], instances: ec2.instances };
};
const column = (list: readonly Json[], key: string): Json[] => list.map((one) => one[key]);

test('a group gets what AWS would show of the rest, with as many healthy instances as desired', () => {
  const { group, members, instances } = read({
    ...GROUP,
    DesiredCapacity: 4,
    VPCZoneIdentifier: 'subnet-a, subnet-b, subnet-c',
    Tags: [
      { Key: 'Name', Value: 'web', PropagateAtLaunch: true },
      { Key: 'owner', Value: 'shop' },
    ],
  });
  expect(group).toMatchObject({
    AutoScalingGroupARN: expect.stringMatching(
      /^arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:[0-9a-f-]{36}:autoScalingGroupName\/web$/,
    ),
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b', 'eu-west-1c'],
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 0,
    TerminationPolicies: ['Default'],
    CreatedTime: HEAD.capturedAt,
    LaunchTemplate: { LaunchTemplateName: 'web', Version: '$Default' },
  });
  const { LaunchTemplateId } = group.LaunchTemplate;
  expect(LaunchTemplateId).toMatch(/^lt-/);
  expect(new Set(column(members, 'InstanceId')).size).toBe(4);
  expect(column(members, 'AvailabilityZone')).toEqual(
    ['a', 'b', 'c', 'a'].map((zone) => `eu-west-1${zone}`),
  );
  expect(members[0]).toEqual({
    InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
    InstanceType: 'm6i.large',
    AvailabilityZone: 'eu-west-1a',
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    LaunchTemplate: { LaunchTemplateId, LaunchTemplateName: 'web', Version: '1' },
    ProtectedFromScaleIn: false,
  });
  expect(column(instances, 'InstanceId')).toEqual(column(members, 'InstanceId'));
  expect(column(instances, 'SubnetId')).toEqual(['subnet-a', 'subnet-b', 'subnet-c', 'subnet-a']);
  expect(instances[1]).toMatchObject({
    ImageId: AMI,
    InstanceType: 'm6i.large',
    State: { Name: 'running' },
    Placement: { AvailabilityZone: 'eu-west-1b' },
    Tags: [
      { Key: 'Name', Value: 'web' },
      { Key: 'aws:autoscaling:groupName', Value: 'web' },
      { Key: 'aws:ec2launchtemplate:id', Value: LaunchTemplateId },
      { Key: 'aws:ec2launchtemplate:version', Value: '1' },
    ],
  });
});

test.each([
  ['2', NEWER_AMI],
  ['$Latest', NEWER_AMI],
  ['$Default', AMI],
])('version %s of a launch template is what its instances run', (Version, image) => {
  const { members, instances } = read({
    ...GROUP,
    LaunchTemplate: { LaunchTemplateName: 'web', Version },
  });
  expect(column(instances, 'ImageId')).toEqual([image, image, image]);
  expect(members[0].LaunchTemplate.Version).toBe(image === AMI ? '1' : '2');
});

test('an image that a parameter holds is what its instances run', () => {
  const Versions = [
    { LaunchTemplateData: { ImageId: 'resolve:ssm:/golden:stable', InstanceType: 'm6i.large' } },
  ];
  const ec2 = { ...EC2, launchTemplates: [{ LaunchTemplateName: 'web', Versions }] };
  const golden = (Labels: readonly string[]) => ({
    parameters: [{ Name: '/golden', Value: AMI, DataType: 'aws:ec2:image', Labels }],
  });
  const { instances } = read(GROUP, { ec2, ssm: golden(['stable']) });
  expect(column(instances, 'ImageId')).toEqual([AMI, AMI, AMI]);
  const autoscaling = { groups: [GROUP] };
  expect(problemsOf({ ec2, autoscaling, ssm: golden([]) })).toEqual([
    'autoscaling.groups[0].LaunchTemplate launches resolve:ssm:/golden:stable, which ec2.images lacks',
  ]);
});

test('a mixed group has instances of each override in turn, by its own template and by weight', () => {
  const arm = {
    LaunchTemplateName: 'arm',
    Versions: [{ LaunchTemplateData: { ImageId: NEWER_AMI, InstanceType: 'm6g.large' } }],
  };
  const { group, members, instances } = read(
    {
      AutoScalingGroupName: 'batch',
      MinSize: 0,
      MaxSize: 9,
      DesiredCapacity: 5,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '1' },
          Overrides: [
            { InstanceType: 'm6i.xlarge', WeightedCapacity: '2' },
            {
              InstanceType: 'm7g.large',
              WeightedCapacity: '1',
              LaunchTemplateSpecification: { LaunchTemplateName: 'arm' },
            },
          ],
        },
      },
    },
    { ec2: { ...EC2, launchTemplates: [...EC2.launchTemplates, arm] } },
  );
  expect(column(members, 'InstanceType')).toEqual(['m6i.xlarge', 'm7g.large', 'm6i.xlarge']);
  expect(column(members, 'WeightedCapacity')).toEqual(['2', '1', '2']);
  expect(column(instances, 'ImageId')).toEqual([AMI, NEWER_AMI, AMI]);
  const { LaunchTemplateSpecification: base, Overrides } =
    group.MixedInstancesPolicy.LaunchTemplate;
  expect(base.LaunchTemplateId).toMatch(/^lt-/);
  expect(Overrides[1].LaunchTemplateSpecification).toMatchObject({
    LaunchTemplateId: expect.stringMatching(/^lt-/),
    Version: '$Default',
  });
});

test('instances that are given stay, and nothing is made up', () => {
  const InstanceId = 'i-0123456789abcdef0';
  const ec2 = {
    ...EC2,
    instances: [{ InstanceId, ImageId: AMI, Placement: { AvailabilityZone: 'eu-west-1c' } }],
  };
  const given = { ...GROUP, Instances: [{ InstanceId, LifecycleState: 'Standby' }] };
  const { members, instances } = read(given, { ec2 });
  expect(instances).toHaveLength(1);
  expect(members).toMatchObject([
    {
      InstanceId,
      LifecycleState: 'Standby',
      HealthStatus: 'Healthy',
      AvailabilityZone: 'eu-west-1c',
    },
  ]);
});

test("hooks get AWS's defaults", () => {
  const hook = {
    LifecycleHookName: 'drain',
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
  };
  const LifecycleHooks = [hook, { ...hook, LifecycleHookName: 'flush', HeartbeatTimeout: 30 }];
  const { group } = read({ ...GROUP, LifecycleHooks });
  expect(group.LifecycleHooks).toMatchObject([
    {
      AutoScalingGroupName: 'web',
      HeartbeatTimeout: 3600,
      GlobalTimeout: 172_800,
      DefaultResult: 'ABANDON',
    },
    { HeartbeatTimeout: 30, GlobalTimeout: 3000 },
  ]);
});

const policy = (more: object) => ({
  ...GROUP,
  LaunchTemplate: undefined,
  MixedInstancesPolicy: {
    LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: 'web' }, ...more },
  },
});

test.each([
  [
    { ...GROUP, LaunchTemplate: { LaunchTemplateName: 'wbe' } },
    ['autoscaling.groups[0].LaunchTemplate names the launch template "wbe", which is not there'],
  ],
  [
    { ...GROUP, LaunchTemplate: { LaunchTemplateName: 'web', Version: '9' } },
    [
      'autoscaling.groups[0].LaunchTemplate names version 9 of the launch template "web", which is not there',
    ],
  ],
  [
    { ...GROUP, LaunchTemplate: { Version: '1' } },
    [
      'autoscaling.groups[0].LaunchTemplate.LaunchTemplateId is missing',
      'autoscaling.groups[0].LaunchTemplate.LaunchTemplateName is missing',
      'autoscaling.groups[0].LaunchTemplate fits none of the allowed forms',
    ],
  ],
  [
    policy({ Overrides: [{}, { LaunchTemplateSpecification: { LaunchTemplateName: 'arm' } }] }),
    [
      'autoscaling.groups[0].MixedInstancesPolicy.LaunchTemplate.Overrides[1].LaunchTemplateSpecification ' +
        'names the launch template "arm", which is not there',
    ],
  ],
  [
    policy({ Overrides: [{ ImageId: 'ami-0ddddddd' }] }),
    [
      'autoscaling.groups[0].MixedInstancesPolicy.LaunchTemplate.LaunchTemplateSpecification ' +
        'launches ami-0ddddddd, which ec2.images lacks',
    ],
  ],
  [
    policy({ Overrides: [{ InstanceType: 'm7g.large' }] }),
    [
      expect.stringMatching(
        /LaunchTemplateSpecification cannot be launched: The architecture 'arm64' of the specified instance type/,
      ),
    ],
  ],
  [
    { ...GROUP, LaunchTemplate: undefined },
    [
      'autoscaling.groups[0] must have one of LaunchTemplate, MixedInstancesPolicy, LaunchConfigurationName; it has none',
    ],
  ],
  [
    { ...GROUP, LaunchConfigurationName: 'old' },
    [
      expect.stringMatching(/it has LaunchTemplate and LaunchConfigurationName$/),
      'autoscaling.groups[0].Instances is missing: the estate does not have launch configurations',
    ],
  ],
  [
    { ...GROUP, DesiredCapacity: 7 },
    ['autoscaling.groups[0].DesiredCapacity is 7; it must be 3 to 6'],
  ],
  [
    { ...GROUP, Instances: [{ InstanceId: 'i-0123456789abcdef0' }] },
    [
      'autoscaling.groups[0].Instances[0].InstanceId is "i-0123456789abcdef0", which ec2.instances lacks',
    ],
  ],
  [
    { ...GROUP, LifecycleHooks: [{ LifecycleHookName: 'drain' }] },
    ['autoscaling.groups[0].LifecycleHooks[0].LifecycleTransition is missing'],
  ],
  [
    { ...GROUP, ScheduledActions: [{ ScheduledActionName: 'night', Recurence: '0 0 * * *' }] },
    [
      expect.stringMatching(
        /^autoscaling\.groups\[0\]\.ScheduledActions\[0\]\.Recurence is unknown; did you mean "Recurrence"\?/,
      ),
    ],
  ],
  [
    { ...GROUP, Lifecyclehooks: [] },
    [
      expect.stringMatching(
        /^autoscaling\.groups\[0\]\.Lifecyclehooks is unknown; did you mean "LifecycleHooks"\?/,
      ),
    ],
  ],
])('%j is refused, naming the key', (group, problems) => {
  expect(problemsOf({ ec2: EC2, autoscaling: { groups: [group] } })).toEqual(problems);
});

test('two groups of one name are refused, and a template whose image is gone', () => {
  expect(problemsOf({ ec2: EC2, autoscaling: { groups: [GROUP, GROUP] } })).toEqual([
    'autoscaling.groups[1].AutoScalingGroupName is "web", as is autoscaling.groups[0].AutoScalingGroupName',
  ]);
  const ec2 = { ...EC2, images: [{ ImageId: NEWER_AMI }] };
  expect(problemsOf({ ec2, autoscaling: { groups: [GROUP] } })).toEqual([
    `autoscaling.groups[0].LaunchTemplate launches ${AMI}, which ec2.images lacks`,
  ]);
});

test('where nothing says which type instances have, they must be given', () => {
  const Versions = [{ LaunchTemplateData: { ImageId: AMI } }];
  const ec2 = { ...EC2, launchTemplates: [{ LaunchTemplateName: 'web', Versions }] };
  expect(problemsOf({ ec2, autoscaling: { groups: [GROUP] } })).toEqual([
    'autoscaling.groups[0].Instances is missing: nothing says which InstanceType they have',
  ]);
});
