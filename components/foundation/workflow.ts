import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { factory as closeRun } from '../../functions/foundation/close-run';
import { EventTrigger } from './event-trigger';
import { InlineFunction } from './inline-function';
import type { Ledger } from './ledger';
import type { Notifier } from './notifier';
import { policyDocument, trustPolicy, type Grant } from './policy-document';
import type { StateMachineDefinition } from './state-language';

export interface WorkflowArgs<Names extends string> {
  /** The functions that the definition calls. The same list gives the definition its ARNs and the role its grants. */
  readonly functions: Readonly<Record<Names, InlineFunction>>;
  readonly definition: (functionArns: Readonly<Record<Names, string>>) => StateMachineDefinition;
  /** What the state machine calls without a function. @default nothing */
  readonly grants?: readonly Grant[];
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  /** Days. @default 90 */
  readonly logRetentionDays?: number;
}

/**
 * A Standard state machine with its log and role, and a rule that closes runs which cannot close themselves:
 * whatever ends FAILED, TIMED_OUT or ABORTED gives its leases back and is reported, once.
 */
export class Workflow<Names extends string = string> extends pulumi.ComponentResource {
  /** Logical name. */
  readonly name: string;
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WorkflowArgs<Names>, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Workflow', name, {}, opts);
    const parent = { parent: this };
    const functions = Object.entries<InlineFunction>(args.functions);

    const logGroup = new aws.cloudwatch.LogGroup(
      `${name}-log`,
      // Step Functions asks for this prefix, which keeps the resource policy of CloudWatch Logs small:
      // https://docs.aws.amazon.com/step-functions/latest/dg/bp-cwl.html
      {
        namePrefix: `/aws/vendedlogs/states/${name}-`,
        retentionInDays: args.logRetentionDays ?? 90,
      },
      parent,
    );
    const role = new aws.iam.Role(
      `${name}-role`,
      {
        description: `Runs the workflow ${name}`,
        // https://docs.aws.amazon.com/step-functions/latest/dg/procedure-create-iam-role.html#prevent-cross-service-confused-deputy
        assumeRolePolicy: trustPolicy('states.amazonaws.com', {
          StringEquals: { 'aws:SourceAccount': aws.getCallerIdentityOutput().accountId },
        }),
      },
      parent,
    );
    const policy = new aws.iam.RolePolicy(
      `${name}-policy`,
      {
        role: role.name,
        policy: policyDocument([
          {
            Sid: 'CallFunctions',
            Action: ['lambda:InvokeFunction'],
            Resource: functions.map(([, target]) => target.arn),
          },
          ...(args.grants ?? []),
          logDelivery(),
        ]),
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
        roleArn: role.arn,
        definition: arns.apply((known) => JSON.stringify(args.definition(known), null, 2)),
        loggingConfiguration: {
          level: 'ERROR',
          includeExecutionData: false,
          logDestination: pulumi.interpolate`${logGroup.arn}:*`,
        },
      },
      { ...parent, dependsOn: [policy] },
    );
    const closer = new InlineFunction(
      `${name}-close-run`,
      {
        description: `Closes runs of ${name} that could not close themselves`,
        factory: closeRun,
        environment: args.notifier.environment,
        grants: [
          ...args.notifier.grants,
          args.ledger.grant('FindAndFreeItems', 'Query', 'UpdateItem'),
        ],
      },
      parent,
    );
    new EventTrigger(
      `${name}-ended-early`,
      {
        description: `A run of ${name} ended without success`,
        // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        pattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: {
            stateMachineArn: [machine.arn],
            status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          },
        },
        target: closer,
      },
      parent,
    );

    this.name = name;
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
