import { Driver, machine, task } from './driver';
import type { Json } from '../../../rehearsal/services/service';

function distributed(fields: Json = {}, states: Json = { Work: task() }): Json {
  const StartAt = Object.keys(states)[0];
  return {
    Type: 'Map',
    ItemProcessor: {
      ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
      StartAt,
      States: states,
    },
    End: true,
    ...fields,
  };
}

describe('a distributed Map', () => {
  it('keeps the histories of its children out of its own', () => {
    const driver = new Driver(machine({ Each: distributed({ MaxConcurrency: 1 }) }), {
      input: ['a', 'b'],
    });
    driver.succeed('A');
    driver.succeed('B');
    expect(driver.execution).toMatchObject({
      status: 'SUCCEEDED',
      output: ['A', 'B'],
      transitions: 3,
    });
    expect(driver.events).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ]);
  });

  it('gives each child a context of its own, and no variables of the parent', () => {
    const Parameters = { 'input.$': '$$.Execution.Input', 'id.$': '$$.Execution.Id' };
    const driver = new Driver(
      machine({
        Set: { Type: 'Pass', Assign: { secret: 1 }, Next: 'Each' },
        Each: distributed(
          { Label: 'Items' },
          {
            Work: task({ Parameters, Next: 'Read' }),
            Read: { Type: 'Pass', Parameters: { 'x.$': '$secret' }, End: true },
          },
        ),
      }),
      { input: ['a'] },
    );
    expect(driver.tasks[0]?.input.input).toBe('a');
    expect(driver.tasks[0]?.input.id).toMatch(/:execution:machine\/Items:[0-9a-f-]{36}$/);
    driver.succeed('done');
    expect(driver.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
  });

  it('bears as many failures as it is told, and leaves their results out', () => {
    const each = distributed({ ToleratedFailureCount: 1 });
    const driver = new Driver(machine({ Each: each }), { input: [1, 2, 3] });
    driver.fail('Broken', '', 'Each/1');
    driver.succeed('one', 'Each/0');
    driver.succeed('three', 'Each/2');
    expect(driver.execution).toMatchObject({ status: 'SUCCEEDED', output: ['one', 'three'] });
  });

  it('fails where the results of all children exceed a state, even if nobody wants them', () => {
    const output = 'x'.repeat(100_000);
    const run = (items: number) => {
      const each = distributed({ ResultPath: null });
      const driver = new Driver(machine({ Each: each }), { input: Array(items).fill(0) });
      for (let item = 0; item < items; item += 1) driver.succeed(output);
      return driver.execution;
    };
    expect(run(2)).toMatchObject({ status: 'SUCCEEDED', output: [0, 0] });
    expect(run(3)).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it.each([
    ['no tolerance', {}, 1],
    ['a count', { ToleratedFailureCount: 1 }, 2],
    ['a percentage', { ToleratedFailurePercentage: 50 }, 3],
    ['the stricter of both', { ToleratedFailureCount: 3, ToleratedFailurePercentage: 25 }, 2],
  ])('with %s fails once that is exceeded, and gives up the rest', (_, tolerance, failures) => {
    const driver = new Driver(machine({ Each: distributed(tolerance) }), { input: [1, 2, 3, 4] });
    for (let made = 0; made < failures; made += 1) {
      expect(driver.execution.status).toBe('RUNNING');
      driver.fail('Broken');
    }
    expect(driver.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.ExceedToleratedFailureThreshold',
    });
    expect(driver.cancelled).toHaveLength(4 - failures);
    expect(driver.events).toContain('MapRunFailed');
  });

  it('has room for a child with a history of its own 25,000 events', () => {
    const states = {
      Again: {
        Type: 'Choice',
        Choices: [{ Variable: '$', IsNull: false, Next: 'Turn' }],
        Default: 'Turn',
      },
      Turn: { Type: 'Pass', Next: 'Again' },
    };
    const driver = new Driver(
      machine({ Each: distributed({ ToleratedFailureCount: 1 }, states) }),
      { input: [1] },
    );
    expect(driver.execution).toMatchObject({ status: 'SUCCEEDED', output: [] });
    expect(driver.execution.transitions).toBeGreaterThan(12_000);
    expect(driver.execution.historyEvents).toBe(8);
  });

  it('packs items into batches by number and by bytes', () => {
    const batches = (ItemBatcher: Json): Json =>
      new Driver(machine({ Each: distributed({ ItemBatcher }) }), {
        input: ['aa', 'bb', 'cc'],
      }).tasks.map(({ input }) => input);
    expect(batches({ MaxItemsPerBatch: 2 })).toEqual([{ Items: ['aa', 'bb'] }, { Items: ['cc'] }]);
    expect(batches({ MaxInputBytesPerBatch: 20 })).toEqual([
      { Items: ['aa'] },
      { Items: ['bb'] },
      { Items: ['cc'] },
    ]);
    expect(batches({ MaxInputBytesPerBatch: 21 })).toEqual([
      { Items: ['aa', 'bb'] },
      { Items: ['cc'] },
    ]);
    expect(batches({ MaxItemsPerBatch: 3, BatchInput: { 'first.$': '$[0]' } })).toEqual([
      { BatchInput: { first: 'aa' }, Items: ['aa', 'bb', 'cc'] },
    ]);
  });

  it('reads its items through a task of the purpose itemReader', () => {
    const ItemReader = {
      Resource: 'arn:aws:states:::s3:getObject',
      ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
      Parameters: { Bucket: 'b', 'Key.$': '$.key' },
    };
    const start = (): Driver =>
      new Driver(machine({ Each: distributed({ ItemReader }) }), { input: { key: 'k' } });
    const driver = start();
    expect(driver.tasks[0]).toMatchObject({
      purpose: 'itemReader',
      input: { Bucket: 'b', Key: 'k' },
    });
    driver.succeed({ Body: 'id,text\n1,"a ""b"", c"\n2,\n' });
    expect(driver.tasks.map(({ input }) => input)).toEqual([
      { id: '1', text: 'a "b", c' },
      { id: '2', text: '' },
    ]);
    const refused = start();
    refused.fail('S3.NoSuchKey', 'There is no such key.');
    expect(refused.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.ItemReaderFailed',
      cause: 'There is no such key.',
    });
  });

  it.each([[{ ResultWriter: {} }, /ResultWriter/]])(
    'refuses what it does not do: %j',
    (fields, reason) => {
      expect(() => new Driver(machine({ Each: distributed(fields) }), { input: [] })).toThrow(
        reason,
      );
    },
  );
});
