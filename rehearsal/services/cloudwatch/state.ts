import { InputError } from '../../input-error';
import type { DeployedResource, Json, Scope } from '../service';
import { childrenOf } from './composite';
import { isOperator, type DataPoint } from './evaluate';
import { opsItemOf } from './ops-item-action';

/** The alarms of the account. */
export interface CloudWatchState {
  /** By name, as `DescribeAlarms` shows them, with times in ISO 8601. */
  readonly alarms: Record<string, Json>;
  /** The composite ones, all of them the program's, in the same way. */
  readonly composites: Record<string, Json>;
  /** Names of those that the program deployed: no part of the estate. */
  readonly deployed: readonly string[];
  /** Those whose metric is known, by name. */
  readonly watched: Record<string, WatchedMetric>;
  /** How many of the estate's events have had their turn. */
  eventsDone: number;
}

export interface WatchedMetric {
  /** Those within the evaluation range. */
  points: DataPoint[];
  /** Epoch milliseconds; `null`: never, or before a data point that came late. */
  evaluatedAt: number | null;
}

/** @throws {InputError} naming every alarm of the program that would do what is not emulated, or nothing on AWS */
export function createState({ estate, resources, ...place }: Scope): CloudWatchState {
  const given: Json[] = structuredClone(estate.cloudwatch?.alarms ?? []);
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const metric = ofType('aws:cloudwatch/metricAlarm:MetricAlarm');
  const composite = ofType('aws:cloudwatch/compositeAlarm:CompositeAlarm');
  const deployed = metric.map((resource) => metricAlarm(resource, estate.capturedAt));
  const alarms = byName([...given, ...deployed]);
  const composites = composite.map((resource) => compositeAlarm(resource, estate.capturedAt));
  const problems = [
    ...metric.flatMap(metricProblems),
    ...composite.flatMap(({ name, inputs }) =>
      compositeProblems(inputs, alarms).map((problem) => `${name}: ${problem}`),
    ),
    ...[...metric, ...composite].flatMap(({ name, inputs }) =>
      (inputs.alarmActions ?? [])
        .filter((action: string) => action.includes(':opsitem:'))
        .filter((action: string) => opsItemOf(action, place) === undefined)
        .map((action: string) => `${name}: ${action} names no OpsItem of this region and account`),
    ),
  ];
  if (problems.length > 0) throw new InputError('An alarm cannot be rehearsed', problems);
  return {
    alarms,
    composites: byName(composites),
    deployed: deployed.map(({ AlarmName }) => AlarmName),
    watched: Object.fromEntries(
      deployed
        .filter(({ Namespace }) => isKnown(Namespace))
        .map(({ AlarmName }) => [AlarmName, { points: [], evaluatedAt: null }]),
    ),
    eventsDone: 0,
  };
}

/** Whether data points of a namespace are emulated: those of executions, and those of the program's own functions. */
export function isKnown(namespace: string | undefined): boolean {
  return namespace === 'AWS/States' || (namespace !== undefined && !namespace.startsWith('AWS/'));
}

function byName(alarms: readonly Json[]): Record<string, Json> {
  return Object.fromEntries(alarms.map((alarm) => [alarm.AlarmName, alarm]));
}

/** What both kinds of alarms have. */
function commonOf({ inputs, outputs }: DeployedResource, capturedAt: string): Json {
  return {
    AlarmArn: outputs.arn,
    ...(inputs.alarmDescription !== undefined && { AlarmDescription: inputs.alarmDescription }),
    ActionsEnabled: inputs.actionsEnabled ?? true,
    OKActions: inputs.okActions ?? [],
    AlarmActions: inputs.alarmActions ?? [],
    InsufficientDataActions: inputs.insufficientDataActions ?? [],
    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html: first there are no data.
    StateValue: 'INSUFFICIENT_DATA',
    StateReason: 'Unchecked: Initial alarm creation',
    StateUpdatedTimestamp: capturedAt,
  };
}

function metricAlarm(resource: DeployedResource, capturedAt: string): Json {
  const { inputs, outputs } = resource;
  return {
    AlarmName: outputs.name,
    ...commonOf(resource, capturedAt),
    ...(inputs.metricName !== undefined && {
      Namespace: inputs.namespace,
      MetricName: inputs.metricName,
      Statistic: inputs.statistic,
      Dimensions: Object.entries(inputs.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
      Period: inputs.period,
    }),
    EvaluationPeriods: inputs.evaluationPeriods,
    ...(inputs.datapointsToAlarm !== undefined && { DatapointsToAlarm: inputs.datapointsToAlarm }),
    ...(inputs.threshold !== undefined && { Threshold: inputs.threshold }),
    ComparisonOperator: inputs.comparisonOperator,
    TreatMissingData: inputs.treatMissingData ?? 'missing',
  };
}

function compositeAlarm(resource: DeployedResource, capturedAt: string): Json {
  const { inputs } = resource;
  return {
    AlarmName: inputs.alarmName,
    AlarmRule: inputs.alarmRule,
    ...commonOf(resource, capturedAt),
  };
}

function metricProblems({ name, inputs }: DeployedResource): string[] {
  const { namespace, metricQueries, extendedStatistic, comparisonOperator, period } = inputs;
  const opens = (inputs.alarmActions ?? []).some((action: string) => action.includes(':opsitem:'));
  const problems = [
    metricQueries !== undefined && 'metric math is not emulated',
    // https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-create-OpsItems-from-CloudWatch-Alarms.html
    opens &&
      namespace?.startsWith('AWS/') === false &&
      `OpsItems come of metrics of AWS's own namespaces, not of ${namespace}; have a composite alarm open it`,
    ...(isKnown(namespace)
      ? [
          extendedStatistic !== undefined && `the statistic ${extendedStatistic} is not emulated`,
          !isOperator(comparisonOperator) && `${comparisonOperator} is not emulated`,
          !(period > 0 && period % 60 === 0) && `a period of ${period} seconds is not emulated`,
        ]
      : []),
  ];
  return problems.filter((problem) => problem !== false).map((problem) => `${name}: ${problem}`);
}

function compositeProblems(
  { alarmRule, actionsSuppressor }: Json,
  alarms: Record<string, Json>,
): string[] {
  const children = childrenOf(alarmRule);
  if (actionsSuppressor !== undefined) return ['the suppression of actions is not emulated'];
  if (children === undefined) {
    return [`the rule ${alarmRule} is not emulated; only ALARM("name") OR ALARM("name") ... is`];
  }
  return children
    .filter((child) => !Object.hasOwn(alarms, child))
    .map((child) => `its rule names ${child}, and there is no such metric alarm`);
}
