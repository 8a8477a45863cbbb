import {
  BAD_IMAGE,
  Cluster,
  ec2Id,
  estateOf,
  GROUP,
  instanceArn,
  NEW_IMAGE,
  standalone,
  taskArn,
} from './support';

const QUICK = {
  ec2: { bootInstance: { seconds: 40 } },
  ecs: { registerInstance: { seconds: 20 }, startTask: { seconds: 10 } },
};

describe('an instance that is launched into the group of a cluster', () => {
  it('registers once it runs and its agent is up, with the image it was launched from', () => {
    const cluster = new Cluster(estateOf({ instances: 1, provider: {}, durations: QUICK }));
    cluster.pass(1);
    const id = cluster.launch(NEW_IMAGE);
    cluster.pass(59);
    expect(cluster.nodes()).toHaveLength(1);
    cluster.pass(1);
    expect(cluster.nodes().find(({ ec2InstanceId }) => ec2InstanceId === id)).toMatchObject({
      status: 'ACTIVE',
      agentConnected: true,
      capacityProviderName: 'nodes',
      registeredAt: new Date('2026-02-01T12:01:01.000Z'),
      runningTasksCount: 0,
      registeredResources: [
        { name: 'CPU', integerValue: 2048 },
        { name: 'MEMORY', integerValue: 7680 },
      ],
      attributes: expect.arrayContaining([
        { name: 'ecs.ami-id', value: NEW_IMAGE },
        { name: 'ecs.availability-zone', value: 'eu-west-1b' },
      ]),
    });
    expect(cluster.isSettled).toBe(true);
  });

  it.each([
    ['that has the capacity provider of the group', { provider: {} }, {}],
    ['that names the group', {}, { autoScalingGroups: [GROUP] }],
  ])('registers in the cluster %s, though it is the first', (_, options, members) => {
    const estate = estateOf({ instances: 0, ...options });
    Object.assign(estate.ecs.clusters[0], members);
    const cluster = new Cluster(estate);
    cluster.launch(NEW_IMAGE);
    cluster.pass(200);
    expect(cluster.nodes()).toHaveLength(1);
    expect(cluster.nodes()[0].registeredResources).toMatchObject([
      { integerValue: 2048 },
      { integerValue: 7782 },
    ]);
  });

  it('registers nowhere where nothing connects the group with a cluster', () => {
    const cluster = new Cluster(estateOf({ instances: 0 }));
    cluster.launch(NEW_IMAGE);
    cluster.pass(200);
    expect(() => cluster.nodes()).toThrow();
    expect(cluster.call('ListContainerInstances').containerInstanceArns).toEqual([]);
    expect(cluster.isSettled).toBe(true);
  });

  it('never registers where its status checks will fail', () => {
    const cluster = new Cluster(estateOf({ instances: 1, provider: {} }));
    cluster.launch(BAD_IMAGE);
    cluster.pass(24 * 3600);
    expect(cluster.nodes()).toHaveLength(1);
    expect(cluster.isSettled).toBe(true);
  });

  it.each([
    ['before it runs', 20],
    ['before its agent is up', 50],
  ])('never registers where it is terminated %s, though it is in its group still', (_, seconds) => {
    const services = [{ name: 'logs', on: [0], members: { schedulingStrategy: 'DAEMON' } }];
    const cluster = new Cluster(
      estateOf({ instances: 1, provider: {}, durations: QUICK, services }),
    );
    const id = cluster.launch(NEW_IMAGE);
    cluster.pass(seconds);
    cluster.terminateOnly(id);
    cluster.pass(600);
    expect(cluster.tasksOf('logs', 'STOPPED')).toEqual([]);
    expect(cluster.nodes()).toHaveLength(1);
    expect(cluster.isSettled).toBe(true);
  });

  it('gets a task of every daemon, and what there was no room for', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 1,
        services: [
          { name: 'web', desired: 2, on: [0], cpu: 1100 },
          { name: 'logs', on: [0], members: { schedulingStrategy: 'DAEMON' } },
        ],
        durations: QUICK,
      }),
    );
    cluster.pass(10);
    expect(cluster.service('web')).toMatchObject({ runningCount: 1, desiredCount: 2 });
    cluster.launch(NEW_IMAGE);
    cluster.pass(70);
    expect(cluster.service('web')).toMatchObject({ runningCount: 2 });
    expect(cluster.service('logs')).toMatchObject({ runningCount: 2, desiredCount: 2 });
  });
});

describe('a container instance whose instance is terminated undrained', () => {
  const cluster = new Cluster(
    estateOf({
      instances: 2,
      services: [{ name: 'web', on: [0, 0, 1] }],
      durations: QUICK,
    }),
  );
  cluster.pass(1);
  cluster.terminate(ec2Id(0));
  cluster.pass(0);

  it('loses its tasks at once, and the service falls below its minimum', () => {
    expect(cluster.lowest('web')).toBe(1);
    const stopped = cluster.tasksOf('web', 'STOPPED');
    expect(stopped.map(({ taskArn: arn }) => arn)).toEqual([taskArn('web0'), taskArn('web1')]);
    expect(stopped[0]).toMatchObject({
      lastStatus: 'STOPPED',
      stopCode: 'TerminationNotice',
      stoppedReason: `Host EC2 (instance ${ec2Id(0)}) terminated.`,
    });
  });

  it('is INACTIVE: not listed, but described for an hour', () => {
    expect(cluster.nodes()).toHaveLength(1);
    expect(cluster.node(0)).toMatchObject({ status: 'INACTIVE', agentConnected: false });
  });

  it('is replaced in its service as soon as tasks start elsewhere', () => {
    cluster.pass(10);
    expect(cluster.service('web')).toMatchObject({ runningCount: 3 });
    expect(cluster.placesOf('web')).toEqual(['node1', 'node1', 'node1']);
  });

  it('cannot be drained any more', () => {
    const update = { containerInstances: [instanceArn(0)], status: 'DRAINING' };
    expect(cluster.call('UpdateContainerInstancesState', update)).toEqual({
      containerInstances: [],
      failures: [{ arn: instanceArn(0), reason: 'INACTIVE' }],
    });
  });

  it('is unknown after an hour, as are its tasks', () => {
    cluster.pass(3600);
    expect(cluster.call('DescribeContainerInstances', { containerInstances: ['node0'] })).toEqual({
      containerInstances: [],
      failures: [{ arn: instanceArn(0), reason: 'MISSING' }],
    });
    expect(cluster.tasksOf('web', 'STOPPED')).toEqual([]);
    expect(cluster.call('DescribeTasks', { tasks: [taskArn('web0')] }).failures).toEqual([
      { arn: taskArn('web0'), reason: 'MISSING' },
    ]);
  });

  it('is no longer kept once anything else happens', () => {
    expect(cluster.saved).toContain(instanceArn(0));
    cluster.drain(1);
    cluster.pass(1);
    expect(cluster.saved).not.toContain(instanceArn(0));
  });
});

describe('where a task of a service is placed', () => {
  const placed = (options: Parameters<typeof estateOf>[0]) => {
    const cluster = new Cluster(estateOf(options));
    cluster.pass(100);
    return cluster;
  };

  it('by zone and then by instance, unless the service says otherwise', () => {
    const cluster = placed({ instances: 12, services: [{ name: 'web', desired: 12 }] });
    expect(new Set(cluster.placesOf('web')).size).toBe(12);
  });

  it('in the zone with the fewest tasks of the service, on whichever instance', () => {
    // node0 and node3 are in one zone, node1 in another, which has no task yet.
    const cluster = placed({
      instances: 4,
      services: [{ name: 'web', desired: 2, on: [0] }],
      ecs: {},
    });
    expect(cluster.placesOf('web')).toEqual(expect.arrayContaining(['node0']));
    expect(cluster.placesOf('web')).not.toContain('node3');
  });

  it('with binpack where least is left', () => {
    const cluster = placed({
      instances: 3,
      services: [
        { name: 'other', on: [1] },
        {
          name: 'web',
          desired: 3,
          members: { placementStrategy: [{ type: 'binpack', field: 'memory' }] },
        },
      ],
    });
    expect(cluster.placesOf('web')).toEqual(['node1', 'node1', 'node1']);
  });

  it('with distinctInstance never where one is already', () => {
    const cluster = placed({
      instances: 2,
      services: [
        {
          name: 'web',
          desired: 3,
          members: { placementConstraints: [{ type: 'distinctInstance' }] },
        },
      ],
    });
    expect(cluster.placesOf('web')).toEqual(['node0', 'node1']);
    expect(cluster.service('web').events[0].message).toContain('unable to place a task');
  });

  it('never beyond the CPU, nor the memory, of an instance', () => {
    const byCpu = placed({ instances: 1, services: [{ name: 'web', desired: 9 }] });
    expect(byCpu.service('web').runningCount).toBe(8);
    expect(byCpu.node(0).remainingResources).toMatchObject([
      { name: 'CPU', integerValue: 0 },
      { name: 'MEMORY', integerValue: 7680 - 8 * 512 },
    ]);
    const byMemory = placed({ instances: 1, services: [{ name: 'web', desired: 20, cpu: 1 }] });
    expect(byMemory.service('web').runningCount).toBe(15);
  });

  it('only on instances of the capacity providers that the service names', () => {
    const members = {
      launchType: undefined,
      capacityProviderStrategy: [{ capacityProvider: 'others', weight: 1 }],
    };
    const cluster = placed({
      instances: 2,
      provider: {},
      services: [{ name: 'web', desired: 1, members }],
    });
    expect(cluster.service('web')).toMatchObject({ runningCount: 0, pendingCount: 0 });
  });

  it('never in another cluster', () => {
    const estate = estateOf({ instances: 1, services: [{ name: 'web', desired: 1 }] });
    const other = estate.ecs.clusters[0].clusterArn.replace('shop', 'other');
    estate.ecs.clusters.push({ clusterArn: other, clusterName: 'other' });
    estate.ecs.services[0].clusterArn = other;
    const cluster = new Cluster(estate);
    cluster.pass(100);
    expect(cluster.node(0)).toMatchObject({ runningTasksCount: 0, pendingTasksCount: 0 });
    const described = { cluster: 'other', services: [estate.ecs.services[0].serviceArn] };
    expect(cluster.call('DescribeServices', described).services[0].runningCount).toBe(0);
  });

  it('nowhere for services on Fargate, which are shown as they are', () => {
    const cluster = placed({
      instances: 1,
      services: [{ name: 'web', desired: 2, members: { launchType: 'FARGATE', runningCount: 2 } }],
    });
    expect(cluster.service('web')).toMatchObject({ runningCount: 2, launchType: 'FARGATE' });
    expect(cluster.node(0)).toMatchObject({ runningTasksCount: 0, pendingTasksCount: 0 });
    expect(cluster.metrics).toEqual([]);
  });
});

describe('how many tasks of a service run', () => {
  it('is told at the start and whenever it changes', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 1,
        services: [{ name: 'web', desired: 2, on: [0] }],
        // Its end is no change of the service.
        tasks: [{ ...standalone('report', 0), stoppedAt: '2026-02-01T12:30:00Z' }],
        durations: QUICK,
      }),
    );
    cluster.pass(3600);
    const point = {
      namespace: 'AWS/ECS',
      name: 'RunningTaskCount',
      dimensions: { ClusterName: 'shop', ServiceName: 'web' },
    };
    expect(cluster.metrics).toEqual([
      { at: Date.parse('2026-02-01T12:00:00Z'), ...point, value: 1 },
      { at: Date.parse('2026-02-01T12:00:10Z'), ...point, value: 2 },
    ]);
  });
});

describe('the estate that is written', () => {
  it('goes on as the account it was written of', () => {
    const options = {
      instances: 3,
      services: [{ name: 'web', on: [0, 0, 1] }],
      tasks: [{ ...standalone('report', 1), stoppedAt: '2026-02-01T12:05:00Z' }],
      durations: QUICK,
    } as const;
    const cluster = new Cluster(estateOf(options));
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(5);
    const resumed = new Cluster({
      ...estateOf(options),
      ...cluster.estate(),
      capturedAt: new Date(cluster.now).toISOString(),
    });
    resumed.now = cluster.now;
    expect(resumed.estate()).toEqual(cluster.estate());
    resumed.pass(600);
    expect(resumed.node(0)).toMatchObject({ status: 'DRAINING', runningTasksCount: 0 });
    expect(resumed.service('web')).toMatchObject({ runningCount: 3, pendingCount: 0 });
    expect(resumed.lowest('web')).toBe(3);
    expect(resumed.call('ListTasks', { family: 'report' }).taskArns).toEqual([]);
  });

  it('leaves out what has ended', () => {
    const cluster = new Cluster(
      estateOf({ instances: 2, services: [{ name: 'web', on: [0] }], durations: QUICK }),
    );
    cluster.terminate(ec2Id(0));
    cluster.pass(100);
    const { containerInstances, tasks } = cluster.estate().ecs;
    expect(containerInstances).toHaveLength(1);
    expect(tasks).toMatchObject([{ lastStatus: 'RUNNING', group: 'service:web' }]);
  });
});
