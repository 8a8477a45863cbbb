import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { DeadLetterQueue } from './dead-letter-queue';
import { ServiceRole } from './service-role';

export interface ScheduleArgs {
  readonly description: string;
  /** An EventBridge Scheduler expression. */
  readonly expression: `cron(${string})` | `rate(${string})` | `at(${string})`;
  /** IANA name; daylight saving is respected. @default UTC */
  readonly timeZone?: string;
  /** ARN of the state machine that is started. */
  readonly target: pulumi.Input<string>;
  /** Input of the execution. */
  readonly input: object;
}

/** Starts a workflow on time. A start that EventBridge Scheduler cannot deliver within a day ends in a queue. */
export class Schedule extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Schedule', name, {}, opts);
    const parent = { parent: this };

    const deadLetters = new DeadLetterQueue(`${name}-undelivered`, parent);
    const access = new ServiceRole(
      name,
      {
        service: 'scheduler.amazonaws.com',
        description: args.description,
        grants: [
          { Sid: 'StartWorkflow', Action: ['states:StartExecution'], Resource: [args.target] },
          { Sid: 'KeepUndelivered', Action: ['sqs:SendMessage'], Resource: [deadLetters.arn] },
        ],
      },
      parent,
    );
    const schedule = new aws.scheduler.Schedule(
      `${name}-schedule`,
      {
        description: args.description,
        scheduleExpression: args.expression,
        scheduleExpressionTimezone: args.timeZone ?? 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: args.target,
          roleArn: access.role.arn,
          input: JSON.stringify(args.input),
          deadLetterConfig: { arn: deadLetters.arn },
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      },
      { ...parent, dependsOn: [access.policy] },
    );

    this.arn = schedule.arn;
    this.deadLetterQueueArn = deadLetters.arn;
    this.registerOutputs({ arn: this.arn, deadLetterQueueArn: this.deadLetterQueueArn });
  }
}
