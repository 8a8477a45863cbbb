import type { Json } from '../../../rehearsal/services/service';
import type { BridgedType } from './bridged';
import type { Properties } from './wire';

const SPECIFICATIONS = [
  'mixedInstancesPolicy.launchTemplate.launchTemplateSpecification',
  'mixedInstancesPolicy.launchTemplate.overrides.launchTemplateSpecification',
];
const POLICY = 'mixedInstancesPolicy.instancesDistribution';

/** Arguments, and members of the group that hold them as they are. */
const MEMBERS: Readonly<Record<string, string>> = {
  defaultCooldown: 'DefaultCooldown',
  defaultInstanceWarmup: 'DefaultInstanceWarmup',
  desiredCapacity: 'DesiredCapacity',
  healthCheckGracePeriod: 'HealthCheckGracePeriod',
  healthCheckType: 'HealthCheckType',
  maxSize: 'MaxSize',
  minSize: 'MinSize',
  protectFromScaleIn: 'NewInstancesProtectedFromScaleIn',
};

const BLOCKS = ['launchTemplate', 'mixedInstancesPolicy', 'vpcZoneIdentifiers'];

/** Of the provider itself. */
const DEFAULTS = {
  forceDelete: false,
  forceDeleteWarmPool: false,
  ignoreFailedScalingActivities: false,
  metricsGranularity: '1Minute',
  waitForCapacityTimeout: '10m',
};

/**
 * `aws.autoscaling.Group`. Only what changes goes to AWS, a block such as the mixed instances policy as a whole:
 * https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/autoscaling/group.go
 */
export const autoScalingGroup: BridgedType = {
  maxLength: 255,
  schema: {
    arguments: ['name', ...Object.keys(MEMBERS), ...BLOCKS, ...Object.keys(DEFAULTS)],
    computed: [
      ...['id', 'arn', 'availabilityZones', 'vpcZoneIdentifiers'],
      ...['defaultCooldown', 'desiredCapacity', 'healthCheckType'],
      'launchTemplate',
      ...['id', 'name', 'version'].map((key) => `launchTemplate.${key}`),
      ...['mixedInstancesPolicy', 'mixedInstancesPolicy.launchTemplate.overrides'],
      ...SPECIFICATIONS.flatMap((path) =>
        ['launchTemplateId', 'launchTemplateName', 'version'].map((key) => `${path}.${key}`),
      ),
      POLICY,
      ...[
        ...['onDemandAllocationStrategy', 'onDemandBaseCapacity', 'spotAllocationStrategy'],
        ...['onDemandPercentageAboveBaseCapacity', 'spotInstancePools'],
      ].map((key) => `${POLICY}.${key}`),
    ],
    defaults: { ...DEFAULTS, healthCheckGracePeriod: 300, protectFromScaleIn: false },
    local: Object.keys(DEFAULTS),
  },
  unknownAfter: () => [],
  create: async (machines, inputs) => {
    machines.createGroup({
      AutoScalingGroupName: inputs['name'],
      AvailabilityZones: ['eu-west-1a', 'eu-west-1b'],
      ...membersOf(inputs, Object.keys(inputs)),
    });
    return inputs['name'];
  },
  read: async ({ autoscaling }, id) => {
    const answer = await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [id] });
    const [group] = answer.AutoScalingGroups;
    if (group === undefined) return undefined;
    const { LaunchTemplate, MixedInstancesPolicy, VPCZoneIdentifier } = group;
    const members = Object.entries(MEMBERS).map(([key, member]) => [key, group[member]]);
    const properties = {
      id,
      name: id,
      arn: group.AutoScalingGroupARN,
      availabilityZones: group.AvailabilityZones,
      vpcZoneIdentifiers: VPCZoneIdentifier?.split(','),
      ...Object.fromEntries(members),
      ...(LaunchTemplate !== undefined && {
        launchTemplate: {
          id: LaunchTemplate.LaunchTemplateId,
          name: LaunchTemplate.LaunchTemplateName,
          version: LaunchTemplate.Version,
        },
      }),
      mixedInstancesPolicy: respelled(MixedInstancesPolicy, (key) => key.toLowerCase()),
    };
    return Object.fromEntries(
      Object.entries<Json>(properties).filter(([, value]) => value !== undefined),
    );
  },
  update: async ({ autoscaling }, id, plan, changed) => {
    const members = membersOf(plan, changed);
    await autoscaling.updateAutoScalingGroup({ AutoScalingGroupName: id, ...members });
  },
};

/** Members of a request for some of the arguments. */
function membersOf(properties: Properties, keys: readonly string[]): Json {
  const { launchTemplate, mixedInstancesPolicy, vpcZoneIdentifiers } = properties;
  const members = keys
    .filter((key) => key in MEMBERS)
    .map((key) => [MEMBERS[key], properties[key]]);
  return {
    ...Object.fromEntries(members),
    ...(keys.includes('launchTemplate') && {
      LaunchTemplate: templateOf(launchTemplate.id, launchTemplate.name, launchTemplate.version),
    }),
    ...(keys.includes('mixedInstancesPolicy') && {
      MixedInstancesPolicy: policyOf(mixedInstancesPolicy),
    }),
    ...(keys.includes('vpcZoneIdentifiers') && {
      VPCZoneIdentifier: vpcZoneIdentifiers.join(','),
    }),
  };
}

function policyOf({ launchTemplate, ...others }: Json): Json {
  const { launchTemplateSpecification, overrides = [] } = launchTemplate;
  const specification = (one: Json) =>
    templateOf(one.launchTemplateId, one.launchTemplateName, one.version ?? '$Default');
  return {
    ...respelled(others, (key) => key.toUpperCase()),
    LaunchTemplate: {
      LaunchTemplateSpecification: specification(launchTemplateSpecification),
      Overrides: overrides.map(({ launchTemplateSpecification: own, ...override }: Json) => ({
        ...respelled(override, (key) => key.toUpperCase()),
        ...(own !== undefined && { LaunchTemplateSpecification: specification(own) }),
      })),
    },
  };
}

/** AWS shows both id and name, and takes one of them. */
function templateOf(id: string | undefined, name: string | undefined, version: Json): Json {
  return {
    ...(id === undefined ? { LaunchTemplateName: name } : { LaunchTemplateId: id }),
    ...(version !== undefined && { Version: version }),
  };
}

/** With the first letter of every key in the other case: Terraform's words are AWS's. */
function respelled(value: Json, respell: (letter: string) => string): Json {
  if (Array.isArray(value)) return value.map((element) => respelled(element, respell));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      respell(key.charAt(0)) + key.slice(1),
      respelled(member, respell),
    ]),
  );
}
