import type { GroupFacts, TemplateUse } from './groups';
import type { ImageFacts } from './images';
import { findScalingObstacle } from './scaling-obstacles';
import type { GroupSettings } from './settings';

/**
 * Why a group cannot be moved to an AMI safely; `undefined`: it can. Sources of the facts:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html and
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 *
 * @param images the AMIs that the group's templates name, by id
 */
export function findObstacle(
  facts: GroupFacts,
  target: ImageFacts,
  images: ReadonlyMap<string, ImageFacts>,
  settings: GroupSettings,
): string | undefined {
  const { group, templates } = facts;
  if (group.LaunchConfigurationName !== undefined) {
    return `it launches from the launch configuration ${group.LaunchConfigurationName}: move it to a launch template`;
  }
  if (templates.length === 0) return 'it has no launch template';
  const suspended = (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) =>
    ['Launch', 'Terminate'].includes(ProcessName ?? '') ? [ProcessName] : [],
  );
  if (suspended.length > 0) {
    return `its process ${suspended.join(' and ')} is suspended: a refresh would wait for an hour and fail`;
  }
  const overrides = group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? [];
  if (
    overrides.some(({ InstanceRequirements }) => InstanceRequirements !== undefined) ||
    templates.some(({ data }) => data.InstanceRequirements !== undefined)
  ) {
    return 'it chooses instance types by attributes: AWS takes no desired configuration for its refresh, so it could not be rolled back';
  }
  const fixed = overrides.findIndex(({ ImageId }) => ImageId !== undefined);
  if (fixed >= 0) {
    const type = overrides[fixed]?.InstanceType ?? 'by attributes';
    return `its override ${fixed + 1} (${type}) names an AMI itself, whatever its launch template has: remove its ImageId`;
  }
  for (const template of templates) {
    const obstacle = templateObstacle(template, target, images);
    if (obstacle !== undefined) return `${template.place} ${obstacle}`;
  }
  return settings.strategy === 'scheduledActions'
    ? findScalingObstacle(facts, target.id)
    : findStall(facts, settings);
}

function templateObstacle(
  { configured, version, data, name }: TemplateUse,
  target: ImageFacts,
  images: ReadonlyMap<string, ImageFacts>,
): string | undefined {
  if (version === 0) return `is ${name} version ${configured ?? '$Default'}, which is not there`;
  if (configured === undefined || configured.startsWith('$')) {
    const which = configured ?? '$Default';
    return `is ${name} version ${which}: AWS cannot roll that back; set its number, ${version}`;
  }
  const imageId = data.ImageId ?? '';
  if (imageId.startsWith('resolve:')) {
    return `names its AMI as ${imageId}: AWS cannot roll that back; set the id of an AMI`;
  }
  if (imageId === '') return `(${name} version ${version}) names no AMI`;
  const current = images.get(imageId);
  // The AMI that runs may be gone by now: then there is nothing to compare.
  if (current === undefined) return undefined;
  const differing = (['architecture', 'virtualization', 'rootDeviceType'] as const).find(
    (property) => current[property] !== target[property],
  );
  if (differing !== undefined) {
    return `runs ${imageId}, whose ${differing} is ${current[differing]}; that of ${target.id} is ${target[differing]}`;
  }
  const mapsRoot = (data.BlockDeviceMappings ?? []).some(
    ({ DeviceName }) => DeviceName === current.rootDeviceName,
  );
  return mapsRoot && current.rootDeviceName !== target.rootDeviceName
    ? `maps the root device ${current.rootDeviceName}; that of ${target.id} is ${target.rootDeviceName}`
    : undefined;
}

/** What AWS would wait for, for an hour, and then fail. */
function findStall({ group }: GroupFacts, settings: GroupSettings): string | undefined {
  const instances = group.Instances ?? [];
  const isProtected = instances.find(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true);
  if (isProtected !== undefined && settings.protectedInstances === 'wait') {
    return `${isProtected.InstanceId} is protected from scale-in: set protectedInstances to refresh or ignore`;
  }
  const standby = instances.find(({ LifecycleState }) => LifecycleState === 'Standby');
  if (standby !== undefined && settings.standbyInstances === 'wait') {
    return `${standby.InstanceId} is in Standby: set standbyInstances to terminate or ignore`;
  }
  return undefined;
}

/** What people should know before a group is moved. */
export function findWarnings({ group, templates }: GroupFacts, settings: GroupSettings): string[] {
  const { DesiredCapacity = 0, Instances = [] } = group;
  const { minHealthyPercentage, maxHealthyPercentage } = settings;
  const floor = Math.floor((DesiredCapacity * minHealthyPercentage) / 100);
  const launchesFirst = maxHealthyPercentage > 100 || minHealthyPercentage === 100;
  const weighted = (group.MixedInstancesPolicy?.LaunchTemplate?.Overrides ?? []).some(
    ({ WeightedCapacity }) => Number(WeightedCapacity ?? 1) >= Math.max(DesiredCapacity, 2),
  );
  const warnings = [
    DesiredCapacity > 0 &&
      floor === 0 &&
      !launchesFirst &&
      `an outage is certain: ${DesiredCapacity === 1 ? 'its one instance is' : 'all its instances are'} terminated before the next is there`,
    weighted && 'an instance weighs as much as the whole group: all may be replaced at once',
    group.WarmPoolConfiguration !== undefined && 'its warm pool is replaced as well',
    Instances.some(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true) &&
      (settings.protectedInstances === 'ignore'
        ? 'instances that are protected from scale-in keep the old AMI'
        : 'instances that are protected from scale-in are replaced all the same'),
    new Set(templates.map(({ id }) => id)).size > 1 &&
      'its overrides have launch templates of their own: each gets a new version',
  ];
  return warnings.filter((warning) => warning !== false);
}
