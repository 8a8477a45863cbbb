import { OpsAlarms } from '../../../components/operations/ops-alarms';
import { record, type Recorded } from '../../support/pulumi-mocks';

const METRIC = 'aws:cloudwatch/metricAlarm:MetricAlarm';
const COMPOSITE = 'aws:cloudwatch/compositeAlarm:CompositeAlarm';
const machine = (name: string) => `arn:aws:states:eu-west-1:111122223333:stateMachine:${name}`;
const rollout = { name: 'ami-rollout', stateMachineArn: machine('ami-rollout-machine-1a2b') };
const updater = { name: 'updater', stateMachineArn: machine('updater-machine-3c4d') };

const ofType = (recorded: readonly Recorded[], type: string) =>
  recorded.filter((resource) => resource.type === type);

describe('the alarms of workflows', () => {
  let recorded: Recorded[];
  let arns: string[];

  beforeAll(async () => {
    recorded = await record(async () => {
      const alarms = new OpsAlarms('ops', { workflows: [rollout, updater] });
      new OpsAlarms('loud', { workflows: [updater], severity: 1, category: 'Availability' });
      arns = await new Promise((resolve) => {
        alarms.alarmArns.apply(resolve);
      });
    });
  });

  it('watch failed items, and runs that failed or took too long, wherever the data points are', () => {
    const onAnyDataPoint = {
      comparisonOperator: 'GreaterThanOrEqualToThreshold',
      threshold: 1,
      period: 300,
      evaluationPeriods: 1,
      treatMissingData: 'notBreaching',
    };
    const executions = {
      ...onAnyDataPoint,
      namespace: 'AWS/States',
      statistic: 'Sum',
      dimensions: { StateMachineArn: rollout.stateMachineArn },
    };
    const own = ofType(recorded, METRIC).filter(({ name }) => name.startsWith('ops-ami-rollout-'));
    expect(Object.fromEntries(own.map(({ name, inputs }) => [name, inputs]))).toEqual({
      'ops-ami-rollout-failed-items': {
        ...onAnyDataPoint,
        alarmDescription: 'A run of ami-rollout had items that failed',
        namespace: 'Evergreen',
        metricName: 'FailedItems',
        statistic: 'Maximum',
        dimensions: { Workflow: 'ami-rollout-machine-1a2b' },
      },
      'ops-ami-rollout-failed-runs': {
        ...executions,
        alarmDescription: 'A run of ami-rollout failed as a whole',
        metricName: 'ExecutionsFailed',
      },
      'ops-ami-rollout-timed-out-runs': {
        ...executions,
        alarmDescription: 'A run of ami-rollout took too long',
        metricName: 'ExecutionsTimedOut',
      },
    });
  });

  it('open one OpsItem for a workflow, whatever failed', () => {
    expect(ofType(recorded, COMPOSITE).map(({ name, inputs }) => ({ name, ...inputs }))).toEqual(
      ['ops-ami-rollout', 'ops-updater', 'loud-updater'].map((name) => ({
        name,
        alarmName: `evergreen-test-${name}`,
        alarmDescription: `${name.replace(/^[a-z]+-/, '')} failed: see the notification of its last run`,
        alarmRule: `ALARM("${name}-failed-items") OR ALARM("${name}-failed-runs") OR ALARM("${name}-timed-out-runs")`,
        alarmActions: [
          name === 'loud-updater'
            ? 'arn:aws:ssm:eu-west-1:111122223333:opsitem:1#CATEGORY=Availability'
            : 'arn:aws:ssm:eu-west-1:111122223333:opsitem:3#CATEGORY=Security',
        ],
      })),
    );
    expect(arns).toEqual(['arn:aws:mock:::ops-ami-rollout', 'arn:aws:mock:::ops-updater']);
  });

  it('are nothing but alarms: CloudWatch opens OpsItems in a role of its own', () => {
    const types = new Set(recorded.map(({ type }) => type));
    expect([...types].sort()).toEqual([COMPOSITE, METRIC, 'evergreen:operations:OpsAlarms']);
  });
});

it('refuses wrong arguments, all at once', async () => {
  const wrong = {
    workflows: [updater, updater, { ...rollout, name: 'ami rollout' }],
    severity: 5,
    category: 'Speed' as never,
  };
  await record(() => {
    expect(() => new OpsAlarms('ops', wrong)).toThrow(
      [
        'OpsAlarms "ops" has wrong arguments:',
        '  workflows[1].name: given "updater"; accepted is a name that no other workflow has',
        '  workflows[2].name: given "ami rollout"; accepted is 1 to 64 letters, digits and hyphens',
        '  severity: given 5; accepted is a whole number from 1 to 4',
        '  category: given "Speed"; accepted is Availability, Cost, Performance, Recovery, Security',
      ].join('\n'),
    );
  });
});
