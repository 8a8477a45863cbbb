import type { Duration } from '../duration';
import type { Json, Scope } from '../service';

/** Everything that ECS knows of the account. Plain JSON; ARNs are keys unless said otherwise. */
export interface EcsState {
  /** As `DescribeClusters` shows them with everything included, without counts; times in ISO 8601. */
  readonly clusters: Record<string, Json>;
  /** As `DescribeCapacityProviders` shows them, by name. */
  readonly capacityProviders: Record<string, Json>;
  readonly containerInstances: Record<string, ContainerInstanceRecord>;
  readonly services: Record<string, ServiceRecord>;
  readonly tasks: Record<string, TaskRecord>;
  /** What a task of a task definition takes. */
  readonly sizes: Readonly<Record<string, Size>>;
  /** Where instances of an Auto Scaling group register, by name of the group. */
  readonly homes: Readonly<Record<string, Home>>;
  /** EC2 instances whose agents come up, by id: when they register, epoch milliseconds. */
  readonly registering: Record<string, number>;
  /** Container instances by id of their EC2 instance. */
  readonly byInstance: Record<string, string>;
  /** Container instances and tasks made so far: no two get the same id. */
  made: number;
  /** Whether the schedulers have to look at the account again: a call changed something. */
  unsettled: boolean;
}

/** The cluster that a group's instances belong to. */
export interface Home {
  readonly cluster: string;
  /** Name, where the group is that of a capacity provider. */
  readonly capacityProvider?: string;
}

/** CPU units and MiB of memory. */
export interface Size {
  readonly cpu: number;
  readonly memory: number;
}

/** A container instance. All times in epoch milliseconds. */
export interface ContainerInstanceRecord {
  /** What `DescribeContainerInstances` shows and nothing changes; times in ISO 8601. */
  readonly containerInstance: Json;
  readonly cluster: string;
  /** As registered. */
  readonly size: Size;
  status: 'ACTIVE' | 'DRAINING' | 'INACTIVE';
  /** Every change that AWS would tell the event bus of adds one. */
  version: number;
  /** `INACTIVE` from then on. */
  inactiveSince?: number;
  /** Managed draining holds its termination from then on. */
  terminatingSince?: number;
  /** Whether managed termination protection wants it protected from scale-in. */
  isProtected?: boolean;
}

export interface ServiceRecord {
  /** What `DescribeServices` shows and nothing changes; times in ISO 8601. */
  readonly service: Json;
  readonly cluster: string;
  /** As `DescribeServices` shows them, the latest first; times in ISO 8601. */
  readonly events: Json[];
  /** The latest value of RunningTaskCount that was published. */
  measured?: number;
}

/** A task. All times in epoch milliseconds. */
export interface TaskRecord {
  /** What `DescribeTasks` shows and nothing changes; times in ISO 8601. */
  readonly task: Json;
  readonly cluster: string;
  /** Absent for tasks that run elsewhere: on Fargate. */
  readonly containerInstance?: string;
  /** Absent for standalone tasks. */
  readonly service?: string;
  readonly size: Size;
  status: TaskStatus;
  /** When PENDING and STOPPING are over. */
  changesAt?: number;
  /** When it ends by itself, having done its work. @default never */
  readonly doneAt?: number;
  startedAt?: number;
  stoppingAt?: number;
  stoppedAt?: number;
  stoppedReason?: string;
  stopCode?: string;
}

/** `lastStatus`. The desired status is RUNNING for the first two. */
export type TaskStatus = 'PENDING' | 'RUNNING' | 'STOPPING' | 'STOPPED';

/** How long ECS takes for what, where the estate does not say so under `durations.ecs`. */
const DURATIONS = {
  /** From the start of an instance until its agent has registered it. */
  registerInstance: { seconds: [15, 45] },
  /** From PENDING to RUNNING. */
  startTask: { seconds: [10, 30] },
  /** From STOPPING to STOPPED: 30 seconds are what containers get before they are killed. */
  stopTask: { seconds: [5, 30] },
} satisfies Readonly<Record<string, Duration>>;

export type DurationName = keyof typeof DURATIONS;

export function durationOf(scope: Scope, name: DurationName): Duration {
  return scope.estate.durations?.ecs?.[name] ?? DURATIONS[name];
}

/** How long what has ended can still be described, milliseconds: of tasks AWS says "at least one hour". */
export const REMEMBERED = 3_600_000;

/** When the status of a task changes by itself. */
export function nextStatusAt({ status, changesAt, doneAt }: TaskRecord): number | undefined {
  return status === 'RUNNING' ? doneAt : changesAt;
}

/** Whether a task takes up room. */
export function isLive({ status }: TaskRecord): boolean {
  return status !== 'STOPPED';
}

/** Whether a task is to run: its desired status. */
export function isWanted({ status }: TaskRecord): boolean {
  return status === 'PENDING' || status === 'RUNNING';
}

/** Whether a task belongs to a service that runs one on every container instance. */
export function isDaemon(state: EcsState, { service }: TaskRecord): boolean {
  return service !== undefined && isDaemonService(state.services[service]!);
}

export function isDaemonService({ service }: ServiceRecord): boolean {
  return service.schedulingStrategy === 'DAEMON';
}

/** Whether the tasks of a service run on container instances, and not on Fargate or on machines outside of AWS. */
export function isOnInstances({ service }: ServiceRecord): boolean {
  const providers: Json[] = service.capacityProviderStrategy ?? [];
  return (
    (service.launchType ?? 'EC2') === 'EC2' &&
    !providers.some(({ capacityProvider }) => /^FARGATE(_SPOT)?$/.test(capacityProvider))
  );
}

/** The tasks that take up room on each container instance. */
export function liveTasks(state: EcsState): ReadonlyMap<string, readonly TaskRecord[]> {
  const found = new Map<string, TaskRecord[]>();
  for (const task of Object.values(state.tasks)) {
    if (task.containerInstance === undefined || !isLive(task)) continue;
    const others = found.get(task.containerInstance);
    if (others === undefined) found.set(task.containerInstance, [task]);
    else others.push(task);
  }
  return found;
}

/** Tasks of a service that have not stopped, in the order of their making. */
export function tasksOf(state: EcsState, service: string): TaskRecord[] {
  return Object.values(state.tasks).filter((task) => task.service === service && isLive(task));
}

/** What is left of a container instance. */
export function roomOf({ size }: ContainerInstanceRecord, tasks: readonly TaskRecord[]): Size {
  return {
    cpu: tasks.reduce((rest, task) => rest - task.size.cpu, size.cpu),
    memory: tasks.reduce((rest, task) => rest - task.size.memory, size.memory),
  };
}

export function attributeOf({ containerInstance }: ContainerInstanceRecord, name: string): Json {
  return (containerInstance.attributes ?? []).find((attribute: Json) => attribute.name === name)
    ?.value;
}
