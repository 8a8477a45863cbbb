import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { ECS, Service } from '@aws-sdk/client-ecs';

/**
 * Why tasks of a cluster would be lost if a group were moved; `undefined`: none would. Without managed draining, or a
 * hook of one's own, Auto Scaling terminates an instance with its tasks on it:
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
 */
export async function findClusterObstacle(
  autoscaling: Pick<AutoScaling, 'describeLifecycleHooks'>,
  ecs: Pick<ECS, 'describeCapacityProviders' | 'describeClusters'>,
  cluster: string,
  group: { readonly name: string; readonly arn: string | undefined },
): Promise<string | undefined> {
  const found = (await ecs.describeClusters({ clusters: [cluster] })).clusters?.[0];
  if (found === undefined) return `there is no ECS cluster ${cluster}`;
  const names = (found.capacityProviders ?? []).filter((name) => !name.startsWith('FARGATE'));
  const providers =
    names.length === 0
      ? []
      : ((await ecs.describeCapacityProviders({ capacityProviders: names })).capacityProviders ??
        []);
  const provider = providers.find(
    (one) => one.autoScalingGroupProvider?.autoScalingGroupArn === group.arn,
  )?.autoScalingGroupProvider;
  if (provider?.managedDraining === 'ENABLED') return undefined;
  const hooks = await autoscaling.describeLifecycleHooks({ AutoScalingGroupName: group.name });
  const isHeld = (hooks.LifecycleHooks ?? []).some(
    ({ LifecycleTransition }) => LifecycleTransition === 'autoscaling:EC2_INSTANCE_TERMINATING',
  );
  return isHeld
    ? undefined
    : `nothing holds its instances while they drain: set managedDraining of its capacity provider to ENABLED, or give ${group.name} a lifecycle hook for terminating instances`;
}

/** Services of a cluster whose tasks never leave an instance that is drained, so that the rollout would stall. */
export async function findClusterWarnings(
  ecs: Pick<ECS, 'describeServices' | 'listServices'>,
  cluster: string,
): Promise<string[]> {
  const warnings: string[] = [];
  let token: string | undefined;
  do {
    const page = await ecs.listServices({
      cluster,
      // As many as DescribeServices takes.
      maxResults: 10,
      ...(token === undefined ? {} : { nextToken: token }),
    });
    const services = page.serviceArns ?? [];
    const found =
      services.length === 0 ? [] : (await ecs.describeServices({ cluster, services })).services;
    for (const service of found ?? []) {
      if (!neverDrains(service)) continue;
      const { serviceName, desiredCount, deploymentConfiguration = {} } = service;
      const { minimumHealthyPercent = 100, maximumPercent = 200 } = deploymentConfiguration;
      warnings.push(
        `the service ${serviceName} never leaves an instance that is drained: of its ${desiredCount} tasks ${minimumHealthyPercent} % must stay and ${maximumPercent} % may be there, so ECS can neither stop nor start one; lower minimumHealthyPercent or raise maximumPercent`,
      );
    }
    token = page.nextToken;
  } while (token !== undefined);
  return warnings;
}

/**
 * Whether ECS can neither stop a task before its successor runs nor start that before. The least number is rounded up,
 * the most is rounded down: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
 * and https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html
 */
function neverDrains(service: Service): boolean {
  const { desiredCount = 0, schedulingStrategy, launchType, capacityProviderStrategy } = service;
  const onFargate =
    launchType === 'FARGATE' ||
    capacityProviderStrategy?.every(({ capacityProvider = '' }) =>
      capacityProvider.startsWith('FARGATE'),
    ) === true;
  // Daemons have no successor on another instance.
  if (desiredCount === 0 || schedulingStrategy === 'DAEMON' || onFargate) return false;
  const { minimumHealthyPercent = 100, maximumPercent = 200 } =
    service.deploymentConfiguration ?? {};
  return (
    Math.ceil((desiredCount * minimumHealthyPercent) / 100) >= desiredCount &&
    Math.floor((desiredCount * maximumPercent) / 100) <= desiredCount
  );
}
