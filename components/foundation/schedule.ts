import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { DeadLetterQueue } from './dead-letter-queue';
import type { ScheduleTime } from './schedule-time';
import { ServiceRole } from './service-role';

export interface ScheduleArgs {
  readonly description: string;
  /** When it fires; `parseSchedule` makes it of a text. */
  readonly expression: ScheduleTime;
  /** IANA name; daylight saving is respected. @default UTC */
  readonly timeZone?: string;
  /** ARN of the state machine that is started. */
  readonly target: pulumi.Input<string>;
  /**
   * Input of the execution. Of a day after Patch Tuesday, `patchTuesdayPlusDays`, `timeZone` and `scheduledTime` are
   * added: the schedule fires on the seven days that it can be, and the workflow goes on if `isPatchDay` says so.
   */
  readonly input: object;
}

/** Starts a workflow on time. A start that EventBridge Scheduler cannot deliver within a day ends in a queue. */
export class Schedule extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;

  constructor(name: string, args: ScheduleArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Schedule', name, {}, opts);
    const parent = { parent: this };
    const { expression, timeZone, input } = toScheduler(args);

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
        scheduleExpression: expression,
        scheduleExpressionTimezone: timeZone,
        flexibleTimeWindow: { mode: 'OFF' },
        target: {
          arn: args.target,
          roleArn: access.role.arn,
          input: JSON.stringify(input),
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

/** The schedule in what EventBridge Scheduler can say. */
function toScheduler({ expression, timeZone = 'UTC', input }: ScheduleArgs) {
  if (typeof expression === 'string') return { expression, timeZone, input };
  const { patchTuesdayPlusDays, hour, minute } = expression;
  // The second Tuesday is one of the days 8 to 14.
  const days = `${8 + patchTuesdayPlusDays}-${14 + patchTuesdayPlusDays}`;
  return {
    expression: `cron(${minute} ${hour} ${days} * ? *)`,
    timeZone,
    input: {
      ...input,
      patchTuesdayPlusDays,
      timeZone,
      // https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
      scheduledTime: '<aws.scheduler.scheduled-time>',
    },
  };
}
