import { amis, at, configOf, estateOf, published } from '../support/groups-of-estates';
import { sweepScenario, type ScenarioInput, type SweptFault } from '../support/scenarios';

/** An AMI whose instances are never healthy. */
const scenario: ScenarioInput = {
  days: 1,
  estate: estateOf({ web: { desired: 2 } }, { events: [published(amis.bad, at(0, 1))] }),
  config: configOf({ web: {} }),
};

let faults: SweptFault[];

beforeAll(async () => {
  faults = await sweepScenario(scenario, ['killExecution']);
}, 1_800_000);

describe('a rollout that AWS rolls back, killed after any call that changes something, and in any state', () => {
  test('comes to the same end when it is started again, and breaks no invariant when it is not', () => {
    expect(faults.filter(({ broken }) => broken.length > 0)).toEqual([]);
  });

  test('was killed everywhere: also while what it made is cleared away', () => {
    const names = faults.map(({ name }) => name).join('\n');
    for (const step of [
      'autoscaling:StartInstanceRefresh',
      'ec2:DeleteLaunchTemplateVersions',
      '/WatchRefresh',
      '/UndoGroup',
      '/Settle',
      '/ReportRun',
      'sns:Publish',
    ]) {
      expect(names).toContain(step);
    }
  });
});
