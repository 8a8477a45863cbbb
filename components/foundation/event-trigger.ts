import * as aws from '@pulumi/aws';
import * as pulumi from '@pulumi/pulumi';
import { DeadLetterQueue } from './dead-letter-queue';
import type { InlineFunction } from './inline-function';
import { policyDocument } from './policy-document';

export interface EventTriggerArgs {
  readonly description: string;
  /** An EventBridge event pattern for the default bus. */
  readonly pattern: pulumi.Input<Readonly<Record<string, unknown>>>;
  /** Called with the whole event. */
  readonly target: InlineFunction;
}

/** Calls a function when an event matches. An event that cannot be delivered, or handled, ends in a queue. */
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
    new aws.sqs.QueuePolicy(
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
    const permission = new aws.lambda.Permission(
      `${name}-permission`,
      {
        action: 'lambda:InvokeFunction',
        function: args.target.functionName,
        principal: 'events.amazonaws.com',
        sourceArn: rule.arn,
      },
      parent,
    );
    const keepUnhandled = new aws.iam.RolePolicy(
      `${name}-keep-unhandled`,
      {
        role: args.target.roleName,
        policy: policyDocument([
          { Sid: 'KeepUnhandled', Action: ['sqs:SendMessage'], Resource: [deadLetters.arn] },
        ]),
      },
      parent,
    );
    const invocation = new aws.lambda.FunctionEventInvokeConfig(
      `${name}-invocation`,
      {
        functionName: args.target.functionName,
        maximumRetryAttempts: 2,
        maximumEventAgeInSeconds: 21_600,
        destinationConfig: { onFailure: { destination: deadLetters.arn } },
      },
      { ...parent, dependsOn: [keepUnhandled] },
    );
    new aws.cloudwatch.EventTarget(
      `${name}-target`,
      {
        rule: rule.name,
        arn: args.target.arn,
        deadLetterConfig: { arn: deadLetters.arn },
        retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
      },
      { ...parent, dependsOn: [permission, invocation] },
    );

    this.ruleArn = rule.arn;
    this.deadLetterQueueArn = deadLetters.arn;
    this.registerOutputs({ ruleArn: this.ruleArn, deadLetterQueueArn: this.deadLetterQueueArn });
  }
}
