import { createHandler } from '../../../functions/ami/vet-clusters';
import type { Json } from '../../../rehearsal/services/service';
import { fleetOf, group, settingsOf, surveyGroups, NEW, RUN, template } from './support';
import { readImages } from '../../../functions/ami/images';
import { readRunLog } from '../../../functions/foundation/run-log';

const settings = settingsOf({ web: { ecs: { cluster: 'apps' } } });

/** The group `web` of two instances, whose cluster `apps` has these services. */
function clusterOf(services: readonly Json[], managedDraining = 'ENABLED') {
  return fleetOf({
    groups: [group('web')],
    templates: [template('web')],
    ecs: {
      clusters: [{ clusterName: 'apps', capacityProviders: ['nodes'] }],
      capacityProviders: [
        {
          name: 'nodes',
          autoScalingGroupProvider: { autoScalingGroupArn: 'web', managedDraining },
        },
      ],
      taskDefinitions: [{ family: 'api', revision: 1, cpu: '256', memory: '512' }],
      services: services.map((service) => ({
        serviceName: 'api',
        clusterArn: 'apps',
        taskDefinition: 'api:1',
        ...service,
      })),
    },
  });
}

function replicas(desiredCount: number, minimumHealthyPercent: number, maximumPercent: number) {
  return {
    desiredCount,
    deploymentConfiguration: { minimumHealthyPercent, maximumPercent },
  };
}

async function warningsOf({ dependencies }: ReturnType<typeof clusterOf>): Promise<string[]> {
  const { groups } = await createHandler(dependencies)({ groups: ['web'], settings });
  return groups.flatMap(({ warnings }) => warnings);
}

/** Whether tasks are still on an instance hours after it was drained, though another one has room. */
async function isStuck({ account }: ReturnType<typeof clusterOf>): Promise<boolean> {
  const { ecs } = account;
  const describe = async () => {
    const { containerInstanceArns } = await ecs.listContainerInstances({ cluster: 'apps' });
    const answer = await ecs.describeContainerInstances({
      cluster: 'apps',
      containerInstances: containerInstanceArns,
    });
    return answer.containerInstances as Json[];
  };
  account.advance(0.5);
  const { containerInstanceArn } = (await describe()).find((one) => one.runningTasksCount > 0);
  await ecs.updateContainerInstancesState({
    cluster: 'apps',
    containerInstances: [containerInstanceArn],
    status: 'DRAINING',
  });
  account.advance(6);
  const drained = (await describe()).find((one) => one.status === 'DRAINING');
  return drained.runningTasksCount > 0;
}

describe('vetting clusters', () => {
  it.each<[number, number, number, boolean]>([
    [4, 100, 100, true],
    [1, 50, 150, true],
    [3, 67, 133, true],
    [1, 100, 199, true],
    [1, 100, 200, false],
    [1, 0, 100, false],
    [4, 75, 100, false],
    [4, 100, 125, false],
  ])(
    'warns of %i tasks with %i to %i %% where they never leave a drained instance, and only there',
    async (desired, least, most, stuck) => {
      const fleet = clusterOf([replicas(desired, least, most)]);
      const warnings = await warningsOf(fleet);
      expect(await isStuck(fleet)).toBe(stuck);
      expect(warnings).toEqual(
        stuck
          ? [
              `the service api never leaves an instance that is drained: of its ${desired} tasks ${least} % must stay and ${most} % may be there, so ECS can neither stop nor start one; lower minimumHealthyPercent or raise maximumPercent`,
            ]
          : [],
      );
    },
  );

  it('does not mind daemons, services without tasks, and those of Fargate', async () => {
    const stuck = replicas(2, 100, 100);
    const account = clusterOf([{ ...stuck, desiredCount: 0 }]);
    expect(await warningsOf(account)).toEqual([]);
    for (const members of [
      { schedulingStrategy: 'DAEMON' },
      { launchType: 'FARGATE' },
      { capacityProviderStrategy: [{ capacityProvider: 'FARGATE_SPOT' }] },
    ]) {
      const { dependencies } = account;
      const { ecs } = dependencies;
      const others = {
        describeCapacityProviders: ecs.describeCapacityProviders,
        describeClusters: ecs.describeClusters,
        listServices: ecs.listServices,
        describeServices: async () => ({ services: [{ ...stuck, ...members }] }),
      };
      expect(
        await warningsOf({ ...account, dependencies: { ...dependencies, ecs: others } }),
      ).toEqual([]);
    }
  });

  it('looks at every service of a large cluster', async () => {
    const services = Array.from({ length: 23 }, (_, index) => ({
      ...replicas(1, 100, 100),
      serviceName: `api-${index}`,
    }));
    expect(await warningsOf(clusterOf(services))).toHaveLength(23);
  });

  it('tells people before anything is begun: what is refused, and what would stall', async () => {
    const plan = async (fleet: ReturnType<typeof clusterOf>) => {
      const image = (await readImages(fleet.account.ec2, [NEW])).get(NEW)!;
      const { facts } = await surveyGroups(fleet.dependencies, {
        mode: 'plan',
        image,
        waves: [{ groups: ['web'], soakMinutes: 0, alarms: [], approval: false }],
        force: false,
        notify: true,
        tooYoung: '',
        reason: '',
        settings,
      });
      const { leftOut } = await readRunLog(fleet.ledger, RUN);
      const [line] = leftOut;
      const warnings = facts.filter(({ name }) => name === 'Warning for web');
      return [line?.outcome, line?.reason, warnings.length];
    };
    expect(await plan(clusterOf([replicas(2, 100, 100)]))).toEqual([
      'planned',
      `to be moved to ${NEW}: a new version after web version 1; 2 of 2 instances to be replaced`,
      1,
    ]);
    expect(await plan(clusterOf([replicas(2, 100, 100)], 'DISABLED'))).toEqual([
      'failed',
      expect.stringMatching(/^refused: nothing holds its instances while they drain/),
      0,
    ]);
  });
});
