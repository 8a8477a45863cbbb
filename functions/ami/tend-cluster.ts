import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { ContainerInstance, ECS } from '@aws-sdk/client-ecs';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createLedger, type Ledger } from '../foundation/ledger';
import { readRow, writeRow } from '../foundation/ledger-rows';
import { createEcs, readContainerInstances, setState } from './clusters';
import { createAutoScaling, readActiveRefresh, readRunningGroup } from './groups';
import { createEc2 } from './images';
import type { EcsSettings } from './settings';

export interface TendEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly ecs: EcsSettings;
  /** `drain`: the refresh goes on; `release`: it is over, or given up. */
  readonly phase: 'drain' | 'release';
}

export interface TendResult {
  /** `stalled`: tasks do not leave the old instances, for the reason given. */
  readonly decision: 'going' | 'drained' | 'stalled' | 'released';
  readonly reason: string;
}

export interface TendDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<EC2, 'describeInstances'>;
  readonly ecs: Pick<
    ECS,
    'describeContainerInstances' | 'listContainerInstances' | 'updateContainerInstancesState'
  >;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** Container instances that a rollout has set DRAINING. */
interface Drained {
  readonly arns: readonly string[];
  /** ISO 8601. */
  readonly since: string;
}

/**
 * Moves the tasks of a cluster once. As soon as the new instances are there, all old ones are set DRAINING at the
 * same time: otherwise ECS places the tasks of one old instance on the next old one, and they are interrupted again
 * and again (https://github.com/aws/containers-roadmap/issues/2478). Which ones were set is written down first, so
 * that exactly those are set ACTIVE again when the rollout is given up.
 */
export function createHandler(dependencies: TendDependencies) {
  const { autoscaling, ec2, ecs, ledger, now } = dependencies;
  return async ({ group, ami, phase, ecs: settings }: TendEvent): Promise<TendResult> => {
    const { cluster, drainMinutes } = settings;
    const drained = await readRow<Drained>(ledger, rowOf(group));
    const facts = await readRunningGroup(autoscaling, ec2, group);
    const states = new Map(
      (facts?.group.Instances ?? []).map((one) => [one.InstanceId, one.LifecycleState ?? '']),
    );
    const isLeaving = (id: string | undefined) => /^Terminat/.test(states.get(id) ?? 'Terminated');
    const refresh = await readActiveRefresh(autoscaling, group);
    const isGivenUp = !['Pending', 'InProgress', 'Baking'].includes(refresh?.Status ?? '');
    const instances = await readContainerInstances(ecs, cluster);
    if (phase === 'release' || isGivenUp) {
      const arns = drained?.arns ?? [];
      const kept = [...instances.values()].filter(
        ({ containerInstanceArn, status, ec2InstanceId }) =>
          arns.includes(containerInstanceArn ?? '') &&
          status === 'DRAINING' &&
          !isLeaving(ec2InstanceId),
      );
      await setState(ecs, cluster, arnsOf(kept), 'ACTIVE');
      if (arns.length > 0) {
        await writeRow(ledger, rowOf(group), { arns: [], since: '' }, now());
      }
      return { decision: 'released', reason: '' };
    }
    const own = [...instances.values()].filter(({ ec2InstanceId }) => states.has(ec2InstanceId));
    const isNew = ({ ec2InstanceId = '' }: ContainerInstance) =>
      facts?.instanceImages[ec2InstanceId] === ami;
    const ready = own.filter(
      (one) => isNew(one) && one.status === 'ACTIVE' && one.agentConnected === true,
    );
    const old = own.filter((one) => !isNew(one) && !isLeaving(one.ec2InstanceId));
    const active = old.filter(({ status }) => status === 'ACTIVE');
    // Capacity first. Once Auto Scaling has begun to terminate old ones, the others must not take their tasks.
    const leaving = own.some((one) => !isNew(one) && isLeaving(one.ec2InstanceId));
    const mayDrain = ready.length >= (facts?.group.DesiredCapacity ?? 0) || leaving;
    if (active.length > 0 && ready.length > 0 && mayDrain) {
      const row: Drained = {
        arns: [...new Set([...(drained?.arns ?? []), ...arnsOf(active)])],
        since: drained?.since || now().toISOString(),
      };
      await writeRow(ledger, rowOf(group), row, now());
      await setState(ecs, cluster, arnsOf(active), 'DRAINING');
      return { decision: 'going', reason: `${active.length} old instances are set DRAINING` };
    }
    if (drained === undefined || drained.arns.length === 0) {
      return { decision: 'going', reason: 'waits for the new instances' };
    }
    const busy = [...instances.values()].filter(
      ({ containerInstanceArn = '', runningTasksCount = 0 }) =>
        drained.arns.includes(containerInstanceArn) && runningTasksCount > 0,
    );
    if (busy.length === 0) return { decision: 'drained', reason: '' };
    const minutes = (now().getTime() - new Date(drained.since).getTime()) / 60_000;
    const tasks = busy.reduce((sum, { runningTasksCount = 0 }) => sum + runningTasksCount, 0);
    const reason = `${tasks} tasks are still on ${busy.length} old instances of ${cluster}`;
    return minutes < drainMinutes
      ? { decision: 'going', reason }
      : {
          decision: 'stalled',
          reason: `draining stalled: ${reason} after ${drainMinutes} minutes`,
        };
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ecs: createEcs(),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

function rowOf(group: string): string {
  return `drained#${group}`;
}

function arnsOf(instances: readonly ContainerInstance[]): string[] {
  return instances.flatMap(({ containerInstanceArn }) => containerInstanceArn ?? []);
}
