import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import {
  amis,
  at,
  configOf,
  estateOf,
  midnight,
  parameter,
  published,
  templateId,
} from '../support/groups-of-estates';
import { broken, running } from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

const sizes = { single: 1, eight: 8, hundred: 100 };
const names = Object.keys(sizes);
const estate = estateOf(
  Object.fromEntries(Object.entries(sizes).map(([name, desired]) => [name, { desired }])),
  { events: [published(amis.good, at(0, 1))] },
);
const config = configOf(Object.fromEntries(names.map((name) => [name, {}])));
const moved = (...faults: Json[]): ScenarioInput => ({ days: 1, estate, config, faults });

/** The events of refreshes, on their way to the runs that wait: which of them, from 1. */
const event = (occurrence: number | 'every') => ({
  operation: 'states:StartExecution',
  caller: 'rule:*refresh-ended*',
  occurrence,
});
const lost = { kind: 'lostEvent', at: event('every') };
/** Each of the three is followed by its twin, which is counted as well. */
const twice = (delaySeconds: number) =>
  [1, 3, 5].map((one) => ({ kind: 'duplicateEvent', at: event(one), delaySeconds }));
const late = [1, 2, 3].map((one) => ({ kind: 'lateEvent', at: event(one), delaySeconds: 7200 }));
const leaving = { operation: 'dynamodb:UpdateItem', caller: 'state:*/WaitForRefresh' };

/** Somebody moves the group elsewhere when the run begins, which waits for that. */
const occupied: ScenarioInput = {
  days: 1,
  estate: estateOf({
    web: {
      desired: 2,
      versions: [{}, { ImageId: amis.good }],
      group: {
        InstanceRefreshes: [
          {
            InstanceRefreshId: '08b91cf7-8fa6-48af-b6a6-d227f40f1b9b',
            Status: 'InProgress',
            StartTime: new Date(Date.parse(midnight) - 10_000).toISOString(),
            PercentageComplete: 0,
            InstancesToUpdate: 2,
            Preferences: {
              MinHealthyPercentage: 100,
              MaxHealthyPercentage: 110,
              SkipMatching: true,
            },
            DesiredConfiguration: {
              LaunchTemplate: { LaunchTemplateId: templateId('web'), Version: '2' },
            },
          },
        ],
      },
    },
  }),
  config: configOf(
    { web: {} },
    { amiFollow: [{ name: 'linux', parameter, schedule: '0 3 1 1 ? *' }] },
  ),
  starts: [
    {
      at: at(0, 0, 1).replace('Z', ''),
      as: 'follow-linux-schedule',
      input: { ami: amis.newer, trigger: 'a person' },
    },
  ],
};

const scenarios = {
  heard: moved(),
  lost: moved(lost),
  late: moved(...late),
  twice: moved(...twice(0)),
  again: moved(...twice(90)),
  speechless: moved({ kind: 'accessDenied', at: { ...leaving, occurrence: 'every' } }),
  // Some five minutes after the start, when the smallest group is done; the next run is there before the others are.
  killed: moved({
    kind: 'killExecution',
    at: { ...leaving, occurrence: 140 },
    restartAfterSeconds: 600,
  }),
  occupied,
  occupiedUnheard: { ...occupied, faults: [lost] },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const seconds = (from?: string | null, to?: string | null) =>
  (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;

/** Seconds from the claim of a group to its refresh, of that, and until the last word about the group. */
function of(scenario: keyof typeof scenarios, group: string) {
  const { items, refreshes = [] } = results[scenario];
  const item = items.find(({ id, outcome }) => id === group && outcome === 'updated');
  const refresh = refreshes.filter((one) => one.group === group).at(-1);
  if (item === undefined || refresh === undefined) throw new Error(`${group} was not moved`);
  const took = seconds(refresh.startedAt, refresh.endedAt);
  return {
    before: seconds(item.startedAt, refresh.startedAt),
    took,
    after: seconds(refresh.endedAt, item.endedAt),
  };
}

const calls = (scenario: keyof typeof scenarios, by: RegExp, action: string) =>
  results[scenario].calls.filter((call) => by.test(call.principal) && call.action === action);
const looks = (scenario: keyof typeof scenarios) =>
  calls(scenario, /watch-refresh/, 'autoscaling:DescribeInstanceRefreshes').length;
const woken = (scenario: keyof typeof scenarios) =>
  calls(scenario, /ami-rollout/, 'states:SendTaskSuccess').map(({ outcome }) => outcome);

test.each(Object.keys(scenarios) as (keyof typeof scenarios)[])(
  '%s: breaks no invariant, and moves every group',
  (scenario) => {
    const result = results[scenario];
    expect(broken(result)).toEqual([]);
    const [groups, ami] = scenario.startsWith('occupied')
      ? [['web'], amis.newer]
      : [names, amis.good];
    for (const group of groups)
      expect(new Set(running(result.estate, group))).toEqual(new Set([ami]));
  },
);

describe('when a refresh has ended', () => {
  test.each(['heard', 'twice', 'again', 'killed'] as const)(
    '%s: the run is done with the group within two seconds, whatever its size',
    (scenario) => {
      for (const group of names) {
        const { after } = of(scenario, group);
        expect(after).toBeGreaterThan(0);
        expect([group, after < 2]).toEqual([group, true]);
      }
    },
  );

  test.each(['heard', 'lost', 'late', 'twice', 'again', 'speechless'] as const)(
    '%s: nothing but time depends on the event, and of that at most 5 %%',
    (scenario) => {
      for (const group of names) {
        const { before, took, after } = of(scenario, group);
        expect((100 * (before + after)) / took).toBeLessThanOrEqual(5);
      }
    },
  );

  test('of a hundred instances, the look comes many times later without the event', () => {
    expect(of('lost', 'hundred').after).toBeGreaterThan(20 * of('heard', 'hundred').after);
  });

  test('few looks are needed: one for each four percent of its age', () => {
    for (const scenario of ['heard', 'lost'] as const) {
      const most = names.map((group) => {
        const { took } = of(scenario, group);
        // Every four seconds at first, until that is four percent.
        return took < 100 ? took / 4 : 25 + Math.log(took / 100) / Math.log(1.04);
      });
      const sum = most.reduce((total, one) => total + one, 0);
      expect(looks(scenario)).toBeLessThan(1.1 * sum);
      expect(looks(scenario)).toBeGreaterThan(0.8 * sum);
    }
  });
});

describe('the run that an event starts', () => {
  const started = (scenario: keyof typeof scenarios) =>
    results[scenario].executions.filter(({ trigger }) => trigger.includes('refresh-ended'));

  test('hands a token back that is waited with, and nothing where nobody waits any more', () => {
    expect(woken('heard')).toEqual(['ok', 'ok', 'ok']);
    expect(woken('killed')).toEqual(['ok', 'ok', 'ok']);
    // At once: the token is still there, and has been used.
    expect(woken('twice').sort()).toEqual([...Array(3).fill('TaskTimedOut'), 'ok', 'ok', 'ok']);
    // Later, it is gone with the lease.
    expect(woken('again')).toEqual(['ok', 'ok', 'ok']);
    for (const scenario of ['lost', 'late', 'speechless'] as const) {
      expect([scenario, woken(scenario)]).toEqual([scenario, []]);
    }
  });

  test('does nothing else, and says nothing', () => {
    const counts = { heard: 3, lost: 0, late: 3, twice: 6, again: 6, speechless: 3 } as const;
    for (const [scenario, count] of Object.entries(counts) as [keyof typeof counts, number][]) {
      const runs = started(scenario);
      expect([scenario, runs.length]).toEqual([scenario, count]);
      for (const { id, status, output, historyEvents } of runs) {
        expect([status, output]).toEqual(['SUCCEEDED', { items: [] }]);
        expect(historyEvents).toBeLessThanOrEqual(20);
        const name = id.split(':').at(-1) ?? '';
        const { notifications } = results[scenario];
        expect(notifications.filter((one) => one.id.includes(name))).toEqual([]);
      }
    }
  });
});

test("the end of somebody else's refresh ends the wait for it as well", () => {
  const [heard, unheard] = (['occupied', 'occupiedUnheard'] as const).map((scenario) => {
    const [theirs, ours] = results[scenario].refreshes ?? [];
    return seconds(theirs?.endedAt, ours?.startedAt);
  });
  expect(heard).toBeGreaterThan(0);
  expect(heard).toBeLessThan(2);
  expect(unheard).toBeGreaterThan(2);
  expect(unheard).toBeLessThanOrEqual(60);
});
