import type { Json, Operation } from '../service';
import { checkMembers, groupNamed, withDates } from './names';
import { pageOf } from './page';
import type { AutoScalingState, Refresh } from './state';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeInstanceRefreshes.html */
export const describeInstanceRefreshes: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeInstanceRefreshes', resource: '*' }],
  handle: (input, state, { now }) => {
    checkMembers(input, MEMBERS, 'DescribeInstanceRefreshes');
    const { AutoScalingGroupName, InstanceRefreshIds = [] } = input;
    const { refreshes } = groupNamed(state, AutoScalingGroupName);
    const found = refreshes.filter(
      ({ id, startedAt }) =>
        now - startedAt < REMEMBERED &&
        (InstanceRefreshIds.length === 0 || InstanceRefreshIds.includes(id)),
    );
    const { entries, token } = pageOf('refreshes', found, input);
    return {
      InstanceRefreshes: entries.map((one) => withDates(refreshShown(one, AutoScalingGroupName))),
      ...token,
    };
  },
};

const MEMBERS = ['AutoScalingGroupName', 'InstanceRefreshIds', 'MaxRecords', 'NextToken'];

/** Six weeks: https://docs.aws.amazon.com/autoscaling/ec2/userguide/check-status-instance-refresh.html */
export const REMEMBERED = 6 * 7 * 24 * 3_600_000;

/** As AWS shows a refresh, with times in ISO 8601. */
export function refreshShown(refresh: Refresh, group: string): Json {
  const { statusReason, startedAt, endedAt, desiredConfiguration, rollback } = refresh;
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: group,
    Status: refresh.status,
    ...(statusReason !== undefined && { StatusReason: statusReason }),
    // Before it begins AWS shows neither a time nor a percentage.
    ...(refresh.status !== 'Pending' && {
      StartTime: new Date(startedAt).toISOString(),
      PercentageComplete: refresh.percentage,
      InstancesToUpdate: refresh.toUpdate,
      ProgressDetails: {
        LivePoolProgress: {
          PercentageComplete: refresh.percentage,
          InstancesToUpdate: refresh.toUpdate,
        },
      },
    }),
    ...(endedAt !== undefined && { EndTime: new Date(endedAt).toISOString() }),
    Preferences: refresh.preferences,
    ...(desiredConfiguration !== undefined && { DesiredConfiguration: desiredConfiguration }),
    ...(rollback !== undefined && { RollbackDetails: rollback }),
    Strategy: 'Rolling',
  };
}
