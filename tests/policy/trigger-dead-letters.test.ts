import * as aws from '@pulumi/aws';
import { triggerDeadLetters } from '../../policy/rules/trigger-dead-letters';
import { findings, UNKNOWN } from '../support/policy-args';

const SCHEDULE = 'thing: set target.deadLetterConfig.arn to a queue that keeps undelivered starts.';
const TARGET = 'thing: set deadLetterConfig.arn to a queue that keeps undelivered events.';
const queue = { arn: 'arn:aws:sqs:eu-west-1:123456789012:queue' };

test.each<[string, Parameters<typeof findings>[1], object, string[]]>([
  ['a schedule with a queue', aws.scheduler.Schedule, { target: { deadLetterConfig: queue } }, []],
  [
    'a schedule whose queue is not there yet',
    aws.scheduler.Schedule,
    { target: { deadLetterConfig: { arn: UNKNOWN } } },
    [],
  ],
  ['a schedule without', aws.scheduler.Schedule, { target: {} }, [SCHEDULE]],
  [
    'a schedule with an empty setting',
    aws.scheduler.Schedule,
    { target: { deadLetterConfig: {} } },
    [SCHEDULE],
  ],
  ['a target with a queue', aws.cloudwatch.EventTarget, { deadLetterConfig: queue }, []],
  [
    'a target whose queue is not there yet',
    aws.cloudwatch.EventTarget,
    { deadLetterConfig: { arn: UNKNOWN } },
    [],
  ],
  ['a target without', aws.cloudwatch.EventTarget, {}, [TARGET]],
  [
    'a target with an empty setting',
    aws.cloudwatch.EventTarget,
    { deadLetterConfig: {} },
    [TARGET],
  ],
])('%s is judged', async (_case, type, props, violations) => {
  expect(await findings(triggerDeadLetters, type, props)).toEqual({
    violations,
    applicable: true,
    unknown: false,
  });
});

test('rules have no queue of their own', async () => {
  expect((await findings(triggerDeadLetters, aws.cloudwatch.EventRule, {})).applicable).toBe(false);
});

test('a target that is not known yet is no violation', async () => {
  const target = 'dd056dcd-154b-4c76-9bd3-c8f88648b5ff';

  expect(await findings(triggerDeadLetters, aws.scheduler.Schedule, { target })).toEqual({
    violations: [],
    applicable: true,
    unknown: true,
  });
});
