import type { ConformanceCase } from './conformance/cases';
import { differences } from './conformance/compare';
import { replay } from './conformance/replay';
import { WildcardMatcher } from './conformance/wildcards';

const cause = { errorMessage: 'no' };
const caught = { Error: 'Broken', Cause: JSON.stringify(cause) };

/** A recording as AWS would have made it: a task that fails, waits, fails again and is caught. */
const recording: ConformanceCase = {
  group: 'method',
  id: 'made by hand',
  type: 'STANDARD',
  features: ['task', 'retry', 'catch'],
  definition: {
    StartAt: 'Work',
    States: {
      Work: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: { 'Payload.$': '$.text', 'Run.$': '$$.Execution.Name' },
        Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Done' }],
        End: true,
      },
      Done: { Type: 'Succeed' },
    },
  },
  input: { text: 'x' },
  tasks: [
    {
      state: 'Work',
      parameters: { Payload: 'x', Run: '<name>' },
      error: { error: 'Broken', cause },
    },
    {
      state: 'Work',
      parameters: { Payload: 'x', Run: '<name>' },
      error: { error: 'Broken', cause },
    },
  ],
  expected: { status: 'SUCCEEDED', output: caught },
  events: [
    { id: 1, previous: 0, type: 'ExecutionStarted' },
    { id: 2, previous: 0, type: 'TaskStateEntered', name: 'Work', input: { text: 'x' } },
    { id: 3, previous: 2, type: 'TaskScheduled' },
    { id: 4, previous: 3, type: 'TaskStarted' },
    { id: 5, previous: 4, type: 'TaskFailed', error: 'Broken', cause },
    { id: 6, previous: 5, type: 'TaskScheduled' },
    { id: 7, previous: 6, type: 'TaskStarted' },
    { id: 8, previous: 7, type: 'TaskFailed', error: 'Broken', cause },
    { id: 9, previous: 8, type: 'TaskStateExited', name: 'Work', output: caught },
    { id: 10, previous: 9, type: 'SucceedStateEntered', name: 'Done', input: caught },
    { id: 11, previous: 10, type: 'SucceedStateExited', name: 'Done', output: caught },
    { id: 12, previous: 11, type: 'ExecutionSucceeded', output: caught },
  ],
  wildcards: ['<name>'],
};

function problemsOf(changes: Partial<ConformanceCase>): readonly string[] {
  const changed = { ...recording, ...changes };
  const { execution, problems } = replay(changed);
  return [...problems, ...differences(changed, execution)];
}

const changedEvent = (position: number, change: object): Partial<ConformanceCase> => ({
  events: recording.events.map((event, index) =>
    index === position ? { ...event, ...change } : event,
  ),
});

describe('the comparison with recordings', () => {
  it('finds nothing where nothing differs', () => {
    expect(problemsOf({})).toEqual([]);
  });

  it.each<[string, Partial<ConformanceCase>]>([
    ['the status', { expected: { status: 'FAILED' } }],
    ['the output', { expected: { status: 'SUCCEEDED', output: { ...caught, Error: 'broken' } } }],
    ['a parameter of a call', { tasks: [recording.tasks[0]!, { parameters: { Payload: 'y' } }] }],
    ['a call that is missing', { tasks: recording.tasks.slice(1) }],
    ['a call too many', { tasks: [...recording.tasks, recording.tasks[0]!] }],
    [
      'a timeout of a call',
      { tasks: [{ ...recording.tasks[0]!, timeoutInSeconds: 5 }, recording.tasks[1]!] },
    ],
    ['the type of an event', changedEvent(8, { type: 'PassStateExited' })],
    ['the cause of an event', changedEvent(4, { cause: { errorMessage: 'yes' } })],
    ['the event before an event', changedEvent(5, { previous: 4 })],
    ['variables that an event assigns', changedEvent(8, { assignedVariables: { a: 1 } })],
    ['an event that is missing', { events: recording.events.slice(0, -1) }],
    [
      'an event too many',
      { events: [...recording.events, { id: 13, previous: 12, type: 'ExecutionAborted' }] },
    ],
  ])('notices %s', (_, changes) => {
    expect(problemsOf(changes)).not.toEqual([]);
  });
});

describe('placeholders', () => {
  it('stand for anything inside a string, but for one thing if they have a number', () => {
    const matcher = new WildcardMatcher(['<any>', '<id:1>', 'date']);
    expect(matcher.matches('arn:<any>:<id:1>', 'arn:aws:7')).toBe(true);
    expect(matcher.matches('<id:1>', '8')).toBe(false);
    expect(matcher.matches('<id:1>-<any>', '7-8')).toBe(true);
    expect(matcher.matches('a <any>', 'b c')).toBe(false);
  });

  it('that are bare words stand for the whole string alone', () => {
    const matcher = new WildcardMatcher(['date']);
    expect(matcher.matches({ at: 'date' }, { at: '2026-01-01' })).toBe(true);
    expect(matcher.matches('the date', 'the 2026')).toBe(false);
  });

  it('leave numbers, keys and lengths exact', () => {
    const matcher = new WildcardMatcher(['<any>']);
    expect(matcher.matches({ a: 1 }, { a: 2 })).toBe(false);
    expect(matcher.matches({ a: 1 }, { a: 1, b: 2 })).toBe(false);
    expect(matcher.matches({ a: 1, b: 2 }, { a: 1 })).toBe(false);
    expect(matcher.matches([1], [1, 2])).toBe(false);
    expect(matcher.matches([], {})).toBe(false);
    expect(matcher.matches(null, 'null')).toBe(false);
  });
});
