import * as vm from 'node:vm';
import { AppStreamAutoUpdater } from '../../../components/appstream/auto-updater';
import { checkArguments } from '../../../components/appstream/auto-updater/arguments';
import { Ledger } from '../../../components/foundation/ledger';
import { parseSettings } from '../../../config';
import { checkRunInput } from '../../../functions/appstream/run-input';
import type { RehearsalResult } from '../../../rehearsal/result';
import { record, shippedCode } from '../../support/pulumi-mocks';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import {
  allUpdated,
  broken,
  definition,
  ending,
  estate,
  failing,
  fault,
  messages,
  monthlyRuns,
  noon,
  numbers,
  optedIn,
  plain,
  several,
  startsOf,
  statesOf,
  successors,
  told,
} from './account';

const nine = numbers(9).map((number) => `image-${number}`);
const updateOf = (image: string, minutes: number) =>
  ending(image, 'AVAILABLE', { duration: { minutes } });

const scenarios = {
  nine: { estate: estate(several(9)) },
  nothingOptedIn: { estate: estate([plain('one'), plain('two')]) },
  nothingNewer: { estate: estate([optedIn('one', {}, { canUpdateImage: false })]) },
  oneIsQuick: {
    estate: estate(several(6), {
      outcomes: nine.map((name) => updateOf(name, name === 'image-1' ? 90 : 360)),
    }),
  },
  long: {
    estate: estate(several(6), { durations: { appstream: { updateImage: { hours: 20 } } } }),
  },
  allRefused: {
    estate: estate(several(3)),
    faults: [fault('accessDenied', 'StartUpdate', 'every')],
  },
  // Seven calls: the first attempt and six more.
  lastRefused: {
    estate: estate(several(6)),
    faults: numbers(7).map((number) => fault('accessDenied', 'StartUpdate', 5 + number)),
  },
  failsQuickly: {
    estate: estate([optedIn('bad')], {
      outcomes: [failing('bad', 'No space left.', { duration: { minutes: 10 } })],
    }),
  },
  hiccups: {
    estate: estate(several(3)),
    faults: [
      { kind: 'throttle', at: { probability: 0.1 } },
      { kind: 'serverError', at: { operation: 'lambda:Invoke', occurrence: 2 } },
      { kind: 'crashFunctionBefore', at: { operation: 'appstream:TagResource' } },
      { kind: 'crashFunctionAfter', at: { operation: 'dynamodb:UpdateItem', occurrence: 4 } },
      { kind: 'crashFunctionAfter', at: { operation: 'appstream:TagResource', occurrence: 3 } },
    ],
  },
  startedTwice: {
    estate: estate(several(7)),
    faults: [
      {
        kind: 'duplicateEvent',
        at: { operation: 'states:StartExecution', caller: 'schedule:*-monthly-schedule' },
        delaySeconds: 60,
      },
    ],
  },
  othersUpdateToo: {
    estate: estate([plain('theirs-1'), plain('theirs-2'), ...several(7)], {
      events: [
        ['theirs-1', '2026-02-01T11:50:00Z'],
        ['theirs-2', '2026-02-01T14:00:00Z'],
      ].map(([image, at]) => ({
        type: 'appstream.imageUpdateStarted',
        at,
        image,
        duration: { hours: 8 },
      })),
    }),
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

test('defect 1: a run that has done its work SUCCEEDED, as does one that had none', () => {
  for (const result of [results.nine, results.nothingOptedIn, results.nothingNewer]) {
    expect(monthlyRuns(result)).toHaveLength(1);
    for (const { status } of result.executions) expect(status).toBe('SUCCEEDED');
  }
  expect(told(results.nine)).toEqual(allUpdated(nine));
});

test('defect 2: nine images that are ready at the same time are all seen as ready at the same time', () => {
  const { nine: result } = results;
  const done = result.calls.filter(({ action }) => action === 'appstream:TagResource');
  const minutes = done.map(({ at }) => (Date.parse(at) - noon) / 60_000);
  expect(minutes).toHaveLength(9);
  // Three hours and a look each: the first five together, then the other four together.
  for (const minute of minutes.slice(0, 5)) expect(minute).toBeLessThan(180 + 20);
  for (const minute of minutes.slice(5)) expect(minute).toBeLessThan(2 * (180 + 20));
  expect(broken(result)).toEqual([]);
});

test('defect 3: as many updates start at once as the batch size says, within minutes', () => {
  const starts = startsOf(results.nine, nine);
  expect(starts.filter((minute) => minute < 5)).toHaveLength(5);
});

test('defect 4: the next update starts as soon as one has ended, not when the whole batch has', () => {
  const starts = startsOf(results.oneIsQuick, nine.slice(0, 6));
  const freeAt = 90 + (starts[0] ?? Number.NaN);
  expect(starts[5]).toBeGreaterThan(freeAt);
  expect(starts[5]).toBeLessThan(freeAt + 15);
});

test('defect 5: updates of twenty hours are followed to their end, and those behind them start', () => {
  const { long } = results;
  expect(told(long)).toEqual(allUpdated(nine.slice(0, 6)));
  const [run] = monthlyRuns(long);
  expect(Date.parse(run?.endedAt ?? '') - noon).toBeGreaterThan(40 * 3_600_000);
  expect(run?.status).toBe('SUCCEEDED');
  expect(broken(long)).toEqual([]);
});

describe('defect 6: a batch size that would never let anything start', () => {
  it.each([0, -1, 201, 2.5, '5', null])('is refused of a run, by its key: %j', (batchSize) => {
    expect(() => checkRunInput({ batchSize })).toThrow(
      `batchSize is ${JSON.stringify(batchSize)}; allowed is a whole number from 1 to 200`,
    );
  });

  it.each(['0', '-1', '"5"'])('is refused of a stack, by its key: %s', (batchSize) => {
    expect(parseSettings({ batchSize }).mistakes).toEqual([
      `batchSize: given ${JSON.stringify(batchSize)}; allowed is a whole number from 1 to 200`,
    ]);
  });

  it.each([0, -1, '5' as never])('is refused of the component, by its name: %j', (batchSize) => {
    expect(checkArguments({ ledger: undefined as never, batchSize })).toEqual([
      { argument: 'batchSize', given: batchSize, accepted: 'a whole number from 1 to 200' },
    ]);
  });

  test('and where every start fails, the run ends without an empty hour', () => {
    const [run] = monthlyRuns(results.allRefused);
    expect(run?.status).toBe('SUCCEEDED');
    expect(Date.parse(run?.endedAt ?? '') - noon).toBeLessThan(3_600_000);
  });
});

describe('defect 7: starts that are refused', () => {
  test('are told as failures, image by image, when all of them are', () => {
    const { allRefused } = results;
    const lines = told(allRefused);
    expect(Object.keys(lines)).toEqual(nine.slice(0, 3));
    for (const name of nine.slice(0, 3)) {
      expect(lines[name]).toMatch(/^failed: .*appstream:CreateUpdatedImage is denied/);
      expect(successors(allRefused, name)).toEqual([]);
    }
    expect(messages(allRefused).map(({ subject }) => subject)).toContain(
      'Attention: appstream-auto-updater: 3 failed',
    );
  });

  test('at the end of a run do not hide what went well before', () => {
    const { lastRefused } = results;
    expect(messages(lastRefused).at(-1)?.subject).toBe(
      'Attention: appstream-auto-updater: 1 failed, 5 updated',
    );
    const { 'image-6': last, ...others } = told(lastRefused);
    expect(last).toMatch(/^failed: .*appstream:CreateUpdatedImage is denied/);
    expect(others).toEqual(allUpdated(nine.slice(0, 5)));
  });
});

test('defect 8: a run that had nothing to do sends nothing, and none claims a success that there was not', () => {
  expect(results.nothingOptedIn.notifications).toEqual([]);
  expect(results.nothingNewer.notifications).not.toEqual([]);
  for (const { subject, text } of results.nothingNewer.notifications) {
    expect(subject).toBe('appstream-auto-updater: 1 skipped');
    expect(text).not.toContain('UPDATED');
    expect(text).toContain('up to date');
  }
});

describe('defect 9: nothing waits for hours, and nothing dies of a hiccup', () => {
  test('an update that fails early is told within the hour', () => {
    const [first] = messages(results.failsQuickly);
    expect(first?.text).toContain('No space left.');
    expect(Date.parse(first?.at ?? '') - noon).toBeLessThan(3_600_000);
  });

  test('throttled calls, errors of the service and crashed functions change no outcome', () => {
    const { hiccups } = results;
    expect(told(hiccups)).toEqual(allUpdated(nine.slice(0, 3)));
    const seen = new Set(hiccups.calls.map(({ outcome }) => outcome));
    expect(seen).toContain('ThrottlingException');
    expect(broken(hiccups)).toEqual([]);
  });

  test('every task has a retry, a catch and a time limit, and so has the machine', () => {
    const machine = definition();
    expect(machine.TimeoutSeconds).toBeGreaterThan(0);
    const tasks = Object.values(statesOf(machine)).filter(({ Type }) => Type === 'Task');
    expect(tasks.length).toBeGreaterThan(20);
    for (const { Retry, Catch, TimeoutSeconds } of tasks) {
      expect(Retry.some(({ MaxAttempts }: { MaxAttempts: number }) => MaxAttempts > 0)).toBe(true);
      expect(Catch.at(-1).ErrorEquals).toEqual(['States.ALL']);
      expect(TimeoutSeconds).toBeGreaterThan(0);
    }
  });
});

describe('defect 10: updates that others start', () => {
  test('a second run takes nothing that the first one has: one update of each image, within the quota', () => {
    const { startedTwice } = results;
    const [first, second] = monthlyRuns(startedTwice);
    expect([first?.status, second?.status]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    const names = nine.slice(0, 7);
    const starts = startsOf(startedTwice, names);
    for (const start of starts) {
      const meanwhile = starts.filter((other) => other <= start && start < other + 180);
      expect(meanwhile.length).toBeLessThanOrEqual(5);
    }
    expect(told(startedTwice, 1)).toEqual(allUpdated(names));
    expect(startedTwice.calls.map(({ outcome }) => outcome)).not.toContain(
      'LimitExceededException',
    );
    const run = first?.id.split(':').at(-1);
    expect(told(startedTwice, 2)).toMatchObject(
      Object.fromEntries(
        names.map((name) => [name, `skipped: the run ${run} has it in its queue`]),
      ),
    );
    expect(broken(startedTwice)).toEqual([]);
  });

  test('those of people in the console take their share of the quota, and cost no image its update', () => {
    const { othersUpdateToo } = results;
    const names = nine.slice(0, 7);
    expect(told(othersUpdateToo)).toMatchObject(allUpdated(names));
    const starts = startsOf(othersUpdateToo, names);
    // Theirs runs since ten minutes before.
    expect(starts.filter((minute) => minute < 60)).toHaveLength(4);
    expect(broken(othersUpdateToo)).toEqual([]);
  });
});

test('defect 11: every archive that is published can be read, and exports its handler', async () => {
  const recorded = await record(() => {
    new AppStreamAutoUpdater('updater', { ledger: new Ledger('ledger') });
  });
  const functions = recorded.filter(({ type }) => type === 'aws:lambda/function:Function');
  expect(functions).toHaveLength(15);
  // Clients are made when a handler is made; here they need not do anything.
  const modules = new Proxy({}, { get: () => class {} });
  for (const lambda of functions) {
    const { '__index.js': text = '' } = await shippedCode(lambda);
    const exported: { handler?: unknown } = {};
    vm.compileFunction(text, ['exports', 'require', 'process'])(exported, () => modules, {
      env: { ...lambda.inputs.environment.variables, STATE_MACHINE_ARN: 'arn' },
    });
    expect([lambda.name, typeof exported.handler, lambda.inputs.handler]).toEqual([
      lambda.name,
      'function',
      '__index.handler',
    ]);
  }
});
