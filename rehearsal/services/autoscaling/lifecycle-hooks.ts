import { AwsError, type Activity, type Json } from '../service';
import { groupNamed, invalid, nextId } from './names';
import { isLeaving, type AutoScalingState, type GroupInstance, type GroupRecord } from './state';

type Transition = 'LAUNCHING' | 'TERMINATING';

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html#lifecycle-hook-wait-state */
const LONGEST_SECONDS = 172_800;

/**
 * Has an instance wait for the lifecycle hooks of a transition, if there are any, and tells of each.
 *
 * @returns whether there are any
 */
export function waitForHooks(
  record: GroupRecord,
  instance: GroupInstance,
  transition: Transition,
  state: AutoScalingState,
  { now, emit, uses }: Activity,
): boolean {
  const hooks = record.hooks.filter(
    ({ LifecycleTransition }) => LifecycleTransition === `autoscaling:EC2_INSTANCE_${transition}`,
  );
  if (hooks.length === 0) return false;
  uses('lifecycle-hooks');
  instance.LifecycleState = transition === 'LAUNCHING' ? 'Pending:Wait' : 'Terminating:Wait';
  instance.waits = hooks.map((hook) => {
    const { HeartbeatTimeout = 3600 } = hook;
    const seconds = Math.min(HeartbeatTimeout, hook.GlobalTimeout ?? LONGEST_SECONDS);
    const token = nextId(state, now);
    emit(actionEvent(record, instance, hook, token, transition));
    return { hook: hook.LifecycleHookName, token, until: now + seconds * 1000 };
  });
  return true;
}

/** Ends what an instance waits for beyond its time, with the default result. @returns whether there was any */
export function timeOutHooks(record: GroupRecord, instance: GroupInstance, now: number): boolean {
  const over = (instance.waits ?? []).filter(({ until }) => until <= now);
  for (const { hook } of over) {
    const found = record.hooks.find(({ LifecycleHookName }) => LifecycleHookName === hook);
    endWait(instance, hook, found?.DefaultResult ?? 'ABANDON');
  }
  return over.length > 0;
}

/**
 * Completes a lifecycle action: `CompleteLifecycleAction` as other services of AWS call it.
 *
 * @throws {AwsError} ValidationError where there is no such action
 */
export function completeLifecycleAction(
  state: AutoScalingState,
  group: string,
  instanceId: string,
  hookName: string,
  result: 'CONTINUE' | 'ABANDON',
  { uses }: Pick<Activity, 'uses'>,
): void {
  const record = groupNamed(state, group);
  const instance = record.instances.find(({ InstanceId }) => InstanceId === instanceId);
  if (instance?.waits?.some(({ hook }) => hook === hookName) !== true) {
    throw invalid(`No active Lifecycle Action found with instance ID ${instanceId}`);
  }
  uses('lifecycle-hooks');
  endWait(instance, hookName, result);
  record.touched = true;
}

/**
 * Has a lifecycle action wait for another heartbeat: `RecordLifecycleActionHeartbeat` as other services of AWS call it.
 * How long all heartbeats may go on is for them to watch.
 *
 * @throws {AwsError} ValidationError where there is no such action
 */
export function recordLifecycleActionHeartbeat(
  state: AutoScalingState,
  group: string,
  instanceId: string,
  hookName: string,
  { now }: Pick<Activity, 'now'>,
): void {
  const record = groupNamed(state, group);
  const instance = record.instances.find(({ InstanceId }) => InstanceId === instanceId);
  if (instance?.waits?.some(({ hook }) => hook === hookName) !== true) {
    throw invalid(`No active Lifecycle Action found with instance ID ${instanceId}`);
  }
  const found = record.hooks.find(({ LifecycleHookName }) => LifecycleHookName === hookName);
  const until = now + (found?.HeartbeatTimeout ?? 3600) * 1000;
  instance.waits = instance.waits.map((wait) =>
    wait.hook === hookName ? { ...wait, until } : wait,
  );
  record.touched = true;
}

/**
 * `ABANDON` ends the other hooks as well and, of an instance that is being launched, the launch; `CONTINUE` lets them
 * go on. https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks-overview.html
 */
function endWait(instance: GroupInstance, ended: string, result: string): void {
  const rest = (instance.waits ?? []).filter(({ hook }) => hook !== ended);
  instance.waits = result === 'ABANDON' ? [] : rest;
  if (result === 'ABANDON' && !isLeaving(instance)) instance.abandoned = true;
}

/** https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html */
function actionEvent(
  { group }: GroupRecord,
  { InstanceId }: GroupInstance,
  hook: Json,
  token: string,
  transition: Transition,
) {
  const launching = transition === 'LAUNCHING';
  return {
    source: 'aws.autoscaling',
    'detail-type': `EC2 Instance-${launching ? 'launch' : 'terminate'} Lifecycle Action`,
    resources: [group.AutoScalingGroupARN],
    detail: {
      LifecycleActionToken: token,
      AutoScalingGroupName: group.AutoScalingGroupName,
      LifecycleHookName: hook.LifecycleHookName,
      EC2InstanceId: InstanceId,
      LifecycleTransition: hook.LifecycleTransition,
      ...(hook.NotificationMetadata !== undefined && {
        NotificationMetadata: hook.NotificationMetadata,
      }),
      Origin: launching ? 'EC2' : 'AutoScalingGroup',
      Destination: launching ? 'AutoScalingGroup' : 'EC2',
    },
  };
}

/** Refuses a hook that tells somebody else than the event bus. @throws {AwsError} NotImplemented */
export function checkHook({ LifecycleHookName, NotificationTargetARN }: Json): void {
  if (!NotificationTargetARN) return;
  const message = `The rehearsal does not implement the NotificationTargetARN of the lifecycle hook ${LifecycleHookName}.`;
  throw new AwsError('NotImplemented', message, 501);
}
