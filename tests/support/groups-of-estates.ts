import type { Json } from '../../rehearsal/services/service';

/** AMIs of one owner, from the oldest on. What runs at first is `current`. */
export const amis = {
  older: 'ami-00000000000000001',
  current: 'ami-00000000000000002',
  good: 'ami-00000000000000003',
  bad: 'ami-00000000000000004',
  newer: 'ami-00000000000000005',
  newest: 'ami-00000000000000006',
} as const;

/** What AWS says of the instances of `bad`, which boot and are never healthy. */
export const impairment = 'Instance reachability check failed';

/** The parameter that names the AMI to run. */
export const parameter = '/golden/linux';

/** Schedules fire at three in the morning; the accounts are captured at midnight. */
export const midnight = '2026-02-01T00:00:00Z';

/** A moment of the days from the capture on: `at(1, 3)` is three o'clock on the second day. */
export function at(day: number, hour: number, minute = 0): string {
  return new Date(Date.parse(midnight) + ((day * 24 + hour) * 60 + minute) * 60_000)
    .toISOString()
    .replace('.000', '');
}

/** A group and the launch template that it runs. */
export interface GroupOptions {
  /** @default 4 */
  readonly desired?: number;
  /** Members of the group over those below. */
  readonly group?: Json;
  /** Of each version of the template, members of its data. @default one version with nothing of its own */
  readonly versions?: readonly Json[];
  /** Which one the group runs; it is the default as well. `$Default` and `$Latest`: the last. @default '1' */
  readonly version?: string;
  /** Name of the launch template. @default that of the group */
  readonly template?: string;
  /** Makes it a group of mixed instances: one of its types has a launch template of its own, of this name. */
  readonly override?: string;
}

/** Accounts with groups of these names. A launch template that several share is as the first of them has it. */
export function estateOf(groups: Readonly<Record<string, GroupOptions>>, more: Json = {}): Json {
  const { ec2, autoscaling, events = [], ...others } = more;
  const templates = new Map<string, GroupOptions>();
  for (const [name, options] of Object.entries(groups)) {
    const { template = name, override } = options;
    if (!templates.has(template)) templates.set(template, options);
    if (override !== undefined) templates.set(override, {});
  }
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: midnight,
    ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    ec2: {
      images: Object.values(amis).map((ImageId, index) => ({
        ImageId,
        Name: `linux-${index + 1}`,
        CreationDate: `2026-01-0${index + 1}T00:00:00.000Z`,
      })),
      launchTemplates: [...templates].map(([name, options]) => templateOf(name, options)),
      ...ec2,
    },
    autoscaling: {
      groups: Object.entries(groups).map(([name, options]) => groupOf(name, options)),
      ...autoscaling,
    },
    ssm: { parameters: [{ Name: parameter, Type: 'String', Value: amis.current, Version: 7 }] },
    outcomes: [
      { service: 'ec2', image: amis.bad, on: 'launch', result: 'UNHEALTHY', message: impairment },
    ],
    events: [...events].sort((one: Json, other: Json) => (one.at < other.at ? -1 : 1)),
    ...others,
  };
}

function templateOf(name: string, { versions = [{}], version = '1' }: GroupOptions): Json {
  return {
    LaunchTemplateName: name,
    LaunchTemplateId: templateId(name),
    DefaultVersionNumber: version.startsWith('$') ? versions.length : Number(version),
    Versions: versions.map((data) => ({
      LaunchTemplateData: { ImageId: amis.current, InstanceType: 'm6i.large', ...data },
    })),
  };
}

/** Deterministic, and of the form of AWS's. */
export function templateId(name: string): string {
  return `lt-${Buffer.from(name).toString('hex').padStart(17, '0').slice(-17)}`;
}

function groupOf(name: string, options: GroupOptions): Json {
  const { desired = 4, group, template = name, override, version = '1' } = options;
  const launches = { LaunchTemplateName: template, Version: version };
  return {
    AutoScalingGroupName: name,
    MinSize: Math.min(1, desired),
    MaxSize: Math.max(2 * desired, 1),
    DesiredCapacity: desired,
    ...(override === undefined
      ? { LaunchTemplate: launches }
      : { MixedInstancesPolicy: mixed(launches, override) }),
    AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
    VPCZoneIdentifier: 'subnet-0a1b2c3d4e5f60718,subnet-0b2c3d4e5f6071829',
    HealthCheckGracePeriod: 60,
    ...group,
  };
}

function mixed(LaunchTemplateSpecification: Json, override: string): Json {
  const own = { LaunchTemplateName: override, Version: '1' };
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification,
      Overrides: [
        { InstanceType: 'm6i.large' },
        { InstanceType: 'r6i.large', LaunchTemplateSpecification: own },
      ],
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: 'prioritized',
      OnDemandBaseCapacity: 0,
      OnDemandPercentageAboveBaseCapacity: 100,
      SpotAllocationStrategy: 'price-capacity-optimized',
    },
  };
}

/** A cluster whose container instances are those of a group. An `m6i.large` has room for four of its tasks. */
export interface ClusterOptions {
  readonly group: string;
  /** By name: members of the service. @default api: four tasks, none of which may be missing */
  readonly services?: Readonly<Record<string, Json>>;
  /** Members of the standalone tasks. @default none */
  readonly tasks?: readonly Json[];
  /** Members of the capacity provider's `autoScalingGroupProvider`. */
  readonly provider?: Json;
}

/** The `ecs` of an estate with one cluster, `apps`. */
export function clusterOf({ group, services, tasks = [], provider }: ClusterOptions): Json {
  const api = {
    desiredCount: 4,
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
  };
  return {
    clusters: [{ clusterName: 'apps', capacityProviders: ['apps'] }],
    capacityProviders: [
      {
        name: 'apps',
        autoScalingGroupProvider: {
          autoScalingGroupArn: group,
          managedDraining: 'ENABLED',
          ...provider,
        },
      },
    ],
    taskDefinitions: [{ family: 'work', cpu: '512', memory: '1024' }],
    services: Object.entries(services ?? { api }).map(([serviceName, members]) => ({
      serviceName,
      clusterArn: 'apps',
      taskDefinition: 'work:1',
      ...api,
      ...members,
    })),
    tasks: tasks.map((members) => ({
      clusterArn: 'apps',
      taskDefinitionArn: 'work:1',
      createdAt: '2026-01-31T20:00:00Z',
      startedAt: '2026-01-31T20:00:30Z',
      ...members,
    })),
  };
}

/** The parameter names another AMI from then on. */
export function published(ami: string, when: string): Json {
  return { at: when, type: 'ssm.parameterChanged', name: parameter, value: ami };
}

/** A stack that rolls out what the parameter names to these groups, each with its settings, and nothing else. */
export function configOf(
  groups: Readonly<Record<string, Json>>,
  more: Readonly<Record<string, Json>> = {},
): Record<string, Json> {
  return {
    appstreamAutoUpdate: false,
    amiGroups: groups,
    amiFollow: [{ name: 'linux', parameter }],
    amiMinimumAgeHours: 0,
    amiInstanceRoles: [],
    ecsClusters: [],
    ...more,
  };
}
