import { launchableImage } from '../ec2/images';
import {
  findVersion,
  imageParameter,
  withResolvedImage,
  type FoundVersion,
} from '../ec2/launch-templates';
import type { Ec2State } from '../ec2/state';
import { AwsError, type Json, type View } from '../service';
import { invalid } from './names';
import { activeRefresh, liveInstances, type GroupInstance, type GroupRecord } from './state';

/** The members of a group that say what it launches. One of them is there. */
const MEMBERS = ['LaunchTemplate', 'MixedInstancesPolicy', 'LaunchConfigurationName'] as const;

/** What a group launches, or is to launch: a `DesiredConfiguration`, or the part of a group that corresponds to it. */
export type Configuration = Readonly<Partial<Record<(typeof MEMBERS)[number], Json>>>;

/** The configuration that was saved on the group. */
export function savedConfiguration({ group }: GroupRecord): Configuration {
  return Object.fromEntries(
    MEMBERS.flatMap((name) => (group[name] === undefined ? [] : [[name, group[name]]])),
  );
}

/** Saves a configuration on the group in place of the one that it has. */
export function saveConfiguration({ group }: GroupRecord, configuration: Configuration): void {
  for (const name of MEMBERS) delete group[name];
  Object.assign(group, structuredClone(configuration));
}

/**
 * The configuration that the group launches with at present: while a refresh replaces instances that is what it
 * deploys, for those that scaling out adds as well.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-core-concepts
 */
export function currentConfiguration(record: GroupRecord): Configuration {
  const refresh = activeRefresh(record);
  const deploys = refresh?.status === 'InProgress' || refresh?.status === 'Baking';
  return (deploys ? refresh.desiredConfiguration : undefined) ?? savedConfiguration(record);
}

/** What one instance would be launched from. */
export interface LaunchChoice {
  readonly version: FoundVersion;
  /** Launch template data with the override in it. The image may still be `resolve:ssm:`. */
  readonly data: Json;
}

/** Every way in which a configuration may launch: one for each override, or a single one. */
export function launchChoices(configuration: Configuration, ec2: Ec2State): LaunchChoice[] {
  const { LaunchTemplate, MixedInstancesPolicy, LaunchConfigurationName } = configuration;
  if (LaunchConfigurationName !== undefined) {
    throw new AwsError(
      'NotImplemented',
      `The rehearsal does not launch from launch configurations (${LaunchConfigurationName}).`,
      501,
    );
  }
  const { LaunchTemplateSpecification: base = LaunchTemplate, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  const overrides: Json[] = Overrides.length === 0 ? [{}] : Overrides;
  return overrides.map(({ LaunchTemplateSpecification, ...override }) => {
    const version = findVersion(ec2, specificationOf(LaunchTemplateSpecification ?? base));
    const { InstanceType, ImageId, InstanceRequirements } = override;
    return {
      version,
      data: {
        ...version.data,
        ...(InstanceType !== undefined && { InstanceType }),
        ...(ImageId !== undefined && { ImageId }),
        ...(InstanceRequirements !== undefined && { InstanceRequirements }),
      },
    };
  });
}

/**
 * The way in which the next instance is launched: with an allocation strategy that goes by priority the first, with
 * any other the one of which there are fewest, for prices and spare capacity are not emulated.
 */
export function nextChoice(
  record: GroupRecord,
  configuration: Configuration,
  ec2: Ec2State,
): LaunchChoice {
  const choices = launchChoices(configuration, ec2);
  const { OnDemandAllocationStrategy: strategy } =
    configuration.MixedInstancesPolicy?.InstancesDistribution ?? {};
  if (choices.length === 1 || strategy === 'prioritized') return choices[0]!;
  const live = liveInstances(record);
  const counts = choices.map(
    (choice) => live.filter((instance) => isLaunchedBy(instance, choice)).length,
  );
  return choices[counts.indexOf(Math.min(...counts))]!;
}

/**
 * Whether skip matching leaves an instance as it is: same launch template, same version and an instance type of the
 * configuration. https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-instance-refresh-skip-matching.html
 */
export function matchesConfiguration(
  instance: GroupInstance,
  configuration: Configuration,
  ec2: Ec2State,
): boolean {
  return launchChoices(configuration, ec2).some((choice) => isLaunchedBy(instance, choice));
}

function isLaunchedBy(instance: GroupInstance, { version, data }: LaunchChoice): boolean {
  return (
    instance.LaunchTemplate?.LaunchTemplateId === version.template.template.LaunchTemplateId &&
    instance.LaunchTemplate?.Version === String(version.version) &&
    (data.InstanceType === undefined || instance.InstanceType === data.InstanceType)
  );
}

/** Requests name a template by id or name; groups show both. */
export function specificationOf({ LaunchTemplateId, LaunchTemplateName, Version }: Json = {}) {
  return {
    ...(LaunchTemplateId !== undefined ? { LaunchTemplateId } : { LaunchTemplateName }),
    ...(Version !== undefined && { Version }),
  };
}

/**
 * Checks that a configuration can be launched, as AWS does by a dry run of RunInstances, and fills in names and ids.
 *
 * @returns the configuration as the group shows it once it has it
 * @throws {AwsError} ValidationError, worded as in
 *   https://github.com/hashicorp/terraform-provider-aws/issues/4570
 */
export function checkedConfiguration(configuration: Configuration, view: View): Configuration {
  const ec2 = view.peer<Ec2State>('ec2');
  try {
    for (const { data } of launchChoices(configuration, ec2)) {
      launchableImage(ec2, withResolvedImage(data, view).ImageId, view.scope);
    }
    return completed(configuration, ec2);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'NotImplemented') throw error;
    throw invalid(`You must use a valid fully-formed launch template. ${error.message}`);
  }
}

function completed(value: Json, ec2: Ec2State): Json {
  if (Array.isArray(value)) return value.map((part) => completed(part, ec2));
  if (value === null || typeof value !== 'object') return value;
  if (value.LaunchTemplateId !== undefined || value.LaunchTemplateName !== undefined) {
    const { template } = findVersion(ec2, specificationOf(value)).template;
    const { LaunchTemplateId, LaunchTemplateName } = template;
    return { LaunchTemplateId, LaunchTemplateName, Version: value.Version ?? '$Default' };
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([member, part]) => [member, completed(part, ec2)]),
  );
}

/** Whether a mixed instances policy chooses instance types by attributes. */
export function isAttributeBased({ MixedInstancesPolicy }: Configuration): boolean {
  const overrides: Json[] = MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return overrides.some(({ InstanceRequirements }) => InstanceRequirements !== undefined);
}

/** Whether instance types count for more than one each. */
export function isWeighted({ MixedInstancesPolicy }: Configuration): boolean {
  const overrides: Json[] = MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  return overrides.some(({ WeightedCapacity = '1' }) => WeightedCapacity !== '1');
}

/**
 * Why there is no way back to a configuration, if there is none:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html#instance-refresh-rollback-considerations
 */
export function obstacleToRollback(
  configuration: Configuration,
  ec2: Ec2State,
): string | undefined {
  if (configuration.LaunchConfigurationName !== undefined) {
    return 'the Auto Scaling group uses a launch configuration';
  }
  const floating = specificationsOf(configuration).find(({ Version = '$Default' }) =>
    Version.startsWith('$'),
  );
  if (floating !== undefined) {
    return `the Auto Scaling group uses the ${floating.Version ?? '$Default'} version of its launch template`;
  }
  const fromParameter = launchChoices(configuration, ec2).some(
    ({ data }) => imageParameter(data) !== undefined,
  );
  return fromParameter
    ? 'the launch template of the Auto Scaling group uses an AWS Systems Manager parameter instead of an AMI ID'
    : undefined;
}

/** Every launch template that a configuration names. */
export function specificationsOf({ LaunchTemplate, MixedInstancesPolicy }: Configuration): Json[] {
  const { LaunchTemplateSpecification, Overrides = [] } =
    MixedInstancesPolicy?.LaunchTemplate ?? {};
  return [
    LaunchTemplate,
    LaunchTemplateSpecification,
    ...Overrides.map((override: Json) => override.LaunchTemplateSpecification),
  ].filter((specification) => specification !== undefined);
}
