import type { Activity, View } from '../service';
import { checkpointSize, nextBatch } from './batch';
import { isReady, WAITING } from './health';
import { secondsOf } from './names';
import { alarmsOf } from './preferences';
import { candidatesOf, readyOnes, unsettledOne, type Candidates } from './refresh-candidates';
import { endRefresh, failRefresh, tell } from './refresh-endings';
import {
  activeRefresh,
  isSuspended,
  liveInstances,
  type AutoScalingState,
  type GroupInstance,
  type GroupRecord,
  type Refresh,
} from './state';
import { terminate } from './terminate';
import { inOrderOfTermination } from './termination-policy';

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations */
const PATIENCE = 3_600_000;
const LONGEST = 14 * 24 * PATIENCE;

/** Takes the refresh of a group a step further. @returns whether anything changed */
export function advanceRefresh(
  record: GroupRecord,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const refresh = activeRefresh(record);
  if (refresh === undefined) return false;
  switch (refresh.status) {
    case 'Pending':
      if (activity.now < refresh.beginsAt || isSuspended(record, 'InstanceRefresh')) return false;
      refresh.status = 'InProgress';
      tell(record, refresh, 'Started', activity);
      return true;
    case 'Cancelling':
      return cancel(record, refresh, activity);
    case 'Baking':
      return failed(record, refresh, state, activity) || bake(record, refresh, activity);
    default:
      return failed(record, refresh, state, activity) || replace(record, refresh, state, activity);
  }
}

/** When the refresh of a group is due by the clock, epoch milliseconds. */
export function refreshTimes(refresh: Refresh): number[] {
  const { beginsAt, startedAt, trouble, checkpoint, bakesUntil } = refresh;
  return [
    beginsAt,
    startedAt + LONGEST,
    ...(trouble === undefined ? [] : [trouble.since + PATIENCE]),
    ...(checkpoint === undefined ? [] : [checkpoint.until]),
    ...(bakesUntil === undefined ? [] : [bakesUntil]),
  ];
}

/** Whether alarms have changed so that a refresh is to fail, to pause or to go on. */
export function alarmsMatter(refresh: Refresh, view: View): boolean {
  if (refresh.status !== 'InProgress' && refresh.status !== 'Baking') return false;
  const alarms = alarmsOf(refresh.preferences, view);
  return (
    alarms.some(({ state }) => state === 'ALARM') ||
    alarms.some(({ state }) => state !== 'OK') !== refresh.paused
  );
}

/** @returns whether the refresh failed */
function failed(
  record: GroupRecord,
  refresh: Refresh,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const { now } = activity;
  const alarms =
    refresh.status === 'RollbackInProgress' ? [] : alarmsOf(refresh.preferences, activity);
  const alarm = alarms.find((one) => one.state === 'ALARM');
  refresh.paused = alarms.some((one) => one.state !== 'OK');
  const reason =
    alarm !== undefined
      ? `The CloudWatch alarm ${alarm.name} went into the ALARM state.`
      : refresh.status !== 'Baking' &&
          refresh.trouble !== undefined &&
          now >= refresh.trouble.since + PATIENCE
        ? `The instance refresh could not continue for one hour. ${refresh.trouble.reason}`
        : now >= refresh.startedAt + LONGEST && refresh.status !== 'Baking'
          ? 'The instance refresh did not complete within 14 days.'
          : undefined;
  if (reason === undefined) return false;
  activity.uses('refresh-reasons');
  failRefresh(record, refresh, reason, state, activity);
  return true;
}

/** What is on its way is waited for; what is lost meanwhile is not launched again. */
function cancel(record: GroupRecord, refresh: Refresh, activity: Activity): boolean {
  const above = liveInstances(record).length - record.group.DesiredCapacity;
  refresh.surplus = Math.min(refresh.surplus, Math.max(above, 0));
  const moving = record.instances.some(
    ({ LifecycleState }) => LifecycleState !== 'InService' && LifecycleState !== 'Standby',
  );
  if (moving) return false;
  endRefresh(record, refresh, 'Cancelled', CANCELLED, activity);
  return true;
}

/** Worded as AWS words it: https://docs.aws.amazon.com/cli/latest/reference/autoscaling/describe-instance-refreshes.html */
export const CANCELLED = 'Cancelled due to user request.';

function bake(record: GroupRecord, refresh: Refresh, activity: Activity): boolean {
  if (activity.now < (refresh.bakesUntil ?? 0)) return false;
  endRefresh(record, refresh, 'Successful', undefined, activity);
  return true;
}

/** Replaces the next instances, once those of the last batch are ready. */
function replace(
  record: GroupRecord,
  refresh: Refresh,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const { now } = activity;
  const candidates = candidatesOf(record, refresh, activity);
  count(refresh, candidates, activity);
  const live = liveInstances(record);
  const unsettled = unsettledOne(record, refresh, candidates.fresh, activity);
  if (unsettled !== undefined || live.length !== record.group.DesiredCapacity + refresh.surplus) {
    explain(refresh, unsettled, activity);
    return false;
  }
  // What was deployed last is healthy, so what went wrong before is over.
  if (refresh.trouble?.blocked !== true || candidates.blocked.length === 0) delete refresh.trouble;
  if (refresh.surplus > 0) {
    const count = Math.min(refresh.surplus, candidates.old.length);
    refresh.surplus = 0;
    terminateOld(record, candidates.old, count, state, activity);
    return true;
  }
  if (refresh.status === 'InProgress' && reachCheckpoint(record, refresh, activity)) return true;
  if (now < (refresh.checkpoint?.until ?? 0) || refresh.paused) return false;
  if (candidates.old.length === 0 || isAtLastCheckpoint(refresh)) {
    if (candidates.blocked.length > 0 && !isAtLastCheckpoint(refresh)) {
      return block(refresh, candidates.blocked[0]!, activity);
    }
    complete(record, refresh, activity);
    return true;
  }
  return startBatch(record, refresh, candidates, state, activity);
}

function startBatch(
  record: GroupRecord,
  refresh: Refresh,
  { old, fresh, size }: Candidates,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  // Those on standby are no part of the capacity: nothing replaces them.
  const standby = old.filter(({ LifecycleState }) => LifecycleState === 'Standby');
  const { MinHealthyPercentage: min, MaxHealthyPercentage: max } = refresh.preferences;
  const { terminate: count, launchFirst } = nextBatch({
    desired: record.group.DesiredCapacity,
    ready: readyOnes(liveInstances(record), refresh, activity).length,
    old: Math.max(
      Math.min(old.length - standby.length, upToCheckpoint(refresh, size) - fresh.length),
      0,
    ),
    min,
    max,
  });
  activity.uses('refresh-batches');
  for (const instance of standby) {
    terminate(record, instance, REFRESHED, state, activity);
  }
  const working = old.filter((instance) => !standby.includes(instance));
  terminateOld(record, working, count, state, activity);
  refresh.surplus = launchFirst;
  return standby.length + count + launchFirst > 0;
}

const REFRESHED = 'in response to an instance refresh.';

/** Earlier instances first: those of the fullest zone, as when scaling in. */
function terminateOld(
  record: GroupRecord,
  old: readonly GroupInstance[],
  count: number,
  state: AutoScalingState,
  activity: Activity,
): void {
  const chosen = inOrderOfTermination(record, old, liveInstances(record), activity, count);
  for (const instance of chosen) terminate(record, instance, REFRESHED, state, activity);
}

/** @returns how many instances may be new before the next checkpoint */
function upToCheckpoint({ preferences, checkpoint, status }: Refresh, size: number): number {
  if (status !== 'InProgress') return Infinity;
  const next = (preferences.CheckpointPercentages ?? []).find(
    (percentage: number) => percentage > (checkpoint?.percentage ?? 0),
  );
  return next === undefined ? Infinity : checkpointSize(size, next);
}

/** Several may be reached at once: AWS tells of the last of them. @returns whether one was reached */
function reachCheckpoint(record: GroupRecord, refresh: Refresh, activity: Activity): boolean {
  const { CheckpointPercentages = [], CheckpointDelay } = refresh.preferences;
  const reached = Math.max(
    0,
    ...CheckpointPercentages.filter((percentage: number) => percentage <= refresh.percentage),
  );
  if (reached === 100 || reached <= (refresh.checkpoint?.percentage ?? 0)) return false;
  const until = activity.now + CheckpointDelay * 1000;
  refresh.checkpoint = { percentage: reached, until };
  refresh.statusReason = `Waiting at the checkpoint of ${reached} percent until ${secondsOf(until)}.`;
  activity.uses('refresh-checkpoints');
  tell(record, refresh, 'Checkpoint Reached', activity, {
    CheckpointPercentage: String(reached),
    CheckpointDelay: String(CheckpointDelay),
  });
  return true;
}

/** A last checkpoint below 100 percent is where the refresh ends. */
function isAtLastCheckpoint({ preferences, checkpoint, status }: Refresh): boolean {
  const last = preferences.CheckpointPercentages?.at(-1) ?? 100;
  return status === 'InProgress' && last < 100 && checkpoint?.percentage === last;
}

function complete(record: GroupRecord, refresh: Refresh, activity: Activity): void {
  const { BakeTime = 0 } = refresh.preferences;
  if (refresh.status === 'RollbackInProgress') {
    endRefresh(record, refresh, 'RollbackSuccessful', refresh.rollback.RollbackReason, activity);
  } else if (BakeTime === 0) endRefresh(record, refresh, 'Successful', undefined, activity);
  else {
    refresh.status = 'Baking';
    refresh.bakesUntil = activity.now + BakeTime * 1000;
    refresh.statusReason = `Waiting for the bake time to pass until ${secondsOf(refresh.bakesUntil)}.`;
    delete refresh.checkpoint;
    tell(record, refresh, 'Started Baking', activity);
  }
}

/** AWS waits an hour for somebody to free the instance. @returns false: nothing can be done */
function block(
  refresh: Refresh,
  { InstanceId, LifecycleState }: GroupInstance,
  activity: Activity,
) {
  const reason =
    LifecycleState === 'Standby'
      ? `${InstanceId} is in Standby. Return it to service to continue.`
      : `${InstanceId} is protected. Remove instance scale-in protection to continue.`;
  activity.uses('refresh-reasons');
  refresh.statusReason = `${WAITING} For example: ${reason}`;
  refresh.trouble ??= { since: activity.now, reason: refresh.statusReason, blocked: true };
  return false;
}

/** Says what a refresh waits for, in AWS's words. */
function explain(refresh: Refresh, instance: GroupInstance | undefined, view: View): void {
  if (refresh.trouble !== undefined) refresh.statusReason = refresh.trouble.reason;
  else if (instance === undefined) refresh.statusReason = WAITING;
  else {
    const { InstanceId: id, LifecycleState } = instance;
    const checked = isReady(instance, 0, view);
    refresh.statusReason =
      LifecycleState === 'InService' && !checked
        ? `${WAITING} For example: ${id} has insufficient data to evaluate its health with Amazon EC2.`
        : LifecycleState === 'InService'
          ? `Waiting for instances to warm up before continuing. For example: ${id} is warming up.`
          : `${WAITING} For example: ${id} is ${LifecycleState}.`;
  }
}

/** Brings the percentage up to date; that of a rollback goes down to zero. */
function count(refresh: Refresh, { old, blocked, fresh, size }: Candidates, view: View): void {
  if (refresh.status === 'RollbackInProgress') {
    refresh.toUpdate = old.length + blocked.length;
    refresh.percentage = percent(refresh.toUpdate, size);
  } else {
    const done = Math.min(readyOnes(fresh, refresh, view).length, size);
    refresh.toUpdate = size - done;
    refresh.percentage = percent(done, size);
  }
}

function percent(part: number, size: number): number {
  return size === 0 ? 100 : Math.floor((100 * part) / size);
}
