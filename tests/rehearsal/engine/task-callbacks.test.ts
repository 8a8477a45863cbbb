import { VirtualClock } from '../../../rehearsal/engine/clock';
import { Cloud } from '../../../rehearsal/engine/cloud';
import { Executions } from '../../../rehearsal/engine/executions';
import { createStatesService } from '../../../rehearsal/engine/states-service';
import { Tasks } from '../../../rehearsal/engine/tasks';
import type { Trace } from '../../../rehearsal/engine/trace';
import { AwsError, type Json, type Service } from '../../../rehearsal/services/service';

const START = Date.parse('2026-02-01T00:00:00Z');
const MACHINE = 'arn:aws:states:eu-west-1:111122223333:stateMachine:waits';
const second = 1000;

/** A table that keeps nothing but the tokens that are written to it; one named `broken` keeps none. */
const tableOf = (tokens: string[]) =>
  ({
    id: 'dynamodb',
    clientPackage: '@aws-sdk/client-dynamodb',
    protocol: 'json-1.0',
    behaviours: [],
    createState: () => null,
    operations: {
      UpdateItem: {
        mutates: true,
        authorize: () => [],
        handle: ({ TableName, ExpressionAttributeValues: values }: Json) => {
          if (TableName === 'broken') throw new AwsError('ResourceNotFoundException', 'no table');
          tokens.push(values[':token'].S);
          return {};
        },
      },
    },
    toEstate: () => ({}),
  }) as unknown as Service;

/** A machine whose only task writes its token down and waits. */
const waiting = (fields: object, table = 'ledger') => ({
  StartAt: 'Wait',
  States: {
    Wait: {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken',
      Parameters: {
        TableName: table,
        Key: { item: { S: 'x' } },
        ExpressionAttributeValues: { ':token': { 'S.$': '$$.Task.Token' } },
      },
      End: true,
      ...fields,
    },
  },
});

function engine(definition: Json) {
  const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  const clock = new VirtualClock({ start: START });
  const tokens: string[] = [];
  const states = createStatesService({
    start: (...start) => executions.start(...start),
    describe: (arn) => executions.describe(arn),
    list: (machine) => executions.list(machine),
    callBack: (token, signalTo) => executions.callBack(token, signalTo),
  });
  const cloud = new Cloud({
    scope: { account: '1', region: 'r', partition: 'aws', estate: {}, resources: [] },
    services: [tableOf(tokens), states] as Service[],
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    trace,
    now: () => clock.now,
    random: () => 0,
    nextFault: () => undefined,
    emit: () => undefined,
  });
  const machine = {
    definition,
    type: 'STANDARD',
    arn: MACHINE,
    name: 'waits',
    roleArn: 'r',
  } as const;
  const executions: Executions = new Executions({
    clock,
    trace,
    machines: [machine],
    runTask: (task) => tasks.run(task),
    dropTask: () => undefined,
    emit: () => undefined,
    measure: () => undefined,
    seed: 1,
    onProgress: () => undefined,
  });
  const tasks = new Tasks({
    clock,
    cloud,
    random: () => 0,
    invoke: () => Promise.reject(new Error('There is no function.')),
    signal: (execution, signal) => executions.signal(execution, signal),
    afterCall: () => undefined,
  });
  const send = (operation: string, input: object) => {
    const principal = { roleArn: 'r' };
    const answer = cloud.call({ service: 'states', operation, input, principal, caller: 'user' });
    return 'error' in answer ? answer.error.code : answer;
  };
  return {
    clock,
    trace,
    executions,
    tokens,
    start: () => executions.describe(executions.start(MACHINE, {}, 'user'))!,
    pass: (seconds: number) => clock.runUntil(clock.now + seconds * second),
    succeed: (taskToken: string | undefined, output = '{"woken":true}') =>
      send('SendTaskSuccess', { taskToken, output }),
    send,
  };
}

const taken = { output: {} };

describe('a task that waits for a callback', () => {
  it('goes on waiting when its call has succeeded, and ends with what is sent', async () => {
    const { start, pass, succeed, tokens } = engine(waiting({}));
    const run = start();
    await pass(3600);
    expect(run.status).toBe('RUNNING');
    expect(succeed(tokens[0])).toEqual(taken);
    await pass(1);
    expect(run).toMatchObject({ status: 'SUCCEEDED', output: { woken: true } });
    // Entered, scheduled, started, submitted, succeeded, exited; and the two of the execution.
    expect(run.historyEvents).toBe(8);
  });

  it('has a token of its own each time, for which the execution is told and no other', async () => {
    const { start, pass, succeed, tokens } = engine(waiting({}));
    const [first, other] = [start(), start()];
    await pass(1);
    expect(new Set(tokens).size).toBe(2);
    succeed(tokens[1]);
    await pass(1);
    expect([first.status, other.status]).toEqual(['RUNNING', 'SUCCEEDED']);
  });

  it('is over once and for all: by a callback, by its timeout, with its execution', async () => {
    const twice = engine(waiting({}));
    twice.start();
    await twice.pass(1);
    expect([twice.succeed(twice.tokens[0]), twice.succeed(twice.tokens[0])]).toEqual([
      taken,
      'TaskTimedOut',
    ]);
    const late = engine(waiting({ TimeoutSeconds: 60 }));
    const run = late.start();
    await late.pass(61);
    expect(run).toMatchObject({ status: 'FAILED', error: { error: 'States.Timeout' } });
    expect(late.succeed(late.tokens[0])).toBe('TaskTimedOut');
    const killed = engine(waiting({}));
    const { id } = killed.start();
    await killed.pass(1);
    killed.executions.signal(id, { kind: 'stop' });
    expect(killed.succeed(killed.tokens[0])).toBe('TaskTimedOut');
  });

  it('takes the seconds of its timeout from the data, and a caught timeout leads on', async () => {
    const { start, pass, tokens, succeed } = engine({
      StartAt: 'Set',
      States: {
        ...waiting({
          TimeoutSecondsPath: '$.seconds',
          Catch: [{ ErrorEquals: ['States.Timeout'], ResultPath: '$.missed', Next: 'Wait' }],
          ResultPath: null,
        }).States,
        Set: { Type: 'Pass', Result: { seconds: 90 }, Next: 'Wait' },
      },
    });
    const run = start();
    await pass(89);
    expect(tokens).toHaveLength(1);
    await pass(2);
    expect(tokens).toHaveLength(2);
    expect(tokens.map((token) => succeed(token))).toEqual(['TaskTimedOut', taken]);
    await pass(1);
    expect(run.status).toBe('SUCCEEDED');
  });

  it('fails as its call does, and then nobody waits', async () => {
    const { start, pass } = engine(waiting({}, 'broken'));
    const run = start();
    await pass(1);
    expect(run).toMatchObject({
      status: 'FAILED',
      error: { error: 'DynamoDb.ResourceNotFoundException' },
    });
  });

  it('fails with the error and cause that are sent', async () => {
    const { start, pass, send, tokens } = engine(waiting({}));
    const run = start();
    await pass(1);
    send('SendTaskFailure', { taskToken: tokens[0], error: 'Egg', cause: 'too soft' });
    await pass(1);
    expect(run).toMatchObject({ status: 'FAILED', error: { error: 'Egg', cause: 'too soft' } });
  });

  it('lives as long as somebody says so', async () => {
    const { start, pass, send, tokens } = engine(waiting({ HeartbeatSeconds: 60 }));
    const run = start();
    for (let beat = 0; beat < 5; beat += 1) {
      await pass(50);
      expect(send('SendTaskHeartbeat', { taskToken: tokens[0] })).toEqual(taken);
    }
    await pass(59);
    expect(run.status).toBe('RUNNING');
    await pass(2);
    expect(run).toMatchObject({ status: 'FAILED', error: { error: 'States.Timeout' } });
    expect(send('SendTaskHeartbeat', { taskToken: tokens[0] })).toBe('TaskTimedOut');
  });

  it('is not ended by what is no token, nor by what is no JSON', async () => {
    const { start, pass, succeed, tokens } = engine(waiting({}));
    const run = start();
    await pass(1);
    const foreign = Buffer.from(`${MACHINE}:gone/${'0'.repeat(36)}`).toString('base64');
    expect(['egg', '', foreign].map((token) => succeed(token))).toEqual(
      Array(3).fill('InvalidToken'),
    );
    expect(succeed(tokens[0], 'done')).toBe('InvalidOutput');
    expect(succeed(tokens[0], JSON.stringify('x'.repeat(262_144)))).toBe('InvalidOutput');
    expect(run.status).toBe('RUNNING');
    expect(succeed(tokens[0], '1')).toEqual(taken);
  });

  it('is still waited for when the rehearsal was saved and goes on elsewhere', async () => {
    const before = engine(waiting({ TimeoutSeconds: 600 }));
    before.start();
    await before.pass(1);
    const after = engine(waiting({ TimeoutSeconds: 600 }));
    after.trace.executions.push(...before.trace.executions.map((one) => ({ ...one })));
    after.clock.restore(before.clock.save());
    after.executions.restore(before.executions.save());
    expect(after.succeed(before.tokens[0])).toEqual(taken);
    await after.pass(1);
    expect(after.trace.executions).toMatchObject([{ status: 'SUCCEEDED' }]);
  });
});
