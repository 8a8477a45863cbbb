import { InputError } from '../input-error';
import { sizeOfType } from '../services/ecs/instance-size';
import type { Size } from '../services/ecs/state';
import type { Json } from '../services/service';
import {
  arnOf,
  clusterArn,
  definitionArn,
  definitionName,
  groupOf,
  lastPart,
  type EcsContext,
} from './ecs-names';
import { placeTasks, taskWithDefaults } from './ecs-tasks';
import { hexOf } from './ids';
import { listAt } from './problems';
import type { EcsEstate } from './types';

/** What AWS would show of the rest of an ECS part in which `ecsProblems` found nothing. */
export function ecsWithDefaults(given: Json, context: EcsContext): EcsEstate {
  const clusters = listAt(given?.clusters).map((one) => clusterWithDefaults(one, context));
  const capacityProviders = listAt(given?.capacityProviders).map((one) =>
    providerWithDefaults(one, context),
  );
  const taskDefinitions = listAt(given?.taskDefinitions).map((one) =>
    definitionWithDefaults(one, context),
  );
  const services = listAt(given?.services).map((one) => serviceWithDefaults(one, context));
  const containerInstances: readonly Json[] =
    given?.containerInstances ?? fillInInstances(clusters, capacityProviders, context);
  const tasks = placeTasks(
    listAt(given?.tasks).map((one, position) => taskWithDefaults(one, position, context)),
    services.filter((_one, position) => given.services[position].runningCount === undefined),
    { containerInstances, taskDefinitions },
    context,
  );
  return {
    clusters,
    capacityProviders,
    taskDefinitions,
    containerInstances,
    services,
    tasks,
  };
}

function clusterWithDefaults(cluster: Json, context: EcsContext): Json {
  return {
    clusterArn: clusterArn(cluster.clusterName, context),
    status: 'ACTIVE',
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    settings: [{ name: 'containerInsights', value: 'disabled' }],
    ...cluster,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html */
function providerWithDefaults(provider: Json, context: EcsContext): Json {
  const { autoScalingGroupProvider: own } = provider;
  return {
    capacityProviderArn: arnOf(context, 'capacity-provider', provider.name),
    status: 'ACTIVE',
    ...provider,
    autoScalingGroupProvider: {
      managedTerminationProtection: 'DISABLED',
      managedDraining: 'ENABLED',
      ...own,
      managedScaling: { status: 'DISABLED', ...own.managedScaling },
      autoScalingGroupArn: groupOf(own.autoScalingGroupArn, context).AutoScalingGroupARN,
    },
  };
}

function definitionWithDefaults(definition: Json, context: EcsContext): Json {
  const taskDefinitionArn = definitionArn(definitionName(definition), context);
  const [family, revision] = lastPart(taskDefinitionArn).split(':');
  return {
    taskDefinitionArn,
    family,
    revision: Number(revision),
    status: 'ACTIVE',
    ...definition,
  };
}

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html */
function serviceWithDefaults(service: Json, context: EcsContext): Json {
  const cluster = lastPart(service.clusterArn);
  const isDaemon = service.schedulingStrategy === 'DAEMON';
  return {
    serviceArn: arnOf(context, 'service', `${cluster}/${service.serviceName}`),
    status: 'ACTIVE',
    ...(service.capacityProviderStrategy === undefined && { launchType: 'EC2' }),
    schedulingStrategy: 'REPLICA',
    createdAt: context.capturedAt,
    ...service,
    clusterArn: clusterArn(cluster, context),
    taskDefinition: definitionArn(service.taskDefinition, context),
    deploymentConfiguration: {
      maximumPercent: isDaemon ? 100 : 200,
      minimumHealthyPercent: isDaemon ? 0 : 100,
      ...service.deploymentConfiguration,
    },
  };
}

/** The instances of a group register with the cluster that has the group, or its capacity provider. */
function fillInInstances(
  clusters: readonly Json[],
  providers: readonly Json[],
  context: EcsContext,
): Json[] {
  return clusters.flatMap(({ clusterName, capacityProviders, autoScalingGroups = [] }) => {
    const provided = providers
      .filter(({ name }) => capacityProviders.includes(name))
      .map((provider) => ({
        group: groupOf(provider.autoScalingGroupProvider.autoScalingGroupArn, context),
        capacityProviderName: provider.name as string,
      }));
    const others = (autoScalingGroups as string[])
      .map((name) => ({ group: groupOf(name, context), capacityProviderName: undefined }))
      .filter(({ group }) => !provided.some((one) => one.group === group));
    return [...provided, ...others].flatMap(({ group, capacityProviderName }) =>
      (group.Instances as Json[]).map(({ InstanceId }) =>
        containerInstanceOf(InstanceId, clusterName, capacityProviderName, context),
      ),
    );
  });
}

function containerInstanceOf(
  ec2InstanceId: string,
  cluster: string,
  capacityProviderName: string | undefined,
  context: EcsContext,
): Json {
  const instance = context.ec2.instances.find(({ InstanceId }) => InstanceId === ec2InstanceId);
  const { cpu, memory } = knownSize(instance.InstanceType);
  const id = hexOf(32, 'container instance', cluster, ec2InstanceId);
  const integer = (name: string, integerValue: number) => ({ name, type: 'INTEGER', integerValue });
  return {
    containerInstanceArn: arnOf(context, 'container-instance', `${cluster}/${id}`),
    ec2InstanceId,
    ...(capacityProviderName !== undefined && { capacityProviderName }),
    status: 'ACTIVE',
    agentConnected: true,
    registeredAt: instance.LaunchTime,
    registeredResources: [integer('CPU', cpu), integer('MEMORY', memory)],
    attributes: [
      { name: 'ecs.ami-id', value: instance.ImageId },
      { name: 'ecs.availability-zone', value: instance.Placement.AvailabilityZone },
      { name: 'ecs.instance-type', value: instance.InstanceType },
    ],
  };
}

function knownSize(type: string): Size {
  try {
    return sizeOfType(type);
  } catch (error) {
    throw new InputError('the estate cannot be used', [(error as Error).message]);
  }
}
