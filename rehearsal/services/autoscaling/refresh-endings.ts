import type { Ec2State } from '../ec2/state';
import type { Activity } from '../service';
import { obstacleToRollback, saveConfiguration, savedConfiguration } from './configuration';
import { readyOnes } from './refresh-candidates';
import { liveInstances, type AutoScalingState, type GroupRecord, type Refresh } from './state';
import { terminate } from './terminate';

type Happening =
  | 'Started'
  | 'Checkpoint Reached'
  | 'Succeeded'
  | 'Failed'
  | 'Cancelled'
  | 'Rollback Started'
  | 'Rollback Succeeded'
  | 'Rollback Failed'
  | 'Started Baking';

/**
 * Tells the event bus of a refresh, in the shape of
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html
 */
export function tell(
  { group }: GroupRecord,
  { id }: Refresh,
  happening: Happening,
  { emit, uses }: Activity,
  detail: Readonly<Record<string, string>> = {},
): void {
  uses('refresh-events');
  emit({
    source: 'aws.autoscaling',
    'detail-type': `EC2 Auto Scaling Instance Refresh ${happening}`,
    resources: [group.AutoScalingGroupARN],
    detail: {
      InstanceRefreshId: id,
      AutoScalingGroupName: group.AutoScalingGroupName,
      ...detail,
    },
  });
}

const ENDINGS = {
  Successful: 'Succeeded',
  Failed: 'Failed',
  Cancelled: 'Cancelled',
  RollbackSuccessful: 'Rollback Succeeded',
  RollbackFailed: 'Rollback Failed',
} as const;

/** Ends a refresh. The configuration that it deployed is saved on the group where it succeeded, and only there. */
export function endRefresh(
  record: GroupRecord,
  refresh: Refresh,
  status: keyof typeof ENDINGS,
  reason: string | undefined,
  activity: Activity,
): void {
  refresh.status = status;
  refresh.endedAt = activity.now;
  refresh.surplus = 0;
  delete refresh.trouble;
  if (reason === undefined) delete refresh.statusReason;
  else refresh.statusReason = reason;
  if (status === 'Successful' && refresh.desiredConfiguration !== undefined) {
    saveConfiguration(record, refresh.desiredConfiguration);
  }
  tell(record, refresh, ENDINGS[status], activity);
}

/** A refresh fails: it rolls back where that was asked for and it is not a rollback itself. */
export function failRefresh(
  record: GroupRecord,
  refresh: Refresh,
  reason: string,
  state: AutoScalingState,
  activity: Activity,
): void {
  if (refresh.status === 'RollbackInProgress') {
    return endRefresh(record, refresh, 'RollbackFailed', reason, activity);
  }
  if (refresh.preferences.AutoRollback) {
    const obstacle = rollbackObstacle(record, refresh, activity);
    if (obstacle === undefined) return rollBack(record, refresh, reason, state, activity);
  }
  dropUnready(record, refresh, state, activity);
  endRefresh(record, refresh, 'Failed', reason, activity);
}

/** Why a refresh cannot be rolled back, if it cannot. */
export function rollbackObstacle(
  record: GroupRecord,
  { desiredConfiguration }: Refresh,
  { peer }: Pick<Activity, 'peer'>,
): string | undefined {
  return desiredConfiguration === undefined
    ? 'no desired configuration was specified for it'
    : obstacleToRollback(savedConfiguration(record), peer<Ec2State>('ec2'));
}

/** Starts to replace what the refresh has deployed so far by what is saved on the group. */
export function rollBack(
  record: GroupRecord,
  refresh: Refresh,
  reason: string,
  state: AutoScalingState,
  activity: Activity,
): void {
  activity.uses('refresh-rollback');
  activity.uses('refresh-reasons');
  refresh.rollback = {
    RollbackReason: reason,
    RollbackStartTime: new Date(activity.now).toISOString(),
    PercentageCompleteOnRollback: refresh.percentage,
    InstancesToUpdateOnRollback: refresh.toUpdate,
  };
  refresh.status = 'RollbackInProgress';
  refresh.statusReason = reason;
  refresh.paused = false;
  delete refresh.trouble;
  delete refresh.checkpoint;
  delete refresh.bakesUntil;
  delete record.launchFailure;
  dropUnready(record, refresh, state, activity);
  tell(record, refresh, 'Rollback Started', activity);
}

/**
 * Terminates what the refresh deployed and is not ready: it serves nobody yet. Of instances that were launched before
 * old ones were to go, those above the desired capacity go as well.
 */
function dropUnready(
  record: GroupRecord,
  refresh: Refresh,
  state: AutoScalingState,
  activity: Activity,
): void {
  const deployed = liveInstances(record).filter((instance) => instance.deployment === refresh.id);
  const ready = readyOnes(deployed, refresh, activity);
  const unready = deployed.filter((instance) => !ready.includes(instance));
  const above = liveInstances(record).length - unready.length - record.group.DesiredCapacity;
  for (const instance of [...unready, ...ready.slice(0, Math.max(above, 0))]) {
    terminate(record, instance, 'in response to an instance refresh.', state, activity);
  }
  refresh.surplus = 0;
}
