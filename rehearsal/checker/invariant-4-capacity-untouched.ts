import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { changedEstate, count, isByHand, type Evidence, type Invariant } from './invariant';

/**
 * Nobody writes the minimum, maximum or desired capacity of an Auto Scaling group, neither directly nor by a
 * schedule nor by an operation that moves the desired capacity along.
 */
export const capacityUntouched: Invariant = {
  id: '4',
  title: "A group's capacity is never written",
  check(evidence) {
    const calls = evidence.trace.calls.filter(
      (call) => call.service === 'autoscaling' && changedEstate(call) && !isByHand(call),
    );
    const writes = calls.filter(writesCapacity);
    return {
      summary: `${count(calls.length, 'change')} of Auto Scaling groups, ${writes.length} of them of a capacity`,
      problems: [
        ...writes.map(
          ({ operation, resource, caller, at }) =>
            `${caller} wrote the capacity of ${resource} by ${operation} at ${at}`,
        ),
        ...movedBounds(evidence),
      ],
    };
  },
};

const CAPACITIES = ['MinSize', 'MaxSize', 'DesiredCapacity'];

/** Operations that exist to write capacities, now or later. */
const WRITERS = new Set([
  'SetDesiredCapacity',
  'PutScheduledUpdateGroupAction',
  'BatchPutScheduledUpdateGroupAction',
  'DeleteScheduledAction',
  'BatchDeleteScheduledAction',
  'ExecutePolicy',
  // Adds the instances' number to the desired capacity:
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AttachInstances.html
  'AttachInstances',
]);

function writesCapacity({ operation, input }: TracedCall): boolean {
  return (
    WRITERS.has(operation) ||
    input?.ShouldDecrementDesiredCapacity === true ||
    (operation === 'UpdateAutoScalingGroup' &&
      CAPACITIES.some((capacity) => input?.[capacity] !== undefined))
  );
}

/** Bounds that differ at the end, whichever call did it. AWS itself moves the desired capacity, never these. */
function movedBounds({ before, after }: Evidence): string[] {
  const groups: Json[] = before?.autoscaling?.groups ?? [];
  const ends = new Map<string, Json>(
    (after?.autoscaling?.groups ?? []).map((group: Json) => [group.AutoScalingGroupName, group]),
  );
  return groups.flatMap((group) => {
    const end = ends.get(group.AutoScalingGroupName);
    return ['MinSize', 'MaxSize']
      .filter((bound) => end !== undefined && end[bound] !== group[bound])
      .map(
        (bound) =>
          `${bound} of ${group.AutoScalingGroupName} went from ${group[bound]} to ${end[bound]}`,
      );
  });
}
