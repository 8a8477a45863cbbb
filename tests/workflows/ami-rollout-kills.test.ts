import {
  amis,
  at,
  clusterOf,
  configOf,
  estateOf,
  parameter,
  published,
} from '../support/groups-of-estates';
import { sweepScenario, type ScenarioInput, type SweptFault } from '../support/scenarios';

/** A plain group and one of a cluster, so that every step of a rollout is there. */
const scenario: ScenarioInput = {
  days: 1,
  estate: estateOf(
    { web: { desired: 2 }, apps: { desired: 2, group: { MaxSize: 8 } } },
    { events: [published(amis.good, at(0, 1))], ecs: clusterOf({ group: 'apps' }) },
  ),
  config: configOf(
    { web: {} },
    { ecsClusters: [{ cluster: 'apps', groups: ['apps'], parameter }] },
  ),
};

let faults: SweptFault[];

beforeAll(async () => {
  faults = await sweepScenario(scenario, ['killExecution']);
}, 1_800_000);

describe('a rollout that is killed after any call that changes something, and in any state', () => {
  test('comes to the same end when it is started again, and breaks no invariant when it is not', () => {
    expect(faults.filter(({ broken }) => broken.length > 0)).toEqual([]);
  });

  test('was killed everywhere: at every step of a group and of the run', () => {
    const names = faults.map(({ name }) => name).join('\n');
    for (const step of [
      'ec2:CreateLaunchTemplateVersion',
      'autoscaling:StartInstanceRefresh',
      'ecs:UpdateContainerInstancesState',
      'ec2:ModifyLaunchTemplate',
      '/ResolveImage',
      '/SurveyGroups',
      '/VetGroups',
      '/VetClusters',
      '/QueueGroups',
      '/OpenWave',
      '/ClaimGroup',
      '/InspectGroup',
      '/ReadyCluster',
      '/EnsureVersion',
      '/MoveTasks',
      '/WaitForRefresh',
      '/WatchRefresh',
      '/WhoWaits',
      '/WakeUp',
      '/ReleaseCluster',
      '/CommitGroup',
      '/Settle',
      '/ReportRun',
      'sns:Publish',
    ]) {
      expect(names).toContain(step);
    }
  });
});
