import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { DeadLetterQueue } from './dead-letter-queue';
import { ServiceRole } from './service-role';

export interface EventTriggerArgs {
  readonly description: string;
  /** An EventBridge event pattern for the default bus. */
  readonly pattern: pulumi.Input<Readonly<Record<string, unknown>>>;
  /** ARN of the state machine that is started, with the whole event as its input. */
  readonly target: pulumi.Input<string>;
}

/** Starts a state machine when an event matches. An event that cannot be delivered within a day ends in a queue. */
export class EventTrigger extends pulumi.ComponentResource {
  readonly ruleArn: pulumi.Output<string>;
  readonly deadLetterQueueArn: pulumi.Output<string>;

  constructor(name: string, args: EventTriggerArgs, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:EventTrigger', name, {}, opts);
    const parent = { parent: this };

    const rule = new aws.cloudwatch.EventRule(
      `${name}-rule`,
      { description: args.description, eventPattern: pulumi.jsonStringify(args.pattern) },
      parent,
    );
    const deadLetters = new DeadLetterQueue(`${name}-undelivered`, parent);
    const queuePolicy = new aws.sqs.QueuePolicy(
      `${name}-queue-policy`,
      {
        queueUrl: deadLetters.url,
        // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html#eb-dlq-perms
        policy: pulumi.jsonStringify({
          Version: '2012-10-17',
          Statement: [
            {
              Sid: 'KeepUndelivered',
              Effect: 'Allow',
              Principal: { Service: 'events.amazonaws.com' },
              Action: 'sqs:SendMessage',
              Resource: deadLetters.arn,
              Condition: { ArnEquals: { 'aws:SourceArn': rule.arn } },
            },
          ],
        }),
      },
      parent,
    );
    const access = new ServiceRole(
      name,
      {
        service: 'events.amazonaws.com',
        description: args.description,
        grants: [
          { Sid: 'StartWorkflow', Action: ['states:StartExecution'], Resource: [args.target] },
        ],
      },
      parent,
    );
    new aws.cloudwatch.EventTarget(
      `${name}-target`,
      {
        rule: rule.name,
        arn: args.target,
        roleArn: access.role.arn,
        deadLetterConfig: { arn: deadLetters.arn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      },
      { ...parent, dependsOn: [access.policy, queuePolicy] },
    );

    this.ruleArn = rule.arn;
    this.deadLetterQueueArn = deadLetters.arn;
    this.registerOutputs({ ruleArn: this.ruleArn, deadLetterQueueArn: this.deadLetterQueueArn });
  }
}
