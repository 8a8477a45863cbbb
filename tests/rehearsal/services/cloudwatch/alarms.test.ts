import { Cloud } from '../../../../rehearsal/engine/cloud';
import { SeededRandom } from '../../../../rehearsal/engine/random';
import type { Trace } from '../../../../rehearsal/engine/trace';
import { readEstate } from '../../../../rehearsal/estate';
import { services } from '../../../../rehearsal/services';
import type { BusEvent, DeployedResource, Json } from '../../../../rehearsal/services/service';

const START = '2026-02-01T12:00:30.000Z';
const head = { account: '111122223333', region: 'eu-west-1', capturedAt: START };
const OPENS = 'arn:aws:ssm:eu-west-1:111122223333:opsitem:2#CATEGORY=Recovery';
const arnOf = (name: string) => `arn:aws:cloudwatch:eu-west-1:111122223333:alarm:${name}`;
const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:updates';

const failedItems = {
  namespace: 'Evergreen',
  metricName: 'FailedItems',
  dimensions: { Workflow: 'updates' },
  statistic: 'Maximum',
  period: 300,
  evaluationPeriods: 1,
  comparisonOperator: 'GreaterThanOrEqualToThreshold',
  threshold: 1,
  treatMissingData: 'notBreaching',
};
const failedRuns = {
  ...failedItems,
  namespace: 'AWS/States',
  metricName: 'ExecutionsFailed',
  dimensions: { StateMachineArn: MACHINE },
  statistic: 'Sum',
};

function resource(type: string, name: string, inputs: Json): DeployedResource {
  const outputs = { name, arn: arnOf(name) };
  return { urn: `urn:${name}`, type, name, inputs, outputs };
}

const metricAlarm = (name: string, inputs: Json) =>
  resource('aws:cloudwatch/metricAlarm:MetricAlarm', name, inputs);
const composite = (inputs: Json) =>
  resource('aws:cloudwatch/compositeAlarm:CompositeAlarm', 'updates', {
    alarmName: 'updates',
    alarmRule: 'ALARM("failed-items") OR ALARM("failed-runs")',
    alarmActions: [OPENS],
    ...inputs,
  });
const watched = [
  metricAlarm('failed-items', failedItems),
  metricAlarm('failed-runs', failedRuns),
  composite({}),
  resource('aws:cloudwatch/logGroup:LogGroup', 'report', {}),
];

/** An account at a time that the test sets, in which metrics are published as the engine does it. */
function prepare(resources: readonly DeployedResource[], estate: Json = {}) {
  const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  const events: BusEvent[] = [];
  let now = Date.parse(START);
  const { account, region } = head;
  const cloud = new Cloud({
    scope: {
      account,
      region,
      partition: 'aws',
      estate: readEstate({ ...head, ...estate }),
      resources,
    },
    services,
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    trace,
    now: () => now,
    random: new SeededRandom(1).next,
    nextFault: () => undefined,
    emit: (event) => events.push(event),
  });
  const log = (operation: string, input: Json) =>
    cloud.call({
      service: 'logs',
      operation,
      input: { logGroupName: 'report', logStreamName: 'it', ...input },
      principal: { roleArn: 'role' },
      caller: 'function:report',
      quiet: true,
    });
  log('CreateLogStream', {});
  return {
    cloud,
    trace,
    /** Lets time pass, and has happen what is due. Returns how often the services acted. */
    pass: (minutes: number) => {
      const then = now + minutes * 60_000;
      let turns = 0;
      for (let next = cloud.nextAt(); next !== undefined && next <= then; next = cloud.nextAt()) {
        now = Math.max(now, next);
        cloud.act();
        turns += 1;
      }
      now = then;
      return turns;
    },
    /** A function prints that so many items failed. */
    print: (value: number, at = now) =>
      log('PutLogEvents', {
        logEvents: [
          { timestamp: now, message: 'not JSON' },
          {
            timestamp: now,
            message: JSON.stringify({
              _aws: {
                Timestamp: at,
                CloudWatchMetrics: [
                  {
                    Namespace: 'Evergreen',
                    Dimensions: [['Workflow']],
                    Metrics: [{ Name: 'FailedItems' }],
                  },
                ],
              },
              Workflow: 'updates',
              FailedItems: value,
            }),
          },
        ],
      }),
    end: (name: string, arn = MACHINE) =>
      cloud.measure({
        namespace: 'AWS/States',
        name,
        dimensions: { StateMachineArn: arn },
        value: 1,
      }),
    now: () => now,
    opsItems: () => (cloud.toEstate().ssm.opsItems ?? []) as Json[],
    /** `12:01 updates OK ALARM` */
    changes: () => {
      const told = events.map(({ detail }) =>
        [
          detail.state.timestamp.slice(11, 16),
          detail.alarmName,
          detail.previousState.value,
          detail.state.value,
        ].join(' '),
      );
      return told.map((text) => text.replace('INSUFFICIENT_DATA', '?'));
    },
    events,
  };
}

const settled = ['12:01 failed-items ? OK', '12:01 failed-runs ? OK', '12:01 updates ? OK'];

describe('alarms of the program', () => {
  it('are OK where nothing was ever published, and then nothing happens any more', () => {
    const { pass, changes, cloud, opsItems } = prepare(watched);
    expect(pass(60)).toBe(1);
    expect(changes()).toEqual(settled);
    expect(cloud.nextAt()).toBeUndefined();
    expect(opsItems()).toEqual([]);
  });

  it('alarm on what a function prints, open an OpsItem, and are OK again when the data are gone', () => {
    const { pass, print, changes, cloud, opsItems, events } = prepare(watched);
    pass(10);
    print(3);
    pass(120);
    expect(changes()).toEqual([
      ...settled,
      '12:11 failed-items OK ALARM',
      '12:11 updates OK ALARM',
      '12:26 failed-items ALARM OK',
      '12:26 updates ALARM OK',
    ]);
    expect(cloud.nextAt()).toBeUndefined();
    const role =
      'arn:aws:iam::111122223333:role/aws-service-role/ssm.alarms.cloudwatch.amazonaws.com/AWSServiceRoleForCloudWatchAlarms_ActionSSM';
    expect(opsItems()).toEqual([
      {
        OpsItemId: 'oi-000000000001',
        Title: "CloudWatch alarm - 'updates' is in ALARM state",
        Source: 'CloudWatch alarm',
        Severity: '2',
        Category: 'Recovery',
        Status: 'Open',
        CreatedBy: role,
        CreatedTime: '2026-02-01T12:11:00.000Z',
        LastModifiedBy: role,
        LastModifiedTime: '2026-02-01T12:11:00.000Z',
        Version: '1',
        OperationalData: {
          '/aws/dedup': {
            Type: 'SearchableString',
            Value: `{"dedupString":"${arnOf('updates')}"}`,
          },
          '/aws/resources': { Type: 'SearchableString', Value: `[{"arn":"${arnOf('updates')}"}]` },
        },
      },
    ]);
    expect(events[4]).toMatchObject({
      source: 'aws.cloudwatch',
      'detail-type': 'CloudWatch Alarm State Change',
      resources: [arnOf('updates')],
      detail: {
        configuration: { alarmRule: 'ALARM("failed-items") OR ALARM("failed-runs")' },
        state: { reason: 'In ALARM: failed-items.' },
      },
    });
    const end = JSON.parse(JSON.stringify(cloud.toEstate()));
    expect(readEstate(end).ssm).toEqual(end.ssm);
  });

  it('stay OK where nothing failed', () => {
    const { pass, print, end, changes, opsItems } = prepare(watched);
    print(0);
    end('ExecutionsSucceeded');
    end('ExecutionsAborted');
    end('ExecutionsFailed', `${MACHINE}-of-others`);
    pass(60);
    expect(changes()).toEqual(settled);
    expect(opsItems()).toEqual([]);
  });

  it('open one OpsItem for a run that fails in more than one way, and none while it is open', () => {
    const { pass, print, end, changes, opsItems } = prepare(watched);
    pass(1);
    end('ExecutionsFailed');
    pass(2);
    print(1);
    pass(60);
    print(1);
    pass(60);
    expect(opsItems()).toHaveLength(1);
    expect(changes().filter((change) => change.endsWith('updates OK ALARM'))).toEqual([
      '12:02 updates OK ALARM',
      '13:04 updates OK ALARM',
    ]);
  });

  it.each([
    ['Open', 1],
    ['InProgress', 1],
    ['Resolved', 2],
    ['Closed', 2],
  ])('with the OpsItem of an earlier failure %s there are %d', (Status, number) => {
    const first = prepare(watched);
    first.pass(1);
    first.print(1);
    first.pass(60);
    const { ssm } = first.cloud.toEstate();
    const later = prepare(watched, { ssm: { opsItems: [{ ...ssm.opsItems[0], Status }] } });
    later.pass(1);
    later.print(1);
    later.pass(60);
    expect(later.opsItems().map(({ OpsItemId }) => OpsItemId)).toEqual(
      ['oi-000000000001', 'oi-000000000002'].slice(0, number),
    );
  });

  it('bear a data point that comes late, and the same one twice', () => {
    const { pass, print, changes, now, opsItems } = prepare(watched);
    pass(30);
    print(1, now() - 4 * 60_000);
    print(1, now() - 4 * 60_000);
    pass(60);
    expect(changes().slice(3)).toEqual([
      '12:30 failed-items OK ALARM',
      '12:30 updates OK ALARM',
      '12:42 failed-items ALARM OK',
      '12:42 updates ALARM OK',
    ]);
    expect(opsItems()).toHaveLength(1);
    // What is older than an evaluation looks back changes nothing.
    print(1, now() - 30 * 60_000);
    pass(60);
    expect(changes()).toHaveLength(7);
  });

  it('of metrics of AWS may open OpsItems themselves', () => {
    const { pass, end, opsItems } = prepare([
      metricAlarm('failed-runs', {
        ...failedRuns,
        alarmActions: ['arn:aws:ssm:eu-west-1:111122223333:opsitem:4'],
      }),
    ]);
    end('ExecutionsFailed');
    pass(60);
    expect(opsItems()).toMatchObject([
      { Title: "CloudWatch alarm - 'failed-runs' is in ALARM state", Severity: '4' },
    ]);
    expect(opsItems()[0]).not.toHaveProperty('Category');
  });

  it('do nothing where their actions are disabled', () => {
    const disabled = [...watched.slice(0, 2), composite({ actionsEnabled: false }), watched[3]!];
    const { pass, print, opsItems, changes } = prepare(disabled);
    print(1);
    pass(60);
    expect(changes()).toContain('12:01 updates ? ALARM');
    expect(opsItems()).toEqual([]);
  });

  it('say loudly which action is not carried out', () => {
    const topic = 'arn:aws:sns:eu-west-1:111122223333:ops';
    const { pass, end } = prepare([
      metricAlarm('failed-runs', { ...failedRuns, alarmActions: [topic] }),
    ]);
    end('ExecutionsFailed');
    expect(() => pass(60)).toThrow(
      `The rehearsal does not carry out the action ${topic} of the alarm failed-runs.`,
    );
  });

  it.each<[string, Json, RegExp]>([
    ['metric math', { metricQueries: [] }, /failed-runs: metric math is not emulated/],
    [
      'a percentile',
      { extendedStatistic: 'p99' },
      /failed-runs: the statistic p99 is not emulated/,
    ],
    [
      'anomaly detection',
      { comparisonOperator: 'GreaterThanUpperThreshold' },
      /failed-runs: GreaterThanUpperThreshold is not emulated/,
    ],
    ['high resolution', { period: 10 }, /failed-runs: a period of 10 seconds is not emulated/],
    [
      'an OpsItem of a metric that is not of AWS, which opens none',
      { namespace: 'Own', alarmActions: [OPENS] },
      /failed-runs: OpsItems come of metrics of AWS's own namespaces, not of Own; have a composite/,
    ],
    [
      'an OpsItem of another region',
      { alarmActions: [OPENS.replace('eu-west-1', 'eu-west-2')] },
      /failed-runs: arn:.* names no OpsItem of this region and account/,
    ],
    [
      'an OpsItem of a severity that there is not',
      { alarmActions: [OPENS.replace(':2#', ':5#')] },
      /failed-runs: arn:.* names no OpsItem of this region and account/,
    ],
  ])('with %s are refused', (_what, change, problem) => {
    expect(() => prepare([metricAlarm('failed-runs', { ...failedRuns, ...change })])).toThrow(
      problem,
    );
  });

  it.each<[Json, RegExp]>([
    [{ alarmRule: 'NOT ALARM("failed-runs")' }, /updates: the rule NOT ALARM.* is not emulated/],
    [{ alarmRule: 'ALARM(failed-runs) AND OK(a)' }, /updates: the rule .* is not emulated/],
    [{ alarmRule: 'ALARM("others")' }, /updates: its rule names others, and there is no such/],
    [{ actionsSuppressor: {} }, /updates: the suppression of actions is not emulated/],
  ])('that are composite are refused with %j', (change, problem) => {
    expect(() => prepare([...watched.slice(0, 2), composite(change)])).toThrow(problem);
  });

  it('that are composite may name others by ARN, and without quotes', () => {
    const rule = `ALARM(failed-items) OR ALARM(${arnOf('failed-runs')})`;
    const { pass, end, opsItems } = prepare([
      ...watched.slice(0, 2),
      composite({ alarmRule: rule }),
    ]);
    end('ExecutionsFailed');
    pass(60);
    expect(opsItems()).toHaveLength(1);
  });

  it('that are composite are not shown by half', () => {
    const { cloud } = prepare(watched);
    const describe = (input: Json) =>
      cloud.call({
        service: 'monitoring',
        operation: 'DescribeAlarms',
        input: { AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], ...input },
        principal: { roleArn: 'role' },
        caller: 'user',
      });
    const answer = describe({});
    expect('error' in answer && answer.error.code).toBe('NotImplemented');
    // Whoever asks for others by name has the whole answer.
    expect(describe({ AlarmNames: ['failed-items'] })).toMatchObject({
      output: { MetricAlarms: [{ AlarmName: 'failed-items' }], CompositeAlarms: [] },
    });
  });
});

describe('alarms of the estate', () => {
  const alarm = (change: Json) => ({
    AlarmName: 'web-5xx',
    Namespace: 'AWS/ApplicationELB',
    MetricName: 'HTTPCode_Target_5XX_Count',
    AlarmActions: [OPENS, 'arn:aws:sns:eu-west-1:111122223333:ops'],
    ...change,
  });
  const happens = (change: Json) => {
    const { pass, opsItems } = prepare([], {
      cloudwatch: { alarms: [alarm(change)] },
      events: [
        {
          at: '2026-02-01T12:10:00Z',
          type: 'cloudwatch.alarmStateChanged',
          alarm: 'web-5xx',
          state: 'ALARM',
        },
      ],
    });
    pass(60);
    return opsItems();
  };

  it('open OpsItems as well, if they watch a metric of AWS', () => {
    expect(happens({})).toMatchObject([{ CreatedTime: '2026-02-01T12:10:00.000Z' }]);
    expect(happens({ Namespace: 'Own' })).toEqual([]);
    expect(happens({ ActionsEnabled: false })).toEqual([]);
  });
});
