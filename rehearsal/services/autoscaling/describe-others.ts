import type { Json, Operation } from '../service';
import { REMEMBERED } from './describe-refreshes';
import { checkMembers, groupNamed, notImplemented, withDates } from './names';
import { pageOf } from './page';
import type { AutoScalingState } from './state';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html */
export const describeScalingActivities: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeScalingActivities', resource: '*' }],
  handle: (input, state, { now }) => {
    const known = ['ActivityIds', 'AutoScalingGroupName', 'Filters', 'MaxRecords', 'NextToken'];
    checkMembers(input, known, 'DescribeScalingActivities');
    const { AutoScalingGroupName: name, ActivityIds, Filters = [] } = input;
    const records = name === undefined ? Object.values(state.groups) : [groupNamed(state, name)];
    const found = records
      .flatMap(({ activities }) => activities)
      .filter(
        ({ ActivityId, StartTime }) =>
          now - Date.parse(StartTime) < REMEMBERED && ActivityIds?.includes(ActivityId) !== false,
      )
      .filter((activity) => Filters.every((filter: Json) => passes(activity, filter)))
      .sort((one, other) => Date.parse(other.StartTime) - Date.parse(one.StartTime));
    const { entries, token } = pageOf('activities', found, input, 100);
    return { Activities: entries.map(withDates), ...token };
  },
};

function passes({ StartTime, StatusCode }: Json, { Name, Values = [] }: Json): boolean {
  const start = Date.parse(StartTime);
  switch (Name) {
    case 'StartTimeLowerBound':
      return start >= Date.parse(Values[0]);
    case 'StartTimeUpperBound':
      return start <= Date.parse(Values[0]);
    case 'Status':
      return Values.includes(StatusCode);
    default:
      throw notImplemented(`the filter ${Name}`, 'DescribeScalingActivities');
  }
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeLifecycleHooks.html */
export const describeLifecycleHooks: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeLifecycleHooks', resource: '*' }],
  handle: (input, state) => {
    checkMembers(input, ['AutoScalingGroupName', 'LifecycleHookNames'], 'DescribeLifecycleHooks');
    const { hooks } = groupNamed(state, input.AutoScalingGroupName);
    const { LifecycleHookNames: names } = input;
    return {
      LifecycleHooks: hooks
        .filter(({ LifecycleHookName }) => names?.includes(LifecycleHookName) !== false)
        .map((hook) => structuredClone(hook)),
    };
  },
};

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeWarmPool.html */
export const describeWarmPool: Operation<AutoScalingState> = {
  mutates: false,
  authorize: () => [{ action: 'autoscaling:DescribeWarmPool', resource: '*' }],
  handle: (input, state) => {
    const known = ['AutoScalingGroupName', 'MaxRecords', 'NextToken'];
    checkMembers(input, known, 'DescribeWarmPool');
    const { warmPool } = groupNamed(state, input.AutoScalingGroupName);
    const { entries, token } = pageOf('warm pool', warmPool?.Instances ?? [], input);
    return withDates({
      ...(warmPool !== undefined && { WarmPoolConfiguration: warmPool.WarmPoolConfiguration }),
      Instances: entries,
      ...token,
    });
  },
};
