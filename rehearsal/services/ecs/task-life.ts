import { createHash } from 'node:crypto';
import { drawDuration } from '../duration';
import type { Activity, Json } from '../service';
import { arnOf, lastPart } from './names';
import {
  attributeOf,
  durationOf,
  nextStatusAt,
  type ContainerInstanceRecord,
  type EcsState,
  type ServiceRecord,
  type Size,
  type TaskRecord,
} from './state';

/** Starts a task of a service on a container instance. */
export function startTask(
  state: EcsState,
  { service, cluster }: ServiceRecord,
  instance: ContainerInstanceRecord,
  size: Size,
  { now, random, scope }: Activity,
): TaskRecord {
  const { containerInstance } = instance;
  const arn = arnOf(scope, 'task', `${lastPart(cluster)}/${newId(state, 'task', now)}`);
  const zone = attributeOf(instance, 'ecs.availability-zone');
  const provider: Json = containerInstance.capacityProviderName;
  const record: TaskRecord = {
    task: {
      taskArn: arn,
      clusterArn: cluster,
      containerInstanceArn: containerInstance.containerInstanceArn,
      taskDefinitionArn: service.taskDefinition,
      group: `service:${service.serviceName}`,
      startedBy: service.deployments[0].id,
      launchType: 'EC2',
      cpu: String(size.cpu),
      memory: String(size.memory),
      createdAt: new Date(now).toISOString(),
      ...(zone !== undefined && { availabilityZone: zone }),
      ...(provider !== undefined && { capacityProviderName: provider }),
    },
    cluster,
    containerInstance: containerInstance.containerInstanceArn,
    service: service.serviceArn,
    size,
    status: 'PENDING',
    changesAt: now + drawDuration(durationOf(scope, 'startTask'), random),
  };
  state.tasks[arn] = record;
  return record;
}

/** Tells a task to stop, which takes it a while once it runs. One that is PENDING stops at once. */
export function stopTask(
  record: TaskRecord,
  stopCode: string,
  reason: string,
  { now, random, scope }: Activity,
): void {
  record.stopCode = stopCode;
  record.stoppedReason = reason;
  if (record.status === 'PENDING') {
    endTask(record, now);
    return;
  }
  record.status = 'STOPPING';
  record.stoppingAt = now;
  record.changesAt = now + drawDuration(durationOf(scope, 'stopTask'), random);
}

/** The machine under a task is gone. */
export function loseTask(record: TaskRecord, reason: string, { now }: Activity): void {
  if (record.status !== 'STOPPING') {
    record.stopCode = 'TerminationNotice';
    record.stoppedReason = reason;
  }
  endTask(record, now);
}

/** What time brings: tasks run, have done their work, or have stopped. */
export function moveTasks(state: EcsState, { now }: Activity): void {
  for (const record of Object.values(state.tasks)) {
    const at = nextStatusAt(record);
    if (at === undefined || at > now) continue;
    switch (record.status) {
      case 'PENDING':
        record.status = 'RUNNING';
        record.startedAt = at;
        delete record.changesAt;
        break;
      case 'RUNNING':
        record.stopCode = 'EssentialContainerExited';
        record.stoppedReason = 'Essential container in task exited';
        endTask(record, at);
        break;
      default:
        endTask(record, at);
    }
  }
}

/** Looks like AWS's, and is the same in every rehearsal. */
export function newId(state: EcsState, kind: string, now: number): string {
  state.made += 1;
  return createHash('sha256').update(`${kind} ${now} ${state.made}`).digest('hex').slice(0, 32);
}

function endTask(record: TaskRecord, at: number): void {
  record.status = 'STOPPED';
  record.stoppedAt = at;
  delete record.changesAt;
}
