import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { ECS } from '@aws-sdk/client-ecs';
import { findClusterObstacle, findClusterWarnings } from './cluster-obstacles';
import { createEcs } from './clusters';
import { createAutoScaling } from './groups';
import type { RolloutSettings } from './settings';
import type { Vetted } from './vet-groups';

export interface VetClustersEvent {
  /** By name; each belongs to a cluster. */
  readonly groups: readonly string[];
  readonly settings: RolloutSettings;
}

export interface VetClustersDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups' | 'describeLifecycleHooks'>;
  readonly ecs: Pick<
    ECS,
    'describeCapacityProviders' | 'describeClusters' | 'describeServices' | 'listServices'
  >;
}

/** Looks for what would keep the tasks of clusters from leaving their groups unharmed, before anything is begun. */
export function createHandler({ autoscaling, ecs }: VetClustersDependencies) {
  return async ({ groups, settings }: VetClustersEvent): Promise<{ groups: Vetted[] }> => {
    const vetted: Vetted[] = [];
    for (const name of groups) {
      const cluster = settings.groups[name]?.ecs?.cluster ?? '';
      const answer = await autoscaling.describeAutoScalingGroups({ AutoScalingGroupNames: [name] });
      const arn = answer.AutoScalingGroups?.[0]?.AutoScalingGroupARN;
      const obstacle = await findClusterObstacle(autoscaling, ecs, cluster, { name, arn });
      vetted.push({
        name,
        obstacle: obstacle ?? '',
        warnings: obstacle === undefined ? await findClusterWarnings(ecs, cluster) : [],
        plan: '',
      });
    }
    return { groups: vetted };
  };
}

export const factory = () => {
  return createHandler({ autoscaling: createAutoScaling(), ecs: createEcs() });
};
