import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { groupCapacities } from '../../../rehearsal/checker/capacity';
import {
  amis,
  at,
  clusterOf,
  configOf,
  estateOf,
  published,
} from '../../support/groups-of-estates';
import {
  broken,
  changes,
  groupOf,
  lowest,
  messages,
  running,
  told,
} from '../../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import { Seed } from './seed';

const arrives = (ami: string) => published(ami, at(0, 1));
/** Enough versions for the seed to find one to delete. */
const versions = [{}, {}, {}];

const five = (version: string, ami: string): Json =>
  estateOf(
    {
      web: { desired: 5, versions, version },
      last: { desired: 1, versions, version, group: { MaxSize: 1 } },
    },
    { events: [arrives(ami)] },
  );

/** One instance, and the old ones go first, as the document has it. */
const one = (version: string): Json =>
  estateOf(
    {
      web: {
        desired: 1,
        versions,
        version,
        group: { TerminationPolicies: ['OldestLaunchTemplate'] },
      },
    },
    { events: [arrives(amis.bad)] },
  );

/** Two instances of a cluster, four tasks of a service, and on each a task that nothing would start again. */
function cluster(version: string, managedDraining: 'ENABLED' | 'DISABLED', stoppedAt?: string) {
  const task = stoppedAt === undefined ? {} : { stoppedAt };
  return estateOf(
    { apps: { desired: 2, versions, version, group: { MaxSize: 4 } } },
    {
      events: [arrives(amis.good)],
      ecs: clusterOf({
        group: 'apps',
        tasks: [
          { startedBy: 'stocktaking', ...task },
          { startedBy: 'billing', ...task },
        ],
        provider: { managedDraining },
      }),
    },
  );
}
const clusters = {
  ecsClusters: [{ cluster: 'apps', groups: ['apps'], parameter: '/golden/linux' }],
};

const scenarios = {
  good: { days: 1, estate: five('1', amis.good), config: configOf({ web: {}, last: {} }) },
  bad: { days: 1, estate: one('1'), config: configOf({ web: {} }) },
  young: {
    days: 2,
    estate: estateOf(
      { web: {} },
      {
        events: [
          {
            at: at(0, 1),
            type: 'ec2.imagePublished',
            image: { ImageId: 'ami-0000000000000000f', Name: 'linux-15', OwnerId: '111122223333' },
          },
          arrives('ami-0000000000000000f'),
        ].map((event, index) => ({ ...event, at: at(0, 1, index) })),
      },
    ),
    config: configOf({ web: {} }, { amiMinimumAgeHours: 24 }),
  },
  drained: {
    days: 1,
    estate: cluster('1', 'ENABLED', at(0, 5)),
    config: configOf({}, { amiFollow: [], ...clusters }),
  },
  notHeld: {
    days: 1,
    estate: cluster('1', 'DISABLED'),
    config: configOf({}, { amiFollow: [], ...clusters }),
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 600_000);

/** The fewest instances of a group that were in service. */
function fewest({ account }: Seed, group: string): number {
  const points = groupCapacities(account.trace).get(group) ?? [];
  return Math.min(...points.map(({ inService }) => inService));
}

describe('defect 4: capacities that are written in the code', () => {
  test('cost a group of five all instances but one with the seed, and stop it where two do not fit', () => {
    const seed = new Seed(five('$Default', amis.good), 'web');
    seed.wait(3);
    seed.run();
    seed.wait(1);
    expect(fewest(seed, 'web')).toBe(1);
    expect(groupOf(seed.estate, 'web').DesiredCapacity).toBe(1);
    const other = new Seed(five('$Default', amis.good), 'last');
    other.wait(3);
    expect(other.run()).toContain('AMI updated!');
    other.wait(24);
    expect(running(other.estate, 'last')).toEqual([amis.current]);
  });

  test('are left alone here: five stay in service at every moment, and one of one, which fits', () => {
    const { good } = results;
    for (const [name, desired] of [
      ['web', 5],
      ['last', 1],
    ] as const) {
      expect([name, lowest(good, name)]).toEqual([name, desired]);
      expect(running(good.estate, name)).toEqual(Array(desired).fill(amis.good));
    }
    expect(groupOf(good.estate, 'web')).toMatchObject({
      MinSize: 1,
      MaxSize: 10,
      DesiredCapacity: 5,
    });
    expect(groupOf(good.estate, 'last')).toMatchObject({
      MinSize: 1,
      MaxSize: 1,
      DesiredCapacity: 1,
    });
    expect(new Set(changes(good).map(({ action }) => action))).toEqual(
      new Set([
        'ec2:CreateLaunchTemplateVersion',
        'autoscaling:StartInstanceRefresh',
        'ec2:ModifyLaunchTemplate',
      ]),
    );
    expect(broken(good)).toEqual([]);
  });
});

describe('defect 5: fifteen minutes, whatever happens', () => {
  test('end with the good instance terminated by the seed, and one that fails its checks in its place', () => {
    const seed = new Seed(one('$Default'), 'web');
    seed.wait(3);
    expect(seed.run()).toContain('AMI updated!');
    seed.wait(1);
    expect(running(seed.estate, 'web')).not.toContain(amis.current);
  });

  test('are no matter here: what is unhealthy takes no place, and the very instance stays', () => {
    const { bad } = results;
    expect(running(bad.estate, 'web')).toEqual([amis.current]);
    expect(lowest(bad, 'web')).toBe(1);
    expect(bad.refreshes).toMatchObject([{ status: 'RollbackSuccessful' }]);
    expect(broken(bad)).toEqual([]);
  });
});

describe('defect 6: tasks on the instances that go', () => {
  test('are killed by the seed, those of services as well as those that nothing starts again', () => {
    const seed = new Seed(cluster('$Default', 'DISABLED'), 'apps');
    seed.wait(3);
    seed.run();
    seed.wait(1);
    const counts = seed.account.trace.metrics
      .filter(({ name }) => name === 'RunningTaskCount')
      .map(({ value }) => value);
    expect(Math.min(...counts)).toBeLessThan(4);
    expect(
      standalone(seed.estate).filter(({ lastStatus }) => lastStatus === 'RUNNING'),
    ).toHaveLength(1);
  });

  test('are waited for here, and services move without one task less', () => {
    const { drained } = results;
    expect(running(drained.estate, 'apps')).toEqual([amis.good, amis.good]);
    expect(lowest(drained, 'apps/api')).toBe(4);
    const [refresh] = drained.refreshes ?? [];
    expect(Date.parse(refresh?.startedAt ?? '')).toBeGreaterThan(Date.parse(at(0, 5)));
    expect(broken(drained)).toEqual([]);
  });

  test('are not risked here where nothing holds an instance while it drains', () => {
    const { notHeld } = results;
    expect(told(notHeld)).toEqual([
      {
        apps: expect.stringMatching(
          /^failed: refused: nothing holds its instances while they drain/,
        ),
      },
    ]);
    expect(changes(notHeld)).toEqual([]);
    expect(lowest(notHeld, 'apps/api')).toBe(4);
    const tasks = standalone(notHeld.estate);
    expect(tasks.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING', 'RUNNING']);
  });

  const standalone = (estate: Json): Json[] =>
    estate.ecs.tasks.filter(({ group = '' }: Json) => !group.startsWith('service:'));
});

describe('defect 9: what people are told, and when', () => {
  test('is "AMI updated!" with the seed, before one instance is replaced, within minutes of a release', () => {
    const seed = new Seed(one('$Default'), 'web');
    seed.wait(1.1);
    expect(seed.run()).toBe(`AMI updated! New AMI is ${amis.bad}.`);
    expect(running(seed.estate, 'web')).toEqual([amis.current]);
  });

  test('is what happened, here: after the last refresh has ended, and a failure in words of AWS', () => {
    const { good, bad } = results;
    const ends = (good.refreshes ?? []).map(({ endedAt }) => Date.parse(endedAt ?? ''));
    const [success, ...others] = messages(good);
    expect(others).toEqual([]);
    expect(success?.subject).toBe('ami-rollout: 2 updated');
    expect(Date.parse(success?.at ?? '')).toBeGreaterThan(Math.max(...ends));

    const [failure, ...further] = messages(bad);
    expect(further).toEqual([]);
    expect(failure?.subject).toBe('Attention: ami-rollout: 1 blocked');
    expect(failure?.text).toContain(bad.refreshes?.[0]?.reason);
    expect(failure?.text).toContain('fails its EC2 status checks');
  });

  test('waits here until the AMI has its age', () => {
    const { young } = results;
    const [first] = young.refreshes ?? [];
    expect(young.refreshes).toHaveLength(1);
    expect(Date.parse(first?.startedAt ?? '')).toBeGreaterThan(Date.parse(at(1, 1)));
    expect(told(young)).toEqual([{ web: expect.stringMatching(/^updated: /) }]);
    expect(broken(young)).toEqual([]);
  });
});
