import * as aws from '@pulumi/aws';
import { workflowRetryAndCatch } from '../../policy/rules/workflow-retry-and-catch';
import { findings, UNKNOWN } from '../support/policy-args';

const Retry = [{ ErrorEquals: ['States.TaskFailed'] }];
const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Report' }];
const complete = { Type: 'Task', Retry, Catch };
const bare = { Type: 'Task' };
const MISSING_RETRY = 'thing: set Retry of the Task Call for transient errors.';
const MISSING_CATCH =
  'thing: set Catch of the Task Call, leading to compensation and notification.';

const ofMachine = async (definition: unknown): Promise<readonly string[]> =>
  (
    await findings(workflowRetryAndCatch, aws.sfn.StateMachine, {
      definition: typeof definition === 'string' ? definition : JSON.stringify(definition),
    })
  ).violations;
const ofStates = (States: object): Promise<readonly string[]> => ofMachine({ States });

test('a workflow that retries and catches is fine', async () => {
  expect(
    await ofStates({ Call: complete, Wait: { Type: 'Wait' }, End: { Type: 'Succeed' } }),
  ).toEqual([]);
});

test.each<[string, object, string[]]>([
  ['no Retry', { Type: 'Task', Catch }, [MISSING_RETRY]],
  ['no Catch', { Type: 'Task', Retry }, [MISSING_CATCH]],
  ['neither', bare, [MISSING_RETRY, MISSING_CATCH]],
  ['empty ones', { Type: 'Task', Retry: [], Catch: [] }, [MISSING_RETRY, MISSING_CATCH]],
])('a Task with %s is named', async (_case, state, violations) => {
  expect(await ofStates({ Call: state })).toEqual(violations);
});

test.each<[string, (States: object) => object]>([
  ['ItemProcessor', (States) => ({ Type: 'Map', ItemProcessor: { States } })],
  ['Iterator', (States) => ({ Type: 'Map', Iterator: { States } })],
  ['second branch', (States) => ({ Type: 'Parallel', Branches: [{ States: {} }, { States }] })],
])('tasks are found in the %s, however deep', async (_case, around) => {
  const nested = { Outer: around({ Inner: around({ Call: bare, Done: complete }) }) };

  expect(await ofStates(nested)).toEqual([MISSING_RETRY, MISSING_CATCH]);
});

test('a definition that is no JSON is a violation, not a crash', async () => {
  expect(await ofMachine('{')).toEqual([
    expect.stringMatching(/^thing: definition is not JSON \(/),
  ]);
});

test('a definition that is not known yet is no violation', async () => {
  expect(
    await findings(workflowRetryAndCatch, aws.sfn.StateMachine, { definition: UNKNOWN }),
  ).toEqual({ violations: [], applicable: true, unknown: true });
});

test('other types are none of its business', async () => {
  const activity = await findings(workflowRetryAndCatch, aws.sfn.Activity, { definition: '{}' });

  expect(activity).toEqual({ violations: [], applicable: false, unknown: false });
});
