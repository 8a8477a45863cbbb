import type { Json, Scope } from '../service';
import type { Home } from './state';
import { unusable } from './unusable';

/**
 * Instances of a group register in the cluster that has the capacity provider of the group, or that names the group,
 * or where other instances of the group are.
 */
export function homesOf(
  clusters: readonly Json[],
  capacityProviders: readonly Json[],
  containerInstances: readonly Json[],
  scope: Scope,
): Record<string, Home> {
  const members = new Map<string, string>();
  for (const group of scope.estate.autoscaling?.groups ?? []) {
    for (const { InstanceId } of group.Instances ?? []) {
      members.set(InstanceId, group.AutoScalingGroupName);
    }
  }
  const observed = containerInstances.flatMap(
    ({ ec2InstanceId, containerInstanceArn }): [string, Home][] => {
      const group = members.get(ec2InstanceId);
      return group === undefined ? [] : [[group, { cluster: clusterOf(containerInstanceArn) }]];
    },
  );
  const named = clusters.flatMap(({ clusterArn, autoScalingGroups = [] }): [string, Home][] =>
    autoScalingGroups.map((group: string) => [group, { cluster: clusterArn }]),
  );
  const provided = clusters.flatMap(({ clusterArn, capacityProviders: names = [] }) =>
    names.flatMap((name: string): [string, Home][] => {
      const group = groupOf(capacityProviders.find((provider) => provider.name === name));
      return group === undefined ? [] : [[group, { cluster: clusterArn, capacityProvider: name }]];
    }),
  );
  return Object.fromEntries([...observed, ...named, ...provided]);
}

/** Name of the Auto Scaling group of a capacity provider: AWS takes its ARN as well as its name. */
function groupOf(provider: Json): string | undefined {
  const group: string | undefined = provider?.autoScalingGroupProvider?.autoScalingGroupArn;
  return group?.split('autoScalingGroupName/').at(-1);
}

/**
 * The cluster of a container instance: `arn:aws:ecs:<region>:<account>:container-instance/<cluster>/<id>`.
 *
 * @throws {InputError} for ARNs of the old form, which do not name it
 */
export function clusterOf(arn: string): string {
  const [, start, cluster] = /^(.*:)container-instance\/([^/]+)\/[^/]+$/.exec(arn) ?? [];
  if (cluster === undefined) {
    throw unusable(`the ARN ${arn} of a container instance does not name its cluster`);
  }
  return `${start}cluster/${cluster}`;
}
