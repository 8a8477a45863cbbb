import type { Json } from '../services/service';
import { arnOf, clusterArn, definitionArn, lastPart, type EcsContext } from './ecs-names';
import { hexOf } from './ids';
import type { EcsEstate } from './types';

/** Tasks where there is most room by number: those that are given without a place, and those of services without any. */
export function placeTasks(
  given: readonly Json[],
  services: readonly Json[],
  {
    containerInstances,
    taskDefinitions,
  }: Pick<EcsEstate, 'containerInstances' | 'taskDefinitions'>,
  context: EcsContext,
): Json[] {
  const counts = new Map<string, number>();
  const countOf = (arn: string) => counts.get(arn) ?? 0;
  const place = (task: Json): Json => {
    const cluster = lastPart(task.clusterArn);
    const candidates = containerInstances.filter(
      ({ containerInstanceArn, status = 'ACTIVE' }) =>
        status === 'ACTIVE' && containerInstanceArn.split('/').at(-2) === cluster,
    );
    const chosen =
      task.containerInstanceArn === undefined && task.launchType === 'EC2'
        ? candidates.reduce<Json>(
            (best, one) =>
              best === undefined ||
              countOf(one.containerInstanceArn) < countOf(best.containerInstanceArn)
                ? one
                : best,
            undefined,
          )
        : containerInstances.find(
            ({ containerInstanceArn }) => containerInstanceArn === task.containerInstanceArn,
          );
    const { cpu, memory } =
      taskDefinitions.find((one) => one.taskDefinitionArn === task.taskDefinitionArn) ?? {};
    const sized = {
      ...(cpu !== undefined && { cpu }),
      ...(memory !== undefined && { memory }),
      ...task,
    };
    if (chosen === undefined) return sized;
    counts.set(chosen.containerInstanceArn, countOf(chosen.containerInstanceArn) + 1);
    const zone = chosen.attributes?.find(({ name }: Json) => name === 'ecs.availability-zone');
    return {
      containerInstanceArn: chosen.containerInstanceArn,
      ...(zone !== undefined && { availabilityZone: zone.value }),
      ...(chosen.capacityProviderName !== undefined && {
        capacityProviderName: chosen.capacityProviderName,
      }),
      ...sized,
    };
  };
  const isWithout = (service: Json) =>
    !given.some(
      ({ group, clusterArn: cluster }) =>
        cluster === service.clusterArn && group === `service:${service.serviceName}`,
    );
  const filled = services
    .filter(isWithout)
    .flatMap((service) => tasksOf(service, containerInstances, context));
  return [...given, ...filled].map(place);
}

function tasksOf(
  service: Json,
  containerInstances: readonly Json[],
  context: EcsContext,
): readonly Json[] {
  const cluster = lastPart(service.clusterArn);
  const hosts =
    service.schedulingStrategy === 'DAEMON'
      ? containerInstances
          .map(({ containerInstanceArn }) => containerInstanceArn as string)
          .filter((arn) => arn.split('/').at(-2) === cluster)
      : Array.from<undefined>({ length: service.desiredCount });
  return hosts.map((containerInstanceArn, position) => ({
    ...taskWithDefaults(
      {
        clusterArn: cluster,
        taskDefinitionArn: service.taskDefinition,
        group: `service:${service.serviceName}`,
        startedBy: `ecs-svc/${BigInt(`0x${hexOf(15, 'deployment', service.serviceArn)}`)}`,
        launchType: service.launchType ?? 'EC2',
        ...(containerInstanceArn !== undefined && { containerInstanceArn }),
      },
      position,
      context,
    ),
    taskArn: arnOf(
      context,
      'task',
      `${cluster}/${hexOf(32, 'task', service.serviceArn, position)}`,
    ),
  }));
}

export function taskWithDefaults(task: Json, position: number, context: EcsContext): Json {
  const cluster = lastPart(task.clusterArn);
  const taskDefinitionArn = definitionArn(task.taskDefinitionArn, context);
  const id = hexOf(32, 'task', cluster, taskDefinitionArn, position);
  return {
    taskArn: arnOf(context, 'task', `${cluster}/${id}`),
    group: `family:${lastPart(taskDefinitionArn).split(':')[0]}`,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    launchType: 'EC2',
    createdAt: context.capturedAt,
    startedAt: context.capturedAt,
    ...task,
    clusterArn: clusterArn(cluster, context),
    taskDefinitionArn,
  };
}
