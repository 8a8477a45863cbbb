import type { GroupArgs } from '../../../components/ami/ami-rollout/arguments';
import { readImages } from '../../../functions/ami/images';
import { readRunLog } from '../../../functions/foundation/run-log';
import type { Json } from '../../../rehearsal/services/service';
import {
  fleetOf,
  group,
  mixedPolicy,
  NEW,
  OLD,
  RUN,
  settingsOf,
  surveyGroups,
  template,
} from './support';

interface Kind {
  /** Members of the group, and of the data of its template. */
  readonly members?: Json;
  readonly data?: Json;
  readonly settings?: GroupArgs;
  /** Whether its first instance is protected from scale-in. */
  readonly isProtected?: boolean;
  /** Whether it is in Standby. */
  readonly inStandby?: boolean;
  /** Data of a version of its template that it has been given since. */
  readonly version?: Json;
}

/** What a plan says of a group: the line of the report, and the warnings. */
async function plan(kind: Kind) {
  const { members, data = {}, settings = {} } = kind;
  const {
    account,
    dependencies,
    group: readGroup,
    ledger,
  } = fleetOf({
    groups: [group('web', members)],
    templates: [template('web', [data]), template('memory')],
    ssm: {
      parameters: [{ Name: '/golden/web', Type: 'String', DataType: 'aws:ec2:image', Value: OLD }],
    },
  });
  const { autoscaling, ec2 } = account;
  if (kind.isProtected === true) {
    const [{ InstanceId }] = (await readGroup()).Instances;
    await autoscaling.setInstanceProtection({
      AutoScalingGroupName: 'web',
      InstanceIds: [InstanceId],
      ProtectedFromScaleIn: true,
    });
  }
  if (kind.version !== undefined) {
    await ec2.createLaunchTemplateVersion({
      LaunchTemplateName: 'web',
      SourceVersion: '1',
      LaunchTemplateData: kind.version,
    });
    const LaunchTemplate = { LaunchTemplateName: 'web', Version: '2' };
    await autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: 'web', LaunchTemplate });
  }
  const describeAutoScalingGroups = async (input: unknown) => {
    const answer = await autoscaling.describeAutoScalingGroups(input);
    const [first] = answer.AutoScalingGroups[0].Instances;
    if (kind.inStandby === true) first.LifecycleState = 'Standby';
    return answer;
  };
  account.calls.length = 0;
  const { facts } = await surveyGroups(
    { ...dependencies, autoscaling: { describeAutoScalingGroups } },
    {
      mode: 'plan',
      image: (await readImages(ec2, [NEW])).get(NEW)!,
      waves: [{ groups: ['web'], soakMinutes: 0, alarms: [], approval: false }],
      force: false,
      notify: true,
      tooYoung: '',
      reason: '',
      settings: settingsOf({ web: settings }),
    },
  );
  expect(account.calls.filter((call) => !/^(Describe|Get|Query|UpdateItem)/.test(call))).toEqual(
    [],
  );
  const [line] = (await readRunLog(ledger, RUN)).leftOut;
  const warnings = facts.filter(({ name }) => name === 'Warning for web').map(({ value }) => value);
  return { outcome: line?.outcome, reason: line?.reason, warnings };
}

const weighted = (WeightedCapacity: string) => {
  const policy = mixedPolicy('web', 'memory');
  const Overrides = [{ InstanceType: 'm6i.large', WeightedCapacity }];
  return {
    DesiredCapacity: 4,
    MixedInstancesPolicy: { ...policy, LaunchTemplate: { ...policy.LaunchTemplate, Overrides } },
  };
};
const version = (Version: string) => ({
  LaunchTemplate: { LaunchTemplateName: 'web', Version },
});
const byAttributes = {
  InstanceRequirements: { VCpuCount: { Min: 2 }, MemoryMiB: { Min: 4096 } },
};

describe('a plan', () => {
  it.each<[string, Kind, readonly string[]]>([
    ['a plain group', {}, []],
    [
      'overrides with launch templates of their own',
      { members: { MixedInstancesPolicy: mixedPolicy('web', 'memory') } },
      ['its overrides have launch templates of their own: each gets a new version'],
    ],
    ['light instances', { members: weighted('2') }, []],
    [
      'instances as heavy as the group',
      { members: weighted('4') },
      ['an instance weighs as much as the whole group: all may be replaced at once'],
    ],
    [
      'a warm pool',
      { members: { WarmPoolConfiguration: { MinSize: 1 } } },
      ['its warm pool is replaced as well'],
    ],
    [
      'a single instance that goes before its successor is there',
      {
        members: { DesiredCapacity: 1 },
        settings: { minHealthyPercentage: 0, maxHealthyPercentage: 100 },
      },
      ['an outage is certain: its one instance is terminated before the next is there'],
    ],
    ['a single instance', { members: { DesiredCapacity: 1 } }, []],
    [
      'a protected instance that stays',
      { isProtected: true, settings: { protectedInstances: 'ignore' } },
      ['instances that are protected from scale-in keep the old AMI'],
    ],
  ])('moves %s, and warns of what people should know', async (_, kind, warnings) => {
    expect(await plan(kind)).toEqual({
      outcome: 'planned',
      reason: expect.stringMatching(new RegExp(`^to be moved to ${NEW}: a new version after web`)),
      warnings,
    });
  });

  it.each<[string, Kind, RegExp]>([
    [
      'a launch configuration',
      { members: { LaunchConfigurationName: 'web-2019', DesiredCapacity: 0, Instances: [] } },
      /^it launches from the launch configuration web-2019: move it to a launch template$/,
    ],
    ['$Latest', { members: version('$Latest') }, /version \$Latest: AWS cannot roll that back/],
    ['$Default', { members: version('$Default') }, /version \$Default: AWS cannot roll that back/],
    [
      'resolve:ssm',
      { version: { ImageId: 'resolve:ssm:/golden/web' } },
      /names its AMI as resolve:ssm:\/golden\/web: AWS cannot roll that back/,
    ],
    [
      'instance types by attributes',
      {
        members: { DesiredCapacity: 0, Instances: [] },
        data: { InstanceType: undefined, ...byAttributes },
      },
      /^it chooses instance types by attributes: .* could not be rolled back$/,
    ],
    [
      'an AMI in an override',
      {
        members: {
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '1' },
              Overrides: [{ InstanceType: 'm6i.large', ImageId: OLD }],
            },
          },
        },
      },
      /^its override 1 \(m6i.large\) names an AMI itself/,
    ],
    [
      'a suspended process',
      { members: { SuspendedProcesses: [{ ProcessName: 'Terminate' }] } },
      /^its process Terminate is suspended: a refresh would wait for an hour and fail$/,
    ],
    [
      'a protected instance',
      { isProtected: true },
      /^i-\w+ is protected from scale-in: set protectedInstances to refresh or ignore$/,
    ],
    [
      'an instance in Standby',
      { inStandby: true },
      /^i-\w+ is in Standby: set standbyInstances to terminate or ignore$/,
    ],
  ])('refuses a group with %s before anything is begun, and says why', async (_, kind, reason) => {
    const { outcome, reason: said, warnings } = await plan(kind);
    expect([outcome, warnings]).toEqual(['failed', []]);
    expect(said?.replace(/^refused: /, '')).toMatch(reason);
    expect(said).toMatch(/^refused: /);
  });
});
