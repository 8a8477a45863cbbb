import type { Json } from '../service';

/** Everything that Auto Scaling knows of the account. Plain JSON; times are epoch milliseconds unless said otherwise. */
export interface AutoScalingState {
  /** By name. */
  readonly groups: Record<string, GroupRecord>;
  /** Ids given so far, of refreshes, activities and lifecycle actions: no two are the same. */
  issued: number;
  /** How many of the estate's events have had their turn. */
  eventsDone: number;
}

export interface GroupRecord {
  /** As `DescribeAutoScalingGroups` shows it, without `Instances`; times in ISO 8601. */
  readonly group: Json;
  instances: GroupInstance[];
  /** As `DescribeLifecycleHooks` shows them. */
  readonly hooks: readonly Json[];
  /** Newest first. */
  readonly refreshes: Refresh[];
  scheduledActions: ScheduledAction[];
  /** As `DescribeWarmPool` shows it. @default none */
  readonly warmPool?: Json;
  /** As `DescribeScalingActivities` shows them, newest first; times in ISO 8601. */
  readonly activities: Json[];
  /** Who changed the capacity last, as causes of activities say it, until it is reached. */
  request?: string;
  /** Launches that failed one after the other. */
  launchFailure?: LaunchFailure;
  /** When something is due next, as far as the group itself knows. */
  wakeAt?: number;
  /** Somebody changed the group since it was last looked after. */
  touched: boolean;
  /** The data points published last. @default none yet */
  published?: { readonly inService: number; readonly desired: number };
}

/** An instance of a group, as `DescribeAutoScalingGroups` shows it, and in lower case what only Auto Scaling knows. */
export interface GroupInstance {
  readonly InstanceId: string;
  readonly InstanceType?: string;
  readonly AvailabilityZone: string;
  LifecycleState: LifecycleState;
  HealthStatus: 'Healthy' | 'Unhealthy';
  readonly LaunchTemplate?: {
    readonly LaunchTemplateId: string;
    readonly LaunchTemplateName: string;
    /** A number. */
    readonly Version: string;
  };
  readonly LaunchConfigurationName?: string;
  ProtectedFromScaleIn: boolean;
  readonly WeightedCapacity?: string;
  /** When it came into service. @default long ago */
  inServiceAt?: number;
  /** What deployed it: see `deploymentOf`. @default no instance refresh */
  readonly deployment?: string;
  /** Id of the activity that launches or terminates it. */
  activity?: string;
  /** The lifecycle actions that it waits for. @default none */
  waits?: LifecycleWait[];
  /** A lifecycle action said not to go on with its launch. */
  abandoned?: boolean;
}

export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'InService'
  | 'Standby'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed';

export interface LifecycleWait {
  readonly hook: string;
  readonly token: string;
  /** What the hook's default result is for. */
  readonly until: number;
}

export interface LaunchFailure {
  /** When the first of them failed. */
  readonly since: number;
  readonly count: number;
  readonly retryAt: number;
}

export interface ScheduledAction {
  /** As `DescribeScheduledActions` shows it, without `StartTime` and `Time`; times in ISO 8601. */
  readonly action: Json;
  readonly nextAt: number;
}

export interface Refresh {
  readonly id: string;
  status: RefreshStatus;
  statusReason?: string;
  readonly startedAt: number;
  endedAt?: number;
  /** With the defaults in it, as `DescribeInstanceRefreshes` shows them. */
  readonly preferences: Json;
  readonly desiredConfiguration?: Json;
  /** `Pending` until then. */
  readonly beginsAt: number;
  percentage: number;
  toUpdate: number;
  /** Instances above the desired capacity, launched before old ones go. */
  surplus: number;
  /** Why it makes no headway, and since when. */
  trouble?: Trouble;
  /** The latest checkpoint, and until when it waits there. */
  checkpoint?: { readonly percentage: number; readonly until: number };
  bakesUntil?: number;
  /** An alarm has no data: nothing more is replaced until it has. */
  paused: boolean;
  /** As `DescribeInstanceRefreshes` shows it, with the time in ISO 8601. */
  rollback?: Json;
}

export interface Trouble {
  readonly since: number;
  readonly reason: string;
  /** It waits for instances that are protected or on standby. @default it waits for healthy ones */
  readonly blocked?: true;
}

export type RefreshStatus =
  | 'Pending'
  | 'InProgress'
  | 'Successful'
  | 'Failed'
  | 'Cancelling'
  | 'Cancelled'
  | 'RollbackInProgress'
  | 'RollbackFailed'
  | 'RollbackSuccessful'
  | 'Baking';

/** The refresh that is under way, if any: a group has at most one. */
export function activeRefresh({ refreshes }: GroupRecord): Refresh | undefined {
  const [newest] = refreshes;
  return newest !== undefined && newest.endedAt === undefined ? newest : undefined;
}

/** What is noted on instances that a refresh launches at present, if it does; those of a rollback are told apart. */
export function deploymentOf(refresh: Refresh | undefined): string | undefined {
  switch (refresh?.status) {
    case 'InProgress':
    case 'Baking':
      return refresh.id;
    case 'RollbackInProgress':
      return `${refresh.id}#rollback`;
    default:
      return undefined;
  }
}

/** Notes that something keeps a refresh from going on, unless something does already. */
export function noteTrouble(
  record: GroupRecord,
  instance: GroupInstance | undefined,
  reason: string,
  now: number,
): void {
  const refresh = activeRefresh(record);
  const deployment = deploymentOf(refresh);
  if (refresh === undefined || deployment === undefined) return;
  if (instance !== undefined && instance.deployment !== deployment) return;
  refresh.trouble ??= { since: now, reason };
}

/** Whether an instance is on its way out. */
export function isLeaving({ LifecycleState }: GroupInstance): boolean {
  return LifecycleState.startsWith('Terminating');
}

/** The instances that count towards the desired capacity. */
export function liveInstances({ instances }: GroupRecord): GroupInstance[] {
  return instances.filter(
    (instance) => !isLeaving(instance) && instance.LifecycleState !== 'Standby',
  );
}

/** Whether a process of the group is suspended: `Launch`, `Terminate`, `HealthCheck`, ... */
export function isSuspended({ group }: GroupRecord, process: string): boolean {
  return (group.SuspendedProcesses ?? []).some(({ ProcessName }: Json) => ProcessName === process);
}
