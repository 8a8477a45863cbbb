import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { finalState } from '../../rehearsal/sweep/final-state';
import { amis, at, configOf, estateOf, published } from '../support/groups-of-estates';
import {
  broken,
  changes,
  groupOf,
  lowest,
  messages,
  running,
  templateOf,
  told,
} from '../support/rollouts-of-results';
import { rehearseScenarios, type ScenarioInput } from '../support/scenarios';

const config = configOf({ web: { strategy: 'scheduledActions', scaleOutMinutes: 30 } });
const zones = ['eu-west-1a', 'eu-west-1b'];

/** A group of four, with an AMI that comes out on the first day. It is doubled at a minute past three. */
const estate = (ami: string, group: Json = {}, events: readonly Json[] = [], more: Json = {}) =>
  estateOf({ web: { group } }, { ...more, events: [published(ami, at(0, 1)), ...events] });
const scaled = (desired: number, time: string) => ({
  at: time,
  type: 'autoscaling.desiredCapacityChanged',
  group: 'web',
  desired,
});

/** All four in one zone, as a group is after an outage of the other. */
const lopsided = ['1', '2', '3', '4'].map((number) => `i-${number.padStart(17, '0')}`);
const inOneZone = estate(
  amis.good,
  {
    Instances: lopsided.map((InstanceId) => ({
      InstanceId,
      InstanceType: 'm6i.large',
      AvailabilityZone: zones[0],
      LifecycleState: 'InService',
      HealthStatus: 'Healthy',
      ProtectedFromScaleIn: false,
      LaunchTemplate: {
        LaunchTemplateId: 'lt-00000000000776562',
        LaunchTemplateName: 'web',
        Version: '1',
      },
    })),
  },
  [],
);
inOneZone.ec2.instances = lopsided.map((InstanceId) => ({
  InstanceId,
  ImageId: amis.current,
  InstanceType: 'm6i.large',
  LaunchTime: '2026-01-20T00:00:00Z',
  Placement: { AvailabilityZone: zones[0] },
  State: { Code: 16, Name: 'running' },
}));

const scenarios = {
  good: { estate: estate(amis.good), days: 2, config },
  bad: { estate: estate(amis.bad), days: 2, config },
  inOneZone: { estate: inOneZone, days: 1, config },
  // While the first scheduled action is still to come, and while the new instances boot.
  scaledOutEarly: {
    estate: estate(amis.good, { MaxSize: 12 }, [scaled(6, '2026-02-01T03:00:40Z')]),
    days: 1,
    config,
  },
  scaledOut: {
    estate: estate(amis.good, { MaxSize: 12 }, [scaled(11, at(0, 3, 2))]),
    days: 1,
    config,
  },
  scaledOutOfBad: {
    estate: estate(amis.bad, { MaxSize: 12 }, [scaled(11, at(0, 3, 2))]),
    days: 1,
    config,
  },
  // Twice the instances look idle.
  scaledIn: { estate: estate(amis.good, {}, [scaled(5, at(0, 3, 3))]), days: 1, config },
  tooSmall: { estate: estate(amis.good, { MaxSize: 7 }), days: 1, config },
  newestFirst: {
    estate: estate(amis.good, { TerminationPolicies: ['NewestInstance'] }),
    days: 1,
    config,
  },
  warmPool: {
    estate: estate(amis.good, { WarmPoolConfiguration: { MinSize: 1 } }),
    days: 1,
    config,
  },
  protecting: {
    estate: estate(amis.good, { NewInstancesProtectedFromScaleIn: true }),
    days: 1,
    config,
  },
  mixed: {
    estate: estate(amis.good, {
      LaunchTemplate: undefined,
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '1' },
          Overrides: [{ InstanceType: 'm6i.large' }, { InstanceType: 'm6a.large' }],
        },
      },
    }),
    days: 1,
    config,
  },
} satisfies Record<string, ScenarioInput>;

type Name = keyof typeof scenarios;
let results: Record<Name, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<Name>(scenarios);
}, 900_000);

const sizes = ({ estate }: RehearsalResult) => {
  const { MinSize, DesiredCapacity, MaxSize } = groupOf(estate, 'web');
  return [MinSize, DesiredCapacity, MaxSize];
};
const protectedOnes = ({ estate }: RehearsalResult) =>
  groupOf(estate, 'web').Instances.filter((one: Json) => one.ProtectedFromScaleIn === true);
const identities = (given: Json) =>
  groupOf(given, 'web')
    .Instances.map(({ InstanceId }: Json) => InstanceId)
    .sort();

test.each(Object.keys(scenarios) as Name[])(
  '%s: no invariant is broken, every run succeeds, nothing stays protected or planned',
  (name) => {
    const result = results[name];
    expect(broken(result)).toEqual([]);
    expect(result.executions.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
    expect(result.iam.denied).toEqual([]);
    // One group protects its instances by itself.
    expect(protectedOnes(result)).toHaveLength(name === 'protecting' ? 4 : 0);
    expect(groupOf(result.estate, 'web').ScheduledActions ?? []).toEqual([]);
    expect(lowest(result, 'web')).toBe(4);
  },
);

describe('a group that is moved by scheduled actions', () => {
  test('has twice its instances for a while, and then all run the AMI', () => {
    const { good } = results;
    expect(running(good.estate, 'web')).toEqual(Array(4).fill(amis.good));
    expect(sizes(good)).toEqual([1, 4, 8]);
    const [{ points }] = good.capacity as unknown as [
      { points: { desired: number; running: number }[] },
    ];
    expect(points.map(({ desired }) => desired)).toContain(8);
    expect(Math.max(...points.map((point) => point.running))).toBe(8);
    expect(templateOf(good.estate, 'web')).toMatchObject({ numbers: [1, 2], default: 2 });
    expect(told(good)).toEqual([{ web: expect.stringMatching(/^updated: runs ami-\w+3 /) }]);
  });

  test('is changed by few calls, none of which writes a minimum or a maximum', () => {
    const actions = changes(results.good).map(({ action }) => action.split(':')[1]);
    expect(actions).toEqual([
      'CreateLaunchTemplateVersion',
      'UpdateAutoScalingGroup',
      'PutScheduledUpdateGroupAction',
      'SetInstanceProtection',
      'PutScheduledUpdateGroupAction',
      'SetInstanceProtection',
      'ModifyLaunchTemplate',
    ]);
  });

  test('loses no new instance where the zones are out of balance', () => {
    const { inOneZone: result } = results;
    expect(running(result.estate, 'web')).toEqual(Array(4).fill(amis.good));
    // Policies alone would take two of the new ones, and leave two old.
    expect(changes(result)).toHaveLength(7);
  });

  test('keeps the very instances that it had where the AMI is bad', () => {
    const { bad } = results;
    expect(running(bad.estate, 'web')).toEqual(Array(4).fill(amis.current));
    expect(identities(bad.estate)).toEqual(identities(results.tooSmall.estate));
    expect(sizes(bad)).toEqual([1, 4, 8]);
    expect(templateOf(bad.estate, 'web')).toMatchObject({ numbers: [1], default: 1 });
  });

  test('says what AWS says of a bad AMI, once, and leaves it alone from then on', () => {
    const { bad } = results;
    expect(told(bad)[0]?.['web']).toMatch(
      /^blocked: ami-\w+4: only 0 of 4 new instances are in service and healthy after 30 minutes\. AWS says: .*status checks failure/,
    );
    expect(messages(bad)).toHaveLength(1);
    expect(changes(bad).filter(({ at: time }) => time > at(1, 0))).toEqual([]);
  });
});

describe('what others do with its capacity meanwhile', () => {
  test('stays where they scaled it out, however the rollout ends', () => {
    for (const name of ['scaledOutEarly', 'scaledOut', 'scaledOutOfBad'] as const) {
      const desired = name === 'scaledOutEarly' ? 6 : 7;
      expect([name, ...sizes(results[name])]).toEqual([name, 1, desired, 12]);
    }
    expect(running(results.scaledOutEarly.estate, 'web')).toEqual(Array(6).fill(amis.good));
    expect(running(results.scaledOut.estate, 'web')).toEqual(Array(7).fill(amis.good));
  });

  test('counts as taken back where they scaled in what we had added', () => {
    expect(sizes(results.scaledIn)).toEqual([1, 4, 8]);
    expect(running(results.scaledIn.estate, 'web')).toEqual(Array(4).fill(amis.good));
  });
});

describe('a group that cannot be moved so', () => {
  test.each<[Name, RegExp]>([
    ['tooSmall', /its maximum size 7 has no room for 8 instances$/],
    ['newestFirst', /its first termination policy is NewestInstance: /],
    ['warmPool', /it has a warm pool: /],
    ['protecting', /it protects new instances from scale-in: /],
    ['mixed', /it has no launch template of its own: /],
  ])('%s: is refused before anything has changed, with the reason', (name, reason) => {
    expect(told(results[name])[0]?.['web']).toMatch(/^failed: refused: /);
    expect(told(results[name])[0]?.['web']).toMatch(reason);
    expect(changes(results[name])).toEqual([]);
  });
});

describe('a run that is killed after any change or note of its own', () => {
  const kills = async (name: 'good' | 'bad', restartAfterSeconds?: number) => {
    const steps = ['begin-scaling', 'arrange-group', 'change-capacity', 'await-instances'];
    const faults = steps.flatMap((step) => {
      const calls = results[name].calls.filter(
        ({ principal, action }) =>
          principal.includes(step) && !/:(Describe|Get)|^logs:/.test(action),
      );
      expect([step, calls.length > 0]).toEqual([step, true]);
      return calls.map(({ action }, index) => ({
        kind: 'killExecution',
        at: {
          operation: action,
          caller: `*${step}*`,
          occurrence: calls.slice(0, index + 1).filter((one) => one.action === action).length,
        },
        ...(restartAfterSeconds === undefined ? {} : { restartAfterSeconds }),
      }));
    });
    const names = faults.map((fault) => JSON.stringify(fault.at));
    const killed = await rehearseScenarios(
      Object.fromEntries(
        faults.map((fault, index) => [names[index]!, { ...scenarios[name], faults: [fault] }]),
      ),
    );
    const expected = finalState(scenarios[name].estate, results[name].estate);
    for (const fault of names) {
      const result = killed[fault]!;
      expect([fault, broken(result)]).toEqual([fault, []]);
      expect([fault, result.executions.some(({ status }) => status === 'ABORTED')]).toEqual([
        fault,
        true,
      ]);
      expect([fault, finalState(scenarios[name].estate, result.estate)]).toEqual([fault, expected]);
      expect([fault, protectedOnes(result), lowest(result, 'web')]).toEqual([fault, [], 4]);
    }
    return names.length;
  };

  test.each([['good'], ['bad']] as const)(
    'ends as if it had not been, on the next day: %s',
    async (name) => {
      expect(await kills(name)).toBeGreaterThan(15);
    },
    900_000,
  );

  test('ends as if it had not been where it is started again', async () => {
    expect(await kills('good', 600)).toBeGreaterThan(15);
  }, 900_000);
});
