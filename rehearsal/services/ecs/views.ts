import type { Json } from '../service';
import {
  isDaemonService,
  isOnInstances,
  isWanted,
  liveTasks,
  roomOf,
  tasksOf,
  type EcsState,
  type Size,
  type TaskRecord,
} from './state';

/** As `DescribeContainerInstances` shows it, with times in ISO 8601. */
export function describedContainerInstance(
  state: EcsState,
  arn: string,
  tasks: readonly TaskRecord[] = liveTasks(state).get(arn) ?? [],
): Json {
  const record = state.containerInstances[arn]!;
  const { containerInstance, status, version, size } = record;
  return {
    ...containerInstance,
    status,
    version,
    agentConnected: status !== 'INACTIVE',
    // "have a desired status of RUNNING": what is being stopped counts no more, see
    // https://github.com/aws/aws-cdk/pull/13559
    runningTasksCount: tasks.filter(({ status: one }) => one === 'RUNNING').length,
    pendingTasksCount: tasks.filter(({ status: one }) => one === 'PENDING').length,
    registeredResources: resources(size, containerInstance.registeredResources),
    remainingResources: resources(roomOf(record, tasks), containerInstance.registeredResources),
  };
}

/** CPU and memory as the SDK shapes them; what else is registered, such as ports, is shown as it is. */
function resources({ cpu, memory }: Size, registered: readonly Json[] = []): Json[] {
  return [
    ...[
      ['CPU', cpu],
      ['MEMORY', memory],
    ].map(([name, integerValue]) => ({
      name,
      type: 'INTEGER',
      doubleValue: 0,
      longValue: 0,
      integerValue,
    })),
    ...registered.filter(({ name }) => name !== 'CPU' && name !== 'MEMORY'),
  ];
}

/** As `DescribeServices` shows it, with times in ISO 8601. */
export function describedService(state: EcsState, arn: string): Json {
  const record = state.services[arn]!;
  if (!isOnInstances(record)) return { ...record.service, events: record.events };
  const tasks = tasksOf(state, arn);
  const counts = {
    desiredCount: desiredCount(state, arn),
    runningCount: tasks.filter(({ status }) => status === 'RUNNING').length,
    pendingCount: tasks.filter(({ status }) => status === 'PENDING').length,
  };
  const deployments = record.service.deployments.map((deployment: Json) => ({
    ...deployment,
    ...counts,
  }));
  return { ...record.service, ...counts, deployments, events: record.events };
}

/** Of a daemon: one for each container instance that takes tasks. */
function desiredCount({ services, containerInstances }: EcsState, arn: string): number {
  const record = services[arn]!;
  if (!isDaemonService(record)) return record.service.desiredCount ?? 0;
  return Object.values(containerInstances).filter(
    ({ cluster, status }) => cluster === record.cluster && status === 'ACTIVE',
  ).length;
}

/** As `DescribeTasks` shows it, with times in ISO 8601. */
export function describedTask(record: TaskRecord): Json {
  const { task, status, startedAt, stoppingAt, stoppedAt, stoppedReason, stopCode } = record;
  return {
    ...task,
    lastStatus: status,
    desiredStatus: isWanted(record) ? 'RUNNING' : 'STOPPED',
    ...(startedAt !== undefined && { startedAt: new Date(startedAt).toISOString() }),
    ...(stoppingAt !== undefined && { stoppingAt: new Date(stoppingAt).toISOString() }),
    ...(stoppedAt !== undefined && { stoppedAt: new Date(stoppedAt).toISOString() }),
    ...(stoppedReason !== undefined && { stoppedReason }),
    ...(stopCode !== undefined && { stopCode }),
  };
}
