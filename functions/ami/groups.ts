import type {
  AutoScaling,
  AutoScalingGroup,
  DesiredConfiguration,
  InstanceRefresh,
  LaunchTemplateSpecification,
} from '@aws-sdk/client-auto-scaling';
import type { EC2, LaunchTemplateVersion, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2';
import type { GroupSettings } from './settings';

export function createAutoScaling(): AutoScaling {
  const { AutoScaling } =
    require('@aws-sdk/client-auto-scaling') as typeof import('@aws-sdk/client-auto-scaling');
  return new AutoScaling({ retryMode: 'adaptive', maxAttempts: 8 });
}

/** One use of a launch template by a group. */
export interface TemplateUse {
  readonly id: string;
  readonly name: string;
  /** As the group has it: a number, `$Latest` or `$Default`; absent: the default. */
  readonly configured?: string;
  /** 0: the template, or this version of it, is gone. */
  readonly version: number;
  readonly data: ResponseLaunchTemplateData;
  /** In words: `its launch template`, `its override 2 (m5.large)`. */
  readonly place: string;
}

/** A group, and the template versions that it launches from. */
export interface ConfiguredGroup {
  readonly group: AutoScalingGroup;
  /** The base template first, then those of the overrides that have their own. */
  readonly templates: readonly TemplateUse[];
}

/** A group, and what its instances run. */
export interface RunningGroup {
  readonly group: AutoScalingGroup;
  /** AMI of each instance that is not on its way out, by id. */
  readonly instanceImages: Readonly<Record<string, string>>;
}

export type GroupFacts = ConfiguredGroup & RunningGroup;

/** Reads all of that; `undefined`: no such group. */
export async function readGroup(
  autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>,
  ec2: Pick<EC2, 'describeLaunchTemplateVersions' | 'describeInstances'>,
  name: string,
): Promise<GroupFacts | undefined> {
  const configured = await readConfiguredGroup(autoscaling, ec2, name);
  if (configured === undefined) return undefined;
  return { ...configured, instanceImages: await readInstanceImages(ec2, configured.group) };
}

/** `undefined`: no such group. */
export async function readConfiguredGroup(
  autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>,
  ec2: Pick<EC2, 'describeLaunchTemplateVersions'>,
  name: string,
): Promise<ConfiguredGroup | undefined> {
  const answer = await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  const group = answer.AutoScalingGroups?.[0];
  if (group === undefined) return undefined;
  const templates: TemplateUse[] = [];
  for (const { place, spec } of templateSpecs(group)) {
    templates.push(await readTemplate(ec2, place, spec));
  }
  return { group, templates };
}

/** `undefined`: no such group. */
export async function readRunningGroup(
  autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>,
  ec2: Pick<EC2, 'describeInstances'>,
  name: string,
): Promise<RunningGroup | undefined> {
  const answer = await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
  const group = answer.AutoScalingGroups?.[0];
  if (group === undefined) return undefined;
  return { group, instanceImages: await readInstanceImages(ec2, group) };
}

/** Everything that a group, or what a refresh makes of it, launches from. */
export function templateSpecs({
  LaunchTemplate,
  MixedInstancesPolicy,
}: DesiredConfiguration): readonly {
  readonly place: string;
  readonly spec: LaunchTemplateSpecification;
}[] {
  if (LaunchTemplate !== undefined) return [{ place: 'its launch template', spec: LaunchTemplate }];
  const mixed = MixedInstancesPolicy?.LaunchTemplate;
  const base = mixed?.LaunchTemplateSpecification;
  if (base === undefined) return [];
  return [
    { place: 'its launch template', spec: base },
    ...(mixed?.Overrides ?? []).flatMap((override, index) =>
      override.LaunchTemplateSpecification === undefined
        ? []
        : [
            {
              place: `its override ${index + 1} (${override.InstanceType ?? 'by attributes'})`,
              spec: override.LaunchTemplateSpecification,
            },
          ],
    ),
  ];
}

async function readTemplate(
  ec2: Pick<EC2, 'describeLaunchTemplateVersions'>,
  place: string,
  spec: LaunchTemplateSpecification,
): Promise<TemplateUse> {
  const found = await findVersion(ec2, spec);
  return {
    id: found?.LaunchTemplateId ?? spec.LaunchTemplateId ?? '',
    name: found?.LaunchTemplateName ?? spec.LaunchTemplateName ?? '',
    ...(spec.Version === undefined ? {} : { configured: spec.Version }),
    version: found?.VersionNumber ?? 0,
    data: found?.LaunchTemplateData ?? {},
    place,
  };
}

/** A version of a launch template; `undefined`: it is gone. */
export async function findVersion(
  ec2: Pick<EC2, 'describeLaunchTemplateVersions'>,
  { LaunchTemplateId, LaunchTemplateName, Version = '$Default' }: LaunchTemplateSpecification,
): Promise<LaunchTemplateVersion | undefined> {
  try {
    const answer = await ec2.describeLaunchTemplateVersions({
      ...(LaunchTemplateId === undefined ? { LaunchTemplateName } : { LaunchTemplateId }),
      Versions: [Version],
    });
    return answer.LaunchTemplateVersions?.[0];
  } catch (error) {
    // One broken group must not end the run of all others.
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    if (/^InvalidLaunchTemplate(Id|Name)\..*NotFound/.test((error as Error).name)) return undefined;
    throw error;
  }
}

async function readInstanceImages(
  ec2: Pick<EC2, 'describeInstances'>,
  group: AutoScalingGroup,
): Promise<Record<string, string>> {
  const ids = (group.Instances ?? [])
    .filter(({ LifecycleState = '' }) => !/^(Terminat|Detach)/.test(LifecycleState))
    .flatMap(({ InstanceId }) => InstanceId ?? []);
  const images: Record<string, string> = {};
  for (let first = 0; first < ids.length; first += 200) {
    // A filter and not the ids: one that is gone would fail the whole call.
    const Filters = [{ Name: 'instance-id', Values: ids.slice(first, first + 200) }];
    let token: string | undefined;
    do {
      const page = await ec2.describeInstances({
        Filters,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      for (const { Instances = [] } of page.Reservations ?? []) {
        for (const { InstanceId = '', ImageId = '' } of Instances) images[InstanceId] = ImageId;
      }
      token = page.NextToken;
    } while (token !== undefined);
  }
  return images;
}

/** Whether the group launches the AMI from everywhere, and each of its instances that is to be replaced runs it. */
export function runsOnly(
  { group, templates, instanceImages }: GroupFacts,
  ami: string,
  { protectedInstances, standbyInstances }: GroupSettings,
): boolean {
  const stays = (group.Instances ?? [])
    .filter(
      ({ ProtectedFromScaleIn, LifecycleState }) =>
        (ProtectedFromScaleIn === true && protectedInstances === 'ignore') ||
        (LifecycleState === 'Standby' && standbyInstances === 'ignore'),
    )
    .map(({ InstanceId }) => InstanceId);
  return (
    templates.length > 0 &&
    templates.every(({ data }) => data.ImageId === ami) &&
    Object.entries(instanceImages).every(([id, image]) => image === ami || stays.includes(id))
  );
}

/** The refresh that is under way, if any. */
export async function readActiveRefresh(
  autoscaling: Pick<AutoScaling, 'describeInstanceRefreshes'>,
  name: string,
): Promise<InstanceRefresh | undefined> {
  const answer = await autoscaling.describeInstanceRefreshes({ AutoScalingGroupName: name });
  return answer.InstanceRefreshes?.find(({ Status }) => isActive(Status));
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
export function isActive(status: string | undefined): boolean {
  return !['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed'].includes(
    status ?? '',
  );
}

/** Why AWS says that a refresh ended as it did. */
export function endOf({ Status, StatusReason, RollbackDetails }: InstanceRefresh): string {
  const reasons = [StatusReason, RollbackDetails?.RollbackReason].filter(
    (reason) => reason !== undefined && reason !== '',
  );
  const said = reasons.length === 0 ? 'AWS gave no reason' : [...new Set(reasons)].join('; ');
  return `the instance refresh is ${Status ?? 'unknown'}. ${said}`;
}
