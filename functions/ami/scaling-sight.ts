import type { AutoScaling, AutoScalingGroup, Instance } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { RunningGroup } from './groups';
import type { Scaling } from './scaling';

/** A group as far as moving it by scheduled actions must see it. */
export interface Sight {
  readonly group: AutoScalingGroup;
  readonly desired: number;
  /** Instances that count towards the desired capacity. */
  readonly live: readonly Instance[];
  /** Those of them that are to stay, and those that are to go. */
  readonly staying: readonly Instance[];
  readonly going: readonly Instance[];
  /** Whether any instance is on its way out. */
  readonly leaving: boolean;
  /** Version of the launch template that the group launches from; an empty text: it is another template. */
  readonly version: string;
}

export function sightOf(
  { group, instanceImages }: RunningGroup,
  { ami, course, template }: Pick<Scaling, 'ami' | 'course' | 'template'>,
): Sight {
  const instances = group.Instances ?? [];
  const isLeaving = ({ LifecycleState }: Instance) => /^Terminat/.test(LifecycleState ?? '');
  const live = instances.filter(
    (one) => !isLeaving(one) && !/^(Standby|Detach)/.test(one.LifecycleState ?? ''),
  );
  // EC2 may not know yet what has just been launched.
  const known = live.filter(({ InstanceId = '' }) => instanceImages[InstanceId] !== undefined);
  const stays = ({ InstanceId = '' }: Instance) =>
    (instanceImages[InstanceId] === ami) === (course === 'forward');
  const { LaunchTemplateId, Version = '' } = group.LaunchTemplate ?? {};
  return {
    group,
    desired: group.DesiredCapacity ?? 0,
    live,
    staying: known.filter(stays),
    going: known.filter((one) => !stays(one)),
    leaving: instances.some(isLeaving),
    version: LaunchTemplateId === template ? Version : '',
  };
}

/**
 * The desired capacity without what we added: what others have added meanwhile stays. It is never less than before
 * we came: a group with twice the instances looks idle, and whoever scales it in for that takes our part, not his.
 */
export function capacityWithoutOurs({ desired, group }: Sight, scaling: Scaling): number {
  const least = Math.min(desired, Math.max(scaling.desired, group.MinSize ?? 0));
  return Math.max(desired - scaling.added, least);
}

/** The largest capacity leaves no room for as many new instances as are to go. */
export function noRoom({ MaxSize }: AutoScalingGroup, capacity: number): string {
  return `its maximum size ${MaxSize} has no room for ${capacity} instances`;
}

export function inService(instances: readonly Instance[]): string[] {
  return instances
    .filter(({ LifecycleState }) => LifecycleState === 'InService')
    .flatMap(({ InstanceId }) => InstanceId ?? []);
}

/**
 * Those of the staying instances that are in service and healthy and have passed EC2's status checks: Auto Scaling
 * calls an instance healthy before these are over.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html
 */
export async function readReady(
  ec2: Pick<EC2, 'describeInstanceStatus'>,
  { staying }: Sight,
): Promise<string[]> {
  const ids = inService(staying.filter(({ HealthStatus }) => HealthStatus === 'Healthy'));
  const ready: string[] = [];
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceStatus.html
  for (let first = 0; first < ids.length; first += 100) {
    const InstanceIds = ids.slice(first, first + 100);
    const { InstanceStatuses = [] } = await ec2.describeInstanceStatus({ InstanceIds });
    for (const { InstanceId = '', InstanceStatus, SystemStatus } of InstanceStatuses) {
      if (InstanceStatus?.Status === 'ok' && SystemStatus?.Status === 'ok') ready.push(InstanceId);
    }
  }
  return ready;
}

/** What AWS said last of an instance that it could not launch, or took away; an empty text: nothing. */
export async function readTrouble(
  autoscaling: Pick<AutoScaling, 'describeScalingActivities'>,
  group: string,
  since: Date,
): Promise<string> {
  const { Activities = [] } = await autoscaling.describeScalingActivities({
    AutoScalingGroupName: group,
    MaxRecords: 100,
  });
  const found = Activities.find(
    ({ StartTime, StatusMessage, Description = '' }) =>
      StartTime !== undefined &&
      StartTime >= since &&
      ((StatusMessage ?? '') !== '' || Description.startsWith('Terminating')),
  );
  return found === undefined ? '' : (found.StatusMessage ?? found.Cause ?? '');
}
