import {
  completeLifecycleAction,
  recordLifecycleActionHeartbeat,
} from '../autoscaling/lifecycle-hooks';
import { setInstanceProtection } from '../autoscaling/protection';
import type { AutoScalingState, LifecycleWait } from '../autoscaling/state';
import type { Activity, View } from '../service';
import type { Member } from './fleet';
import { isDaemon, liveTasks, type ContainerInstanceRecord, type EcsState } from './state';

/** The hook that ECS itself puts on the group of a capacity provider with managed draining. */
export const DRAINING_HOOK = 'ecs-managed-draining-termination-hook';

/** "until either all tasks are stopped or 48 hours has passed" */
const LONGEST_DRAIN = 48 * 3_600_000;

/** How long before the hook would go on by itself ECS has it wait longer. */
const HEARTBEAT_AHEAD = 60_000;

/** ECS calls Auto Scaling with its service-linked role. What Auto Scaling does then is no behaviour of ECS. */
const IN_ITS_OWN_NAME = {
  caller: 'ecs',
  principal: 'ecs.amazonaws.com',
  uses: () => undefined,
};

/** When managed draining or managed termination protection has something to do, epoch milliseconds. */
export function nextOfManaged(
  state: EcsState,
  fleet: readonly Member[],
  { now }: View,
): number | undefined {
  const times = fleet.flatMap((member) => {
    const record = recordOf(state, member);
    if (record === undefined) return [];
    if (record.isProtected === true && isUnprotected(member)) return [now];
    const wait = drainingWait(state, member);
    if (wait === undefined) return [];
    if (record.terminatingSince === undefined) return [now];
    return [record.terminatingSince + LONGEST_DRAIN, wait.until - HEARTBEAT_AHEAD];
  });
  return times.length === 0 ? undefined : Math.min(...times);
}

/** Instances that their group terminates are drained first, where the capacity provider manages that. */
export function drainTerminating(
  state: EcsState,
  fleet: readonly Member[],
  { now, uses }: Activity,
): void {
  for (const member of fleet) {
    const record = recordOf(state, member);
    if (record === undefined || record.terminatingSince !== undefined) continue;
    if (drainingWait(state, member) === undefined) continue;
    uses('managed-draining');
    record.terminatingSince = now;
    if (record.status !== 'ACTIVE') continue;
    record.status = 'DRAINING';
    record.version += 1;
  }
}

/** Lets terminations go on where nothing runs any more, or it took too long. */
export function releaseDrained(
  state: EcsState,
  fleet: readonly Member[],
  activity: Activity,
): void {
  const live = liveTasks(state);
  const groups = activity.peer<AutoScalingState>('autoscaling');
  const inItsOwnName = { ...activity, ...IN_ITS_OWN_NAME };
  for (const member of fleet) {
    const record = recordOf(state, member);
    const wait = drainingWait(state, member);
    if (record?.terminatingSince === undefined || wait === undefined) continue;
    const { group, instance } = member;
    const isDrained = !live.has(record.containerInstance.containerInstanceArn);
    if (isDrained || activity.now >= record.terminatingSince + LONGEST_DRAIN) {
      const { InstanceId } = instance;
      completeLifecycleAction(groups, group, InstanceId, DRAINING_HOOK, 'CONTINUE', inItsOwnName);
    } else if (activity.now >= wait.until - HEARTBEAT_AHEAD) {
      const { InstanceId } = instance;
      recordLifecycleActionHeartbeat(groups, group, InstanceId, DRAINING_HOOK, inItsOwnName);
    }
  }
}

/** Instances with tasks are protected from scale-in, where the capacity provider manages that. */
export function protect(state: EcsState, fleet: readonly Member[], activity: Activity): void {
  const busy = new Set(
    [...liveTasks(state)]
      .filter(([, tasks]) => tasks.some((task) => !isDaemon(state, task)))
      .map(([arn]) => arn),
  );
  const groups = activity.peer<AutoScalingState>('autoscaling');
  for (const member of fleet) {
    const record = recordOf(state, member);
    if (record === undefined || !isEnabled(state, member, 'managedTerminationProtection')) continue;
    const isBusy = busy.has(record.containerInstance.containerInstanceArn);
    const wasBusy = record.isProtected === true;
    record.isProtected = isBusy;
    const { LifecycleState, ProtectedFromScaleIn } = member.instance;
    // New instances without tasks keep the protection that their group gave them.
    const changes = isBusy ? !ProtectedFromScaleIn : wasBusy && ProtectedFromScaleIn;
    if (LifecycleState !== 'InService' || !changes) continue;
    activity.uses('managed-termination-protection');
    activity.uses('no-managed-scaling');
    const input = {
      AutoScalingGroupName: member.group,
      InstanceIds: [member.instance.InstanceId],
      ProtectedFromScaleIn: isBusy,
    };
    setInstanceProtection.handle(input, groups, { ...activity, ...IN_ITS_OWN_NAME });
  }
}

function recordOf(state: EcsState, { instance }: Member): ContainerInstanceRecord | undefined {
  const arn = state.byInstance[instance.InstanceId];
  const record = arn === undefined ? undefined : state.containerInstances[arn];
  return record?.status === 'INACTIVE' ? undefined : record;
}

/** What a termination waits for, where that is managed draining. */
function drainingWait(state: EcsState, member: Member): LifecycleWait | undefined {
  const { LifecycleState, waits = [] } = member.instance;
  if (LifecycleState !== 'Terminating:Wait') return undefined;
  if (!isEnabled(state, member, 'managedDraining')) return undefined;
  return waits.find(({ hook }) => hook === DRAINING_HOOK);
}

function isUnprotected({ instance }: Member): boolean {
  return instance.LifecycleState === 'InService' && !instance.ProtectedFromScaleIn;
}

function isEnabled(
  { capacityProviders }: EcsState,
  { home }: Member,
  setting: 'managedDraining' | 'managedTerminationProtection',
): boolean {
  if (home.capacityProvider === undefined) return false;
  const provider = capacityProviders[home.capacityProvider]?.autoScalingGroupProvider ?? {};
  // "managed scaling must also be used otherwise managed termination protection doesn't work"
  const works = setting === 'managedDraining' || provider.managedScaling?.status !== 'DISABLED';
  return works && provider[setting] === 'ENABLED';
}
