import type { Activity } from '../service';
import { launch, retriesAt } from './launch';
import {
  activeRefresh,
  isSuspended,
  liveInstances,
  type AutoScalingState,
  type GroupRecord,
} from './state';
import { terminate } from './terminate';
import { chooseVictim } from './termination-policy';

/** Launches and terminates until the group has as many instances as it should. @returns whether anything changed */
export function reachCapacity(
  record: GroupRecord,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const { group } = record;
  const refresh = activeRefresh(record);
  const wanted = group.DesiredCapacity + (refresh?.surplus ?? 0);
  const live = liveInstances(record).length;
  if (live === wanted) {
    delete record.request;
    return false;
  }
  if (live < wanted) {
    if (isSuspended(record, 'Launch') || (retriesAt(record) ?? 0) > activity.now) return false;
    let launched = 0;
    const reason = () =>
      refresh !== undefined && refresh.status !== 'Cancelling'
        ? 'in response to an instance refresh.'
        : `in response to a difference between desired and actual capacity, increasing the capacity from ${live + launched} to ${live + launched + 1}.`;
    while (live + launched < wanted && launch(record, reason(), state, activity)) launched += 1;
    return launched > 0;
  }
  if (isSuspended(record, 'Terminate')) return false;
  let terminated = 0;
  for (; live - terminated > wanted; terminated += 1) {
    const victim = chooseVictim(record, activity);
    if (victim === undefined) break;
    const size = live - terminated;
    const reason = `in response to a difference between desired and actual capacity, shrinking the capacity from ${size} to ${size - 1}.`;
    terminate(record, victim, reason, state, activity);
  }
  return terminated > 0;
}

/**
 * Changes the sizes of a group; the desired capacity stays within them.
 *
 * @param by who, as causes say it: `a user request`
 */
export function resize(
  record: GroupRecord,
  sizes: { readonly min: number; readonly max: number; readonly desired: number },
  by: string,
  time: string,
): void {
  const { group } = record;
  if (sizes.desired !== group.DesiredCapacity) {
    record.request = `At ${time} ${by} update of AutoScalingGroup constraints to min: ${sizes.min}, max: ${sizes.max}, desired: ${sizes.desired} changing the desired capacity from ${group.DesiredCapacity} to ${sizes.desired}.`;
  }
  Object.assign(group, {
    MinSize: sizes.min,
    MaxSize: sizes.max,
    DesiredCapacity: sizes.desired,
  });
  record.touched = true;
}
