import { Driver, machine, task } from './driver';

const loop = machine({
  Again: {
    Type: 'Choice',
    Choices: [{ Variable: '$.on', BooleanEquals: true, Next: 'Turn' }],
    Default: 'Turn',
  },
  Turn: { Type: 'Pass', Next: 'Again' },
});

describe('limits of AWS', () => {
  it('a Standard execution fails with the 25,000th event of its history', () => {
    const { execution } = new Driver(loop, { input: { on: true } });
    expect(execution).toMatchObject({
      status: 'FAILED',
      error: 'States.Runtime',
      cause: 'The execution reached the maximum number of history events (25000).',
      historyEvents: 25_000,
    });
    expect(execution.history.at(-1)).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
  });

  it('an Express execution has no such limit, so a loop in no time is told', () => {
    expect(() => new Driver(loop, { input: { on: true }, type: 'EXPRESS' })).toThrow(
      /without time passing/,
    );
  });

  it('an output of more than 256 KiB, counted in UTF-8, ends the execution and cannot be caught', () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Next: 'Mend' }];
    const definition = machine({
      Work: task({ ResultPath: '$.result', Catch }),
      Mend: { Type: 'Succeed' },
    });
    const text = 'ä'.repeat(70_000);
    const small = new Driver(definition, { input: { text } });
    small.succeed('ä'.repeat(60_000));
    expect(small.execution.status).toBe('SUCCEEDED');
    const large = new Driver(definition, { input: { text } });
    large.succeed('ä'.repeat(62_000));
    expect(large.execution).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('a result of more than 256 KiB is a failure of the task', () => {
    const Catch = [{ ErrorEquals: ['States.DataLimitExceeded'], ResultPath: null, Next: 'Mend' }];
    const driver = new Driver(machine({ Work: task({ Catch }), Mend: { Type: 'Succeed' } }));
    driver.succeed('x'.repeat(262_144));
    expect(driver.execution.status).toBe('SUCCEEDED');
    expect(driver.events).toContain('TaskFailed');
  });
});
