import { checkFit } from '../services/ec2/fit';
import { newInstance } from '../services/ec2/instances';
import type { Json } from '../services/service';
import { templateVersion } from './ec2';
import { hexOf, uuidOf } from './ids';
import { duplicates, listAt } from './problems';
import type { Ec2Estate, Estate } from './types';

/** What a group is read with. */
export interface GroupContext extends Pick<Estate, 'account' | 'region' | 'capturedAt'> {
  readonly ec2: Ec2Estate;
  /** The image that a `resolve:ssm:` parameter holds; `undefined` where there is no such parameter. */
  readonly imageOf: (parameter: string) => string | undefined;
}

/** A group with what AWS would show of the rest, and the EC2 instances that had to be made up for it. */
export interface ReadGroup {
  readonly group: Json;
  readonly instances: readonly Json[];
}

/** What no schema can say of Auto Scaling. Nothing is sure of the shape yet. */
export function autoScalingClashes(given: Json): string[] {
  const groups = listAt(given?.autoscaling?.groups);
  return [
    ...duplicates(groups, 'autoscaling.groups', 'AutoScalingGroupName'),
    ...groups.flatMap((group, position) => {
      const path = `autoscaling.groups[${position}]`;
      return [
        ...duplicates(listAt(group?.LifecycleHooks), `${path}.LifecycleHooks`, 'LifecycleHookName'),
        ...duplicates(
          listAt(group?.ScheduledActions),
          `${path}.ScheduledActions`,
          'ScheduledActionName',
        ),
      ];
    }),
  ];
}

/** A launch template that a group names: where, and with which overrides. */
interface Launch {
  /** Of the key, within the group. */
  readonly path: string;
  readonly specification: Json;
  readonly override: Json;
}

const POLICY = 'MixedInstancesPolicy.LaunchTemplate';

/** Every kind of instance that a group launches. A group with a launch configuration has none here. */
function launchesOf({ LaunchTemplate, MixedInstancesPolicy }: Json): Launch[] {
  if (LaunchTemplate !== undefined) {
    return [{ path: 'LaunchTemplate', specification: LaunchTemplate, override: {} }];
  }
  const { LaunchTemplateSpecification: base, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  if (base === undefined) return [];
  const common = { path: `${POLICY}.LaunchTemplateSpecification`, specification: base };
  if (Overrides.length === 0) return [{ ...common, override: {} }];
  return Overrides.map((override: Json, position: number) =>
    override.LaunchTemplateSpecification === undefined
      ? { ...common, override }
      : {
          path: `${POLICY}.Overrides[${position}].LaunchTemplateSpecification`,
          specification: override.LaunchTemplateSpecification,
          override,
        },
  );
}

/** What a group refers to and is not there, or cannot be, one sentence each. */
export function groupProblems(group: Json, path: string, context: GroupContext): string[] {
  const kinds = ['LaunchTemplate', 'MixedInstancesPolicy', 'LaunchConfigurationName'];
  const given = kinds.filter((kind) => group[kind] !== undefined);
  const { MinSize, MaxSize, DesiredCapacity = MinSize, Instances } = group;
  const launches = launchesOf(group);
  return [
    ...(given.length === 1
      ? []
      : [`${path} must have one of ${kinds.join(', ')}; it has ${given.join(' and ') || 'none'}`]),
    ...(MinSize <= DesiredCapacity && DesiredCapacity <= MaxSize
      ? []
      : [`${path}.DesiredCapacity is ${DesiredCapacity}; it must be ${MinSize} to ${MaxSize}`]),
    ...launches.flatMap((launch) => launchProblems(launch, path, context, Instances === undefined)),
    ...(Instances === undefined && given.includes('LaunchConfigurationName')
      ? [`${path}.Instances is missing: the estate does not have launch configurations`]
      : []),
    ...listAt(Instances).flatMap(({ InstanceId }, position) =>
      context.ec2.instances.some((one) => one.InstanceId === InstanceId)
        ? []
        : [
            `${path}.Instances[${position}].InstanceId is "${InstanceId}", which ec2.instances lacks`,
          ],
    ),
  ];
}

function launchProblems(
  { path: key, specification, override }: Launch,
  groupPath: string,
  context: GroupContext,
  needsInstances: boolean,
): string[] {
  const path = `${groupPath}.${key}`;
  const found = templateVersion(context.ec2, specification);
  if (typeof found === 'string') return [`${path} ${found}`];
  const data = { ...found.version.LaunchTemplateData, ...override };
  const id = imageIdOf(data, context);
  const image = context.ec2.images.find(({ ImageId }) => ImageId === id);
  const problems =
    image === undefined
      ? [`${path} launches ${data.ImageId ?? 'no image'}, which ec2.images lacks`]
      : misfit(data, image).map((message) => `${path} cannot be launched: ${message}`);
  if (needsInstances && data.InstanceType === undefined) {
    problems.push(`${groupPath}.Instances is missing: nothing says which InstanceType they have`);
  }
  return problems;
}

/** Why AWS would not launch instances of that type from the image. */
function misfit({ InstanceType }: Json, image: Json): string[] {
  if (InstanceType === undefined) return [];
  try {
    checkFit(InstanceType, image);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

function imageIdOf({ ImageId }: Json, { imageOf }: GroupContext): string | undefined {
  const parameter = /^resolve:ssm:(.+)$/.exec(ImageId ?? '')?.[1];
  return parameter === undefined ? ImageId : imageOf(parameter);
}

/** A group in which `groupProblems` found nothing. */
export function readGroup(given: Json, context: GroupContext): ReadGroup {
  const { account, region, capturedAt } = context;
  const { AutoScalingGroupName: name, HealthCheckGracePeriod = 0, MinSize } = given;
  const iam = `arn:aws:iam::${account}`;
  const group = {
    AutoScalingGroupName: name,
    AutoScalingGroupARN: `arn:aws:autoscaling:${region}:${account}:autoScalingGroup:${uuidOf('group', name)}:autoScalingGroupName/${name}`,
    DesiredCapacity: MinSize,
    DefaultCooldown: 300,
    AvailabilityZones: ['a', 'b', 'c'].map((letter) => `${region}${letter}`),
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod,
    CreatedTime: capturedAt,
    SuspendedProcesses: [],
    EnabledMetrics: [],
    TerminationPolicies: ['Default'],
    NewInstancesProtectedFromScaleIn: false,
    ServiceLinkedRoleARN: `${iam}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling`,
    TrafficSources: [],
    ...given,
    ...withNames(given, context),
    Tags: listAt(given.Tags).map((tag) => ({
      ResourceId: name,
      ResourceType: 'auto-scaling-group',
      PropagateAtLaunch: false,
      ...tag,
    })),
    ...(given.LifecycleHooks !== undefined && {
      LifecycleHooks: given.LifecycleHooks.map((hook: Json) => hookWithDefaults(hook, name)),
    }),
  };
  if (given.Instances !== undefined) {
    const Instances = given.Instances.map((one: Json) => memberWithDefaults(one, group, context));
    return { group: { ...group, Instances }, instances: [] };
  }
  const filled = fillIn(group, context);
  const Instances = filled.map(({ member }) => member);
  return { group: { ...group, Instances }, instances: filled.map(({ instance }) => instance) };
}

/** AWS shows ids and names of launch templates, whichever of them was given. */
function withNames({ LaunchTemplate, MixedInstancesPolicy }: Json, context: GroupContext): Json {
  if (LaunchTemplate !== undefined) return { LaunchTemplate: named(LaunchTemplate, context) };
  if (MixedInstancesPolicy === undefined) return {};
  const { LaunchTemplateSpecification, Overrides } = MixedInstancesPolicy.LaunchTemplate;
  return {
    MixedInstancesPolicy: {
      ...MixedInstancesPolicy,
      LaunchTemplate: {
        LaunchTemplateSpecification: named(LaunchTemplateSpecification, context),
        ...(Overrides !== undefined && {
          Overrides: Overrides.map((override: Json) =>
            override.LaunchTemplateSpecification === undefined
              ? override
              : {
                  ...override,
                  LaunchTemplateSpecification: named(override.LaunchTemplateSpecification, context),
                },
          ),
        }),
      },
    },
  };
}

function named(specification: Json, context: GroupContext): Json {
  const { template } = found(specification, context);
  const { LaunchTemplateId, LaunchTemplateName } = template;
  return { LaunchTemplateId, LaunchTemplateName, Version: '$Default', ...specification };
}

function found(specification: Json, { ec2 }: GroupContext) {
  const version = templateVersion(ec2, specification);
  if (typeof version === 'string') throw new Error(`A group ${version}`);
  return version;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html */
function hookWithDefaults(hook: Json, group: string): Json {
  const { HeartbeatTimeout = 3600 } = hook;
  return {
    AutoScalingGroupName: group,
    HeartbeatTimeout,
    GlobalTimeout: Math.min(172_800, 100 * HeartbeatTimeout),
    DefaultResult: 'ABANDON',
    ...hook,
  };
}

function memberWithDefaults(member: Json, group: Json, { ec2 }: GroupContext): Json {
  const instance = ec2.instances.find(({ InstanceId }) => InstanceId === member.InstanceId);
  return {
    InstanceType: instance?.InstanceType,
    AvailabilityZone: instance?.Placement.AvailabilityZone,
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: group.NewInstancesProtectedFromScaleIn,
    ...member,
  };
}

/** Healthy instances for the desired capacity, over Availability Zones and kinds of instance in turn. */
function fillIn(group: Json, context: GroupContext): { member: Json; instance: Json }[] {
  const launches = launchesOf(group);
  const filled: { member: Json; instance: Json }[] = [];
  const weightOf = ({ override }: Launch) => Number(override.WeightedCapacity ?? 1);
  for (let capacity = 0; capacity < group.DesiredCapacity;) {
    const launch = launches[filled.length % launches.length]!;
    capacity += weightOf(launch);
    filled.push(fillOne(group, filled.length, launch, context));
  }
  return filled;
}

function fillOne(
  group: Json,
  position: number,
  { specification, override }: Launch,
  context: GroupContext,
): { member: Json; instance: Json } {
  const name: string = group.AutoScalingGroupName;
  const { template, version } = found(specification, context);
  const data = { ...version.LaunchTemplateData, ...override };
  const image = context.ec2.images.find(({ ImageId }) => ImageId === imageIdOf(data, context));
  const zone = position % group.AvailabilityZones.length;
  const availabilityZone: string = group.AvailabilityZones[zone];
  const subnets: string[] = group.VPCZoneIdentifier?.split(',') ?? [];
  const subnetId = subnets[zone % subnets.length]?.trim();
  const InstanceId = `i-${hexOf(17, 'instance', name, position)}`;
  const { LaunchTemplateId, LaunchTemplateName } = template;
  const Version = String(version.VersionNumber);
  const propagated = (group.Tags as Json[])
    .filter(({ PropagateAtLaunch }) => PropagateAtLaunch)
    .map(({ Key, Value }) => [Key, Value ?? '']);
  const launched = newInstance(
    InstanceId,
    data,
    image,
    {
      availabilityZone,
      ...(subnetId !== undefined && { subnetId }),
      tags: {
        ...Object.fromEntries(propagated),
        'aws:autoscaling:groupName': name,
        'aws:ec2launchtemplate:id': LaunchTemplateId,
        'aws:ec2launchtemplate:version': Version,
      },
    },
    Date.parse(group.CreatedTime),
  );
  return {
    instance: { ...launched, State: { Code: 16, Name: 'running' } },
    member: {
      InstanceId,
      InstanceType: data.InstanceType,
      AvailabilityZone: availabilityZone,
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      LaunchTemplate: { LaunchTemplateId, LaunchTemplateName, Version },
      ProtectedFromScaleIn: group.NewInstancesProtectedFromScaleIn,
      ...(override.WeightedCapacity !== undefined && {
        WeightedCapacity: override.WeightedCapacity,
      }),
    },
  };
}
