import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { requireVariable } from '../foundation/environment';
import { createAutoScaling, endOf, isActive } from './groups';

export interface WatchEvent {
  readonly group: string;
  readonly refreshId: string;
  /** When the refresh began, ISO 8601. */
  readonly refreshStartedAt: string;
  /** How far the tasks of its cluster are; an empty text: it has none. While they are moved it is looked at often. */
  readonly tasks: string;
}

export interface WatchResult {
  /** `wait`: look again; `unfinished`: not any more in this run. */
  readonly decision: 'wait' | 'succeeded' | 'failed' | 'unfinished';
  readonly reason: string;
  readonly waitSeconds: number;
}

export interface WatchDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeInstanceRefreshes'>;
  readonly finishHours: number;
  readonly now: () => Date;
}

/**
 * Looks at an instance refresh. The longer it takes, the less a late look matters: 4 % of its age, so that with all
 * that comes before and after it a rollout takes 5 % longer than AWS at most, that of a single instance included, even
 * if no event ends a wait sooner.
 */
export function createHandler({ autoscaling, finishHours, now }: WatchDependencies) {
  return async ({ group, refreshId, ...event }: WatchEvent): Promise<WatchResult> => {
    const answer = await autoscaling.describeInstanceRefreshes({
      AutoScalingGroupName: group,
      InstanceRefreshIds: [refreshId],
    });
    const refresh = answer.InstanceRefreshes?.[0];
    const seconds = (now().getTime() - new Date(event.refreshStartedAt).getTime()) / 1000;
    // A look while tasks are moved is 22 events of a history that has room for 25,000.
    const longest = event.tasks === 'going' ? Math.max(60, Math.floor(seconds * 0.006)) : 900;
    const waitSeconds = Math.min(900, longest, Math.max(4, Math.floor(seconds * 0.04)));
    const result = (decision: WatchResult['decision'], reason: string) => ({
      decision,
      reason,
      waitSeconds,
    });
    if (refresh === undefined || isActive(refresh.Status)) {
      const state = `${refreshId} is ${refresh?.Status ?? 'not visible'}, ${refresh?.PercentageComplete ?? 0} % complete`;
      return seconds < finishHours * 3600
        ? result('wait', state)
        : result('unfinished', `${state} after ${finishHours} hours; the next run follows it up`);
    }
    if (refresh.Status === 'Successful') return result('succeeded', '');
    return result('failed', endOf(refresh));
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    finishHours: Number(requireVariable('FINISH_HOURS')),
    now: () => new Date(),
  });
};
