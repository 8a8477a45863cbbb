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
import {
  broken,
  lowest,
  messages,
  running,
  templateOf,
  told,
} from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput, type Start } from '../support/scenarios';

const alarm = { AlarmName: 'shop-5xx', Namespace: 'Shop', MetricName: 'Http5xx' };
const goesOff = (when: string) => ({
  at: when,
  type: 'cloudwatch.alarmStateChanged',
  alarm: alarm.AlarmName,
  state: 'ALARM',
  reason: 'Threshold crossed.',
});

/** Staging first, then production. */
const estateWith = (ami: string, events: readonly Json[] = []) =>
  estateOf(
    { staging: { desired: 1 }, shop: { desired: 2 }, office: { desired: 1 } },
    {
      events: [published(ami, at(0, 1)), ...events],
      cloudwatch: { alarms: [{ ...alarm, Threshold: 10, EvaluationPeriods: 3, Period: 60 }] },
    },
  );

const configWith = (first: Json, second: Json) =>
  configOf(
    { staging: {}, shop: {}, office: {} },
    {
      amiFollow: [
        {
          name: 'linux',
          parameter,
          waves: [
            { groups: ['staging'], ...first },
            { groups: ['shop', 'office'], ...second },
          ],
        },
      ],
    },
  );
const soak = configWith({ soakMinutes: 120, alarms: [alarm.AlarmName] }, {});
const approval = configWith({}, { approval: true });

const byHand = (time: string, input: Json): Start => ({
  at: time.replace('Z', ''),
  as: 'follow-linux-schedule',
  input,
});

/** Somebody moves the group in the console: a refresh to a version that they made, begun ten seconds ago. */
function refreshedByOthers(ami: string): Json {
  const LaunchTemplateId = templateId('web');
  return {
    InstanceRefreshes: [
      {
        InstanceRefreshId: '08b91cf7-8fa6-48af-b6a6-d227f40f1b9b',
        Status: 'InProgress',
        StartTime: new Date(Date.parse(midnight) - 10_000).toISOString(),
        PercentageComplete: 0,
        InstancesToUpdate: 2,
        Preferences: { MinHealthyPercentage: 100, MaxHealthyPercentage: 110, SkipMatching: true },
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId, Version: '2' } },
      },
    ],
    of: ami,
  };
}

function others(ami: string, ours: string): ScenarioInput {
  const { of: ImageId, ...group } = refreshedByOthers(ami);
  return {
    days: 1,
    estate: estateOf({ web: { desired: 2, versions: [{}, { ImageId }], group } }),
    config: configOf(
      { web: {} },
      { amiFollow: [{ name: 'linux', parameter, schedule: '0 3 1 1 ? *' }] },
    ),
    starts: [byHand(at(0, 0, 1), { ami: ours })],
  };
}

const scenarios = {
  quiet: { days: 1, estate: estateWith(amis.good), config: soak },
  // When the outcome of the first wave is written, of which the soak comes next.
  killed: {
    days: 1,
    estate: estateWith(amis.good),
    config: soak,
    faults: [
      {
        kind: 'killExecution',
        at: { operation: 'dynamodb:UpdateItem', caller: '*settle-group*', occurrence: 2 },
        restartAfterSeconds: 3600,
      },
    ],
  },
  loud: { days: 1, estate: estateWith(amis.good, [goesOff(at(0, 4))]), config: soak },
  unknownAlarm: {
    days: 1,
    estate: estateWith(amis.good),
    config: configWith({ alarms: ['nobody-made-it'] }, {}),
  },
  bad: { days: 1, estate: estateWith(amis.bad), config: soak },
  stopped: {
    days: 1,
    estate: estateWith(amis.good),
    config: soak,
    starts: [byHand(at(0, 4), { mode: 'stop' })],
  },
  notApproved: { days: 4, estate: estateWith(amis.good), config: approval },
  joined: others(amis.good, amis.good),
  waitedFor: others(amis.good, amis.newer),
  overtaken: others(amis.newer, amis.good),
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios | 'approved', RehearsalResult>;

beforeAll(async () => {
  const first = await rehearseScenarios<keyof typeof scenarios>(scenarios);
  // Whoever approves names the run, as the message that asks for it does.
  const [, run] = /"run": "([^"]+)"/.exec(messages(first.notApproved)[0]?.text ?? '') ?? [];
  const approved: ScenarioInput = {
    ...scenarios.notApproved,
    days: 1,
    starts: [byHand(at(0, 9), { mode: 'approve', run })],
  };
  results = { ...first, ...(await rehearseScenarios({ approved })) };
}, 900_000);

const production = ['shop', 'office'];
/** When the refresh of a group began, in minutes of the day. */
const began = (result: RehearsalResult, name: string) =>
  (Date.parse(result.refreshes?.find(({ group }) => group === name)?.startedAt ?? '') -
    Date.parse(midnight)) /
  60_000;
const ended = (result: RehearsalResult, name: string) =>
  (Date.parse(result.items.find(({ id }) => id === name)?.endedAt ?? '') - Date.parse(midnight)) /
  60_000;
const untouched = (result: RehearsalResult) => {
  expect(running(result.estate, 'shop')).toEqual([amis.current, amis.current]);
  expect(running(result.estate, 'office')).toEqual([amis.current]);
  expect((result.refreshes ?? []).map(({ group }) => group)).toEqual(['staging']);
  for (const name of production) {
    expect(templateOf(result.estate, name)).toMatchObject({ numbers: [1], default: 1 });
  }
};

test.each([...Object.keys(scenarios), 'approved'] as (keyof typeof results)[])(
  '%s: holds every invariant',
  (scenario) => {
    expect(broken(results[scenario])).toEqual([]);
  },
);

describe('the second wave', () => {
  test('goes when the first has run for its soak time, and no sooner', () => {
    const { quiet } = results;
    for (const name of production) {
      expect(running(quiet.estate, name)).not.toContain(amis.current);
      const pause = began(quiet, name) - ended(quiet, 'staging');
      expect(pause).toBeGreaterThanOrEqual(120);
      expect(pause).toBeLessThan(121);
    }
  });

  test('waits for the rest of the soak where the run was killed amid it and started again', () => {
    const { killed } = results;
    expect(killed.executions.map(({ status }) => status)).toContain('ABORTED');
    const [staging] = killed.refreshes ?? [];
    const moved = (Date.parse(staging?.endedAt ?? '') - Date.parse(midnight)) / 60_000;
    for (const name of production) {
      expect(running(killed.estate, name)).not.toContain(amis.current);
      expect(began(killed, name) - moved).toBeGreaterThanOrEqual(120);
      expect(began(killed, name) - moved).toBeLessThan(123);
    }
  });

  test('is held back by an alarm that went off meanwhile, and the message says which', () => {
    const { loud } = results;
    untouched(loud);
    expect(running(loud.estate, 'staging')).toEqual([amis.good]);
    expect(told(loud)).toEqual([
      {
        staging: expect.stringMatching(/^updated: /),
        shop: 'postponed: the alarm shop-5xx went off; the next run takes it',
        office: 'postponed: the alarm shop-5xx went off; the next run takes it',
      },
    ]);
    expect(messages(loud)).toHaveLength(1);
    expect(messages(loud)[0]?.text).toContain('the alarm shop-5xx went off');
  });

  test('is held back by an alarm that is not there: nobody would hear it', () => {
    untouched(results.unknownAlarm);
    expect(told(results.unknownAlarm)[0]?.['shop']).toContain('there is no alarm nobody-made-it');
  });

  test('never gets an AMI that failed on the first', () => {
    const { bad } = results;
    untouched(bad);
    expect(running(bad.estate, 'staging')).toEqual([amis.current]);
    expect(told(bad)[0]).toEqual({
      staging: expect.stringMatching(/^blocked: .*RollbackSuccessful/),
      shop: expect.stringContaining('postponed: an earlier wave did not go well: staging'),
      office: expect.stringContaining('postponed: an earlier wave did not go well: staging'),
    });
  });

  test('does not go when a person has stopped the run', () => {
    untouched(results.stopped);
    expect(told(results.stopped)[0]?.['shop']).toBe(
      'postponed: the run was stopped before its turn; the next run takes it',
    );
  });
});

describe('a wave that needs an approval', () => {
  test('asks once, and is left alone when nobody answers', () => {
    const { notApproved } = results;
    untouched(notApproved);
    const questions = messages(notApproved).filter(({ subject }) =>
      subject.includes('waits for approval'),
    );
    expect(questions.map(({ subject }) => subject)).toEqual([
      'Attention: ami-rollout: wave 2 of 2 waits for approval',
    ]);
    expect(questions[0]?.text).toContain('shop, office');
    expect(questions[0]?.text).toMatch(/"mode": "approve", "run": "[0-9a-f-]{36}"/);
    const [run] = told(notApproved);
    expect(run?.['shop']).toBe(
      'postponed: nobody approved it within 72 hours; the next run takes it',
    );
  });

  test('goes soon after the approval: it is looked for in 5 % of the time that it took', () => {
    const { approved } = results;
    for (const name of production) {
      expect(running(approved.estate, name)).not.toContain(amis.current);
      expect(began(approved, name)).toBeGreaterThan(9 * 60);
      expect(began(approved, name)).toBeLessThan(9 * 60 + 0.05 * 6 * 60 + 1);
    }
  });
});

describe("somebody else's refresh", () => {
  const theirs = '08b91cf7-8fa6-48af-b6a6-d227f40f1b9b';

  test('to the same AMI is joined: followed to its end and told as done, without one of our own', () => {
    const { joined } = results;
    expect(joined.refreshes?.map(({ id, status }) => [id, status])).toEqual([
      [theirs, 'Successful'],
    ]);
    expect(running(joined.estate, 'web')).toEqual([amis.good, amis.good]);
    expect(templateOf(joined.estate, 'web').numbers).toEqual([1, 2]);
    expect(told(joined)).toEqual([{ web: expect.stringContaining(`updated: runs ${amis.good}`) }]);
  });

  test('to another AMI is waited for, and ours follows it', () => {
    const { waitedFor } = results;
    const [first, second, ...more] = waitedFor.refreshes ?? [];
    expect(more).toEqual([]);
    expect([first?.id, first?.status, second?.status]).toEqual([
      theirs,
      'Successful',
      'Successful',
    ]);
    expect(Date.parse(second?.startedAt ?? '')).toBeGreaterThan(Date.parse(first?.endedAt ?? ''));
    expect(Date.parse(second?.startedAt ?? '') - Date.parse(first?.endedAt ?? '')).toBeLessThan(
      62_000,
    );
    expect(running(waitedFor.estate, 'web')).toEqual([amis.newer, amis.newer]);
    expect(lowest(waitedFor, 'web')).toBe(2);
  });

  test('to a newer AMI is waited for, and ours is not put in its place', () => {
    const { overtaken } = results;
    expect(overtaken.refreshes?.map(({ id, status }) => [id, status])).toEqual([
      [theirs, 'Successful'],
    ]);
    expect(running(overtaken.estate, 'web')).toEqual([amis.newer, amis.newer]);
    expect(told(overtaken)).toEqual([
      { web: `skipped: runs ${amis.newer}, which is newer than ${amis.good}` },
    ]);
  });
});
