import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { once, timeOf, type Course } from './invariant';

/** An instance refresh, as it was last told. All times in epoch milliseconds. */
export interface Refresh {
  readonly id: string;
  readonly group: string;
  /** `Pending` where nobody ever looked. */
  readonly status: string;
  /** What AWS says of it, the reason of a rollback included. */
  readonly reasons: readonly string[];
  readonly startedAt?: number;
  readonly endedAt?: number;
  /** A `DesiredConfiguration`; without one the group's own is installed. */
  readonly desired?: Json;
  /** Percentage of the desired capacity; what the group's maintenance policy or AWS say is not known. */
  readonly minHealthyPercentage?: number;
  /** The call that started it, where it is in the trace. */
  readonly call?: TracedCall;
}

/** Statuses in which nothing happens any more: https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html */
const OVER = new Set(['Successful', 'Failed', 'Cancelled', 'RollbackSuccessful', 'RollbackFailed']);

/** Whether nothing happens any more. */
export function isOver({ status }: Refresh): boolean {
  return OVER.has(status);
}

/**
 * Every instance refresh that anybody started or was told of, by id, in order of its start: what the estates know of
 * it, and what callers were told.
 */
export const refreshesOf = once(
  ({ before, trace, after }: Course): ReadonlyMap<string, Refresh> => {
    const found = new Map<string, Refresh>();
    for (const refresh of refreshesIn(before)) found.set(refresh.id, refresh);
    for (const call of trace.calls) {
      if (call.service !== 'autoscaling' || call.output === undefined) continue;
      if (call.operation === 'StartInstanceRefresh') {
        const refresh = started(call);
        found.set(refresh.id, refresh);
      } else if (call.operation === 'DescribeInstanceRefreshes') {
        for (const told of call.output.InstanceRefreshes ?? []) {
          note(refreshFact(told, Date.parse(call.at)), found);
        }
      }
    }
    for (const refresh of refreshesIn(after)) note(refresh, found);
    const sorted = [...found.values()].sort((a, b) => (a.startedAt ?? 0) - (b.startedAt ?? 0));
    return new Map(sorted.map((refresh) => [refresh.id, refresh]));
  },
);

/** What is told later counts, except what it leaves out. */
function note(refresh: Refresh, found: Map<string, Refresh>): void {
  found.set(refresh.id, { ...found.get(refresh.id), ...refresh });
}

/** The refreshes of the groups of an estate. */
export function refreshesIn(estate: Json): Refresh[] {
  const groups: Json[] = estate?.autoscaling?.groups ?? [];
  return groups.flatMap(({ AutoScalingGroupName, InstanceRefreshes = [] }) =>
    InstanceRefreshes.map((refresh: Json) =>
      refreshFact({ AutoScalingGroupName, ...refresh }, timeOf(estate.capturedAt ?? 0)),
    ),
  );
}

function started(call: TracedCall): Refresh {
  const { AutoScalingGroupName, DesiredConfiguration, Preferences } = call.input;
  return {
    id: call.output.InstanceRefreshId,
    group: AutoScalingGroupName,
    status: 'Pending',
    reasons: [],
    startedAt: Date.parse(call.at),
    ...(DesiredConfiguration !== undefined && { desired: DesiredConfiguration }),
    ...minimum(Preferences),
    call,
  };
}

/** @param toldAt when it was told: what is over by then has ended by then */
function refreshFact(told: Json, toldAt: number): Refresh {
  const { StartTime, EndTime, DesiredConfiguration, RollbackDetails } = told;
  const end = EndTime ?? undefined;
  return {
    id: told.InstanceRefreshId,
    group: told.AutoScalingGroupName,
    status: told.Status,
    reasons: [told.StatusReason, RollbackDetails?.RollbackReason].filter(Boolean),
    ...(StartTime !== undefined && { startedAt: timeOf(StartTime) }),
    ...(OVER.has(told.Status) && { endedAt: end === undefined ? toldAt : timeOf(end) }),
    ...(DesiredConfiguration !== undefined && { desired: DesiredConfiguration }),
    ...minimum(told.Preferences),
  };
}

function minimum(preferences: Json): Pick<Refresh, 'minHealthyPercentage'> {
  const percentage: number | undefined = preferences?.MinHealthyPercentage;
  return percentage === undefined ? {} : { minHealthyPercentage: percentage };
}
