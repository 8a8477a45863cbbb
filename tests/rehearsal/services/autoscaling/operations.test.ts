import { autoscaling } from '../../../../rehearsal/services/autoscaling';
import { ec2 } from '../../../../rehearsal/services/ec2';
import type { Json, Scope, View } from '../../../../rehearsal/services/service';
import { ARN, BETTER, deploy, GROUP, groupOf, START, TEMPLATE, versionOf, World } from './support';

const here = { AutoScalingGroupName: GROUP };

describe('StartInstanceRefresh refuses', () => {
  it.each<[string, Json, string]>([
    [
      'a strategy of its own',
      { Strategy: 'ReplaceRootVolume' },
      'NotImplemented: .*ReplaceRootVolume',
    ],
    ['an unknown preference', { Preferences: { Speed: 1 } }, 'NotImplemented: .*Speed'],
    ['a minimum above 100', { Preferences: { MinHealthyPercentage: 101 } }, 'between 0 and 100'],
    [
      'a maximum alone',
      { Preferences: { MaxHealthyPercentage: 110 } },
      'must also specify MinHealthyPercentage',
    ],
    [
      'a maximum below 100',
      { Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 99 } },
      'between 100 and 200',
    ],
    [
      'a range of more than 100',
      { Preferences: { MinHealthyPercentage: 50, MaxHealthyPercentage: 160 } },
      'cannot be greater than 100',
    ],
    [
      'a delay alone',
      { Preferences: { CheckpointDelay: 60 } },
      'must also specify CheckpointPercentages',
    ],
    [
      'too long a delay',
      { Preferences: { CheckpointDelay: 172_801, CheckpointPercentages: [100] } },
      'between 0 and 172800',
    ],
    [
      'checkpoints out of order',
      { Preferences: { CheckpointPercentages: [50, 50] } },
      'unique and in ascending order',
    ],
    ['no checkpoints', { Preferences: { CheckpointPercentages: [] } }, 'cannot be empty'],
    [
      'too long a bake time',
      { Preferences: { BakeTime: 172_801 } },
      'BakeTime must be between 0 and 172800',
    ],
    [
      'a negative warmup',
      { Preferences: { InstanceWarmup: -1 } },
      'InstanceWarmup must be at least 0',
    ],
    [
      'eleven alarms',
      { Preferences: { AlarmSpecification: { Alarms: Array(11).fill('a') } } },
      'at most 10',
    ],
    [
      'a rollback to nothing',
      { Preferences: { AutoRollback: true } },
      "ValidationError: The request isn't valid\\. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty",
    ],
    [
      'an empty configuration',
      { DesiredConfiguration: {} },
      'either a launch template or a mixed instances policy',
    ],
    [
      'a template that does not exist',
      {
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: 'lt-00000000', Version: '1' } },
      },
      'ValidationError: You must use a valid fully-formed launch template. The specified launch template, with template ID lt-00000000, does not exist',
    ],
    [
      'a version that does not exist',
      { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: TEMPLATE, Version: '99' } } },
      'Could not find the specified version 99',
    ],
    [
      'a group that does not exist',
      { AutoScalingGroupName: 'none' },
      "ValidationError: AutoScalingGroup name not found - AutoScalingGroup 'none' not found",
    ],
  ])('%s', (_case, input, message) => {
    expect(new World([groupOf(2)]).refusal('StartInstanceRefresh', input)).toMatch(
      new RegExp(message),
    );
  });

  const mixed = (override: Json) => {
    const { LaunchTemplate, ...group } = groupOf(2);
    const MixedInstancesPolicy = {
      LaunchTemplate: { LaunchTemplateSpecification: LaunchTemplate, Overrides: [override] },
    };
    return new World([{ ...group, MixedInstancesPolicy }]);
  };

  it.each<[string, Json, string]>([
    [
      'DesiredConfiguration',
      { DesiredConfiguration: deploy(BETTER) },
      'ValidationError: DesiredConfiguration is not supported',
    ],
    [
      'SkipMatching',
      { Preferences: { SkipMatching: true } },
      'ValidationError: SkipMatching is not supported',
    ],
    ['anything else, which AWS does not,', {}, 'NotImplemented: .*attribute-based'],
  ])('%s of a group that selects instance types by attributes', (_case, input, message) => {
    const world = mixed({ InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 1 } } });
    expect(world.refusal('StartInstanceRefresh', input)).toMatch(new RegExp(message));
  });

  it('what it cannot do faithfully: weights, warm pools, launch configurations, suspended processes', () => {
    const SuspendedProcesses = [{ ProcessName: 'Terminate' }];
    expect(
      new World([groupOf(1, { SuspendedProcesses })]).refusal('StartInstanceRefresh', {}),
    ).toMatch(/NotImplemented: .*Terminate/);
    expect(
      mixed({ InstanceType: 'm5.large', WeightedCapacity: '2' }).refusal(
        'StartInstanceRefresh',
        {},
      ),
    ).toMatch('NotImplemented');
    const pool = { WarmPoolConfiguration: { MinSize: 1 }, Instances: [] };
    expect(new World([groupOf(1, { WarmPool: pool })]).refusal('StartInstanceRefresh', {})).toMatch(
      /NotImplemented: .*warm pools/,
    );
    const group = groupOf(1);
    delete group.LaunchTemplate;
    const old = new World([{ ...group, LaunchConfigurationName: 'old' }]);
    expect(old.refusal('StartInstanceRefresh', {})).toMatch(
      /NotImplemented: .*launch configurations/,
    );
  });
});

describe('the preferences of a refresh', () => {
  const shown = (members: Json, Preferences: Json = {}) => {
    const world = new World([groupOf(1, members)]);
    world.start(BETTER, Preferences);
    return world.refresh().Preferences;
  };

  it('are filled up with the defaults of the API', () => {
    expect(shown({})).toEqual({
      MinHealthyPercentage: 90,
      InstanceWarmup: 60,
      SkipMatching: false,
      AutoRollback: false,
      ScaleInProtectedInstances: 'Wait',
      StandbyInstances: 'Wait',
    });
    expect(shown({ DefaultInstanceWarmup: -1 }).InstanceWarmup).toBe(120);
    expect(shown({ DefaultInstanceWarmup: 0 }).InstanceWarmup).toBe(0);
  });

  it('take the percentages of an instance maintenance policy where none are given', () => {
    const InstanceMaintenancePolicy = { MinHealthyPercentage: 100, MaxHealthyPercentage: 130 };
    expect(shown({ InstanceMaintenancePolicy })).toMatchObject(InstanceMaintenancePolicy);
    expect(
      shown(
        { InstanceMaintenancePolicy },
        { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 },
      ),
    ).toMatchObject({ MaxHealthyPercentage: 110 });
    const none = { MinHealthyPercentage: -1, MaxHealthyPercentage: -1 };
    expect(shown({ InstanceMaintenancePolicy: none }).MinHealthyPercentage).toBe(90);
  });
});

describe('UpdateAutoScalingGroup', () => {
  it.each<[Json, string]>([
    [{ MinSize: 9, MaxSize: 8 }, 'Max bound, 8, must be greater than or equal to min bound, 9'],
    [
      { DesiredCapacity: 100 },
      'Desired capacity:100 must be between the specified min size:0 and max size:7',
    ],
    [{ HealthCheckType: 'ELB' }, 'NotImplemented: .*HealthCheckType'],
    [{ TerminationPolicies: ['arn:aws:lambda:x'] }, 'NotImplemented: .*termination policy'],
    [{ LaunchTemplate: { LaunchTemplateName: 'none' } }, 'fully-formed launch template'],
    [
      { InstanceMaintenancePolicy: { MinHealthyPercentage: 10, MaxHealthyPercentage: 150 } },
      'cannot be greater than 100',
    ],
  ])('refuses %j', (input, message) => {
    expect(new World([groupOf(2)]).refusal('UpdateAutoScalingGroup', input)).toMatch(
      new RegExp(message),
    );
  });

  it('changes what new instances are launched from and leaves those that there are', () => {
    const world = new World([groupOf(1)]);
    world.call('UpdateAutoScalingGroup', {
      ...here,
      LaunchTemplate: { LaunchTemplateName: 'web', Version: versionOf(BETTER) },
      NewInstancesProtectedFromScaleIn: true,
      DesiredCapacity: 2,
    });
    expect(world.group().LaunchTemplate).toEqual({
      LaunchTemplateId: TEMPLATE,
      LaunchTemplateName: 'web',
      Version: versionOf(BETTER),
    });
    world.pass(120);
    expect(
      world
        .group()
        .Instances.map(({ LaunchTemplate, ProtectedFromScaleIn }: Json) => [
          LaunchTemplate.Version,
          ProtectedFromScaleIn,
        ]),
    ).toEqual([
      ['1', false],
      ['2', true],
    ]);
  });
});

describe('scheduled actions', () => {
  const at = (hours: number) => new Date(Date.parse(START) + hours * 3_600_000);
  const put = (world: World, input: Json) =>
    world.call('PutScheduledUpdateGroupAction', { ...here, ScheduledActionName: 'more', ...input });
  const listed = (world: World) =>
    world.call('DescribeScheduledActions', here).ScheduledUpdateGroupActions;

  it('happen by themselves, once, and are gone', () => {
    const world = new World([groupOf(2, { MaxSize: 3 })]);
    put(world, { StartTime: at(2), DesiredCapacity: 5, MaxSize: 6 });
    expect(listed(world)).toMatchObject([
      { ...here, ScheduledActionName: 'more', StartTime: at(2) },
    ]);
    world.pass(2 * 3600 - 1);
    expect(world.group().DesiredCapacity).toBe(2);
    world.pass(1);
    expect(world.group()).toMatchObject({ DesiredCapacity: 5, MaxSize: 6 });
    world.pass(120);
    expect(world.images()).toHaveLength(5);
    expect(listed(world)).toEqual([]);
  });

  it('that recur happen again, in their time zone, until they end', () => {
    const world = new World([groupOf(1)]);
    put(world, {
      Recurrence: '30 9 * * *',
      TimeZone: 'Asia/Tokyo',
      DesiredCapacity: 2,
      EndTime: at(48),
    });
    expect(listed(world)[0].StartTime).toEqual(new Date('2026-02-02T00:30:00Z'));
    world.pass(13 * 3600);
    expect(world.group().DesiredCapacity).toBe(2);
    expect(listed(world)[0].StartTime).toEqual(new Date('2026-02-03T00:30:00Z'));
    world.pass(24 * 3600);
    expect(listed(world)).toEqual([]);
  });

  it('are replaced by name, and deleted', () => {
    const world = new World([groupOf(1)]);
    put(world, { StartTime: at(1), DesiredCapacity: 2 });
    const [{ ScheduledActionARN }] = listed(world);
    put(world, { StartTime: at(3), MinSize: 1 });
    expect(listed(world)).toMatchObject([
      { ScheduledActionARN, StartTime: at(3), DesiredCapacity: 2, MinSize: 1 },
    ]);
    world.call('DeleteScheduledAction', { ...here, ScheduledActionName: 'more' });
    world.pass(4 * 3600);
    expect(world.group().DesiredCapacity).toBe(1);
    expect(world.refusal('DeleteScheduledAction', { ScheduledActionName: 'more' })).toMatch(
      'ValidationError: Scheduled action name not found',
    );
  });

  it('start at times of their own, of which one may be moved', () => {
    const world = new World([groupOf(1)]);
    put(world, { StartTime: at(1), DesiredCapacity: 2 });
    const other = { ScheduledActionName: 'other', StartTime: at(1), DesiredCapacity: 3 };
    expect(world.refusal('PutScheduledUpdateGroupAction', other)).toMatch(
      'AlreadyExistsFault: Scheduled action with this scheduled start time already exists',
    );
    put(world, { StartTime: at(1), DesiredCapacity: 4 });
    put(world, { ...other, StartTime: at(2) });
    expect(listed(world)).toHaveLength(2);
  });

  it.each<[Json, string]>([
    [
      { StartTime: new Date(START), DesiredCapacity: 1 },
      'ValidationError: Given start time is in the past',
    ],
    [{ StartTime: at(1) }, 'At least one of'],
    [{ DesiredCapacity: 1 }, 'Start time or recurrence'],
    [{ Recurrence: 'every day', MinSize: 1 }, 'Given recurrence string:every day is invalid'],
    [{ StartTime: at(2), EndTime: at(1), MinSize: 1 }, 'before the start time'],
    [{ StartTime: at(2), MinSize: 2, MaxSize: 1 }, 'ascending order'],
  ])('%j are refused', (input, message) => {
    const action = { ScheduledActionName: 'more', ...input };
    expect(new World([groupOf(1)]).refusal('PutScheduledUpdateGroupAction', action)).toMatch(
      message,
    );
  });
});

describe('what is described', () => {
  it('comes in pages, and a token of one list is none of another', () => {
    const names = Array.from({ length: 5 }, (_none, index) => `g${index}`);
    const world = new World(
      names.map((AutoScalingGroupName) => groupOf(0, { AutoScalingGroupName })),
    );
    const first = world.call('DescribeAutoScalingGroups', { MaxRecords: 3 });
    const second = world.call('DescribeAutoScalingGroups', {
      MaxRecords: 3,
      NextToken: first.NextToken,
    });
    const all = [...first.AutoScalingGroups, ...second.AutoScalingGroups];
    expect(all.map((group: Json) => group.AutoScalingGroupName)).toEqual(names);
    expect(second.NextToken).toBeUndefined();
    expect(
      world.refusal('DescribeInstanceRefreshes', {
        AutoScalingGroupName: 'g1',
        NextToken: first.NextToken,
      }),
    ).toMatch('InvalidNextToken');
    expect(
      world.refusal('DescribeAutoScalingGroups', {
        AutoScalingGroupName: undefined,
        MaxRecords: 101,
      }),
    ).toMatch('ValidationError');
  });

  it('is chosen by tags, and without instances where they are not asked for', () => {
    const tagged = groupOf(1, { Tags: [{ Key: 'Stage', Value: 'test' }] });
    const world = new World([tagged, groupOf(1, { AutoScalingGroupName: 'other' })]);
    const found = (Filters: Json) =>
      world
        .call('DescribeAutoScalingGroups', { Filters, IncludeInstances: false })
        .AutoScalingGroups.map(({ AutoScalingGroupName, Instances }: Json) => [
          AutoScalingGroupName,
          Instances,
        ]);
    expect(found([{ Name: 'tag:Stage', Values: ['test'] }])).toEqual([[GROUP, []]]);
    expect(found([{ Name: 'tag-key', Values: ['Stage'] }])).toEqual([[GROUP, []]]);
    expect(found([{ Name: 'tag:Stage', Values: ['live'] }])).toEqual([]);
  });

  it('is the newest refresh first, for six weeks', () => {
    const world = new World([groupOf(1)]);
    const ids = [BETTER, BETTER].map((image) => {
      const id = world.start(image, {});
      world.until(['Successful']);
      world.pass(3600);
      return id;
    });
    const listed = () =>
      world
        .call('DescribeInstanceRefreshes', here)
        .InstanceRefreshes.map((one: Json) => one.InstanceRefreshId);
    expect(listed()).toEqual(ids.reverse());
    world.pass(42 * 24 * 3600);
    expect(listed()).toEqual([]);
  });
});

describe('IAM', () => {
  const LT = `arn:aws:ec2:eu-west-1:111122223333:launch-template/${TEMPLATE}`;
  const scope = (data: Json): Scope => ({
    account: '111122223333',
    region: 'eu-west-1',
    partition: 'aws',
    resources: [],
    estate: {
      capturedAt: START,
      ec2: {
        launchTemplates: [
          {
            LaunchTemplateId: TEMPLATE,
            LaunchTemplateName: 'web',
            DefaultVersionNumber: 1,
            Versions: [{ VersionNumber: 1, LaunchTemplateData: data }],
          },
        ],
      },
      autoscaling: {
        groups: [
          groupOf(0, { Tags: [{ Key: 'Owner', Value: 'me' }], VPCZoneIdentifier: 'subnet-a' }),
        ],
      },
    },
  });
  const asked = (operation: string, input: Json, data: Json = { ImageId: BETTER }) => {
    const account = scope(data);
    const view = { now: 0, scope: account, peer: () => ec2.createState(account) } as View;
    return autoscaling.operations[operation]!.authorize(
      { ...here, ...input },
      autoscaling.createState(account),
      account,
      view,
    );
  };
  const owner = { 'aws:resourcetag/Owner': 'me', 'autoscaling:resourcetag/Owner': 'me' };

  it('names the group and its tags', () => {
    expect(asked('CancelInstanceRefresh', {})).toEqual([
      { action: 'autoscaling:CancelInstanceRefresh', resource: ARN, context: owner },
    ]);
    expect(asked('UpdateAutoScalingGroup', { MinSize: 1, MaxSize: 2 })).toEqual([
      {
        action: 'autoscaling:UpdateAutoScalingGroup',
        resource: ARN,
        context: { ...owner, 'autoscaling:minsize': '1', 'autoscaling:maxsize': '2' },
      },
    ]);
  });

  it.each([
    ['StartInstanceRefresh', {}],
    [
      'StartInstanceRefresh',
      { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: TEMPLATE, Version: '1' } } },
    ],
    ['UpdateAutoScalingGroup', { LaunchTemplate: { LaunchTemplateId: TEMPLATE, Version: '1' } }],
  ])('of %s with %j needs to run what the launch template says', (operation, input) => {
    const [, ...launching] = asked(operation, input);
    const context = { 'ec2:launchtemplate': LT, 'ec2:islaunchtemplateresource': 'true' };
    const owned = 'arn:aws:ec2:eu-west-1:111122223333';
    expect(launching).toEqual(
      [
        LT,
        `arn:aws:ec2:eu-west-1::image/${BETTER}`,
        `${owned}:instance/*`,
        `${owned}:volume/*`,
        `${owned}:network-interface/*`,
        `${owned}:security-group/*`,
        `${owned}:subnet/subnet-a`,
      ].map((resource) => ({ action: 'ec2:RunInstances', resource, context })),
    );
  });

  it('needs tags, a role and a parameter as well where the template has them', () => {
    const actions = asked(
      'StartInstanceRefresh',
      {},
      {
        ImageId: 'resolve:ssm:/golden/ami:3',
        IamInstanceProfile: { Arn: 'arn:aws:iam::111122223333:instance-profile/path/web' },
        TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'Cost', Value: '1' }] }],
      },
    );
    expect(actions.filter(({ action }) => !/^(ec2:Run|autoscaling)/.test(action))).toEqual([
      {
        action: 'ec2:CreateTags',
        resource: 'arn:aws:ec2:eu-west-1:111122223333:volume/*',
        context: { 'ec2:createaction': 'RunInstances', 'aws:requesttag/Cost': '1' },
      },
      {
        action: 'ssm:GetParameters',
        resource: 'arn:aws:ssm:eu-west-1:111122223333:parameter/golden/ami',
      },
      {
        action: 'iam:PassRole',
        resource: 'arn:aws:iam::111122223333:role/web',
        context: { 'iam:passedtoservice': 'ec2.amazonaws.com' },
      },
    ]);
  });
});

describe('an estate', () => {
  it.each([
    ['MaxInstanceLifetime', { MaxInstanceLifetime: 86_400 }],
    ['CapacityRebalance', { CapacityRebalance: true }],
    ['the termination policy Mine', { TerminationPolicies: ['Mine'] }],
  ])('with %s is refused', (what, members) => {
    expect(() => new World([groupOf(1, members)])).toThrow(`${what} of web is not emulated`);
  });
});
