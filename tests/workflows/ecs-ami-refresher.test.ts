import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import {
  amis,
  at,
  clusterOf,
  configOf,
  estateOf,
  parameter,
  published,
  type ClusterOptions,
} from '../support/groups-of-estates';
import { broken, changes, lowest, messages, running, told } from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

function scenario(
  cluster: Partial<ClusterOptions>,
  settings: Json = {},
  ami: string = amis.good,
): ScenarioInput {
  return {
    days: 2,
    estate: estateOf(
      { apps: { desired: 3, group: { MaxSize: 12 } } },
      {
        events: [published(ami, at(0, 1))],
        ecs: clusterOf({ group: 'apps', ...cluster }),
      },
    ),
    config: configOf(
      {},
      {
        amiFollow: [],
        ecsClusters: [{ cluster: 'apps', groups: ['apps'], parameter, ...settings }],
      },
    ),
  };
}

/** Its tasks may neither be one less nor one more: none can ever move. */
const fixed = {
  desiredCount: 2,
  deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
};
const protection = {
  managedScaling: { status: 'ENABLED' },
  managedTerminationProtection: 'ENABLED',
};
const stocktaking = { startedBy: 'stocktaking' };

const scenarios = {
  good: scenario({ services: { api: { desiredCount: 6 }, worker: { desiredCount: 3 } } }),
  protected: scenario({ services: { api: { desiredCount: 6 } }, provider: protection }),
  full: scenario({ services: { api: { desiredCount: 12 } } }),
  bad: scenario({ services: { api: { desiredCount: 6 } } }, {}, amis.bad),
  stalled: scenario({ services: { api: { desiredCount: 4 }, fixed } }, { drainMinutes: 30 }),
  taskEnds: scenario({ tasks: [{ ...stocktaking, stoppedAt: at(0, 7) }] }),
  taskStays: scenario({ tasks: [stocktaking] }, { standaloneTaskHours: 6 }),
  taskRefused: scenario({ tasks: [stocktaking] }, { standaloneTasks: 'refuse' }),
  current: scenario({}, {}, amis.current),
  currentTold: scenario({}, { notifyWhenCurrent: true }, amis.current),
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

const three = (ami: string) => Array<string>(3).fill(ami);
const instances = ({ estate }: RehearsalResult): Json[] => estate.ecs.containerInstances;
const states = (result: RehearsalResult) =>
  instances(result)
    .map(({ status }) => status)
    .filter((status) => status !== 'INACTIVE');
const drains = (result: RehearsalResult) =>
  changes(result).filter(({ action }) => action === 'ecs:UpdateContainerInstancesState');

test.each(Object.keys(scenarios) as (keyof typeof scenarios)[])(
  '%s: no invariant is broken, no service has a task less and no group an instance less at any second',
  (name) => {
    const result = results[name];
    expect(broken(result)).toEqual([]);
    expect(lowest(result, 'apps')).toBe(3);
    for (const { serviceName, desiredCount } of result.estate.ecs.services as Json[]) {
      expect([serviceName, lowest(result, `apps/${serviceName}`)]).toEqual([
        serviceName,
        desiredCount,
      ]);
    }
  },
);

describe('a cluster', () => {
  test.each(['good', 'protected', 'full'] as const)(
    '%s: gets new instances first; then all old ones are drained, in one call',
    (name) => {
      const result = results[name];
      expect(running(result.estate, 'apps')).toEqual(three(amis.good));
      expect(states(result)).toEqual(three('ACTIVE'));
      expect(drains(result)).toHaveLength(1);
      expect(told(result)).toEqual([{ apps: expect.stringMatching(/^updated: /) }]);
    },
  );

  test('keeps its old instances, all of them ACTIVE, when the new AMI is bad', () => {
    const { bad } = results;
    expect(running(bad.estate, 'apps')).toEqual(three(amis.current));
    expect(states(bad)).toEqual(three('ACTIVE'));
    expect(drains(bad)).toEqual([]);
    expect(messages(bad).map(({ subject }) => subject)).toEqual([
      'Attention: ami-rollout: 1 blocked',
    ]);
    expect(messages(bad)[0]?.text).toContain(bad.refreshes?.[0]?.reason);
  });
});

describe('a drain that stalls', () => {
  test('is given up after its time: rolled back, with all instances ACTIVE again', () => {
    const { stalled } = results;
    expect(stalled.refreshes).toMatchObject([{ status: 'RollbackSuccessful' }]);
    expect(running(stalled.estate, 'apps')).toEqual(three(amis.current));
    expect(states(stalled)).toEqual(three('ACTIVE'));
    const [drained] = drains(stalled);
    const back = stalled.calls.find(
      ({ action }) => action === 'autoscaling:RollbackInstanceRefresh',
    );
    const minutes = (Date.parse(back?.at ?? '') - Date.parse(drained?.at ?? '')) / 60_000;
    expect(minutes).toBeGreaterThanOrEqual(30);
    expect(minutes).toBeLessThan(32);
  });

  test('is told with what stands in the way', () => {
    const { stalled } = results;
    expect(messages(stalled)).toHaveLength(1);
    expect(messages(stalled)[0]?.text).toMatch(
      /draining stalled: \d tasks are still on \d old instances of apps after 30 minutes/,
    );
  });
});

describe('tasks that nothing would start again', () => {
  test('are waited for until they have ended by themselves', () => {
    const { taskEnds } = results;
    const started = Date.parse(taskEnds.refreshes?.[0]?.startedAt ?? '');
    expect(started).toBeGreaterThan(Date.parse(at(0, 7)));
    // After hours it is looked at each quarter of an hour.
    expect(started).toBeLessThan(Date.parse(at(0, 7, 16)));
    expect(running(taskEnds.estate, 'apps')).toEqual(three(amis.good));
  });

  test.each([
    ['taskStays', /standalone tasks run on its old instances: family:work .*; it waited 6 hours/],
    ['taskRefused', /standalone tasks run on its old instances: family:work /],
  ] as const)('%s: are never lost: the group waits for the next run', (name, reason) => {
    const result = results[name];
    expect(changes(result)).toEqual([]);
    expect(told(result)[0]?.['apps']).toMatch(/^postponed: /);
    expect(told(result)[0]?.['apps']).toMatch(reason);
    const tasks: Json[] = result.estate.ecs.tasks;
    const standalone = tasks.filter(({ startedBy }) => startedBy === 'stocktaking');
    expect(standalone.map(({ lastStatus }) => lastStatus)).toEqual(['RUNNING']);
  });
});

test('a day on which everything is current is told only to whom it is said that they want it', () => {
  expect(messages(results.current)).toEqual([]);
  expect(messages(results.currentTold).map(({ subject }) => subject)).toEqual(
    Array(2).fill('ami-rollout: 1 skipped'),
  );
  expect(changes(results.currentTold)).toEqual([]);
});
