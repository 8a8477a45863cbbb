import type { View } from '../service';
import { savedConfiguration } from './configuration';
import { liveInstances, type GroupInstance, type GroupRecord } from './state';
import { ec2Record } from './terminate';

/** Leaves of several instances those that a policy would terminate first. */
type Policy = (
  instances: readonly GroupInstance[],
  record: GroupRecord,
  view: View,
) => readonly GroupInstance[];

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html */
const POLICIES: Readonly<Record<string, Policy>> = {
  Default: (instances, record, view) =>
    closestToNextHour(oldestTemplate(oldestConfiguration(instances), record), view),
  OldestInstance: (instances, _record, view) =>
    lowest(instances, (instance) => launchedAt(instance, view)),
  NewestInstance: (instances, _record, view) =>
    lowest(instances, (instance) => -launchedAt(instance, view)),
  OldestLaunchTemplate: (instances, record) => oldestTemplate(instances, record),
  OldestLaunchConfiguration: (instances) => oldestConfiguration(instances),
  ClosestToNextInstanceHour: (instances, _record, view) => closestToNextHour(instances, view),
  // Prices and spare capacity are not emulated, so no instance fits its strategy better than another.
  AllocationStrategy: (instances) => instances,
};

/** Names of the policies that the emulation knows. */
export const terminationPolicies: readonly string[] = Object.keys(POLICIES);

/** The instance that scaling in terminates next; none where all that are left are protected. */
export function chooseVictim(record: GroupRecord, view: View): GroupInstance | undefined {
  const live = liveInstances(record);
  const candidates = live.filter(({ ProtectedFromScaleIn }) => !ProtectedFromScaleIn);
  return inOrderOfTermination(record, candidates, live, view)[0];
}

/**
 * The first few of the candidates in the order of their termination: from the zone with most instances, then by
 * the policies of the group; of those that are left alike, the one with the lowest id.
 *
 * @param live all instances of the group that count for the balance of zones
 */
export function inOrderOfTermination(
  record: GroupRecord,
  candidates: readonly GroupInstance[],
  live: readonly GroupInstance[],
  view: View,
  count = 1,
): GroupInstance[] {
  const chosen: GroupInstance[] = [];
  const isLeft = (instance: GroupInstance) => !chosen.includes(instance);
  while (chosen.length < Math.min(count, candidates.length)) {
    let left = inFullestZone(candidates.filter(isLeft), live.filter(isLeft));
    for (const name of record.group.TerminationPolicies ?? ['Default']) {
      left = (POLICIES[name] as Policy)(left, record, view);
    }
    const [first] = [...left].sort((one, other) => (one.InstanceId < other.InstanceId ? -1 : 1));
    chosen.push(first!);
  }
  return chosen;
}

/** Where the zones are balanced all of them stay. */
function inFullestZone(
  candidates: readonly GroupInstance[],
  live: readonly GroupInstance[],
): readonly GroupInstance[] {
  const sizes = new Map<string, number>();
  for (const { AvailabilityZone: zone } of live) sizes.set(zone, (sizes.get(zone) ?? 0) + 1);
  return lowest(candidates, ({ AvailabilityZone }) => -(sizes.get(AvailabilityZone) ?? 0));
}

function oldestConfiguration(instances: readonly GroupInstance[]): readonly GroupInstance[] {
  return lowest(instances, (one) => (one.LaunchConfigurationName === undefined ? 1 : 0));
}

/** Other templates than the group's first, then the lowest version. */
function oldestTemplate(
  instances: readonly GroupInstance[],
  record: GroupRecord,
): readonly GroupInstance[] {
  const { LaunchTemplate, MixedInstancesPolicy } = savedConfiguration(record);
  const current = (
    LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification
  )?.LaunchTemplateId;
  return lowest(instances, ({ LaunchTemplate: own }) =>
    own === undefined || own.LaunchTemplateId !== current ? 0 : Number(own.Version),
  );
}

function closestToNextHour(
  instances: readonly GroupInstance[],
  view: View,
): readonly GroupInstance[] {
  const HOUR = 3_600_000;
  return lowest(instances, (one) => HOUR - ((view.now - launchedAt(one, view)) % HOUR));
}

function launchedAt(instance: GroupInstance, view: View): number {
  return Date.parse(ec2Record(instance, view).instance.LaunchTime);
}

function lowest(
  instances: readonly GroupInstance[],
  rank: (instance: GroupInstance) => number,
): readonly GroupInstance[] {
  const ranks = instances.map(rank);
  const least = Math.min(...ranks);
  return instances.filter((_instance, index) => ranks[index] === least);
}
