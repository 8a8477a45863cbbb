import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/**
 * What EventBridge cannot deliver is dropped unless it has a queue to go to:
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/configuring-schedule-dlq.html and
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
 */
export const triggerDeadLetters: ResourceValidationPolicy = {
  name: 'trigger-dead-letters',
  description: 'Every schedule and every target of a rule has a dead-letter queue.',
  enforcementLevel: 'mandatory',
  validateResource: [
    validateResourceOfType(aws.scheduler.Schedule, ({ target }, { name }, report) => {
      if (!hasQueue(target.deadLetterConfig)) {
        report(
          `${name}: set target.deadLetterConfig.arn to a queue that keeps undelivered starts.`,
        );
      }
    }),
    validateResourceOfType(aws.cloudwatch.EventTarget, (target, { name }, report) => {
      if (!hasQueue(target.deadLetterConfig)) {
        report(`${name}: set deadLetterConfig.arn to a queue that keeps undelivered events.`);
      }
    }),
  ],
};

/** The ARN of the queue is not known before it is created; that there is one, is. */
function hasQueue(config: { readonly arn?: string | undefined } | undefined): boolean {
  return config !== undefined && 'arn' in config;
}
