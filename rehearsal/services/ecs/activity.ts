import type { Activity, View } from '../service';
import { members, moveFleet, nextOfFleet } from './fleet';
import { drainTerminating, nextOfManaged, protect, releaseDrained } from './managed';
import { lastPart } from './names';
import { scheduleServices } from './scheduler';
import { isOnInstances, nextStatusAt, tasksOf, type EcsState, type TaskRecord } from './state';
import { moveTasks } from './task-life';

/** When something happens in a cluster next, epoch milliseconds; nothing while all is as it should be. */
export function nextAt(state: EcsState, view: View): number | undefined {
  if (Object.keys(state.clusters).length === 0) return undefined;
  if (state.unsettled) return view.now;
  const fleet = members(state, view);
  const times = [
    nextOfFleet(state, fleet, view),
    nextOfManaged(state, fleet, view),
    ...Object.values(state.tasks).map(nextStatusAt),
  ].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Instances come and go, tasks run and stop, the schedulers see to the rest. */
export function act(state: EcsState, activity: Activity): void {
  state.unsettled = false;
  activity.uses('no-events');
  const fleet = members(state, activity);
  moveFleet(state, fleet, activity);
  moveTasks(state, activity);
  drainTerminating(state, fleet, activity);
  scheduleServices(state, activity);
  releaseDrained(state, fleet, activity);
  protect(state, fleet, activity);
  measure(state, activity);
}

/** The number of tasks of each service that run, where it changed. */
function measure(state: EcsState, activity: Activity): void {
  for (const [arn, record] of Object.entries(state.services)) {
    if (!isOnInstances(record)) continue;
    const value = tasksOf(state, arn).filter(isRunning).length;
    if (value === record.measured) continue;
    record.measured = value;
    activity.measure({
      namespace: 'AWS/ECS',
      name: 'RunningTaskCount',
      dimensions: {
        ClusterName: lastPart(record.cluster),
        ServiceName: record.service.serviceName,
      },
      value,
    });
  }
}

function isRunning({ status }: TaskRecord): boolean {
  return status === 'RUNNING';
}
