import type { RehearsalResult } from '../../rehearsal/result';
import { amis, at, configOf, estateOf, published } from '../support/groups-of-estates';
import { broken } from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

const sizes = { single: 1, eight: 8, hundred: 100 };
const names = Object.keys(sizes);
const settings = Object.fromEntries(names.map((name) => [name, {}]));
const estate = estateOf(
  Object.fromEntries(Object.entries(sizes).map(([name, desired]) => [name, { desired }])),
  { events: [published(amis.good, at(0, 1))] },
);

const inWaves = configOf(settings, {
  amiFollow: [
    {
      name: 'linux',
      parameter: '/golden/linux',
      waves: [
        { groups: ['single'], soakMinutes: 30 },
        { groups: ['eight'] },
        { groups: ['hundred'] },
      ],
    },
  ],
});

/** No event that a refresh has ended arrives: polling alone is enough. See `ami-rollout-wake-up.test.ts`. */
const faults = [
  {
    kind: 'lostEvent',
    at: {
      operation: 'states:StartExecution',
      caller: 'rule:*refresh-ended*',
      occurrence: 'every',
    },
  },
];
// What instances take is drawn anew with each seed: the smallest group decides.
const seeds = [1, 2, 3, 4, 5, 6];
const scenarios: Record<string, ScenarioInput> = {
  ...Object.fromEntries(
    seeds.map((seed) => [
      `together ${seed}`,
      { days: 1, seed, estate, config: configOf(settings), faults },
    ]),
  ),
  waves: { days: 1, estate, config: inWaves },
};

let results: Record<string, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios(scenarios);
}, 900_000);

/** Milliseconds. */
const span = (from?: string | null, to?: string | null) =>
  Date.parse(to ?? '') - Date.parse(from ?? '');

function of(result: RehearsalResult | undefined, group: string) {
  const item = result?.items.find(({ id }) => id === group);
  const refresh = result?.refreshes?.find((one) => one.group === group);
  if (item?.outcome !== 'updated' || refresh?.endedAt === undefined || refresh.endedAt === null)
    throw new Error(`${group} was not moved`);
  return { item, refresh, refreshed: span(refresh.startedAt, refresh.endedAt) };
}

describe.each(Object.keys(scenarios))('%s', (scenario) => {
  test.each(names)(
    '%s: all that we do before and after the refresh adds at most 5 % to it',
    (group) => {
      const { item, refresh, refreshed } = of(results[scenario], group);
      // From the claim to the last word about the group, commit and bookkeeping included.
      const added = span(item.startedAt, item.endedAt) - refreshed;
      expect(span(item.startedAt, refresh.startedAt)).toBeGreaterThan(0);
      expect(span(refresh.endedAt, item.endedAt)).toBeGreaterThan(0);
      expect((100 * added) / refreshed).toBeLessThanOrEqual(5);
    },
  );

  test('breaks no invariant', () => {
    expect(broken(results[scenario] as RehearsalResult)).toEqual([]);
  });
});

test('a run waits for nothing else: from its start to the claims, and to its report after the last group', () => {
  for (const seed of seeds) {
    const result = results[`together ${seed}`];
    const run = result?.executions.find(({ trigger }) => trigger.includes('follow-linux'));
    const slowest = of(result, 'hundred');
    const added = span(run?.startedAt, run?.endedAt) - slowest.refreshed;
    expect((100 * added) / slowest.refreshed).toBeLessThanOrEqual(5);
  }
});

test('between waves lies the soak time that was configured, and next to nothing more', () => {
  const { waves } = results;
  const [single, eight, hundred] = names.map((name) => of(waves, name));
  const soaked = span(single?.item.endedAt, eight?.item.startedAt) - 30 * 60_000;
  const next = span(eight?.item.endedAt, hundred?.item.startedAt);
  for (const pause of [soaked, next]) {
    expect(pause).toBeGreaterThan(0);
    expect((100 * pause) / (eight?.refreshed ?? Number.NaN)).toBeLessThanOrEqual(1);
  }
});
