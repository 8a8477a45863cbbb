import type { Activity, Json } from '../service';
import { nextId, secondsOf } from './names';
import type { AutoScalingState, GroupInstance, GroupRecord } from './state';

/** What a scaling activity begins with. */
export interface ActivityStart {
  readonly description: string;
  readonly cause: string;
  readonly zone: string;
  readonly subnet?: string;
}

/** Notes a scaling activity that is under way. @returns its id */
export function beginActivity(
  { group, activities }: GroupRecord,
  { description, cause, zone, subnet }: ActivityStart,
  state: AutoScalingState,
  now: number,
): string {
  const ActivityId = nextId(state, now);
  activities.unshift({
    ActivityId,
    AutoScalingGroupName: group.AutoScalingGroupName,
    Description: description,
    Cause: cause,
    StartTime: new Date(now).toISOString(),
    StatusCode: 'InProgress',
    Progress: 50,
    Details: JSON.stringify({
      ...(subnet !== undefined && { 'Subnet ID': subnet }),
      'Availability Zone': zone,
    }),
    AutoScalingGroupARN: group.AutoScalingGroupARN,
  });
  return ActivityId;
}

type Ending =
  | 'EC2 Instance Launch Successful'
  | 'EC2 Instance Launch Unsuccessful'
  | 'EC2 Instance Terminate Successful';

/**
 * Ends a scaling activity and tells of it, in the shape of
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
 *
 * @param id of the activity; one that began before the rehearsal is told of without it
 * @param message why it failed; none where it did not
 */
export function endActivity(
  { group, activities }: GroupRecord,
  id: string | undefined,
  ending: Ending,
  instance: Pick<GroupInstance, 'InstanceId' | 'AvailabilityZone'> | undefined,
  { now, emit, scope, uses }: Activity,
  message = '',
): void {
  uses('activities');
  const found = activities.find(({ ActivityId }) => ActivityId === id);
  const EndTime = new Date(now).toISOString();
  if (found !== undefined) {
    const StatusCode = message === '' ? 'Successful' : 'Failed';
    Object.assign(found, { EndTime, StatusCode, Progress: 100 });
    if (message !== '') found.StatusMessage = message;
  }
  const launched = ending !== 'EC2 Instance Terminate Successful';
  const { account, region, partition } = scope;
  emit({
    source: 'aws.autoscaling',
    'detail-type': ending,
    resources: [
      group.AutoScalingGroupARN,
      ...(instance === undefined
        ? []
        : [`arn:${partition}:ec2:${region}:${account}:instance/${instance.InstanceId}`]),
    ],
    detail: {
      StatusCode: message === '' ? 'InProgress' : 'Failed',
      Description: found?.Description ?? '',
      AutoScalingGroupName: group.AutoScalingGroupName,
      ActivityId: found?.ActivityId ?? '',
      RequestId: found?.ActivityId ?? '',
      StatusMessage: message,
      Details: detailsOf(found, instance),
      StartTime: secondsOf(found === undefined ? now : Date.parse(found.StartTime)),
      EndTime: secondsOf(now),
      EC2InstanceId: instance?.InstanceId ?? '',
      Cause: found?.Cause ?? '',
      Origin: launched ? 'EC2' : 'AutoScalingGroup',
      Destination: launched ? 'AutoScalingGroup' : 'EC2',
    },
  });
}

function detailsOf(
  activity: Json,
  instance: Pick<GroupInstance, 'AvailabilityZone'> | undefined,
): Json {
  if (activity !== undefined) return JSON.parse(activity.Details);
  return { 'Availability Zone': instance?.AvailabilityZone ?? '' };
}
