import type { Json } from '../services/service';
import { definitionArn, definitionName, groupOf, lastPart, type EcsContext } from './ecs-names';
import { duplicates, listAt } from './problems';

/** What no schema can say of ECS. Nothing is sure of the shape yet. */
export function ecsClashes(given: Json): string[] {
  const list = (name: string) => listAt(given?.ecs?.[name]);
  return [
    ...duplicates(list('clusters'), 'ecs.clusters', 'clusterName'),
    ...duplicates(list('capacityProviders'), 'ecs.capacityProviders', 'name'),
    ...duplicates(list('containerInstances'), 'ecs.containerInstances', 'containerInstanceArn'),
    ...duplicates(list('containerInstances'), 'ecs.containerInstances', 'ec2InstanceId'),
    ...duplicates(list('services'), 'ecs.services', 'serviceArn'),
    ...duplicates(list('taskDefinitions'), 'ecs.taskDefinitions', 'taskDefinitionArn'),
    ...duplicates(list('tasks'), 'ecs.tasks', 'taskArn'),
  ];
}

/** Providers of Fargate, which every account has. */
const FARGATE = ['FARGATE', 'FARGATE_SPOT'];

/** What refers to nothing, one sentence each. */
export function ecsProblems(given: Json, context: EcsContext): string[] {
  const list = (name: string) => listAt(given?.[name]);
  const clusters = new Set(list('clusters').map(({ clusterName }) => clusterName));
  const providers = new Set([...list('capacityProviders').map(({ name }) => name), ...FARGATE]);
  const instances = new Set(context.ec2.instances.map(({ InstanceId }) => InstanceId));
  const containerInstances = new Set(
    list('containerInstances').map(({ containerInstanceArn }) => containerInstanceArn),
  );
  const definitions = new Set(
    list('taskDefinitions').map((one) => definitionArn(definitionName(one), context)),
  );
  const definitionProblem = (path: string, definition: string) =>
    missing(
      path,
      definition,
      definitions.has(definitionArn(definition, context)),
      'taskDefinitions',
    );
  const clusterProblem = (path: string, cluster: string) =>
    missing(path, cluster, clusters.has(lastPart(cluster)), 'clusters');
  return [
    ...list('clusters').flatMap(({ capacityProviders, autoScalingGroups }, position) => [
      ...listAt(capacityProviders).flatMap((name, index) =>
        missing(
          `ecs.clusters[${position}].capacityProviders[${index}]`,
          name,
          providers.has(name),
          'capacityProviders',
        ),
      ),
      ...listAt(autoScalingGroups).flatMap((name, index) =>
        missingGroup(`ecs.clusters[${position}].autoScalingGroups[${index}]`, name, context),
      ),
    ]),
    ...list('capacityProviders').flatMap(({ autoScalingGroupProvider }, position) =>
      missingGroup(
        `ecs.capacityProviders[${position}].autoScalingGroupProvider.autoScalingGroupArn`,
        autoScalingGroupProvider.autoScalingGroupArn,
        context,
      ),
    ),
    ...list('containerInstances').flatMap((one, position) => {
      const path = `ecs.containerInstances[${position}]`;
      const { containerInstanceArn: arn, ec2InstanceId: instance } = one;
      return [
        ...clusterProblem(`${path}.containerInstanceArn`, arn.split('/').at(-2)),
        ...(instances.has(instance)
          ? []
          : [`${path}.ec2InstanceId is "${instance}", which ec2.instances lacks`]),
      ];
    }),
    ...list('services').flatMap(({ clusterArn, taskDefinition }, position) => [
      ...clusterProblem(`ecs.services[${position}].clusterArn`, clusterArn),
      ...definitionProblem(`ecs.services[${position}].taskDefinition`, taskDefinition),
    ]),
    ...list('tasks').flatMap(
      ({ clusterArn, taskDefinitionArn, containerInstanceArn, group = '' }, position) => {
        const path = `ecs.tasks[${position}]`;
        const service = /^service:(.*)$/.exec(group)?.[1];
        const isThere = list('services').some(
          (one) => one.serviceName === service && lastPart(one.clusterArn) === lastPart(clusterArn),
        );
        return [
          ...clusterProblem(`${path}.clusterArn`, clusterArn),
          ...definitionProblem(`${path}.taskDefinitionArn`, taskDefinitionArn),
          ...(containerInstanceArn === undefined
            ? []
            : missing(
                `${path}.containerInstanceArn`,
                containerInstanceArn,
                containerInstances.has(containerInstanceArn),
                'containerInstances',
              )),
          ...(service === undefined ? [] : missing(`${path}.group`, group, isThere, 'services')),
        ];
      },
    ),
  ];
}

function missing(path: string, name: string, isThere: boolean, list: string): string[] {
  return isThere ? [] : [`${path} is "${name}", which ecs.${list} lacks`];
}

function missingGroup(path: string, given: string, context: EcsContext): string[] {
  return groupOf(given, context) === undefined
    ? [`${path} is "${given}", which autoscaling.groups lacks`]
    : [];
}
