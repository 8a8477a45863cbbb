import { dueEvents, nextEventAt } from './estate-events';
import { AwsError, type Activity, type DeployedResource, type Json, type Service } from './service';

const REFERENCE =
  'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html';
const GUIDE = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring';

/** What an alarm is in. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

/** The alarms of the account. */
export interface CloudWatchState {
  /** By name, as `DescribeAlarms` shows them, with times in ISO 8601. */
  readonly alarms: Record<string, Json>;
  /** Names of those that the program deployed: no part of the estate. */
  readonly deployed: readonly string[];
  /** How many of the estate's events have had their turn. */
  eventsDone: number;
}

/** Amazon CloudWatch as far as metric alarms go: which there are, and in which state. */
export const cloudwatch: Service<CloudWatchState> = {
  id: 'monitoring',
  iamPrefix: 'cloudwatch',
  clientPackage: '@aws-sdk/client-cloudwatch',
  protocol: 'json-1.0',
  behaviours: [
    {
      id: 'describe-alarms',
      text: 'DescribeAlarms shows metric alarms unless others are asked for, 50 a page and at most 100; names that do not exist are left out.',
      source: REFERENCE,
    },
    {
      id: 'order',
      text: 'DescribeAlarms answers in the order of names.',
      source: 'assumed',
    },
    {
      id: 'state-change',
      text: 'A change of state gives a CloudWatch Alarm State Change event, which is never lost. Actions of the alarm are not carried out.',
      source: `${GUIDE}/cloudwatch-and-eventbridge.html`,
    },
    {
      id: 'no-evaluation',
      text: 'Alarms change their state when the estate says so and at no other time: metrics are not evaluated.',
      source: 'assumed',
    },
  ],
  createState: (scope) => {
    const deployed = scope.resources.filter(
      ({ type }) => type === 'aws:cloudwatch/metricAlarm:MetricAlarm',
    );
    const alarms: Json[] = [
      ...structuredClone(scope.estate.cloudwatch?.alarms ?? []),
      ...deployed.map((resource) => deployedAlarm(resource, scope.estate.capturedAt)),
    ];
    return {
      alarms: Object.fromEntries(alarms.map((alarm) => [alarm.AlarmName, alarm])),
      deployed: deployed.map(({ outputs }) => outputs.name),
      eventsDone: 0,
    };
  },
  operations: {
    DescribeAlarms: {
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
        return describeAlarms(input, state);
      },
    },
  },
  nextAt: ({ eventsDone }, { scope }) => nextEventAt(scope, 'cloudwatch', eventsDone),
  act: (state, activity) => {
    for (const event of dueEvents(activity.scope, 'cloudwatch', state.eventsDone, activity.now)) {
      changeState(state, event, activity);
      state.eventsDone += 1;
    }
  },
  toEstate: ({ alarms, deployed }, _now, scope) =>
    scope.estate.cloudwatch === undefined
      ? {}
      : {
          cloudwatch: {
            alarms: Object.values(alarms)
              .filter(({ AlarmName }) => !deployed.includes(AlarmName))
              .map((alarm) => structuredClone(alarm)),
          },
        },
};

/** The state of an alarm; `undefined` where there is no such alarm. */
export function alarmState({ alarms }: CloudWatchState, name: string): AlarmState | undefined {
  return Object.hasOwn(alarms, name) ? alarms[name].StateValue : undefined;
}

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

function describeAlarms(input: Json, state: CloudWatchState): Json {
  const { AlarmNames, AlarmNamePrefix, AlarmTypes, StateValue, ActionPrefix } = input;
  // There are metric alarms only.
  if (AlarmTypes !== undefined && !AlarmTypes.includes('MetricAlarm')) return pageOf([], input);
  const chosen = Object.values(state.alarms)
    .filter(({ AlarmName }) => AlarmNames?.includes(AlarmName) ?? true)
    .filter(({ AlarmName }) => AlarmName.startsWith(AlarmNamePrefix ?? ''))
    .filter((alarm) => (StateValue ?? alarm.StateValue) === alarm.StateValue)
    .filter(
      (alarm) =>
        ActionPrefix === undefined ||
        actionsOf(alarm).some((action: string) => action.startsWith(ActionPrefix)),
    )
    .sort((one, other) => (one.AlarmName < other.AlarmName ? -1 : 1));
  return pageOf(chosen, input);
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

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: first there are no data. */
function deployedAlarm({ inputs, outputs }: DeployedResource, capturedAt: string): Json {
  return {
    AlarmName: outputs.name,
    AlarmArn: outputs.arn,
    ...(inputs.alarmDescription !== undefined && { AlarmDescription: inputs.alarmDescription }),
    ActionsEnabled: inputs.actionsEnabled ?? true,
    OKActions: inputs.okActions ?? [],
    AlarmActions: inputs.alarmActions ?? [],
    InsufficientDataActions: inputs.insufficientDataActions ?? [],
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
    StateUpdatedTimestamp: capturedAt,
    ...(inputs.metricName !== undefined && {
      Namespace: inputs.namespace,
      MetricName: inputs.metricName,
      Statistic: inputs.statistic,
      Dimensions: Object.entries(inputs.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
      Period: inputs.period,
    }),
    EvaluationPeriods: inputs.evaluationPeriods,
    ...(inputs.threshold !== undefined && { Threshold: inputs.threshold }),
    ComparisonOperator: inputs.comparisonOperator,
    TreatMissingData: inputs.treatMissingData ?? 'missing',
  };
}

/** What somebody's metric does to an alarm. An alarm that is in that state already does not change. */
function changeState(state: CloudWatchState, event: Json, activity: Activity): void {
  const alarm = state.alarms[event.alarm];
  if (alarm === undefined || alarm.StateValue === event.state) return;
  activity.uses('state-change');
  const at = new Date(event.at).toISOString();
  const previousState = stateOf(alarm);
  Object.assign(alarm, {
    StateValue: event.state,
    StateReason: event.reason ?? `Set to ${event.state} by the estate.`,
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
      },
      previousState,
      state: stateOf(alarm),
    },
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

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

function notImplemented(member: string): AwsError {
  const message = `The rehearsal does not implement ${member} of cloudwatch:DescribeAlarms.`;
  return new AwsError('NotImplemented', message, 501);
}
