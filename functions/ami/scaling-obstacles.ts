import type { RunningGroup } from './groups';
import { noRoom } from './scaling-sight';

/** Why a group cannot be moved to an AMI by scheduled actions; `undefined`: it can. */
export function findScalingObstacle(
  { group, instanceImages }: RunningGroup,
  ami: string,
): string | undefined {
  if (group.LaunchTemplate === undefined) {
    return 'it has no launch template of its own: groups with a mixed instances policy are moved by instance refreshes';
  }
  if (group.WarmPoolConfiguration !== undefined) {
    return 'it has a warm pool: it would scale out to instances that run the old AMI';
  }
  const suspended = (group.SuspendedProcesses ?? []).flatMap(({ ProcessName = '' }) =>
    ['Launch', 'Terminate', 'ScheduledActions'].includes(ProcessName) ? [ProcessName] : [],
  );
  if (suspended.length > 0) return `its process ${suspended.join(' and ')} is suspended`;
  // The default policy begins with the oldest version of the launch template, too:
  // https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html
  const fitting = ['Default', 'OldestLaunchTemplate', 'OldestInstance'];
  const [policy = 'Default'] = group.TerminationPolicies ?? [];
  if (!fitting.includes(policy)) {
    return `its first termination policy is ${policy}: whoever scales it in meanwhile would take new instances; set ${fitting.join(' or ')}`;
  }
  if (group.NewInstancesProtectedFromScaleIn === true) {
    return 'it protects new instances from scale-in: whether they stay would not be ours to say';
  }
  const instances = group.Instances ?? [];
  const isProtected = instances.find(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true);
  if (isProtected !== undefined) {
    return `${isProtected.InstanceId} is protected from scale-in: it would never go`;
  }
  const standby = instances.find(({ LifecycleState }) => LifecycleState === 'Standby');
  if (standby !== undefined) return `${standby.InstanceId} is in Standby: it would never go`;
  const going = Object.values(instanceImages).filter((image) => image !== ami);
  const capacity = (group.DesiredCapacity ?? 0) + going.length;
  return capacity > (group.MaxSize ?? 0) ? noRoom(group, capacity) : undefined;
}
