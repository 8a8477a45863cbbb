import { CloudWatch } from '@aws-sdk/client-cloudwatch';

import { EmulatedAccount } from '../../../../rehearsal/emulator/account';
import { readEstate } from '../../../../rehearsal/estate';
import {
  alarmState,
  cloudwatch,
  type CloudWatchState,
} from '../../../../rehearsal/services/cloudwatch';
import type { Json } from '../../../../rehearsal/services/service';
import { createBench, deployed, serveBench } from '../support';

const head = { account: '111122223333', region: 'eu-west-1', capturedAt: '2026-02-01T12:00:00Z' };
const TOPIC = 'arn:aws:sns:eu-west-1:111122223333:ops';
const ARN = 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm';
const alarm = {
  AlarmName: 'web-5xx',
  AlarmDescription: 'Too many errors',
  StateReason: 'no datapoints above',
  StateReasonData: '{"version":"1.0"}',
  StateUpdatedTimestamp: '2026-01-15T08:00:00.000Z',
  Namespace: 'AWS/ApplicationELB',
  MetricName: 'HTTPCode_Target_5XX_Count',
  Dimensions: [{ Name: 'LoadBalancer', Value: 'app/web/1' }],
  Statistic: 'Sum',
  Period: 60,
  AlarmActions: [TOPIC],
};
const change = (minutes: number, state: string, reason?: string) => ({
  at: new Date(Date.parse(head.capturedAt) + minutes * 60_000).toISOString(),
  type: 'cloudwatch.alarmStateChanged',
  alarm: 'web-5xx',
  state,
  ...(reason !== undefined && { reason }),
});
const others = ['batch-late', 'web-cpu'].map((AlarmName) => ({ AlarmName, StateValue: 'ALARM' }));
const estate = readEstate({
  ...head,
  cloudwatch: { alarms: [alarm, ...others] },
  events: [change(10, 'ALARM', 'Threshold Crossed'), change(20, 'ALARM'), change(30, 'OK')],
});
const bench = () => createBench(cloudwatch, estate);
const names = ({ MetricAlarms }: Json) => MetricAlarms.map(({ AlarmName }: Json) => AlarmName);

test.each([
  [{}, ['batch-late', 'web-5xx', 'web-cpu']],
  [{ AlarmNames: ['web-cpu', 'nothing'] }, ['web-cpu']],
  [{ AlarmNamePrefix: 'web-' }, ['web-5xx', 'web-cpu']],
  [{ StateValue: 'ALARM' }, ['batch-late', 'web-cpu']],
  [{ ActionPrefix: 'arn:aws:sns:' }, ['web-5xx']],
  [{ AlarmTypes: ['CompositeAlarm'] }, []],
  [{ AlarmTypes: ['CompositeAlarm', 'MetricAlarm'], StateValue: 'OK' }, ['web-5xx']],
])('DescribeAlarms with %j shows %j', (input, shown) => {
  const output = bench().call('DescribeAlarms', input);
  expect(names(output)).toEqual(shown);
  expect(output.NextToken).toBeUndefined();
});

test('an alarm is shown with its times as dates', () => {
  const { MetricAlarms } = bench().call('DescribeAlarms', { AlarmNames: ['web-5xx'] });
  expect(MetricAlarms).toEqual([
    {
      ...alarm,
      AlarmArn: `${ARN}:web-5xx`,
      StateValue: 'OK',
      StateUpdatedTimestamp: new Date(alarm.StateUpdatedTimestamp),
      ActionsEnabled: true,
      OKActions: [],
      InsufficientDataActions: [],
    },
  ]);
});

test('pages follow each other and end', () => {
  const one = bench();
  const first = one.call('DescribeAlarms', { MaxRecords: 2 });
  expect(names(first)).toEqual(['batch-late', 'web-5xx']);
  const second = one.call('DescribeAlarms', { MaxRecords: 2, NextToken: first.NextToken });
  expect(names(second)).toEqual(['web-cpu']);
  expect(second.NextToken).toBeUndefined();
});

test.each([
  [{ AlarmNames: ['a'], AlarmNamePrefix: 'a' }, /^InvalidParameterCombination: /],
  [{ ChildrenOfAlarmName: 'a' }, /^NotImplemented: .* ChildrenOfAlarmName/],
  [{ ParentsOfAlarmName: 'a' }, /^NotImplemented: .* ParentsOfAlarmName/],
  [{ MaxRecords: 101 }, /^ValidationError: /],
  [{ AlarmNames: Array.from({ length: 101 }, String) }, /^ValidationError: /],
  [{ NextToken: '?' }, /^InvalidNextToken: /],
])('DescribeAlarms with %j is refused', (input, refusal) => {
  expect(bench().refusal('DescribeAlarms', input)).toMatch(refusal);
});

test('AWS asks for all alarms, whatever is named', () => {
  expect(bench().access('DescribeAlarms', { AlarmNames: ['web-5xx'] })).toEqual([
    { action: 'cloudwatch:DescribeAlarms', resource: `${ARN}:*` },
  ]);
});

test('an alarm changes when the estate says so, which is told once; the account can be read again', () => {
  const account = new EmulatedAccount(estate, []);
  account.advance(25 * 60);
  expect(account.trace.events).toEqual([
    {
      at: '2026-02-01T12:10:00.000Z',
      source: 'aws.cloudwatch',
      detailType: 'CloudWatch Alarm State Change',
      rules: [],
      detail: {
        alarmName: 'web-5xx',
        configuration: {
          description: 'Too many errors',
          metrics: [
            {
              id: 'm1',
              metricStat: {
                metric: {
                  namespace: 'AWS/ApplicationELB',
                  name: 'HTTPCode_Target_5XX_Count',
                  dimensions: { LoadBalancer: 'app/web/1' },
                },
                period: 60,
                stat: 'Sum',
              },
              returnData: true,
            },
          ],
        },
        previousState: {
          value: 'OK',
          reason: 'no datapoints above',
          reasonData: '{"version":"1.0"}',
          timestamp: '2026-01-15T08:00:00.000+0000',
        },
        state: {
          value: 'ALARM',
          reason: 'Threshold Crossed',
          timestamp: '2026-02-01T12:10:00.000+0000',
        },
      },
    },
  ]);
  const end = account.toEstate();
  expect(end.cloudwatch.alarms[0]).toMatchObject({ StateValue: 'ALARM' });
  expect(readEstate(JSON.parse(JSON.stringify(end))).cloudwatch).toEqual(end.cloudwatch);
  account.advance(10 * 60);
  expect(account.trace.events).toHaveLength(2);
  expect(account.toEstate().cloudwatch.alarms[0].StateValue).toBe('OK');
});

test('other services ask for the state of an alarm; those that the program deploys have no data', () => {
  const name = 'dead-letters-1a2b3c4';
  const resources = [
    deployed(
      'aws:cloudwatch/metricAlarm:MetricAlarm',
      { name, arn: `${ARN}:${name}` },
      {
        namespace: 'AWS/SQS',
        metricName: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: 'dead' },
        statistic: 'Maximum',
        period: 60,
        evaluationPeriods: 1,
        comparisonOperator: 'GreaterThanThreshold',
        threshold: 0,
      },
    ),
  ];
  const state: CloudWatchState = cloudwatch.createState({
    ...head,
    partition: 'aws',
    estate,
    resources,
  });
  expect(['web-5xx', 'web-cpu', name, 'nothing'].map((one) => alarmState(state, one))).toEqual([
    'OK',
    'ALARM',
    'INSUFFICIENT_DATA',
    undefined,
  ]);
  const one = createBench(cloudwatch, estate, { resources });
  expect(one.call('DescribeAlarms', { AlarmNames: [name] }).MetricAlarms).toMatchObject([
    { StateReason: 'Unchecked: Initial alarm creation', Threshold: 0, TreatMissingData: 'missing' },
  ]);
  expect(one.estate()).toEqual({ cloudwatch: estate.cloudwatch });
});

test("the SDK's client shows alarms", async () => {
  const one = bench();
  const server = await serveBench(cloudwatch, one);
  const client = new CloudWatch({
    endpoint: server.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const { MetricAlarms } = await client.describeAlarms({ AlarmNames: ['web-5xx'] });
  expect(MetricAlarms?.[0]).toMatchObject({
    AlarmArn: `${ARN}:web-5xx`,
    StateUpdatedTimestamp: new Date(alarm.StateUpdatedTimestamp),
    Dimensions: alarm.Dimensions,
  });
  await server.close();
});
