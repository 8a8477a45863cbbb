import { SAMPLE_ESTATE } from '../../rehearsal/arguments';
import type { RehearsalResult } from '../../rehearsal/result';
import { loadEstate } from '../../rehearsal/estate';
import {
  broken,
  changes,
  groupOf,
  lowest,
  messages,
  running,
  templateOf,
} from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

/** By group: how many instances, and the AMIs that it runs at first, gets on day 9, and is spared on day 20. */
const groups = {
  web: { instances: 4, good: 'ami-0f47c3d92b81ae605', bad: 'ami-0d5e7a92c416fb083' },
  batch: { instances: 4, good: 'ami-0f47c3d92b81ae605', bad: 'ami-0d5e7a92c416fb083' },
  bastion: { instances: 1, good: 'ami-0f47c3d92b81ae605', bad: 'ami-0d5e7a92c416fb083' },
  apps: { instances: 8, good: 'ami-071b8e4f3da95c260', bad: 'ami-04c9b1e6f8d2735a0' },
};

const month: ScenarioInput = {
  estateFile: SAMPLE_ESTATE,
  days: 31,
  // The groups, parameters and clusters are those of the stack.
  config: { appstreamAutoUpdate: false },
};

const before = loadEstate(SAMPLE_ESTATE);
let result: RehearsalResult;

beforeAll(async () => {
  ({ result } = await rehearseScenarios({ result: month }));
}, 900_000);

const refreshesOf = (name: string, ami: string) =>
  (result.refreshes ?? []).filter(({ group, images }) => group === name && images.includes(ami));

describe.each(Object.entries(groups))(
  'the group %s, in a month',
  (name, { instances, good, bad }) => {
    it('gets the AMI of day 9 on every instance, and keeps it', () => {
      expect(refreshesOf(name, good)).toMatchObject([
        { status: 'Successful', minHealthyPercentage: 100 },
      ]);
      expect(running(result.estate, name)).toEqual(Array(instances).fill(good));
    });

    it("rolls the AMI of day 20 back, once, and says why in AWS's words", () => {
      const [refresh, ...others] = refreshesOf(name, bad);
      expect(others).toEqual([]);
      expect(refresh?.status).toBe('RollbackSuccessful');
      expect(refresh?.reason).toMatch(/is unhealthy: it fails its EC2 status checks/);
      const [told, ...more] = messages(result).filter(
        ({ text }) => text.includes(`${name} (`) && text.includes(bad),
      );
      expect(more).toEqual([]);
      expect(told?.text).toContain(
        `${bad}: the instance refresh is RollbackSuccessful. ${refresh?.reason}`,
      );
    });

    it('has its capacity in service at every second, and is never resized', () => {
      expect(lowest(result, name)).toBe(instances);
      const sizes = ({ MinSize, MaxSize, DesiredCapacity }: Record<string, number>) => [
        MinSize,
        DesiredCapacity,
        MaxSize,
      ];
      expect(sizes(groupOf(result.estate, name))).toEqual(sizes(groupOf(before, name)));
      for (const { points } of (result.capacity ?? []).filter((one) => one.name === name)) {
        for (const { desired } of points) expect(desired).toBe(instances);
      }
    });
  },
);

describe('a month', () => {
  it('changes nothing but versions, refreshes and the state of container instances', () => {
    const actions = new Set(changes(result).map(({ action }) => action));
    expect(actions).toEqual(
      new Set([
        'autoscaling:StartInstanceRefresh',
        'ec2:CreateLaunchTemplateVersion',
        'ec2:DeleteLaunchTemplateVersions',
        'ec2:ModifyLaunchTemplate',
        'ecs:UpdateContainerInstancesState',
      ]),
    );
  });

  it('leaves the templates with the good version as the default, and the one before it', () => {
    for (const [template, group, versions] of [
      ['web', 'web', [1, 2, 3, 4]],
      ['batch', 'batch', [1, 2]],
      ['batch-memory', 'batch', [1, 2]],
      ['bastion', 'bastion', [1, 2]],
      ['apps', 'apps', [1, 2]],
    ] as const) {
      const { numbers, default: standing, dataOf } = templateOf(result.estate, template);
      expect([template, numbers, dataOf(standing).ImageId]).toEqual([
        template,
        versions,
        groups[group].good,
      ]);
    }
  });

  it('keeps every service of the cluster above its bound, and lets the standalone task end by itself', () => {
    // All of twelve, and half of eight: as their deployments have it.
    expect(lowest(result, 'apps/api')).toBe(12);
    expect(lowest(result, 'apps/worker')).toBeGreaterThanOrEqual(4);
    const [refresh] = refreshesOf('apps', groups.apps.good);
    expect(Date.parse(refresh?.startedAt ?? '')).toBeGreaterThan(
      Date.parse('2026-01-30T06:12:00Z'),
    );
    const services: { runningCount: number }[] = result.estate.ecs.services;
    expect(services.map(({ runningCount }) => runningCount)).toEqual([12, 8]);
    const states: { status: string }[] = result.estate.ecs.containerInstances;
    expect(states.filter(({ status }) => status === 'DRAINING')).toEqual([]);
  });

  it('sends a message for each of the four runs that did something, and none on other days', () => {
    expect(messages(result).map(({ at, subject }) => [at.slice(0, 10), subject])).toEqual([
      ['2026-01-31', 'ami-rollout: 3 updated'],
      // The cluster's tasks have their time to move.
      ['2026-01-31', 'ami-rollout: 1 updated'],
      ['2026-02-11', 'Attention: ami-rollout: 3 blocked'],
      ['2026-02-11', 'Attention: ami-rollout: 1 blocked'],
    ]);
  });

  it('opens one OpsItem for what was rolled back in four groups by two runs, when the first was reported', () => {
    const opsItems: Record<string, string>[] = result.estate.ssm.opsItems;
    const [first] = messages(result).filter(({ subject }) => subject.startsWith('Attention'));
    expect(opsItems).toMatchObject([
      {
        Title: "CloudWatch alarm - 'evergreen-dev-ops-alarms-ami-rollout' is in ALARM state",
        Severity: '3',
        Category: 'Security',
        Status: 'Open',
      },
    ]);
    const wait = Date.parse(opsItems[0]?.CreatedTime ?? '') - Date.parse(first?.at ?? '');
    expect(Math.abs(wait)).toBeLessThan(120_000);
  });

  it('holds every invariant', () => {
    expect(broken(result)).toEqual([]);
    expect(result.ok).toBe(true);
  });
});
