import { limitProblem, successorName } from '../../../functions/appstream/successor';
import type { RehearsalResult } from '../../../rehearsal/result';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import {
  allUpdated,
  broken,
  estate,
  imageOf,
  monthlyRuns,
  numbers,
  optedIn,
  several,
  successors,
  told,
} from './account';

const long = 'x'.repeat(90);

const scenarios = {
  twiceADay: {
    estate: estate([optedIn('web')], {
      events: [{ type: 'appstream.baseImageReleased', at: '2026-02-01T18:00:00Z' }],
    }),
    faults: [
      {
        kind: 'duplicateEvent',
        at: { operation: 'states:StartExecution', caller: 'schedule:*-monthly-schedule' },
        delaySeconds: 8 * 3600,
      },
    ],
  },
  overMidnight: {
    estate: estate(several(6), { durations: { appstream: { updateImage: { hours: 20 } } } }),
  },
  names: {
    estate: estate([
      optedIn(long),
      optedIn('spaces', { BaseName: 'my desktop' }),
      optedIn('reserved', { BaseName: 'AppStream-desktop' }),
      optedIn('red', { BaseName: 'office' }),
      optedIn('blue', { BaseName: 'office' }),
    ]),
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const source = (name: string) => ({ name, tags: {}, tagCount: 0 });

describe('defect 23: the date in a name', () => {
  test('is another one on every day, and names are in the order of their days', () => {
    const firstDay = Date.parse('2026-01-01T12:00:00Z');
    const days = numbers(730).map((day) => new Date(firstDay + (day - 1) * 86_400_000));
    const names = days.map((day) => successorName(source('web'), day.toISOString(), 1));
    expect(new Set(names).size).toBe(days.length);
    expect([...names].sort()).toEqual(names);
    expect(names).toContain('web-Updated-20260111-1');
    expect(names).toContain('web-Updated-20261101-1');
  });

  test('lets two runs of one day each have names of their own', () => {
    const { twiceADay } = results;
    const [first, second] = ['web-Updated-20260201-1', 'web-Updated-20260201-2'] as const;
    expect(monthlyRuns(twiceADay).map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(told(twiceADay, 1)['web']).toBe(`updated: updated to ${first}`);
    expect(told(twiceADay, 2)[first]).toBe(`updated: updated to ${second}`);
    expect(imageOf(twiceADay, second)).toMatchObject({
      State: 'AVAILABLE',
      Tags: { AutoUpdate: 'Enabled', BaseName: 'web', 'evergreen:source': first },
    });
    expect(broken(twiceADay)).toEqual([]);
  });
});

test('defect 24: one run has one date, also for what it starts on the next day', () => {
  const { overMidnight } = results;
  const names = numbers(6).map((number) => `image-${number}`);
  expect(told(overMidnight)).toEqual(allUpdated(names));
  const days = names.map((name) => successors(overMidnight, name)[0]?.CreatedTime.slice(0, 10));
  expect(days.slice(0, 5)).toEqual(Array(5).fill('2026-02-01'));
  expect(days[5]).toBe('2026-02-02');
});

describe('defect 25: names that AppStream would refuse', () => {
  test.each([
    [long, /^skipped: the new name x+-Updated-20260201-1 has 109 characters, AppStream allows 100/],
    ['spaces', /^skipped: AppStream does not allow the new name my desktop-Updated-/],
    ['reserved', /^skipped: AppStream does not allow the new name AppStream-desktop-Updated-/],
  ])('are known before anything is asked: %s', (name, reason) => {
    const { names } = results;
    expect(told(names)[name]).toMatch(reason);
    const asked = names.calls.filter(
      ({ action, resource }) =>
        action === 'appstream:CreateUpdatedImage' && resource.endsWith(`:image/${name}`),
    );
    expect(asked).toEqual([]);
    expect(imageOf(names, name).Tags.AutoUpdate).toBe('Enabled');
  });

  test('end at a hundred characters, the last of which may be used', () => {
    const problem = (length: number) =>
      limitProblem(
        source('web'),
        successorName(source('x'.repeat(length)), '2026-02-01T12:00:00Z', 1),
      );
    expect(problem(81)).toBeUndefined();
    expect(problem(82)).toContain('has 101 characters');
  });

  test('are not made by two lineages with one BaseName: each has a successor of its own', () => {
    const { names } = results;
    const made = ['red', 'blue'].map((name) => successors(names, name).map(({ Name }) => Name));
    expect(made.flat().sort()).toEqual(['office-Updated-20260201-1', 'office-Updated-20260201-2']);
    for (const [index, name] of ['red', 'blue'].entries()) {
      const [successor] = made[index] ?? [];
      expect(imageOf(names, name).Tags).toMatchObject({
        AutoUpdate: 'Completed',
        NextVersion: successor,
      });
      expect(told(names)[name]).toBe(`updated: updated to ${successor}`);
    }
    expect(broken(names)).toEqual([]);
  });
});
