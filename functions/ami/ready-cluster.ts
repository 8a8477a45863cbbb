import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { ECS } from '@aws-sdk/client-ecs';
import type { EC2 } from '@aws-sdk/client-ec2';
import { findClusterObstacle } from './cluster-obstacles';
import { createEcs, readContainerInstances, readStandaloneTasks } from './clusters';
import { createAutoScaling, readRunningGroup } from './groups';
import { createEc2 } from './images';
import type { EcsSettings } from './settings';

export interface ReadyEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly ecs: EcsSettings;
  /** Since when the run waits for standalone tasks, ISO 8601; an empty text: it does not yet. */
  readonly waitingSince: string;
}

export interface ReadyResult {
  /** `refuse`: the group cannot be moved without losing tasks. */
  readonly decision: 'ready' | 'wait' | 'postpone' | 'refuse';
  readonly reason: string;
  readonly waitingSince: string;
  readonly waitSeconds: number;
}

export interface ReadyDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups' | 'describeLifecycleHooks'>;
  readonly ec2: Pick<EC2, 'describeInstances'>;
  readonly ecs: Pick<
    ECS,
    | 'describeCapacityProviders'
    | 'describeClusters'
    | 'describeContainerInstances'
    | 'describeTasks'
    | 'listContainerInstances'
    | 'listTasks'
  >;
  readonly now: () => Date;
}

/** Looks whether the group of a cluster may be moved now, so that no task is killed. */
export function createHandler({ autoscaling, ec2, ecs, now }: ReadyDependencies) {
  return async ({ group, ami, ecs: settings, ...event }: ReadyEvent): Promise<ReadyResult> => {
    const { cluster, standaloneTasks, standaloneTaskHours } = settings;
    const waitingSince = event.waitingSince || now().toISOString();
    const seconds = (now().getTime() - new Date(waitingSince).getTime()) / 1000;
    const result = (decision: ReadyResult['decision'], reason = '') => ({
      decision,
      reason,
      waitingSince,
      // Who has waited for hours can wait for minutes.
      waitSeconds: Math.min(900, Math.max(60, Math.floor(seconds / 10))),
    });
    const facts = await readRunningGroup(autoscaling, ec2, group);
    const arn = facts?.group.AutoScalingGroupARN;
    const obstacle = await findClusterObstacle(autoscaling, ecs, cluster, { name: group, arn });
    if (obstacle !== undefined) return result('refuse', `refused: ${obstacle}`);
    const instances = await readContainerInstances(ecs, cluster);
    const old = Object.entries(facts?.instanceImages ?? {})
      .filter(([, image]) => image !== ami)
      .flatMap(([id]) => instances.get(id)?.containerInstanceArn ?? []);
    const tasks = await readStandaloneTasks(ecs, cluster, old);
    if (tasks.length === 0) return result('ready');
    const names = tasks.slice(0, 5).map((task) => `${task.group} (${nameOf(task.taskArn)})`);
    const others = tasks.length > 5 ? ` and ${tasks.length - 5} others` : '';
    const reason = `standalone tasks run on its old instances: ${names.join(', ')}${others}`;
    if (standaloneTasks === 'refuse') return result('postpone', reason);
    return seconds < standaloneTaskHours * 3600
      ? result('wait', reason)
      : result('postpone', `${reason}; it waited ${standaloneTaskHours} hours`);
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ecs: createEcs(),
    now: () => new Date(),
  });
};

function nameOf(arn: string | undefined): string {
  return arn?.split('/').at(-1) ?? '';
}
