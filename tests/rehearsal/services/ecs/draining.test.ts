import { Cluster, estateOf, NEW_IMAGE, standalone } from './support';

/** Long enough for everything that is under way. */
const A_WHILE = 600;

describe('what runs on a container instance that is drained', () => {
  it('is replaced first and stopped then, where all tasks are to be healthy', () => {
    const cluster = new Cluster(
      estateOf({ instances: 3, services: [{ name: 'web', on: [0, 0, 1] }] }),
    );
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(1);
    expect(cluster.service('web')).toMatchObject({ runningCount: 3, pendingCount: 2 });
    expect(cluster.node(0)).toMatchObject({ status: 'DRAINING', runningTasksCount: 2 });
    cluster.pass(A_WHILE);
    expect(cluster.lowest('web')).toBe(3);
    expect(cluster.service('web')).toMatchObject({ runningCount: 3, pendingCount: 0 });
    expect(cluster.node(0)).toMatchObject({ status: 'DRAINING', runningTasksCount: 0 });
    expect(cluster.placesOf('web')).not.toContain('node0');
    expect(cluster.isSettled).toBe(true);
  });

  it('is stopped first as far as the minimum allows, as in the example of AWS: two of four at 50 percent', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        services: [{ name: 'web', on: [0, 0, 0, 0], minimum: 50, maximum: 100 }],
      }),
    );
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(1);
    expect(cluster.service('web')).toMatchObject({ runningCount: 2, pendingCount: 0 });
    // What is being stopped has not stopped yet, and counts no more.
    expect(cluster.tasksOf('web', 'STOPPED')).toMatchObject([
      { lastStatus: 'STOPPING' },
      { lastStatus: 'STOPPING' },
    ]);
    expect(cluster.node(0).runningTasksCount).toBe(2);
    cluster.pass(A_WHILE);
    expect(cluster.lowest('web')).toBe(2);
    expect(cluster.placesOf('web')).toEqual(['node1', 'node1', 'node1', 'node1']);
  });

  it('is not replaced at a maximum of 100 percent until it has stopped for good', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        services: [{ name: 'web', on: [0, 0], minimum: 0, maximum: 100 }],
        durations: { ecs: { stopTask: { seconds: 30 }, startTask: { seconds: 10 } } },
      }),
    );
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(29);
    expect(cluster.service('web')).toMatchObject({ runningCount: 0, pendingCount: 0 });
    cluster.pass(2);
    expect(cluster.service('web')).toMatchObject({ runningCount: 0, pendingCount: 2 });
    cluster.pass(10);
    expect(cluster.placesOf('web')).toEqual(['node1', 'node1']);
  });

  it.each([
    ['3 tasks of 3 at 34 percent: at least 2', 3, 34, 2],
    ['3 tasks of 3 at 66 percent: at least 2', 3, 66, 2],
    ['5 tasks of 5 at 1 percent: at least 1', 5, 1, 1],
  ])('rounds the minimum up: %s', (_, desired, minimum, lowest) => {
    const on = Array.from({ length: desired }, () => 0);
    const cluster = new Cluster(
      estateOf({ instances: 2, services: [{ name: 'web', on, minimum, maximum: 100 }] }),
    );
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(A_WHILE);
    expect(cluster.lowest('web')).toBe(lowest);
    expect(cluster.service('web').runningCount).toBe(desired);
  });

  it('stays for ever where neither bound leaves a way, as the service says', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        // 150 percent of one task is one task: the maximum is rounded down.
        services: [{ name: 'web', on: [0], minimum: 100, maximum: 150 }],
      }),
    );
    cluster.drain(0);
    cluster.pass(24 * 3600);
    expect(cluster.node(0).runningTasksCount).toBe(1);
    expect(cluster.service('web').events).toEqual([
      expect.objectContaining({ message: expect.stringContaining('deployment configuration') }),
    ]);
    expect(cluster.isSettled).toBe(true);
  });

  it('stays where there is no room elsewhere, until there is', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        services: [{ name: 'web', on: [0, 1], cpu: 1100 }],
        // Its end gives the scheduler another turn, which finds no room either.
        tasks: [{ ...standalone('report', 1), stoppedAt: '2026-02-01T18:00:00Z' }],
      }),
    );
    cluster.drain(0);
    cluster.pass(24 * 3600);
    expect(cluster.node(0).runningTasksCount).toBe(1);
    const { events } = cluster.service('web');
    expect(events).toHaveLength(1);
    expect(events[0].message).toContain('unable to place a task');
    expect(cluster.isSettled).toBe(true);

    cluster.launch(NEW_IMAGE);
    cluster.pass(A_WHILE);
    expect(cluster.node(0).runningTasksCount).toBe(0);
    expect(cluster.lowest('web', Date.parse('2026-02-01T12:00:01Z'))).toBe(2);
  });

  it('stays where its instance is set ACTIVE again, and what was started instead stops', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        services: [{ name: 'web', on: [0, 0] }],
        durations: { ecs: { startTask: { seconds: 20 } } },
      }),
    );
    cluster.pass(1);
    cluster.drain(0);
    cluster.pass(10);
    cluster.activate(0);
    cluster.pass(A_WHILE);
    expect(cluster.placesOf('web')).toEqual(['node0', 'node0']);
    expect(cluster.node(0).status).toBe('ACTIVE');
    expect(cluster.lowest('web')).toBe(2);
    expect(cluster.isSettled).toBe(true);
  });

  it('stops at once where it is PENDING', () => {
    const cluster = new Cluster(
      estateOf({ instances: 2, services: [{ name: 'web', desired: 2 }] }),
    );
    cluster.pass(1);
    expect(cluster.node(0).pendingTasksCount).toBe(1);
    cluster.drain(0);
    cluster.pass(1);
    expect(cluster.node(0)).toMatchObject({ runningTasksCount: 0, pendingTasksCount: 0 });
    expect(cluster.placesOf('web')).toEqual(['node1', 'node1']);
    expect(cluster.tasksOf('web', 'STOPPED')).toMatchObject([{ lastStatus: 'STOPPED' }]);
  });

  it('is left alone where it is a standalone task, and holds up daemons only', () => {
    const cluster = new Cluster(
      estateOf({
        instances: 2,
        services: [
          { name: 'web', on: [0] },
          { name: 'logs', on: [0, 1], members: { schedulingStrategy: 'DAEMON' } },
        ],
        tasks: [{ ...standalone('report', 0), stoppedAt: '2026-02-01T18:00:00Z' }],
      }),
    );
    cluster.drain(0);
    cluster.pass(3600);
    expect(cluster.placesOf('web')).toEqual(['node1']);
    expect(cluster.placesOf('logs')).toEqual(['node0', 'node1']);
    expect(cluster.call('ListTasks', { startedBy: 'events-rule/nightly' }).taskArns).toHaveLength(
      1,
    );

    cluster.pass(6 * 3600);
    expect(cluster.call('ListTasks', { startedBy: 'events-rule/nightly' }).taskArns).toEqual([]);
    expect(cluster.placesOf('logs')).toEqual(['node1']);
    expect(cluster.service('logs').desiredCount).toBe(1);
    expect(cluster.node(0)).toMatchObject({ runningTasksCount: 0, status: 'DRAINING' });
  });

  it('moves again and again where each old instance is drained as its successor comes, and once where all are together', () => {
    const nodes = [0, 1, 2, 3, 4, 5];
    const estate = estateOf({ instances: 6, services: [{ name: 'web', on: nodes }] });
    const oneByOne = new Cluster(estate);
    for (const node of nodes) {
      oneByOne.drain(node);
      oneByOne.launch(NEW_IMAGE);
      oneByOne.pass(A_WHILE);
    }
    const together = new Cluster(estate);
    nodes.forEach(() => together.launch(NEW_IMAGE));
    together.pass(A_WHILE);
    together.drain(...nodes);
    together.pass(A_WHILE);
    const stops = (cluster: Cluster) => cluster.tasksOf('web', 'STOPPED').length;
    for (const cluster of [oneByOne, together]) {
      expect(cluster.lowest('web')).toBe(6);
      expect(cluster.placesOf('web').some((place) => place.startsWith('node'))).toBe(false);
    }
    expect(stops(together)).toBe(6);
    expect(stops(oneByOne)).toBeGreaterThan(8);
  });
});
