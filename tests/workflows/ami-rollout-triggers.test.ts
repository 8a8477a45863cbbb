import type { RehearsalResult } from '../../rehearsal/result';
import { finalState } from '../../rehearsal/sweep/final-state';
import { amis, at, configOf, estateOf, parameter, published } from '../support/groups-of-estates';
import {
  broken,
  changes,
  lowest,
  messages,
  running,
  templateOf,
  told,
} from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput, type Start } from '../support/scenarios';

const three = { web: {}, single: { desired: 1 }, mixed: { desired: 2, override: 'memory' } };
const sizes = { web: 4, single: 1, mixed: 2 };
const threeGroups = (ami: string) => estateOf(three, { events: [published(ami, at(0, 1))] });
const config = configOf({ web: {}, single: {}, mixed: {} });
const onTheWay = { operation: 'states:StartExecution', caller: 'schedule:*follow-linux*' };

/** By hand, of all groups. */
const start = (ami: string, time: string): Start => ({
  at: time.replace('Z', ''),
  as: 'follow-linux-schedule',
  input: { ami, trigger: 'a person' },
});

/** Ten groups; four of them share one launch template. */
const ten = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [
    `group-${index}`,
    index < 4 ? { desired: 2, template: 'shared' } : { desired: 2 },
  ]),
);
const tenNames = Object.keys(ten);
const allTen = configOf(Object.fromEntries(tenNames.map((name) => [name, {}])));

const scenarios = {
  once: { estate: threeGroups(amis.good), days: 3, config },
  startedTwice: {
    estate: threeGroups(amis.good),
    days: 3,
    config,
    starts: [{ ...start(amis.good, at(0, 3)), input: { parameter } }],
  },
  deliveredTwice: {
    estate: threeGroups(amis.good),
    days: 3,
    config,
    faults: [{ kind: 'duplicateEvent', at: onTheWay, delaySeconds: 0 }],
  },
  deliveredAgain: {
    estate: threeGroups(amis.good),
    days: 3,
    config,
    faults: [{ kind: 'duplicateEvent', at: onTheWay, delaySeconds: 200 }],
  },
  deliveredLate: {
    estate: threeGroups(amis.good),
    days: 3,
    config,
    faults: [{ kind: 'lateEvent', at: onTheWay, delaySeconds: 7200 }],
  },
  newerWasThere: {
    estate: threeGroups(amis.good),
    days: 1,
    config,
    starts: [start(amis.newer, at(0, 2))],
  },
  olderMeanwhile: {
    estate: threeGroups(amis.newer),
    days: 1,
    config,
    starts: [start(amis.good, at(0, 3, 1))],
  },
  newerMeanwhile: {
    estate: threeGroups(amis.good),
    days: 1,
    config,
    starts: [start(amis.newer, at(0, 3, 1))],
  },
  ten: {
    estate: estateOf(ten, {
      events: [published(amis.good, at(0, 1)), published(amis.newer, at(1, 1))],
    }),
    days: 2,
    config: allTen,
  },
  tenBad: {
    estate: estateOf(ten, { events: [published(amis.bad, at(0, 1))] }),
    days: 1,
    config: allTen,
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const ends = (scenario: keyof typeof scenarios) =>
  finalState(scenarios[scenario].estate, results[scenario].estate);
const runs = (scenario: keyof typeof scenarios) =>
  results[scenario].executions.filter(({ trigger }) => /follow|by-hand/.test(trigger));

test.each(Object.keys(scenarios) as (keyof typeof scenarios)[])(
  '%s: no invariant is broken, every run succeeds, and no group has an instance less at any second',
  (scenario) => {
    const result = results[scenario];
    expect(broken(result)).toEqual([]);
    expect(runs(scenario).filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    const groups = scenario.startsWith('ten')
      ? tenNames.map((name) => [name, 2] as const)
      : Object.entries(sizes);
    for (const [name, desired] of groups)
      expect([name, lowest(result, name)]).toEqual([name, desired]);
  },
);

describe('what is triggered twice', () => {
  test.each(['startedTwice', 'deliveredTwice', 'deliveredAgain', 'deliveredLate'] as const)(
    '%s: ends as if it had been once, with one refresh of each group and one new version of each template',
    (scenario) => {
      expect(runs(scenario).length).toBeGreaterThan(scenario === 'deliveredLate' ? 2 : 3);
      expect(ends(scenario)).toBe(ends('once'));
      const refreshed = (results[scenario].refreshes ?? []).map(({ group, status }) => [
        group,
        status,
      ]);
      expect(refreshed.sort()).toEqual(
        ['mixed', 'single', 'web'].map((name) => [name, 'Successful']),
      );
      for (const template of ['web', 'single', 'mixed', 'memory']) {
        expect(templateOf(results[scenario].estate, template).numbers).toEqual([1, 2]);
      }
    },
  );

  test('is told once as done; the other run says that it left the groups alone', () => {
    for (const scenario of ['startedTwice', 'deliveredTwice', 'deliveredAgain'] as const) {
      const outcomes = told(results[scenario]).flatMap((lines) => Object.values(lines));
      expect(outcomes.filter((line) => line.startsWith('updated: '))).toHaveLength(3);
      for (const line of outcomes.filter((one) => !one.startsWith('updated: '))) {
        expect(line).toMatch(
          /^(skipped: the run \S+ has it in its queue|postponed: another run is working on it|skipped: runs ami-\w+ already)/,
        );
      }
    }
  });
});

describe('a run that finds nothing new', () => {
  test('changes nothing, keeps no record and sends nothing', () => {
    const { once } = results;
    const [, second, third] = runs('once');
    for (const run of [second, third]) {
      expect([run?.status, run?.output]).toEqual(['SUCCEEDED', { items: [] }]);
    }
    const later = (time: string) => Date.parse(time) > Date.parse(at(1, 0));
    expect(changes(once).filter((call) => later(call.at))).toEqual([]);
    expect(messages(once).filter((message) => later(message.at))).toEqual([]);
    const wrote = once.calls.filter(
      (call) => later(call.at) && /:(Update|Put|Delete|Publish|Send)/.test(call.action),
    );
    expect(wrote.filter(({ action }) => !action.startsWith('logs:'))).toEqual([]);
  });
});

describe('triggers that come in another order than the AMIs', () => {
  const all = (result: RehearsalResult) =>
    Object.keys(sizes).flatMap((name) => running(result.estate, name));

  test('an older AMI never follows a newer one that is there', () => {
    const { newerWasThere } = results;
    expect(new Set(all(newerWasThere))).toEqual(new Set([amis.newer]));
    expect((newerWasThere.refreshes ?? []).flatMap(({ images }) => images)).not.toContain(
      amis.good,
    );
  });

  test('nor one that is on its way', () => {
    const { olderMeanwhile } = results;
    expect(runs('olderMeanwhile')).toHaveLength(2);
    expect(new Set(all(olderMeanwhile))).toEqual(new Set([amis.newer]));
    expect((olderMeanwhile.refreshes ?? []).flatMap(({ images }) => images)).not.toContain(
      amis.good,
    );
  });

  test('a newer AMI never tramples the older one that is on its way: it is postponed, and told as that', () => {
    const { newerMeanwhile } = results;
    const [first, second] = runs('newerMeanwhile').map(({ id }) =>
      newerMeanwhile.items.filter(({ execution }) => execution === id),
    );
    expect(first?.map(({ outcome }) => outcome)).toEqual(['updated', 'updated', 'updated']);
    for (const { outcome, reason } of second ?? []) {
      expect([outcome, reason]).toEqual([
        'postponed',
        expect.stringMatching(new RegExp(`^the run \\S+ moves it to ${amis.good} first$`)),
      ]);
    }
    expect(second).toHaveLength(3);
    const refreshed = newerMeanwhile.refreshes ?? [];
    expect(refreshed.map(({ status }) => status)).toEqual(Array(3).fill('Successful'));
    expect(new Set(all(newerMeanwhile))).toEqual(new Set([amis.good]));
  });
});

describe('ten groups at once, four of which share a launch template', () => {
  test('all get the AMI, in one run each day and as good as at the same time', () => {
    const { ten: result } = results;
    for (const name of tenNames)
      expect(running(result.estate, name)).toEqual([amis.newer, amis.newer]);
    const [first, second] = runs('ten').map(({ id }) =>
      result.items.filter(({ execution }) => execution === id).map(({ outcome }) => outcome),
    );
    expect([first, second]).toEqual([Array(10).fill('updated'), Array(10).fill('updated')]);
    const starts = (result.refreshes ?? [])
      .slice(0, 10)
      .map(({ startedAt }) => Date.parse(startedAt));
    expect(Math.max(...starts) - Math.min(...starts)).toBeLessThan(30_000);
  });

  test('no version goes that one of the others runs, and what nobody runs any more does', () => {
    const { ten: result } = results;
    const { numbers, dataOf, default: standing } = templateOf(result.estate, 'shared');
    // The first, and of each of the four groups the one that it runs and the one before.
    expect(numbers.map((number) => dataOf(number).ImageId)).toEqual([
      amis.current,
      ...Array<string>(4).fill(amis.good),
      ...Array<string>(4).fill(amis.newer),
    ]);
    expect(dataOf(standing).ImageId).not.toBe(amis.current);
  });

  test('all are rolled back from a bad AMI, and leave nothing behind', () => {
    const { tenBad } = results;
    for (const name of tenNames)
      expect(running(tenBad.estate, name)).toEqual([amis.current, amis.current]);
    for (const template of ['shared', ...tenNames.slice(4)]) {
      expect(templateOf(tenBad.estate, template)).toMatchObject({ numbers: [1], default: 1 });
    }
    expect(messages(tenBad).map(({ subject }) => subject)).toEqual([
      'Attention: ami-rollout: 10 blocked',
    ]);
  });
});
