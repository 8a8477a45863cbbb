import { middleOf } from '../duration';
import type { Json, Scope } from '../service';
import { sizeOfType } from './instance-size';
import { clusterOf, homesOf } from './homes';
import { lastPart, without } from './names';
import {
  durationOf,
  isLive,
  type ContainerInstanceRecord,
  type DurationName,
  type EcsState,
  type ServiceRecord,
  type Size,
  type TaskRecord,
  type TaskStatus,
} from './state';
import { ownSize, sizesOf, USUAL_SIZE } from './sizes';
import { unusable } from './unusable';
import { describedContainerInstance, describedService, describedTask } from './views';

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html */
const STATUSES: Readonly<Record<string, TaskStatus>> = {
  PROVISIONING: 'PENDING',
  PENDING: 'PENDING',
  ACTIVATING: 'PENDING',
  RUNNING: 'RUNNING',
  DEACTIVATING: 'STOPPING',
  STOPPING: 'STOPPING',
  DEPROVISIONING: 'STOPPING',
  STOPPED: 'STOPPED',
};

/** What is shown of container instances and of tasks and changes. */
const OF_CONTAINER_INSTANCES = [
  'status',
  'version',
  'agentConnected',
  'runningTasksCount',
  'pendingTasksCount',
  'remainingResources',
];
const OF_TASKS = [
  'lastStatus',
  'desiredStatus',
  'startedAt',
  'stoppingAt',
  'stoppedAt',
  'stoppedReason',
  'stopCode',
];

/**
 * What the estate holds.
 *
 * @throws {InputError} for what refers to nothing, or is not emulated
 */
export function createState(scope: Scope): EcsState {
  const given = structuredClone(scope.estate.ecs ?? {});
  const clusters: Json[] = given.clusters ?? [];
  const services: Json[] = given.services ?? [];
  const tasks: Json[] = given.tasks ?? [];
  const containerInstances: Json[] = given.containerInstances ?? [];
  const capacityProviders: Json[] = given.capacityProviders ?? [];
  const state: EcsState = {
    clusters: Object.fromEntries(
      clusters.map((one) => [one.clusterArn, without(one, ['autoScalingGroups'])]),
    ),
    capacityProviders: Object.fromEntries(capacityProviders.map((one) => [one.name, one])),
    containerInstances: Object.fromEntries(
      containerInstances.map((one) => [one.containerInstanceArn, instanceRecord(one, scope)]),
    ),
    services: Object.fromEntries(
      services.map((one) => [one.serviceArn, serviceRecord(one, tasks)]),
    ),
    tasks: {},
    sizes: sizesOf(given.taskDefinitions ?? [], tasks),
    homes: homesOf(clusters, capacityProviders, containerInstances, scope),
    registering: {},
    byInstance: Object.fromEntries(
      containerInstances.map((one) => [one.ec2InstanceId, one.containerInstanceArn]),
    ),
    made: 0,
    unsettled: clusters.length > 0,
  };
  for (const task of tasks) state.tasks[task.taskArn] = taskRecord(task, state, scope);
  checkReferences(state);
  return state;
}

/** The state in the shape of the estate: what is gone, or has stopped, is left out. */
export function toEstate(state: EcsState, _now: number, scope: Scope): Record<string, unknown> {
  if (scope.estate.ecs === undefined) return {};
  const containerInstances = Object.keys(state.containerInstances)
    .filter((arn) => state.containerInstances[arn]!.status !== 'INACTIVE')
    .map((arn) => describedContainerInstance(state, arn));
  const tasks = Object.values(state.tasks)
    .filter(isLive)
    .map((record) => ({
      ...describedTask(record),
      ...(record.doneAt !== undefined && { stoppedAt: new Date(record.doneAt).toISOString() }),
    }));
  const services = Object.keys(state.services).map((arn) => describedService(state, arn));
  return {
    ecs: structuredClone({
      ...scope.estate.ecs,
      containerInstances,
      services,
      tasks,
    }),
  };
}

function instanceRecord(given: Json, scope: Scope): ContainerInstanceRecord {
  const { status = 'ACTIVE', version = 1 } = given;
  const containerInstance = without(given, OF_CONTAINER_INSTANCES);
  const arn: string = containerInstance.containerInstanceArn;
  if (status !== 'ACTIVE' && status !== 'DRAINING') {
    throw unusable(
      `the container instance ${arn} is ${status}: only ACTIVE and DRAINING are emulated`,
    );
  }
  return {
    containerInstance,
    cluster: clusterOf(arn),
    size: registeredSize(given, scope),
    status,
    version,
  };
}

function registeredSize(given: Json, scope: Scope): Size {
  const resource = (name: string) =>
    (given.registeredResources ?? []).find((one: Json) => one.name === name)?.integerValue;
  const [cpu, memory] = [resource('CPU'), resource('MEMORY')];
  if (cpu !== undefined && memory !== undefined) return { cpu, memory };
  const type =
    (given.attributes ?? []).find(({ name }: Json) => name === 'ecs.instance-type')?.value ??
    (scope.estate.ec2?.instances ?? []).find(
      ({ InstanceId }: Json) => InstanceId === given.ec2InstanceId,
    )?.InstanceType;
  if (type === undefined) {
    throw unusable(
      `nothing says what the container instance ${given.containerInstanceArn} has room for: it has no registeredResources, and its instance is not there`,
    );
  }
  return sizeOfType(type);
}

function serviceRecord(given: Json, tasks: readonly Json[]): ServiceRecord {
  const { events = [], ...service } = given;
  const named = `the service ${service.serviceName}`;
  const constraint = (service.placementConstraints ?? []).find(
    ({ type }: Json) => type !== 'distinctInstance',
  );
  if (constraint !== undefined) {
    throw unusable(`${named} has a placement constraint ${constraint.type}, which is not emulated`);
  }
  if ((service.deployments ?? []).length > 1) {
    throw unusable(`${named} is being deployed, which is not emulated`);
  }
  const { deployments = [primaryDeployment(service, tasks)] } = service;
  return { service: { ...service, deployments }, cluster: service.clusterArn, events };
}

/** A service has one deployment at least, whose id is in its tasks. */
function primaryDeployment(
  { serviceName, clusterArn, taskDefinition, createdAt }: Json,
  tasks: readonly Json[],
): Json {
  const task = tasks.find(
    (one) => one.clusterArn === clusterArn && one.group === `service:${serviceName}`,
  );
  return {
    id: task?.startedBy ?? `ecs-svc/${serviceName}`,
    status: 'PRIMARY',
    taskDefinition,
    rolloutState: 'COMPLETED',
    ...(createdAt !== undefined && { createdAt, updatedAt: createdAt }),
  };
}

function taskRecord(given: Json, { services }: EcsState, scope: Scope): TaskRecord {
  const {
    lastStatus = 'RUNNING',
    startedAt,
    stoppingAt,
    stoppedAt,
    stoppedReason,
    stopCode,
  } = given;
  const task = without(given, OF_TASKS);
  const status = STATUSES[lastStatus];
  if (status === undefined) throw unusable(`the task ${task.taskArn} is ${lastStatus}`);
  const capturedAt = Date.parse(scope.estate.capturedAt);
  const after = (name: DurationName) => capturedAt + middleOf(durationOf(scope, name));
  const name = /^service:(.*)$/.exec(task.group ?? '')?.[1];
  const service = Object.keys(services).find(
    (arn) => services[arn]!.cluster === task.clusterArn && lastPart(arn) === name,
  );
  if (name !== undefined && service === undefined) {
    throw unusable(`the task ${task.taskArn} belongs to the service ${name}, which is not there`);
  }
  return {
    task,
    cluster: task.clusterArn,
    ...(task.containerInstanceArn !== undefined && {
      containerInstance: task.containerInstanceArn,
    }),
    ...(service !== undefined && { service }),
    size: ownSize(task) ?? USUAL_SIZE,
    status,
    ...(status === 'PENDING' && { changesAt: after('startTask') }),
    ...(status === 'STOPPING' && { changesAt: after('stopTask') }),
    ...(startedAt !== undefined && { startedAt: Date.parse(startedAt) }),
    ...(stoppingAt !== undefined && { stoppingAt: Date.parse(stoppingAt) }),
    ...(status === 'STOPPED' && { stoppedAt: Date.parse(stoppedAt ?? scope.estate.capturedAt) }),
    ...(status !== 'STOPPED' && stoppedAt !== undefined && { doneAt: Date.parse(stoppedAt) }),
    ...(stoppedReason !== undefined && { stoppedReason }),
    ...(stopCode !== undefined && { stopCode }),
  };
}

function checkReferences(state: EcsState): void {
  const missing = (what: string, arn: string) =>
    unusable(`${what} refers to ${arn}, which is not there`);
  for (const [arn, { cluster }] of Object.entries({
    ...state.containerInstances,
    ...state.services,
  })) {
    if (state.clusters[cluster] === undefined) throw missing(arn, cluster);
  }
  for (const [arn, { cluster, containerInstance }] of Object.entries(state.tasks)) {
    if (state.clusters[cluster] === undefined) throw missing(arn, cluster);
    if (
      containerInstance !== undefined &&
      state.containerInstances[containerInstance] === undefined
    ) {
      throw missing(arn, containerInstance);
    }
  }
}
