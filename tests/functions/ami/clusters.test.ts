import {
  toSettings,
  type EcsArgs,
  type GroupArgs,
} from '../../../components/ami/ami-rollout/arguments';
import {
  createHandler as createReady,
  type ReadyEvent,
} from '../../../functions/ami/ready-cluster';
import type { GroupSettings } from '../../../functions/ami/settings';
import { createHandler as createTend } from '../../../functions/ami/tend-cluster';
import { writeRow } from '../../../functions/foundation/ledger-rows';
import type { Json } from '../../../rehearsal/services/service';
import { BAD, fleetOf, group, NEW, START, template } from './support';

interface ClusterOptions {
  readonly instances?: number;
  /** Members of the capacity provider; `null`: none. */
  readonly provider?: Json;
  readonly group?: Json;
  readonly services?: readonly Json[];
  readonly tasks?: readonly Json[];
  readonly settings?: Partial<EcsArgs>;
  /** Of the group. */
  readonly refresh?: GroupArgs;
}

/** The group `web`, whose instances are those of the cluster `apps`. */
function clusterOf(options: ClusterOptions = {}) {
  const { instances = 2, provider = { managedDraining: 'ENABLED' }, services, tasks } = options;
  const fleet = fleetOf({
    groups: [group('web', { DesiredCapacity: instances, ...options.group })],
    templates: [template('web')],
    ecs: {
      clusters: [
        { clusterName: 'apps', capacityProviders: provider === null ? [] : ['nodes', 'FARGATE'] },
      ],
      capacityProviders:
        provider === null
          ? []
          : [
              {
                name: 'nodes',
                autoScalingGroupProvider: { autoScalingGroupArn: 'web', ...provider },
              },
            ],
      taskDefinitions: [
        { family: 'api', revision: 1, cpu: '256', memory: '512' },
        { family: 'report', revision: 1, cpu: '256', memory: '512' },
      ],
      services: services ?? [
        {
          serviceName: 'api',
          clusterArn: 'apps',
          taskDefinition: 'api:1',
          desiredCount: instances,
          deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 200 },
        },
      ],
      tasks: tasks ?? [],
    },
  });
  const web: GroupArgs = { ecs: { cluster: 'apps', ...options.settings }, ...options.refresh };
  const settings = toSettings({ ledger: undefined as never, groups: { web } }).groups[
    'web'
  ] as GroupSettings & { readonly ecs: NonNullable<GroupSettings['ecs']> };
  const ready = (event: Partial<ReadyEvent> = {}) =>
    createReady(fleet.dependencies)({
      group: 'web',
      ami: NEW,
      ecs: settings.ecs,
      waitingSince: '',
      ...event,
    });
  const tend = (phase: 'drain' | 'release' = 'drain', ami = NEW) =>
    createTend(fleet.dependencies)({ group: 'web', ami, ecs: settings.ecs, phase });
  /** Status of the container instances that run an AMI, by number of each. */
  const states = async (ofNew: boolean) => {
    const { ec2, ecs: client } = fleet.account;
    const { containerInstanceArns } = await client.listContainerInstances({ cluster: 'apps' });
    const { containerInstances } = await client.describeContainerInstances({
      cluster: 'apps',
      containerInstances: containerInstanceArns,
    });
    const counts: Record<string, number> = {};
    for (const { ec2InstanceId, status } of containerInstances) {
      const found = await ec2.describeInstances({ InstanceIds: [ec2InstanceId] });
      const isOld = found.Reservations[0].Instances[0].ImageId !== NEW;
      if (isOld !== ofNew) counts[status] = (counts[status] ?? 0) + 1;
    }
    return counts;
  };
  return { fleet, settings, ready, tend, states };
}

/** A task that belongs to no service. */
const standalone = (members: Json = {}) => ({
  clusterArn: 'apps',
  taskDefinitionArn: 'report:1',
  startedBy: 'somebody',
  ...members,
});

const unheld =
  'refused: nothing holds its instances while they drain: set managedDraining of its capacity provider to ENABLED, or give web a lifecycle hook for terminating instances';

describe('looking whether a cluster is ready', () => {
  it('lets the group go where managed draining holds its instances', async () => {
    expect(await clusterOf().ready()).toEqual({
      decision: 'ready',
      reason: '',
      waitingSince: START,
      waitSeconds: 60,
    });
  });

  it.each<[string, Json]>([
    ['no capacity provider', null],
    ['a capacity provider without managed draining', { managedDraining: 'DISABLED' }],
  ])('refuses a group with %s, unless a hook of its own holds it', async (_, provider) => {
    expect(await clusterOf({ provider }).ready()).toMatchObject({
      decision: 'refuse',
      reason: unheld,
    });
    const LifecycleHooks = (transition: string) => [
      {
        LifecycleHookName: 'drain',
        LifecycleTransition: `autoscaling:EC2_INSTANCE_${transition}`,
        HeartbeatTimeout: 900,
        DefaultResult: 'CONTINUE',
      },
    ];
    const launching = { LifecycleHooks: LifecycleHooks('LAUNCHING') };
    expect((await clusterOf({ provider, group: launching }).ready()).decision).toBe('refuse');
    const terminating = { LifecycleHooks: LifecycleHooks('TERMINATING') };
    expect((await clusterOf({ provider, group: terminating }).ready()).decision).toBe('ready');
  });

  it('refuses a cluster that is not there', async () => {
    const { ready, settings } = clusterOf();
    const ecs = { ...settings.ecs, cluster: 'gone' };
    expect(await ready({ ecs })).toMatchObject({
      decision: 'refuse',
      reason: 'refused: there is no ECS cluster gone',
    });
  });

  it('waits for standalone tasks on old instances, and names them', async () => {
    const { ready } = clusterOf({ tasks: [standalone()] });
    const waiting = await ready();
    expect(waiting).toMatchObject({ decision: 'wait', waitingSince: START, waitSeconds: 60 });
    expect(waiting.reason).toMatch(
      /^standalone tasks run on its old instances: family:report \([0-9a-f]+\)$/,
    );
  });

  it('names five of them at most', async () => {
    const { ready } = clusterOf({ tasks: Array.from({ length: 7 }, () => standalone()) });
    expect((await ready()).reason).toMatch(/(family:report \([0-9a-f]+\), ){4}.* and 2 others$/);
  });

  it('looks less often the longer it waits, and leaves the group to the next run in the end', async () => {
    const { fleet, ready } = clusterOf({
      tasks: [standalone()],
      settings: { standaloneTaskHours: 5 },
    });
    const waits: number[] = [];
    for (const hours of [0, 0.5, 4]) {
      fleet.account.advance(hours);
      waits.push((await ready({ waitingSince: START })).waitSeconds);
    }
    expect(waits).toEqual([60, 180, 900]);
    fleet.account.advance(0.5);
    const { decision, reason } = await ready({ waitingSince: START });
    expect(decision).toBe('postpone');
    expect(reason).toMatch(/; it waited 5 hours$/);
  });

  it('does not wait where the settings say so', async () => {
    const { ready } = clusterOf({ tasks: [standalone()], settings: { standaloneTasks: 'refuse' } });
    expect((await ready()).decision).toBe('postpone');
  });

  it('goes on when they have stopped', async () => {
    const stoppedAt = '2026-02-01T13:00:00.000Z';
    const { fleet, ready } = clusterOf({ tasks: [standalone({ stoppedAt })] });
    expect((await ready()).decision).toBe('wait');
    fleet.account.advance(2);
    expect((await ready()).decision).toBe('ready');
  });

  it('does not mind standalone tasks on instances that run the AMI already', async () => {
    const { fleet, ready, settings } = clusterOf({ tasks: [] });
    await fleet.deploy(NEW, { settings });
    fleet.account.advance(2);
    const { containerInstanceArns } = await fleet.account.ecs.listContainerInstances({
      cluster: 'apps',
    });
    const listTasks = async () => ({ taskArns: ['arn:task'] });
    const describeTasks = async () => ({ tasks: [{ group: 'family:report' }] });
    const { ecs } = fleet.account;
    const busy = {
      describeCapacityProviders: ecs.describeCapacityProviders,
      describeClusters: ecs.describeClusters,
      describeContainerInstances: ecs.describeContainerInstances,
      listContainerInstances: ecs.listContainerInstances,
      listTasks,
      describeTasks,
    };
    const look = (ami: string) =>
      createReady({ ...fleet.dependencies, ecs: busy } as never)({
        group: 'web',
        ami,
        ecs: settings.ecs,
        waitingSince: '',
      });
    expect(containerInstanceArns).toHaveLength(2);
    expect((await look(NEW)).decision).toBe('ready');
    expect((await look(BAD)).decision).toBe('wait');
    await ready();
  });
});

describe('tending a cluster', () => {
  /** A service that may lose no task and start no further one. */
  const stuck = {
    serviceName: 'api',
    clusterArn: 'apps',
    taskDefinition: 'api:1',
    desiredCount: 2,
    deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 },
  };

  /** The refresh has begun; so many minutes have passed. */
  async function begin(minutes: number, options: ClusterOptions = {}, ami = NEW) {
    const cluster = clusterOf(options);
    await cluster.fleet.deploy(ami, { settings: cluster.settings });
    cluster.fleet.account.advance(minutes / 60);
    return cluster;
  }

  it('waits for the new instances before it drains anything', async () => {
    const { tend, states } = await begin(0.5);
    expect(await tend()).toEqual({ decision: 'going', reason: 'waits for the new instances' });
    expect(await states(false)).toEqual({ ACTIVE: 2 });
  });

  it('drains all old instances at the same time when the new ones are there, and no new one', async () => {
    const { tend, states } = await begin(3);
    expect(await tend()).toEqual({
      decision: 'going',
      reason: '2 old instances are set DRAINING',
    });
    expect(await states(false)).toEqual({ DRAINING: 2 });
    expect(await states(true)).toEqual({ ACTIVE: 2 });
  });

  it('waits for all of them, unless AWS begins with the old ones before', async () => {
    const { tend, states, fleet } = await begin(4, {
      instances: 4,
      refresh: { maxHealthyPercentage: 150 },
    });
    expect(await states(true)).toEqual({ ACTIVE: 2 });
    expect(await tend()).toEqual({ decision: 'going', reason: 'waits for the new instances' });
    expect(await states(false)).toEqual({ ACTIVE: 4 });
    // When the first two have warmed up, AWS terminates two old ones: the others must not take their tasks.
    const leaving = async () =>
      (await fleet.group()).Instances.filter(({ LifecycleState }: Json) =>
        LifecycleState.startsWith('Terminating'),
      );
    for (let minute = 0; minute < 30 && (await leaving()).length === 0; minute += 1) {
      fleet.account.advance(1 / 60);
    }
    expect(await leaving()).toHaveLength(2);
    expect((await tend()).reason).toBe('2 old instances are set DRAINING');
    expect(await states(false)).toEqual({ DRAINING: 4 });
  });

  it('drains more than ten instances, which AWS takes ten at a time', async () => {
    const { tend, states, fleet } = await begin(3, { instances: 12, group: { MaxSize: 40 } });
    await tend();
    expect(await states(false)).toEqual({ DRAINING: 12 });
    const calls = fleet.account.calls.filter((call) => call === 'UpdateContainerInstancesState');
    expect(calls).toHaveLength(2);
  });

  it('says when the tasks have left, and the refresh ends', async () => {
    const { tend, fleet } = await begin(3);
    await tend();
    expect(await tend()).toMatchObject({
      decision: 'going',
      reason: '2 tasks are still on 2 old instances of apps',
    });
    const decisions = new Set<string>();
    while ((await fleet.refresh()).Status === 'InProgress') {
      fleet.account.advance(1 / 360);
      decisions.add((await tend()).decision);
    }
    expect([...decisions]).toEqual(['going', 'drained', 'released']);
    expect((await fleet.refresh()).Status).toBe('Successful');
  });

  it('stalls when tasks do not leave in time', async () => {
    const { tend, fleet } = await begin(3, { services: [stuck], settings: { drainMinutes: 30 } });
    await tend();
    fleet.account.advance(0.49);
    expect((await tend()).decision).toBe('going');
    fleet.account.advance(0.01);
    expect(await tend()).toEqual({
      decision: 'stalled',
      reason: 'draining stalled: 2 tasks are still on 2 old instances of apps after 30 minutes',
    });
  });

  it('makes exactly what it drained active again when the rollout is given up', async () => {
    const { tend, states, fleet } = await begin(3);
    const { ecs } = fleet.account;
    // A person has taken one out of service before.
    const { containerInstanceArns } = await ecs.listContainerInstances({ cluster: 'apps' });
    const described = await ecs.describeContainerInstances({
      cluster: 'apps',
      containerInstances: containerInstanceArns,
    });
    const old = [];
    for (const one of described.containerInstances) {
      const found = await fleet.account.ec2.describeInstances({ InstanceIds: [one.ec2InstanceId] });
      if (found.Reservations[0].Instances[0].ImageId !== NEW) old.push(one.containerInstanceArn);
    }
    await ecs.updateContainerInstancesState({
      cluster: 'apps',
      containerInstances: [old[0]],
      status: 'DRAINING',
    });
    await tend();
    expect(await states(false)).toEqual({ DRAINING: 2 });
    await fleet.account.autoscaling.rollbackInstanceRefresh({ AutoScalingGroupName: 'web' });
    expect(await tend()).toEqual({ decision: 'released', reason: '' });
    expect(await states(false)).toEqual({ ACTIVE: 1, DRAINING: 1 });
    const calls = fleet.account.calls.length;
    expect((await tend('release')).decision).toBe('released');
    expect(fleet.account.calls.slice(calls)).not.toContain('UpdateContainerInstancesState');
  });

  it('leaves alone what is being terminated when the rollout is given up', async () => {
    const { tend, states, fleet } = await begin(4, {
      services: [stuck],
      settings: { drainMinutes: 5 },
    });
    await tend();
    fleet.account.advance(12 / 60);
    const { Instances } = await fleet.group();
    expect(
      Instances.filter(({ LifecycleState }: Json) => LifecycleState === 'Terminating:Wait'),
    ).toHaveLength(2);
    await fleet.account.autoscaling.cancelInstanceRefresh({ AutoScalingGroupName: 'web' });
    expect((await tend('release')).decision).toBe('released');
    expect(await states(false)).toEqual({ DRAINING: 2 });
  });

  it('remembers what it drained before it drains it', async () => {
    const { tend, states, fleet } = await begin(3);
    fleet.account.failNext('UpdateContainerInstancesState', new Error('throttled'));
    await expect(tend()).rejects.toThrow('throttled');
    fleet.account.loseNext('UpdateContainerInstancesState', new Error('socket hang up'));
    await expect(tend()).rejects.toThrow('socket hang up');
    expect(await states(false)).toEqual({ DRAINING: 2 });
    await tend('release');
    expect(await states(false)).toEqual({ ACTIVE: 2 });
  });

  it('does not take what was drained for a group whose name begins alike for its own', async () => {
    const { tend, states, fleet } = clusterOf();
    const { ecs } = fleet.account;
    const { containerInstanceArns } = await ecs.listContainerInstances({ cluster: 'apps' });
    await ecs.updateContainerInstancesState({
      cluster: 'apps',
      containerInstances: containerInstanceArns,
      status: 'DRAINING',
    });
    const row = { arns: containerInstanceArns, since: START };
    await writeRow(fleet.ledger, 'drained#web-2', row, fleet.account.now());
    expect((await tend('release')).decision).toBe('released');
    expect(await states(false)).toEqual({ DRAINING: 2 });
  });

  it('touches nothing before the refresh has anything to do with it', async () => {
    const { tend, states, fleet } = clusterOf();
    expect((await tend()).decision).toBe('released');
    expect((await tend('release')).decision).toBe('released');
    expect(await states(false)).toEqual({ ACTIVE: 2 });
    expect(fleet.account.calls).not.toContain('UpdateItem');
  });
});
