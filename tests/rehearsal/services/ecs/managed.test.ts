import { DRAINING_HOOK } from '../../../../rehearsal/services/ecs/managed';
import { BAD_IMAGE, Cluster, ec2Id, estateOf, standalone, type EstateOptions } from './support';

const HOUR = 3600;

function clusterWith(provider: object, options: Partial<EstateOptions> = {}): Cluster {
  return new Cluster(
    estateOf({
      instances: 2,
      services: [{ name: 'web', on: [0] }],
      provider: { managedScaling: { status: 'ENABLED' }, ...provider },
      ...options,
    }),
  );
}

/** What Auto Scaling does when it terminates an instance of a group with ECS's hook. */
function beginTermination(cluster: Cluster, node: number): void {
  const member = cluster.members.find(({ InstanceId }) => InstanceId === ec2Id(node))!;
  member.LifecycleState = 'Terminating:Wait';
  member.waits = [{ hook: DRAINING_HOOK, token: 'token', until: cluster.now + HOUR * 1000 }];
}

function waits(cluster: Cluster, node: number): boolean {
  const member = cluster.members.find(({ InstanceId }) => InstanceId === ec2Id(node));
  return (member?.waits ?? []).length > 0;
}

describe('managed draining', () => {
  it('drains an instance that its group terminates, and lets it go once nothing runs there', () => {
    const cluster = clusterWith(
      { managedDraining: 'ENABLED' },
      {
        services: [
          { name: 'web', on: [0, 0] },
          { name: 'logs', on: [0, 1], members: { schedulingStrategy: 'DAEMON' } },
        ],
      },
    );
    cluster.pass(1);
    beginTermination(cluster, 0);
    let tasksWhenLetGo: number | undefined;
    cluster.pass(HOUR, () => {
      if (waits(cluster, 0)) return;
      tasksWhenLetGo ??= cluster.call('ListTasks', { containerInstance: 'node0' }).taskArns.length;
    });
    expect(cluster.node(0)).toMatchObject({ status: 'DRAINING', runningTasksCount: 0 });
    expect(waits(cluster, 0)).toBe(false);
    expect(tasksWhenLetGo).toBe(0);
    expect(cluster.lowest('web')).toBe(2);
    expect(cluster.tasksOf('logs', 'STOPPED')[0]!.stoppedAt.getTime()).toBeGreaterThan(
      Math.max(...cluster.tasksOf('web', 'STOPPED').map(({ stoppedAt }) => stoppedAt.getTime())),
    );
    expect(cluster.isSettled).toBe(true);
  });

  it('waits for a standalone task for 48 hours and not longer, beyond the heartbeat of the hook', () => {
    const cluster = clusterWith(
      { managedDraining: 'ENABLED' },
      { services: [], tasks: [standalone('report', 0)] },
    );
    beginTermination(cluster, 0);
    const end = cluster.now + 48 * HOUR * 1000;
    // The hook must never come to its end before ECS has prolonged it.
    for (let hour = 0; hour < 47; hour += 1) {
      cluster.pass(HOUR);
      expect(cluster.members[0]!.waits?.[0]?.until).toBeGreaterThan(cluster.now);
    }
    cluster.pass((end - cluster.now) / 1000 - 1);
    expect(waits(cluster, 0)).toBe(true);
    cluster.pass(1);
    expect(waits(cluster, 0)).toBe(false);
    expect(cluster.isSettled).toBe(true);
  });

  it.each([
    ['it is off', { managedDraining: 'DISABLED' }],
    ['nothing says that it is on', {}],
  ])('leaves terminations alone where %s', (_, provider) => {
    const cluster = clusterWith(provider);
    beginTermination(cluster, 0);
    cluster.pass(HOUR / 2);
    expect(cluster.node(0).status).toBe('ACTIVE');
    expect(waits(cluster, 0)).toBe(true);
  });

  it('leaves other hooks alone', () => {
    const cluster = clusterWith({ managedDraining: 'ENABLED' });
    beginTermination(cluster, 0);
    cluster.members[0]!.waits = [{ hook: 'mine', token: 'token', until: cluster.now + 1e9 }];
    cluster.pass(HOUR);
    expect(waits(cluster, 0)).toBe(true);
    expect(cluster.node(0).status).toBe('ACTIVE');
  });

  it('does nothing for an instance that never registered', () => {
    const cluster = clusterWith({ managedDraining: 'ENABLED' });
    const id = cluster.launch(BAD_IMAGE);
    cluster.pass(100);
    const member = cluster.members.find(({ InstanceId }) => InstanceId === id)!;
    member.LifecycleState = 'Terminating:Wait';
    member.waits = [{ hook: DRAINING_HOOK, token: 'token', until: cluster.now + HOUR * 1000 }];
    cluster.pass(HOUR / 2);
    expect(member.waits).toHaveLength(1);
    expect(cluster.isSettled).toBe(true);
  });
});

describe('managed termination protection', () => {
  const protectedNodes = (cluster: Cluster) =>
    cluster.members.map(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn);

  it('protects instances with tasks, and no others, until their last task has stopped', () => {
    const cluster = clusterWith(
      { managedTerminationProtection: 'ENABLED' },
      {
        instances: 3,
        services: [
          { name: 'web', on: [0] },
          { name: 'logs', on: [0, 1, 2], members: { schedulingStrategy: 'DAEMON' } },
        ],
        tasks: [standalone('report', 1)],
      },
    );
    cluster.pass(1);
    expect(protectedNodes(cluster)).toEqual([true, true, false]);
    cluster.drain(0);
    cluster.pass(HOUR);
    expect(cluster.placesOf('web')).not.toEqual(['node0']);
    expect(protectedNodes(cluster)[0]).toBe(false);
    expect(protectedNodes(cluster)[1]).toBe(true);
    expect(cluster.isSettled).toBe(true);
  });

  it('leaves a new instance the protection that its group gave it', () => {
    const cluster = clusterWith({ managedTerminationProtection: 'ENABLED' });
    cluster.members[1]!.ProtectedFromScaleIn = true;
    cluster.pass(HOUR);
    expect(protectedNodes(cluster)).toEqual([true, true]);
  });

  it('waits until an instance with tasks is in service', () => {
    const cluster = clusterWith({ managedTerminationProtection: 'ENABLED' });
    cluster.members[0]!.LifecycleState = 'Pending:Wait';
    cluster.pass(HOUR);
    expect(protectedNodes(cluster)).toEqual([false, false]);
    expect(cluster.isSettled).toBe(true);
    cluster.members[0]!.LifecycleState = 'InService';
    cluster.pass(0);
    expect(protectedNodes(cluster)).toEqual([true, false]);
  });

  it.each([
    ['it is off', { managedTerminationProtection: 'DISABLED' }],
    [
      'managed scaling is off',
      { managedTerminationProtection: 'ENABLED', managedScaling: { status: 'DISABLED' } },
    ],
  ])('protects nothing where %s', (_, provider) => {
    const cluster = clusterWith(provider);
    cluster.pass(HOUR);
    expect(protectedNodes(cluster)).toEqual([false, false]);
  });
});
