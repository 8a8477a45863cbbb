import { deliver, startExecution } from '../../../rehearsal/asl';
import { Driver, machine, startTime, task } from './driver';

describe('an execution', () => {
  const definition = machine({
    Work: task({ Parameters: { 'id.$': 'States.UUID()' }, ResultPath: '$.first', Next: 'More' }),
    More: task({ Parameters: { 'id.$': 'States.UUID()', 'first.$': '$.first' } }),
  });

  it('is the same again with the same seed, and another with another', () => {
    const ids = (seed: number): unknown => new Driver(definition, { seed }).tasks[0]?.input;
    expect(ids(7)).toEqual(ids(7));
    expect(ids(7)).not.toEqual(ids(8));
  });

  it('can be cloned at any point, and the clone goes on alone', () => {
    const options = {
      definition,
      type: 'STANDARD' as const,
      arn: 'arn:aws:states:eu-west-1:123456789012:stateMachine:machine',
      name: 'machine',
      roleArn: 'arn:aws:iam::123456789012:role/machine',
    };
    const { execution } = startExecution(options, {
      executionArn: 'arn:aws:states:eu-west-1:123456789012:execution:machine:run',
      name: 'run',
      input: {},
      startTime,
      seed: 1,
    });
    const before = JSON.stringify(execution);
    const clone = structuredClone(execution);
    const [task] = Object.keys(clone.tasks);
    deliver(options, clone, { kind: 'taskSucceeded', task: task ?? '', output: 1 }, startTime + 5);
    expect(JSON.stringify(execution)).toBe(before);
    expect(JSON.parse(before)).toEqual(execution);
    const ofOriginal = deliver(
      options,
      execution,
      { kind: 'taskSucceeded', task: task ?? '', output: 1 },
      startTime + 5,
    );
    expect(ofOriginal).toHaveLength(1);
    expect(execution).toEqual(clone);
  });

  it('that is stopped gives up all that it waits for', () => {
    const driver = new Driver(machine({ Work: task({ TimeoutSeconds: 9 }) }));
    const effects = driver.tell({ kind: 'stop', error: 'Enough', cause: 'of it' });
    expect(effects.map(({ kind }) => kind)).toEqual([
      'cancelTask',
      'cancelTimer',
      'cancelTimer',
      'ended',
    ]);
    expect(driver.execution).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of it' });
    expect(driver.events.at(-1)).toBe('ExecutionAborted');
  });

  it('does not take a signal about what it never asked for', () => {
    const driver = new Driver(machine({ Work: task() }));
    expect(() => driver.tell({ kind: 'timer', timer: 'timer-99' })).toThrow(
      /never asked for timer-99/,
    );
    expect(() => driver.tell({ kind: 'heartbeat', task: 'elsewhere' })).toThrow(
      /never asked for elsewhere/,
    );
  });

  it('ignores a timer that it has cancelled', () => {
    const driver = new Driver(
      machine({ Work: task({ TimeoutSeconds: 9, Next: 'More' }), More: task() }),
    );
    const [timer] = [...driver.timers].find(([, at]) => at === startTime + 9000) ?? [''];
    driver.succeed('done');
    expect(driver.tell({ kind: 'timer', timer })).toEqual([]);
    expect(driver.execution.status).toBe('RUNNING');
  });

  it('tells how often it was redriven, and takes a token for a callback only where it waits for one', () => {
    const Parameters = { 'redriven.$': '$$.Execution.RedriveCount' };
    const plain = new Driver(machine({ Work: task({ Parameters }) }), { redriveCount: 2 });
    expect(plain.tasks[0]).toMatchObject({ input: { redriven: 2 } });
    expect(plain.tasks[0]).not.toHaveProperty('token');
    const Resource = 'arn:aws:states:::sns:publish.waitForTaskToken';
    const waiting = new Driver(
      machine({ Work: task({ Resource, Parameters: { 'token.$': '$$.Task.Token' } }) }),
    );
    expect(waiting.tasks[0]?.token).toBeTruthy();
    expect(waiting.tasks[0]?.input).toEqual({ token: waiting.tasks[0]?.token });
  });

  it('records the event that a failed start is told with', () => {
    const driver = new Driver(machine({ Work: task() }));
    const failure = 'TaskStartFailed';
    driver.tell({
      kind: 'taskFailed',
      task: driver.tasks[0]?.task ?? '',
      error: 'No',
      cause: 'way',
      failure,
    });
    expect(driver.events).toContain('TaskStartFailed');
    expect(driver.events).not.toContain('TaskFailed');
  });

  it('of the type EXPRESS waits for no callback', () => {
    const Resource = 'arn:aws:states:::sns:publish.waitForTaskToken';
    const start = (): Driver =>
      new Driver(machine({ Work: task({ Resource }) }), { type: 'EXPRESS' });
    expect(start).toThrow(/not for state machines of the type EXPRESS/);
  });

  it('refuses a type of state that there is not', () => {
    expect(() => new Driver(machine({ Odd: { Type: 'Teleport', End: true } }))).toThrow(
      /'Teleport' are not implemented/,
    );
  });
});
