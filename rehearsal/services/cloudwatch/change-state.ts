import type { Activity, Json } from '../service';
import { openOpsItem, type SsmState } from '../ssm';
import type { Verdict } from './evaluate';
import { opsItemOf } from './ops-item-action';
import type { CloudWatchState } from './state';

/**
 * Brings an alarm into a state, tells of it and carries out its actions. One that is in that state already does not
 * change, and so does nothing.
 *
 * @param at ISO 8601
 */
export function changeState(
  state: CloudWatchState,
  alarm: Json,
  { state: value, reason }: Verdict,
  at: string,
  activity: Activity,
): void {
  if (alarm.StateValue === value) return;
  activity.uses('state-change');
  const previousState = stateOf(alarm);
  Object.assign(alarm, {
    StateValue: value,
    StateReason: reason,
    StateUpdatedTimestamp: at,
    StateTransitionedTimestamp: at,
  });
  // What belonged to the state before.
  delete alarm.StateReasonData;
  activity.emit({
    source: 'aws.cloudwatch',
    'detail-type': 'CloudWatch Alarm State Change',
    resources: [alarm.AlarmArn],
    detail: {
      alarmName: alarm.AlarmName,
      configuration: {
        ...(alarm.AlarmDescription !== undefined && { description: alarm.AlarmDescription }),
        ...(alarm.MetricName !== undefined && { metrics: [metricOf(alarm)] }),
        ...(alarm.AlarmRule !== undefined && { alarmRule: alarm.AlarmRule }),
      },
      previousState,
      state: stateOf(alarm),
    },
  });
  if (alarm.ActionsEnabled) actOn(state, alarm, at, activity);
}

function actOn(state: CloudWatchState, alarm: Json, at: string, activity: Activity): void {
  const actions: Readonly<Record<string, readonly string[]>> = {
    ALARM: alarm.AlarmActions,
    OK: alarm.OKActions,
    INSUFFICIENT_DATA: alarm.InsufficientDataActions,
  };
  const isOurs = state.deployed.includes(alarm.AlarmName) || alarm.AlarmRule !== undefined;
  for (const action of actions[alarm.StateValue] ?? []) {
    const opsItem = opsItemOf(action, activity.scope);
    if (opsItem !== undefined && alarm.StateValue === 'ALARM') {
      openOpsItemOf(alarm, opsItem, at, activity);
    } else if (isOurs) {
      throw new Error(
        `The rehearsal does not carry out the action ${action} of the alarm ${alarm.AlarmName}.`,
      );
    }
  }
}

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-create-OpsItems-from-CloudWatch-Alarms.html */
function openOpsItemOf(
  alarm: Json,
  opsItem: NonNullable<ReturnType<typeof opsItemOf>>,
  at: string,
  { scope, peer, uses }: Activity,
): void {
  // Of metrics of other namespaces there come none.
  if (alarm.Namespace?.startsWith('AWS/') === false) return;
  uses('ops-item');
  uses('ops-item-members');
  openOpsItem(peer<SsmState>('ssm'), {
    ...opsItem,
    title: `CloudWatch alarm - '${alarm.AlarmName}' is in ALARM state`,
    source: 'CloudWatch alarm',
    resource: alarm.AlarmArn,
    deduplication: alarm.AlarmArn,
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-service-linked-roles.html
    createdBy: `arn:${scope.partition}:iam::${scope.account}:role/aws-service-role/ssm.alarms.cloudwatch.amazonaws.com/AWSServiceRoleForCloudWatchAlarms_ActionSSM`,
    at,
  });
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html */
function stateOf(alarm: Json): Json {
  return {
    reason: alarm.StateReason,
    ...(alarm.StateReasonData !== undefined && { reasonData: alarm.StateReasonData }),
    timestamp: alarm.StateUpdatedTimestamp.replace('Z', '+0000'),
    value: alarm.StateValue,
  };
}

function metricOf({ Namespace, MetricName, Dimensions = [], Period, Statistic }: Json): Json {
  const dimensions = Dimensions.map(({ Name, Value }: Json) => [Name, Value]);
  return {
    id: 'm1',
    metricStat: {
      metric: {
        namespace: Namespace,
        name: MetricName,
        dimensions: Object.fromEntries(dimensions),
      },
      period: Period,
      stat: Statistic,
    },
    returnData: true,
  };
}
