import { impairmentAt, passedChecksAt } from '../ec2/instances';
import type { Activity, View } from '../service';
import { ec2Record, hasGone, terminate } from './terminate';
import {
  isLeaving,
  isSuspended,
  noteTrouble,
  type AutoScalingState,
  type GroupInstance,
  type GroupRecord,
} from './state';

/** Worded as AWS words it: https://repost.aws/knowledge-center/auto-scaling-instance-how-terminated */
const TERMINATED =
  'in response to an EC2 health check indicating it has been terminated or stopped.';
const IMPAIRED = 'in response to an EC2 instance status checks failure.';

/** Finds instances that are unhealthy by now and terminates them. @returns whether there were any */
export function replaceUnhealthy(
  record: GroupRecord,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const { uses, now } = activity;
  let changed = false;
  for (const instance of record.instances) {
    if (isLeaving(instance) || instance.LifecycleState === 'Standby') continue;
    const gone = hasGone(instance, activity);
    if (!isSuspended(record, 'HealthCheck') && instance.HealthStatus === 'Healthy') {
      if (!gone && !failsChecks(record, instance, activity)) continue;
      uses('health');
      instance.HealthStatus = 'Unhealthy';
      changed = true;
      const why = gone ? 'it has been terminated or stopped' : 'it fails its EC2 status checks';
      const reason = `${WAITING} For example: ${instance.InstanceId} is unhealthy: ${why}.`;
      noteTrouble(record, instance, reason, now);
    }
    if (instance.HealthStatus === 'Healthy' || isSuspended(record, 'ReplaceUnhealthy')) continue;
    if (isSuspended(record, 'Terminate')) continue;
    terminate(record, instance, gone ? TERMINATED : IMPAIRED, state, activity);
    changed = true;
  }
  return changed;
}

/** First sentence of the reason of a refresh that cannot go on, as AWS words it. */
export const WAITING = 'Waiting for remaining instances to be available.';

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/health-check-grace-period.html */
function failsChecks(record: GroupRecord, instance: GroupInstance, view: View): boolean {
  if (instance.LifecycleState !== 'InService' || view.now < graceEnds(record, instance)) {
    return false;
  }
  return impairmentAt(ec2Record(instance, view), view.now) !== undefined;
}

/** Until when status checks of an instance do not count, epoch milliseconds. */
export function graceEnds({ group }: GroupRecord, { inServiceAt = -Infinity }: GroupInstance) {
  return inServiceAt + (group.HealthCheckGracePeriod ?? 0) * 1000;
}

/**
 * Whether an instance is in service, healthy and ready to use: its first health check has passed, and its warmup.
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-maintenance-policy-overview-and-considerations.html
 *
 * @param warmup milliseconds
 */
export function isReady(instance: GroupInstance, warmup: number, view: View): boolean {
  const { LifecycleState, HealthStatus, inServiceAt = -Infinity } = instance;
  return (
    LifecycleState === 'InService' &&
    HealthStatus === 'Healthy' &&
    view.now >= inServiceAt + warmup &&
    passedChecksAt(ec2Record(instance, view), view.now)
  );
}
