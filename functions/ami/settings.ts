/**
 * How one Auto Scaling group is moved to an AMI. The component fills in the defaults and checks the values:
 * `components/ami/ami-rollout/arguments.ts` documents them.
 */
export interface GroupSettings {
  readonly strategy: 'instanceRefresh' | 'scheduledActions';
  /** Of scheduled actions: how long new instances may take to get ready. */
  readonly scaleOutMinutes: number;
  readonly minHealthyPercentage: number;
  readonly maxHealthyPercentage: number;
  /** Absent: the group's own. */
  readonly instanceWarmupSeconds?: number;
  readonly checkpointPercentages: readonly number[];
  readonly checkpointDelayMinutes: number;
  readonly bakeMinutes: number;
  /** CloudWatch alarms by name. */
  readonly alarms: readonly string[];
  readonly protectedInstances: 'wait' | 'ignore' | 'refresh';
  readonly standbyInstances: 'wait' | 'ignore' | 'terminate';
  /** The cluster whose container instances the group's are. Absent: none. */
  readonly ecs?: EcsSettings;
}

export interface EcsSettings {
  /** Name of the cluster. */
  readonly cluster: string;
  /** What tasks that belong to no service mean: they are waited for, or the group is left alone. */
  readonly standaloneTasks: 'wait' | 'refuse';
  /** How long they are waited for. */
  readonly standaloneTaskHours: number;
  /** How long tasks may take to leave the old instances before the rollout is given up. */
  readonly drainMinutes: number;
}

/** Groups that are moved together, and what lies between them and the next ones. */
export interface Wave {
  /** By name. */
  readonly groups: readonly string[];
  /** How long they run on the new AMI before the next wave. */
  readonly soakMinutes: number;
  /** CloudWatch alarms that hold the next wave back, by name. */
  readonly alarms: readonly string[];
  /** Whether a person must let this wave go. */
  readonly approval: boolean;
}

/** What holds for every run: part of the state machine's definition. */
export interface RolloutSettings {
  /** By name of the group. */
  readonly groups: Readonly<Record<string, GroupSettings>>;
  /** Hours since its creation before an AMI is rolled out. */
  readonly minimumAgeHours: number;
  /** Whose AMIs are rolled out: `self`, `amazon`, or account numbers. */
  readonly owners: readonly string[];
  /** Failed rollouts of an AMI to a group before it is left alone. */
  readonly attempts: number;
  /** How long another refresh of a group is waited for. */
  readonly startHours: number;
  /** How long a refresh is watched. */
  readonly finishHours: number;
  /** How long an approval is waited for. */
  readonly approvalHours: number;
}
