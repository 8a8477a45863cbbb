import { dueEvents, nextEventAt } from '../estate-events';
import type { Activity, Json, Metric, Service } from '../service';
import { changeState } from './change-state';
import { childrenOf } from './composite';
import { describeAlarms } from './describe-alarms';
import { evaluate, nextChange, rangeOf, type AlarmState } from './evaluate';
import { createState, isKnown, type CloudWatchState } from './state';

export type { AlarmState } from './evaluate';
export type { CloudWatchState } from './state';

const GUIDE = 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring';

/** Alarms are evaluated at the end of every minute. */
const MINUTE = 60_000;

/** Amazon CloudWatch as far as alarms go: which there are, in which state, and what they do. */
export const cloudwatch: Service<CloudWatchState> = {
  id: 'monitoring',
  iamPrefix: 'cloudwatch',
  clientPackage: '@aws-sdk/client-cloudwatch',
  protocol: 'json-1.0',
  behaviours: [
    {
      id: 'describe-alarms',
      text: 'DescribeAlarms shows metric alarms unless others are asked for, 50 a page and at most 100; names that do not exist are left out.',
      source:
        'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html',
    },
    {
      id: 'order',
      text: 'DescribeAlarms answers in the order of names.',
      source: 'assumed',
    },
    {
      id: 'state-change',
      text: 'A change of state gives a CloudWatch Alarm State Change event, which is never lost. Of the actions of an alarm those are carried out that open an OpsItem.',
      source: `${GUIDE}/cloudwatch-and-eventbridge.html`,
    },
    {
      id: 'no-evaluation',
      text: 'Alarms of the estate, and those on metrics of AWS that are not emulated, change their state when the estate says so and at no other time.',
      source: 'assumed',
    },
    {
      id: 'evaluation',
      text: 'Alarms of the program on AWS/States and on namespaces of its own are evaluated each minute, over periods that end then; data that are missing are treated as the alarm says. A composite alarm follows at once.',
      source: `${GUIDE}/alarms-and-missing-data.html`,
    },
    {
      id: 'evaluation-range',
      text: 'An evaluation looks back two periods more than it needs. Data points are there as soon as they are published.',
      source: 'assumed',
    },
    {
      id: 'ops-item',
      text: 'An alarm that goes into ALARM opens an OpsItem, unless the one that it opened before is open or in progress. Metrics of other namespaces than those of AWS open none, composite alarms do. OK resolves none.',
      source:
        'https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-create-OpsItems-from-CloudWatch-Alarms.html',
    },
    {
      id: 'ops-item-members',
      text: 'Duplicates among OpsItems of alarms are told by the ARN of the alarm; their source is CloudWatch alarm.',
      source: 'assumed',
    },
  ],
  createState,
  operations: { DescribeAlarms: describeAlarms },
  receive: (state, metric, { now }) => {
    const at = metric.at === undefined ? now : Date.parse(metric.at);
    const watching = Object.entries(state.watched).filter(([name]) =>
      watches(state.alarms[name], metric),
    );
    for (const [, watched] of watching) {
      watched.points.push({ at, value: metric.value });
      // It comes late: the periods that it belongs to are looked at again.
      if (watched.evaluatedAt !== null && endOfMinute(at) <= watched.evaluatedAt) {
        watched.evaluatedAt = null;
      }
    }
    return watching.length > 0;
  },
  nextAt: (state, { scope, now }) => {
    const times = Object.entries(state.watched).map(([name, watched]) => {
      // The first time is when a minute has ended.
      if (watched.evaluatedAt === null) {
        return Math.max(now, endOfMinute(Date.parse(scope.estate.capturedAt)));
      }
      const since = watched.evaluatedAt;
      const changes = watched.points.map((point) => nextChange(state.alarms[name], point, since));
      return Math.min(...changes.map((time) => time ?? Infinity));
    });
    const next = Math.min(nextEventAt(scope, 'cloudwatch', state.eventsDone) ?? Infinity, ...times);
    return next === Infinity ? undefined : next;
  },
  act: (state, activity) => {
    for (const event of dueEvents(activity.scope, 'cloudwatch', state.eventsDone, activity.now)) {
      const alarm = state.alarms[event.alarm];
      const reason = event.reason ?? `Set to ${event.state} by the estate.`;
      const at = new Date(event.at).toISOString();
      if (alarm !== undefined) {
        changeState(state, alarm, { state: event.state, reason }, at, activity);
      }
      state.eventsDone += 1;
    }
    for (const name of Object.keys(state.watched)) evaluateAlarm(state, name, activity);
    for (const composite of Object.values(state.composites)) {
      evaluateComposite(state, composite, activity);
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

function endOfMinute(time: number): number {
  return Math.floor(time / MINUTE) * MINUTE + MINUTE;
}

/** An alarm's metric has exactly its dimensions. */
function watches({ Namespace, MetricName, Dimensions }: Json, metric: Metric): boolean {
  return (
    isKnown(metric.namespace) &&
    Namespace === metric.namespace &&
    MetricName === metric.name &&
    Dimensions.length === Object.keys(metric.dimensions).length &&
    Dimensions.every(({ Name, Value }: Json) => metric.dimensions[Name] === Value)
  );
}

function evaluateAlarm(state: CloudWatchState, name: string, activity: Activity): void {
  const watched = state.watched[name];
  const alarm = state.alarms[name];
  const at = Math.floor(activity.now / MINUTE) * MINUTE;
  if (watched === undefined || watched.evaluatedAt === at) return;
  const verdict = evaluate(alarm, watched.points, at);
  watched.evaluatedAt = at;
  watched.points = watched.points.filter((point) => point.at >= at - rangeOf(alarm));
  activity.uses('evaluation');
  activity.uses('evaluation-range');
  if (verdict === undefined) return;
  changeState(state, alarm, verdict, new Date(activity.now).toISOString(), activity);
}

function evaluateComposite(state: CloudWatchState, composite: Json, activity: Activity): void {
  const children = childrenOf(composite.AlarmRule) ?? [];
  const alarming = children.filter((child) => alarmState(state, child) === 'ALARM');
  const verdict =
    alarming.length > 0
      ? { state: 'ALARM' as const, reason: `In ALARM: ${alarming.join(', ')}.` }
      : { state: 'OK' as const, reason: `None is in ALARM: ${children.join(', ')}.` };
  changeState(state, composite, verdict, new Date(activity.now).toISOString(), activity);
}
