import * as aws from '@pulumi/aws';
import { workflowTimeouts } from '../../policy/rules/workflow-timeouts';
import { findings, UNKNOWN } from '../support/policy-args';

const ofMachine = async (definition: object): Promise<readonly string[]> =>
  (
    await findings(workflowTimeouts, aws.sfn.StateMachine, {
      definition: JSON.stringify(definition),
    })
  ).violations;
const TOP = 'thing: set TimeoutSeconds at the top of the definition, or a run may last a year.';
const TASK =
  'thing: set TimeoutSeconds or HeartbeatSeconds of the Task Call, or a lost answer stops the run.';

test.each([{}, { TimeoutSeconds: 0 }])('a definition with %j has no end', async (top) => {
  expect(await ofMachine({ ...top, States: {} })).toEqual([TOP]);
});

test.each([
  { TimeoutSeconds: 60 },
  { TimeoutSecondsPath: '$.seconds' },
  { HeartbeatSeconds: 60 },
  { HeartbeatSecondsPath: '$.seconds' },
  { TimeoutSeconds: '{% $seconds %}' },
])('a Task with %j ends', async (limit) => {
  const States = { Call: { Type: 'Task', ...limit }, Wait: { Type: 'Wait', Seconds: 1 } };

  expect(await ofMachine({ TimeoutSeconds: 60, States })).toEqual([]);
});

test.each<[string, object]>([
  ['itself', { Call: { Type: 'Task' } }],
  ['in a Map', { All: { Type: 'Map', ItemProcessor: { States: { Call: { Type: 'Task' } } } } }],
])('a Task without, %s, does not end', async (_case, States) => {
  expect(await ofMachine({ TimeoutSeconds: 60, States })).toEqual([TASK]);
});

test('what is no JSON, and null, have no end either', async () => {
  for (const definition of ['{', 'null']) {
    const { violations } = await findings(workflowTimeouts, aws.sfn.StateMachine, { definition });

    expect(violations).toEqual([TOP]);
  }
});

test('a definition that is not known yet is no violation', async () => {
  expect(await findings(workflowTimeouts, aws.sfn.StateMachine, { definition: UNKNOWN })).toEqual({
    violations: [],
    applicable: true,
    unknown: true,
  });
});
