import { AwsError, type Json, type Operation } from '../service';
import type { CloudWatchState } from './state';

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
export const describeAlarms: Operation<CloudWatchState> = {
  mutates: false,
  // AWS asks for all alarms, whatever is named: https://github.com/aws-samples/amazon-cloudwatch-auto-alarms/issues/1
  authorize: (_input, _state, { partition, region, account }) => [
    {
      action: 'cloudwatch:DescribeAlarms',
      resource: `arn:${partition}:cloudwatch:${region}:${account}:alarm:*`,
    },
  ],
  handle: (input, state, { uses }) => {
    checkInput(input);
    for (const behaviour of ['describe-alarms', 'order', 'no-evaluation']) uses(behaviour);
    return answer(input, state);
  },
};

function checkInput({
  AlarmNames,
  AlarmNamePrefix,
  ChildrenOfAlarmName,
  ParentsOfAlarmName,
  MaxRecords = 50,
}: Json): void {
  if (ChildrenOfAlarmName !== undefined) throw notImplemented('ChildrenOfAlarmName');
  if (ParentsOfAlarmName !== undefined) throw notImplemented('ParentsOfAlarmName');
  if (AlarmNames !== undefined && AlarmNamePrefix !== undefined) {
    throw new AwsError(
      'InvalidParameterCombination',
      'AlarmNamePrefix and AlarmNames cannot both be given.',
    );
  }
  if (AlarmNames?.length > 100) throw invalid('AlarmNames must have at most 100 entries.');
  if (!(MaxRecords >= 1 && MaxRecords <= 100)) throw invalid('MaxRecords must be 1 to 100.');
}

function answer(input: Json, state: CloudWatchState): Json {
  const { AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, ActionPrefix } = input;
  const choose = (alarms: Readonly<Record<string, Json>>) =>
    Object.values(alarms)
      .filter(({ AlarmName }) => AlarmNames?.includes(AlarmName) ?? true)
      .filter(({ AlarmName }) => AlarmName.startsWith(AlarmNamePrefix ?? ''))
      .filter((alarm) => (StateValue ?? alarm.StateValue) === alarm.StateValue)
      .filter(
        (alarm) =>
          ActionPrefix === undefined ||
          actionsOf(alarm).some((action: string) => action.startsWith(ActionPrefix)),
      )
      .sort((one, other) => (one.AlarmName < other.AlarmName ? -1 : 1));
  if (AlarmTypes?.includes('CompositeAlarm') && choose(state.composites).length > 0) {
    throw notImplemented('the CompositeAlarm of AlarmTypes');
  }
  if (AlarmTypes !== undefined && !AlarmTypes.includes('MetricAlarm')) return pageOf([], input);
  return pageOf(choose(state.alarms), input);
}

function actionsOf({ OKActions = [], AlarmActions = [], InsufficientDataActions = [] }: Json) {
  return [...OKActions, ...AlarmActions, ...InsufficientDataActions];
}

/** The token is the name after which the next page begins. */
function pageOf(alarms: readonly Json[], { MaxRecords = 50, NextToken }: Json): Json {
  const after = NextToken === undefined ? '' : Buffer.from(NextToken, 'base64').toString();
  if (NextToken !== undefined && Buffer.from(after).toString('base64') !== NextToken) {
    throw new AwsError('InvalidNextToken', 'The next token specified is invalid.');
  }
  const rest = alarms.filter(({ AlarmName }) => AlarmName > after);
  const page = rest.slice(0, MaxRecords);
  return {
    MetricAlarms: page.map(withDates),
    CompositeAlarms: [],
    ...(rest.length > page.length && {
      NextToken: Buffer.from(page.at(-1).AlarmName).toString('base64'),
    }),
  };
}

function withDates(alarm: Json): Json {
  return Object.fromEntries(
    Object.entries(alarm).map(([member, value]) => [
      member,
      member.endsWith('Timestamp') ? new Date(value as string) : value,
    ]),
  );
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function notImplemented(member: string): AwsError {
  const message = `The rehearsal does not implement ${member} of cloudwatch:DescribeAlarms.`;
  return new AwsError('NotImplemented', message, 501);
}
