import type { Ec2State } from '../ec2/state';
import { dueEvents, nextEventAt } from '../estate-events';
import type { Activity, View } from '../service';
import { reachCapacity, resize } from './capacity';
import { graceEnds, replaceUnhealthy } from './health';
import { retriesAt } from './launch';
import { secondsOf } from './names';
import { advanceRefresh, alarmsMatter, refreshTimes } from './refresh';
import { fireScheduledActions } from './scheduled-actions';
import {
  activeRefresh,
  isLeaving,
  isSuspended,
  type AutoScalingState,
  type GroupInstance,
  type GroupRecord,
} from './state';
import { ec2Record, hasGone, moveInstances } from './terminate';

/** At one instant: far more than a group needs to come to rest. */
const MOST_ROUNDS = 1000;

/** When Auto Scaling next does something by itself; `undefined` while every group is at rest. */
export function nextAt(state: AutoScalingState, view: View): number | undefined {
  const times = [
    nextEventAt(view.scope, 'autoscaling', state.eventsDone),
    ...Object.values(state.groups).map((record) => groupAt(record, view)),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Does what is due by now. */
export function act(state: AutoScalingState, activity: Activity): void {
  const { scope, now } = activity;
  for (const { at, group, desired } of dueEvents(scope, 'autoscaling', state.eventsDone, now)) {
    state.eventsDone += 1;
    const record = state.groups[group];
    if (record === undefined) continue;
    const { MinSize: min, MaxSize: max } = record.group;
    activity.uses('others');
    const within = Math.min(Math.max(desired, min), max);
    resize(record, { min, max, desired: within }, 'a user request', secondsOf(Date.parse(at)));
  }
  for (const record of Object.values(state.groups)) {
    if ((groupAt(record, activity) ?? Infinity) <= now) lookAfter(record, state, activity);
  }
}

/** What each step leaves may be the next one's reason to act. */
function lookAfter(record: GroupRecord, state: AutoScalingState, activity: Activity): void {
  record.touched = false;
  for (let round = 0; ; round += 1) {
    if (round === MOST_ROUNDS) {
      throw new Error(`Auto Scaling: ${record.group.AutoScalingGroupName} does not come to rest`);
    }
    const changes = [
      fireScheduledActions(record, activity),
      moveInstances(record, state, activity),
      replaceUnhealthy(record, state, activity),
      advanceRefresh(record, state, activity),
      reachCapacity(record, state, activity),
    ];
    if (!changes.includes(true)) break;
  }
  publish(record, activity);
  const later = timesOf(record, activity).filter((time) => time > activity.now);
  const wakeAt = Math.min(...later);
  if (Number.isFinite(wakeAt)) record.wakeAt = wakeAt;
  else delete record.wakeAt;
}

function groupAt(record: GroupRecord, view: View): number | undefined {
  if (record.touched || record.published === undefined) return view.now;
  const refresh = activeRefresh(record);
  if (refresh !== undefined && alarmsMatter(refresh, view)) return view.now;
  // Asked after every call of anybody, so most instances are passed over quickly.
  const { instances } = view.peer<Ec2State>('ec2');
  const taken = record.instances.some(
    (instance) =>
      instances[instance.InstanceId]?.shuttingDownAt !== undefined &&
      wasTaken(record, instance, view),
  );
  return taken ? view.now : record.wakeAt;
}

/** Whether somebody else has terminated an instance and the group has not found out yet. */
function wasTaken(record: GroupRecord, instance: GroupInstance, view: View): boolean {
  const waits = instance.LifecycleState === 'Terminating:Wait';
  if (!waits && isLeaving(instance)) return false;
  if (instance.LifecycleState === 'Standby') return false;
  const known = instance.HealthStatus === 'Unhealthy' || isSuspended(record, 'HealthCheck');
  return (waits || !known) && hasGone(instance, view);
}

/** Every time, past or to come, at which something may change for the group by the clock. */
function timesOf(record: GroupRecord, view: View): number[] {
  const refresh = activeRefresh(record);
  const retry = retriesAt(record);
  return [
    ...record.instances.flatMap((instance) => instanceTimes(record, instance, view)),
    ...record.scheduledActions.map((action) => action.nextAt),
    ...(retry === undefined ? [] : [retry]),
    ...(refresh === undefined ? [] : refreshTimes(refresh)),
  ];
}

function instanceTimes(record: GroupRecord, instance: GroupInstance, view: View): number[] {
  const { runningAt, checkedAt, terminatedAt } = ec2Record(instance, view);
  const refresh = activeRefresh(record);
  const { inServiceAt, waits = [] } = instance;
  return [
    ...(isLeaving(instance) ? [] : [runningAt, checkedAt]),
    ...(terminatedAt === undefined ? [] : [terminatedAt]),
    ...waits.map(({ until }) => until),
    ...(inServiceAt === undefined || isLeaving(instance) ? [] : [graceEnds(record, instance)]),
    ...(inServiceAt === undefined || refresh === undefined
      ? []
      : [inServiceAt + refresh.preferences.InstanceWarmup * 1000]),
  ];
}

/** Group metrics, without which nobody knows what was in service when. Published where they changed. */
function publish(record: GroupRecord, { measure, uses }: Activity): void {
  const { group, instances, published } = record;
  const inService = instances.filter(({ LifecycleState }) => LifecycleState === 'InService').length;
  const desired: number = group.DesiredCapacity;
  const point = (name: string, value: number, before: number | undefined) => {
    if (value === before) return;
    uses('metrics');
    measure({
      namespace: 'AWS/AutoScaling',
      name,
      dimensions: { AutoScalingGroupName: group.AutoScalingGroupName },
      value,
    });
  };
  point('GroupInServiceInstances', inService, published?.inService);
  point('GroupDesiredCapacity', desired, published?.desired);
  record.published = { inService, desired };
}
