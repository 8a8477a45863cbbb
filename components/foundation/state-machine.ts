import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import type { InlineFunction } from './inline-function';
import type { Grant } from './policy-document';
import { executionsOf, runChildren } from './run-grants';
import { ServiceRole } from './service-role';
import type { StateMachineDefinition } from './state-language';

export interface StateMachineArgs<Names extends string> {
  readonly description: string;
  /** The functions that the definition calls. The same list gives the definition its ARNs and the role its grants. */
  readonly functions: Readonly<Record<Names, InlineFunction>>;
  readonly definition: (
    functionArns: Readonly<Record<Names, string>>,
  ) => pulumi.Input<StateMachineDefinition>;
  /** What the state machine calls without a function. @default nothing */
  readonly grants?: readonly Grant[];
  /** Whether it has a Distributed Map, whose items are executions of the same state machine. @default false */
  readonly runsChildren?: boolean;
  /** Days. @default 90 */
  readonly logRetentionDays?: number;
}

/** A Standard state machine with its log and its role. */
export class StateMachine<Names extends string = string> extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: StateMachineArgs<Names>, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:StateMachine', name, {}, opts);
    const parent = { parent: this };
    const functions = Object.entries<InlineFunction>(args.functions);

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      {
        // Step Functions asks for this prefix, which keeps the resource policy of CloudWatch Logs small:
        // https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
        namePrefix: `/aws/vendedlogs/states/${name}-`,
        retentionInDays: args.logRetentionDays ?? 90,
      },
      // A component that gets another name, and an alias, keeps its log as it keeps all else.
      { ...parent, ignoreChanges: ['namePrefix'] },
    );
    const access = new ServiceRole(
      name,
      {
        service: 'states.amazonaws.com',
        description: args.description,
        grants: [
          {
            Sid: 'CallFunctions',
            Action: ['lambda:InvokeFunction'],
            Resource: functions.map(([, target]) => target.arn),
          },
          ...(args.grants ?? []),
          logDelivery(),
        ],
      },
      parent,
    );
    const arns = pulumi.all(
      Object.fromEntries(functions.map(([key, target]) => [key, target.arn])),
    ) as pulumi.Output<Record<Names, string>>;
    const machine = new aws.sfn.StateMachine(
      `${name}-machine`,
      {
        type: 'STANDARD',
        roleArn: access.role.arn,
        definition: arns
          .apply((known) => args.definition(known))
          .apply((definition) => JSON.stringify(definition, null, 2)),
        loggingConfiguration: {
          level: 'ERROR',
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${logGroup.arn}:*`,
        },
      },
      { ...parent, dependsOn: [access.policy] },
    );

    if (args.runsChildren === true)
      access.allowLater('children', runChildren(machine.arn, executionsOf(machine.arn)));

    this.arn = machine.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Log delivery knows no resources: https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-iam-policy */
function logDelivery(): Grant {
  return {
    Sid: 'DeliverLog',
    Action: [
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
    ],
    Resource: ['*'],
  };
}
