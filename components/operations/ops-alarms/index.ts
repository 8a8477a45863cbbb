import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { FAILED_ITEMS, NAMESPACE } from '../../../functions/foundation/metrics';
import { refuseArguments } from '../../foundation/argument-error';
import {
  checkArguments,
  defaultCategory,
  opsItemSeverity,
  type OpsAlarmsArgs,
  type WatchedWorkflow,
} from './arguments';

export type { OpsAlarmsArgs, OpsItemCategory, WatchedWorkflow } from './arguments';

/**
 * Opens an OpsItem when a workflow fails: when items of a run failed, or when a run failed or timed out as a whole.
 * A workflow has one alarm that does so, whatever failed, and so one open OpsItem at most.
 *
 * Nothing is granted to anybody: CloudWatch makes the OpsItems in its service-linked role
 * `AWSServiceRoleForCloudWatchAlarms_ActionSSM`, which it creates with the first such alarm. Whoever deploys needs
 * `iam:CreateServiceLinkedRole` that once.
 *
 * @example
 * new OpsAlarms('ops-alarms', {
 *   workflows: [{ name: 'ami-rollout', stateMachineArn: rollout.workflowArn }],
 *   severity: 2,
 * });
 */
export class OpsAlarms extends pulumi.ComponentResource {
  /** ARNs of the alarms that open OpsItems, in the order of the workflows. */
  readonly alarmArns: pulumi.Output<string[]>;

  constructor(name: string, args: OpsAlarmsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:operations:OpsAlarms', name, {}, opts);
    refuseArguments('OpsAlarms', name, checkArguments(args));
    const opensOpsItem = opsItemAction(
      args.severity ?? opsItemSeverity.fallback,
      args.category ?? defaultCategory,
    );

    const alarms = args.workflows.map((workflow) => {
      const prefix = `${name}-${workflow.name}`;
      const causes = causesOf(workflow).map(
        ({ role, ...metric }) =>
          new aws.cloudwatch.MetricAlarm(
            `${prefix}-${role}`,
            { ...metric, ...onAnyDataPoint },
            { parent: this },
          ),
      );
      return new aws.cloudwatch.CompositeAlarm(
        prefix,
        {
          // AWS wants a name, which stays within an account and region: other stacks have other alarms.
          alarmName: `${pulumi.getProject()}-${pulumi.getStack()}-${prefix}`,
          alarmDescription: `${workflow.name} failed: see the notification of its last run`,
          // OpsItems come of metrics of AWS's own namespaces only, but of all composite alarms:
          // https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-create-OpsItems-from-CloudWatch-Alarms.html
          alarmRule: pulumi
            .all(causes.map((cause) => cause.name))
            .apply((names) => names.map((one) => `ALARM("${one}")`).join(' OR ')),
          alarmActions: [opensOpsItem],
        },
        // A component that gets another name, and an alias, keeps its alarms.
        { parent: this, ignoreChanges: ['alarmName'] },
      );
    });

    this.alarmArns = pulumi.all(alarms.map(({ arn }) => arn));
    this.registerOutputs({ alarmArns: this.alarmArns });
  }
}

/** What an alarm watches; `role` is the last part of its name. */
type Cause = Pick<
  aws.cloudwatch.MetricAlarmArgs,
  'alarmDescription' | 'namespace' | 'metricName' | 'dimensions' | 'statistic'
> & { readonly role: string };

/**
 * A run whose items failed succeeds all the same, so it counts them itself. Of one that failed as a whole Step Functions
 * tells, whatever became of our own code. https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
 */
function causesOf({ name, stateMachineArn }: WatchedWorkflow): readonly Cause[] {
  const executions = { namespace: 'AWS/States', dimensions: { StateMachineArn: stateMachineArn } };
  return [
    {
      role: 'failed-items',
      alarmDescription: `A run of ${name} had items that failed`,
      namespace: NAMESPACE,
      metricName: FAILED_ITEMS,
      dimensions: {
        Workflow: pulumi.output(stateMachineArn).apply((arn) => arn.split(':').at(-1) ?? ''),
      },
      // A data point that is delivered twice counts once.
      statistic: 'Maximum',
    },
    {
      ...executions,
      role: 'failed-runs',
      alarmDescription: `A run of ${name} failed as a whole`,
      metricName: 'ExecutionsFailed',
      statistic: 'Sum',
    },
    {
      ...executions,
      role: 'timed-out-runs',
      alarmDescription: `A run of ${name} took too long`,
      metricName: 'ExecutionsTimedOut',
      statistic: 'Sum',
    },
  ];
}

/**
 * Runs are hours or a month apart, and there are data points of runs only. So missing data must not breach; nor must
 * they keep the alarm as it is, for in ALARM it would be deaf to the next failure. It falls back to OK by itself, each
 * failure raises it again, and that there is one OpsItem as long as it is open is OpsCenter's business. Both kinds of
 * metrics may come minutes late, which five minutes bear.
 */
const onAnyDataPoint = {
  comparisonOperator: 'GreaterThanOrEqualToThreshold',
  threshold: 1,
  period: 300,
  evaluationPeriods: 1,
  treatMissingData: 'notBreaching',
} as const;

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-configuring-an-existing-alarm-programmatically.html */
function opsItemAction(severity: number, category: string): pulumi.Output<string> {
  const { partition } = aws.getPartitionOutput();
  const { accountId } = aws.getCallerIdentityOutput();
  const { region } = aws.getRegionOutput();
  return pulumi.interpolate`arn:${partition}:ssm:${region}:${accountId}:opsitem:${severity}#CATEGORY=${category}`;
}
