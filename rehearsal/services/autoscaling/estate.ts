import { createHash } from 'node:crypto';
import type { Json, Scope } from '../service';
import { groupShown } from './describe-groups';
import { refreshShown } from './describe-refreshes';
import { specificationsOf } from './configuration';
import { checkHook } from './lifecycle-hooks';
import { arnOf } from './names';
import { preferencesOf } from './preferences';
import { actionShown, scheduledAction } from './scheduled-actions';
import {
  isLeaving,
  type AutoScalingState,
  type GroupInstance,
  type GroupRecord,
  type Refresh,
} from './state';
import { terminationPolicies } from './termination-policy';

/** Members of a group in an estate that are answers of other operations. */
const BESIDES = [
  'Instances',
  'LifecycleHooks',
  'InstanceRefreshes',
  'ScheduledActions',
  'WarmPool',
  'Activities',
];

/** The account as the estate describes it. */
export function createState(scope: Scope): AutoScalingState {
  const given: Json[] = structuredClone(scope.estate.autoscaling?.groups ?? []);
  const groups = given.map((group) => [group.AutoScalingGroupName, recordOf(group, scope)]);
  const issued = given.reduce(
    (sum, { Activities = [], InstanceRefreshes = [] }) =>
      sum + Activities.length + InstanceRefreshes.length,
    0,
  );
  return { groups: Object.fromEntries(groups), issued, eventsDone: 0 };
}

function recordOf(given: Json, scope: Scope): GroupRecord {
  const group = groupOf(given, scope);
  const now = Date.parse(scope.estate.capturedAt);
  const refreshes = (given.InstanceRefreshes ?? []).map((one: Json) => refreshOf(one, group));
  const active: Refresh | undefined =
    refreshes[0]?.endedAt === undefined ? refreshes[0] : undefined;
  const hooks: Json[] = given.LifecycleHooks ?? [];
  hooks.forEach(checkHook);
  const instances: GroupInstance[] = (given.Instances ?? []).map((one: Json) =>
    instanceOf(one, active, hooks, now),
  );
  if (active?.status === 'InProgress') {
    const live = instances.filter((one) => !isLeaving(one) && one.LifecycleState !== 'Standby');
    // More than there should be were launched before as many old ones were to go.
    active.surplus = Math.max(live.length - group.DesiredCapacity, 0);
  }
  return {
    group,
    instances,
    hooks: hooks.map((hook) => ({ ...hook, AutoScalingGroupName: group.AutoScalingGroupName })),
    refreshes,
    scheduledActions: (given.ScheduledActions ?? []).flatMap((one: Json) =>
      scheduledAction({ ...one, AutoScalingGroupName: group.AutoScalingGroupName }, now),
    ),
    ...(given.WarmPool !== undefined && { warmPool: given.WarmPool }),
    activities: given.Activities ?? [],
    touched: true,
  };
}

/** With AWS's defaults, and without what the emulation cannot have the group do. */
function groupOf(given: Json, scope: Scope): Json {
  const name: string = given.AutoScalingGroupName;
  const { MaxInstanceLifetime, CapacityRebalance, TerminationPolicies = ['Default'] } = given;
  const problems = [
    ...(MaxInstanceLifetime ? ['MaxInstanceLifetime'] : []),
    ...(CapacityRebalance ? ['CapacityRebalance'] : []),
    ...TerminationPolicies.filter((policy: string) => !terminationPolicies.includes(policy)).map(
      (policy: string) => `the termination policy ${policy}`,
    ),
  ];
  if (problems.length > 0) {
    throw new Error(`Auto Scaling: ${problems.join(' and ')} of ${name} is not emulated`);
  }
  const group = Object.fromEntries(
    Object.entries(given).filter(([member]) => !BESIDES.includes(member)),
  );
  return {
    AutoScalingGroupARN: arnOf(uuidOf(`${scope.account} ${name}`), name, scope),
    DefaultCooldown: 300,
    HealthCheckType: 'EC2',
    HealthCheckGracePeriod: 0,
    CreatedTime: scope.estate.capturedAt,
    TerminationPolicies,
    NewInstancesProtectedFromScaleIn: false,
    ...group,
  };
}

/** What is under way at the start begins anew with what it waits for. */
function instanceOf(
  given: Json,
  active: Refresh | undefined,
  hooks: readonly Json[],
  now: number,
): GroupInstance {
  const { LaunchTemplateId, Version } = given.LaunchTemplate ?? {};
  const deployed = specificationsOf(active?.desiredConfiguration ?? {}).some(
    (target) => target.LaunchTemplateId === LaunchTemplateId && target.Version === Version,
  );
  const waiting = /^(Pending|Terminating):Wait$/.exec(given.LifecycleState)?.[1];
  const transition = waiting === 'Pending' ? 'LAUNCHING' : 'TERMINATING';
  return {
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
    LifecycleState: 'InService',
    ...given,
    ...(active !== undefined && deployed && { deployment: active.id }),
    ...(waiting !== undefined && {
      waits: hooks
        .filter(({ LifecycleTransition }) => LifecycleTransition.endsWith(transition))
        .map((hook) => ({
          hook: hook.LifecycleHookName,
          token: uuidOf(`${given.InstanceId} ${hook.LifecycleHookName}`),
          until: now + (hook.HeartbeatTimeout ?? 3600) * 1000,
        })),
    }),
  };
}

function refreshOf(given: Json, group: Json): Refresh {
  const startedAt = Date.parse(given.StartTime ?? group.CreatedTime);
  const { StatusReason, EndTime, RollbackDetails, DesiredConfiguration } = given;
  return {
    id: given.InstanceRefreshId,
    status: given.Status,
    ...(StatusReason !== undefined && { statusReason: StatusReason }),
    startedAt,
    ...(EndTime !== undefined && { endedAt: Date.parse(EndTime) }),
    preferences: preferencesOf(given.Preferences, group),
    ...(DesiredConfiguration !== undefined && { desiredConfiguration: DesiredConfiguration }),
    beginsAt: startedAt,
    percentage: given.PercentageComplete ?? 0,
    toUpdate: given.InstancesToUpdate ?? group.DesiredCapacity,
    surplus: 0,
    ...(given.Status === 'Baking' && {
      bakesUntil: startedAt + (given.Preferences?.BakeTime ?? 0) * 1000,
    }),
    paused: false,
    ...(RollbackDetails !== undefined && { rollback: RollbackDetails }),
  };
}

/** Writes the account back in the shape of an estate. */
export function toEstate({ groups }: AutoScalingState): Record<string, unknown> {
  const records = Object.values(groups);
  return records.length === 0 ? {} : { autoscaling: { groups: records.map(recordShown) } };
}

function recordShown(record: GroupRecord): Json {
  const { hooks, refreshes, scheduledActions, warmPool, activities, group } = record;
  const name: string = group.AutoScalingGroupName;
  return {
    ...groupShown(record),
    ...(hooks.length > 0 && { LifecycleHooks: hooks }),
    ...(refreshes.length > 0 && {
      InstanceRefreshes: refreshes.map((refresh) => refreshShown(refresh, name)),
    }),
    ...(scheduledActions.length > 0 && { ScheduledActions: scheduledActions.map(actionShown) }),
    ...(warmPool !== undefined && { WarmPool: warmPool }),
    ...(activities.length > 0 && { Activities: activities }),
  };
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
