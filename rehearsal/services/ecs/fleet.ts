import type { AutoScalingState, GroupInstance } from '../autoscaling/state';
import { drawDuration } from '../duration';
import { instanceState } from '../ec2/instances';
import type { Ec2State, InstanceRecord } from '../ec2/state';
import type { Activity, View } from '../service';
import { sizeOfType } from './instance-size';
import { arnOf, lastPart } from './names';
import {
  attributeOf,
  durationOf,
  REMEMBERED,
  type ContainerInstanceRecord,
  type EcsState,
  type Home,
  type Size,
} from './state';
import { loseTask, newId } from './task-life';

/** An instance of a group as Auto Scaling has it. */
export interface Member {
  readonly group: string;
  readonly home: Home;
  readonly instance: GroupInstance;
}

/** All instances of the groups that belong to clusters. */
export function members(state: EcsState, view: View): Member[] {
  const homes = Object.entries(state.homes);
  if (homes.length === 0) return [];
  const { groups } = view.peer<AutoScalingState>('autoscaling');
  return homes.flatMap(([group, home]) =>
    (groups[group]?.instances ?? []).map((instance) => ({ group, home, instance })),
  );
}

/** When the next instance comes or goes, epoch milliseconds. */
export function nextOfFleet(
  state: EcsState,
  fleet: readonly Member[],
  view: View,
): number | undefined {
  const { instances } = view.peer<Ec2State>('ec2');
  const times = [
    ...Object.values(state.registering),
    ...fleet.flatMap(({ instance }) =>
      isExpected(state, instances[instance.InstanceId], instance)
        ? [instances[instance.InstanceId]!.runningAt]
        : [],
    ),
    ...Object.values(state.containerInstances).flatMap((record) =>
      isLost(record, instances, view.now) ? [view.now] : [],
    ),
  ];
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Instances come up and register; those that are terminated take their tasks with them. */
export function moveFleet(state: EcsState, fleet: readonly Member[], activity: Activity): void {
  const { now, random, scope } = activity;
  const { instances } = activity.peer<Ec2State>('ec2');
  for (const [arn, record] of Object.entries(state.containerInstances)) {
    if (isLost(record, instances, now)) loseInstance(state, arn, record, activity);
  }
  for (const { instance } of fleet) {
    const id = instance.InstanceId;
    const ec2 = instances[id];
    if (!isExpected(state, ec2, instance) || now < ec2.runningAt) continue;
    state.registering[id] = now + drawDuration(durationOf(scope, 'registerInstance'), random);
  }
  const homes = new Map(fleet.map(({ instance, home }) => [instance.InstanceId, home]));
  for (const [id, at] of Object.entries(state.registering)) {
    if (at > now) continue;
    delete state.registering[id];
    const [home, ec2] = [homes.get(id), instances[id]];
    if (home === undefined || ec2 === undefined || instanceState(ec2, now) !== 'running') continue;
    register(state, id, ec2, home, activity);
  }
  forget(state, now);
}

/** Whether an instance that is not in its cluster yet will be. One whose status checks fail never is. */
function isExpected(
  state: EcsState,
  ec2: InstanceRecord | undefined,
  { InstanceId }: GroupInstance,
): ec2 is InstanceRecord {
  return (
    ec2 !== undefined &&
    ec2.shuttingDownAt === undefined &&
    ec2.impairment === undefined &&
    !Object.hasOwn(state.byInstance, InstanceId) &&
    !Object.hasOwn(state.registering, InstanceId)
  );
}

/** Whether the machine is going away, or gone, and ECS does not know yet. */
function isLost(
  { containerInstance, status }: ContainerInstanceRecord,
  instances: Readonly<Record<string, InstanceRecord>>,
  now: number,
): boolean {
  if (status === 'INACTIVE') return false;
  const ec2 = instances[containerInstance.ec2InstanceId];
  return ec2?.shuttingDownAt !== undefined && ec2.shuttingDownAt <= now;
}

function loseInstance(
  state: EcsState,
  arn: string,
  record: ContainerInstanceRecord,
  activity: Activity,
): void {
  activity.uses('termination');
  record.status = 'INACTIVE';
  record.inactiveSince = activity.now;
  record.version += 1;
  const reason = `Host EC2 (instance ${record.containerInstance.ec2InstanceId}) terminated.`;
  for (const task of Object.values(state.tasks)) {
    if (task.containerInstance === arn && task.status !== 'STOPPED') {
      loseTask(task, reason, activity);
    }
  }
}

function register(
  state: EcsState,
  id: string,
  { instance }: InstanceRecord,
  { cluster, capacityProvider }: Home,
  { now, scope, uses }: Activity,
): void {
  uses('register');
  uses('sizes');
  const arn = arnOf(
    scope,
    'container-instance',
    `${lastPart(cluster)}/${newId(state, 'container instance', now)}`,
  );
  const attributes = {
    'ecs.ami-id': instance.ImageId,
    'ecs.availability-zone': instance.Placement?.AvailabilityZone,
    'ecs.instance-type': instance.InstanceType,
    'ecs.subnet-id': instance.SubnetId,
    'ecs.os-type': 'linux',
  };
  state.byInstance[id] = arn;
  state.containerInstances[arn] = {
    containerInstance: {
      containerInstanceArn: arn,
      ec2InstanceId: id,
      ...(capacityProvider !== undefined && { capacityProviderName: capacityProvider }),
      registeredAt: new Date(now).toISOString(),
      attributes: Object.entries(attributes)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => ({ name, value })),
    },
    cluster,
    size: sizeOfInstance(state, instance.InstanceType),
    status: 'ACTIVE',
    version: 1,
  };
}

/** As others of its type, if there are any. */
function sizeOfInstance(state: EcsState, type: string): Size {
  const other = Object.values(state.containerInstances).find(
    (record) => attributeOf(record, 'ecs.instance-type') === type,
  );
  return other?.size ?? sizeOfType(type);
}

/** What ended long ago cannot be described any more. */
function forget(state: EcsState, now: number): void {
  const isLongAgo = (at: number | undefined) => at !== undefined && now >= at + REMEMBERED;
  for (const [arn, { inactiveSince, containerInstance }] of Object.entries(
    state.containerInstances,
  )) {
    if (!isLongAgo(inactiveSince)) continue;
    delete state.containerInstances[arn];
    delete state.byInstance[containerInstance.ec2InstanceId];
  }
  for (const [arn, { stoppedAt }] of Object.entries(state.tasks)) {
    if (isLongAgo(stoppedAt)) delete state.tasks[arn];
  }
}
