import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import {
  changedEstate,
  count,
  isAttended,
  isByHand,
  type Evidence,
  type Invariant,
} from './invariant';
import {
  isOwnAction,
  ownActions,
  scheduledActionsOf,
  type ScheduledAction,
} from './scheduled-actions';

/**
 * Nobody writes the minimum, maximum or desired capacity of an Auto Scaling group, neither directly nor by an
 * operation that moves the desired capacity along; and each group ends as it began. Only scheduled actions may change
 * a capacity for a time: they happen once, never take the group below what it had, and are undone by the end.
 */
export const capacityUntouched: Invariant = {
  id: '4',
  title: "A group's capacity is never written",
  check(evidence) {
    const calls = evidence.trace.calls.filter(
      (call) => call.service === 'autoscaling' && changedEstate(call) && !isByHand(call),
    );
    const writes = calls.filter((call) => writesCapacity(call));
    return {
      summary: `${count(calls.length, 'change')} of Auto Scaling groups, ${writes.length} of them of a capacity`,
      problems: [
        ...writes.flatMap((call) => problemsOf(call, evidence)),
        ...movedCapacities(evidence),
      ],
    };
  },
};

const CAPACITIES = ['MinSize', 'MaxSize', 'DesiredCapacity'];

/** Operations on scheduled actions. */
const SCHEDULERS = new Set([
  'PutScheduledUpdateGroupAction',
  'BatchPutScheduledUpdateGroupAction',
  'DeleteScheduledAction',
  'BatchDeleteScheduledAction',
]);

/** Operations that exist to write capacities at once. */
const WRITERS = new Set([
  'SetDesiredCapacity',
  'ExecutePolicy',
  // Adds the instances' number to the desired capacity:
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachInstances.html
  'AttachInstances',
]);

function writesCapacity({ operation, input }: TracedCall): boolean {
  return (
    SCHEDULERS.has(operation) ||
    WRITERS.has(operation) ||
    input?.ShouldDecrementDesiredCapacity === true ||
    (operation === 'UpdateAutoScalingGroup' &&
      CAPACITIES.some((capacity) => input?.[capacity] !== undefined))
  );
}

function problemsOf(call: TracedCall, evidence: Evidence): string[] {
  const { operation, resource, caller, at } = call;
  const isPassing =
    SCHEDULERS.has(operation) &&
    scheduledActionsOf(call).every((action) => isUndoable(action, evidence));
  return isPassing ? [] : [`${caller} wrote the capacity of ${resource} by ${operation} at ${at}`];
}

/** Whether a scheduled action happens once and takes nothing away, or is one of the automation's own that goes. */
function isUndoable(action: ScheduledAction, evidence: Evidence): boolean {
  const { call, group, details } = action;
  if (/Delete/.test(call.operation)) return isOwnAction(action, evidence);
  const begin = groupsOf(evidence.before).get(group);
  const isLess = (capacity: string) =>
    begin !== undefined && details[capacity] !== undefined && details[capacity] < begin[capacity];
  return (
    details.StartTime !== undefined &&
    details.Recurrence === undefined &&
    (isScaledByOthers(group, evidence) || !CAPACITIES.some(isLess))
  );
}

/** Capacities that differ at the end, whichever call did it; the desired one may where others scale the group. */
function movedCapacities(evidence: Evidence): string[] {
  const ends = groupsOf(evidence.after);
  return [...groupsOf(evidence.before)].flatMap(([name, begin]) => {
    const end = ends.get(name);
    const last = ownActions(evidence)
      .filter(({ group }) => group === name)
      .at(-1);
    if (end === undefined || (last !== undefined && isAttended(last.call, evidence))) return [];
    const kept = isScaledByOthers(name, evidence) ? ['MinSize', 'MaxSize'] : CAPACITIES;
    return kept
      .filter((capacity) => end[capacity] !== begin[capacity])
      .map((capacity) => `${capacity} of ${name} went from ${begin[capacity]} to ${end[capacity]}`);
  });
}

/** Whether people, schedules of the group's own, or what the estate says happens, scale a group. */
function isScaledByOthers(group: string, { before, trace }: Evidence): boolean {
  const events: Json[] = before?.events ?? [];
  const { ScheduledActions = [] } = groupsOf(before).get(group) ?? {};
  return (
    ScheduledActions.length > 0 ||
    events.some(
      (event) => event.type === 'autoscaling.desiredCapacityChanged' && event.group === group,
    ) ||
    trace.calls.some(
      (call) =>
        call.service === 'autoscaling' &&
        call.effect &&
        isByHand(call) &&
        writesCapacity(call) &&
        call.input.AutoScalingGroupName === group,
    )
  );
}

function groupsOf(estate: Json): ReadonlyMap<string, Json> {
  const groups: Json[] = estate?.autoscaling?.groups ?? [];
  return new Map(groups.map((group) => [group.AutoScalingGroupName, group]));
}
