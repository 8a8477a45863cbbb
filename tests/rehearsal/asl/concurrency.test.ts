import { Driver, machine, task } from './driver';

const each = (fields: object = {}, work: object = task()): object => ({
  Type: 'Map',
  ItemsPath: '$.items',
  ItemProcessor: { StartAt: 'Work', States: { Work: work } },
  End: true,
  ...fields,
});

describe('an inline Map', () => {
  it('starts the next item as soon as one has ended, and never more than MaxConcurrency', () => {
    const driver = new Driver(machine({ Each: each({ MaxConcurrency: 2 }) }), {
      input: { items: ['a', 'b', 'c', 'd'] },
    });
    const open = (): readonly string[] => driver.tasks.map(({ branch }) => branch);
    expect(open()).toEqual(['Each/0', 'Each/1']);
    driver.succeed('B', 'Each/1');
    expect(open()).toEqual(['Each/0', 'Each/2']);
    driver.succeed('C', 'Each/2');
    expect(open()).toEqual(['Each/0', 'Each/3']);
    driver.succeed('D', 'Each/3');
    driver.succeed('A', 'Each/0');
    expect(driver.execution).toMatchObject({ status: 'SUCCEEDED', output: ['A', 'B', 'C', 'D'] });
  });

  it('takes its window from MaxConcurrencyPath', () => {
    const input = { items: [1, 2, 3, 4], width: 3 };
    const driver = new Driver(machine({ Each: each({ MaxConcurrencyPath: '$.width' }) }), {
      input,
    });
    expect(driver.tasks).toHaveLength(3);
  });

  it('runs 40 iterations at once where it has no limit of its own', () => {
    const input = { items: Array.from({ length: 50 }, (_, index) => index) };
    expect(new Driver(machine({ Each: each() }), { input }).tasks).toHaveLength(40);
  });

  it('ends at once over no items', () => {
    const driver = new Driver(machine({ Each: each() }), { input: { items: [] } });
    expect(driver.execution).toMatchObject({ status: 'SUCCEEDED', output: [] });
  });

  it('gives up the tasks and timers of the other iterations where one fails', () => {
    const work = task({ TimeoutSeconds: 60 });
    const driver = new Driver(machine({ Each: each({}, work) }), { input: { items: [1, 2, 3] } });
    const others = driver.tasks
      .filter(({ branch }) => branch !== 'Each/1')
      .map((effect) => effect.task);
    driver.fail('Broken', 'so it is', 'Each/1');
    expect(driver.execution).toMatchObject({
      status: 'FAILED',
      error: 'Broken',
      cause: 'so it is',
    });
    expect(driver.cancelled).toEqual(others);
    expect(driver.timers.size).toBe(0);
    expect(driver.events.filter((type) => type === 'MapIterationAborted')).toHaveLength(2);
  });

  it('keeps what an iteration assigns from the others and from what follows', () => {
    const work = {
      Type: 'Pass',
      Assign: { 'own.$': '$' },
      Next: 'Read',
    };
    const read = { Type: 'Pass', Parameters: { 'own.$': '$own', 'outer.$': '$outer' }, End: true };
    const driver = new Driver(
      machine({
        Set: { Type: 'Pass', Assign: { outer: 'o' }, Next: 'Each' },
        Each: {
          ...each(),
          ItemProcessor: { StartAt: 'Work', States: { Work: work, Read: read } },
          End: undefined,
          Next: 'After',
        },
        After: { Type: 'Pass', Parameters: { 'own.$': '$own' }, End: true },
      }),
      { input: { items: [1, 2] } },
    );
    expect(
      driver.execution.history.find(({ type }) => type === 'MapStateExited')?.['output'],
    ).toEqual([
      { own: 1, outer: 'o' },
      { own: 2, outer: 'o' },
    ]);
    expect(driver.execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a Parallel', () => {
  const branch = (work: object): object => ({ StartAt: 'Work', States: { Work: work } });

  it('gives its results in the order of its branches, whichever ends first', () => {
    const driver = new Driver(
      machine({
        Both: { Type: 'Parallel', Branches: [branch(task()), branch(task())], End: true },
      }),
    );
    driver.succeed('second', 'Both/1');
    expect(driver.execution.status).toBe('RUNNING');
    driver.succeed('first', 'Both/0');
    expect(driver.execution.output).toEqual(['first', 'second']);
  });

  it('ends what runs however deep in the other branches, then goes to its catcher', () => {
    const wait = { Type: 'Wait', Seconds: 3600, End: true };
    const nested = { Type: 'Parallel', Branches: [branch(wait), branch(task())], End: true };
    const driver = new Driver(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [branch(task()), branch(nested)],
          Catch: [{ ErrorEquals: ['Broken'], ResultPath: '$.error', Next: 'Mend' }],
          End: true,
        },
        Mend: { Type: 'Succeed' },
      }),
      { input: { kept: true } },
    );
    driver.fail('Broken', 'it is', 'Both/0');
    expect(driver.execution.output).toEqual({
      kept: true,
      error: { Error: 'Broken', Cause: 'it is' },
    });
    expect(driver.cancelled).toHaveLength(1);
    expect(driver.timers.size).toBe(0);
    expect(driver.events).toEqual(
      expect.arrayContaining(['WaitStateAborted', 'ParallelStateAborted', 'ParallelStateFailed']),
    );
  });

  it('takes no notice of what a branch that was given up still answers', () => {
    const driver = new Driver(
      machine({
        Both: {
          Type: 'Parallel',
          Branches: [branch(task()), branch(task())],
          Catch: [{ ErrorEquals: ['Broken'], Next: 'Mend' }],
          End: true,
        },
        Mend: task(),
      }),
    );
    const late = driver.tasks[1]?.task ?? '';
    driver.fail('Broken', 'it is', 'Both/0');
    expect(driver.tell({ kind: 'taskSucceeded', task: late, output: 'late' })).toEqual([]);
    driver.succeed('mended');
    expect(driver.execution.output).toBe('mended');
  });

  it('reads the variables of a branch before those around it', () => {
    const set = { Type: 'Pass', Assign: { name: 'inner' }, Next: 'Read' };
    const read = { Type: 'Pass', Parameters: { 'name.$': '$name' }, End: true };
    const driver = new Driver(
      machine({
        Set: { Type: 'Pass', Assign: { name: 'outer' }, Next: 'One' },
        One: {
          Type: 'Parallel',
          Branches: [{ StartAt: 'Set', States: { Set: set, Read: read } }],
          End: true,
        },
      }),
    );
    expect(driver.execution.output).toEqual([{ name: 'inner' }]);
  });

  it('starts all branches again where it is tried again', () => {
    const retry = { ErrorEquals: ['States.ALL'], MaxAttempts: 1 };
    const both = {
      Type: 'Parallel',
      Branches: [branch(task()), branch(task())],
      Retry: [retry],
      End: true,
    };
    const driver = new Driver(machine({ Both: both }));
    driver.succeed('early', 'Both/0');
    driver.fail('Broken', 'it is', 'Both/1');
    expect(driver.tasks).toHaveLength(0);
    driver.pass();
    expect(driver.tasks.map((effect) => effect.branch)).toEqual(['Both/0', 'Both/1']);
  });
});
