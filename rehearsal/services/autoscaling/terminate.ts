import { instanceState, terminateInstance } from '../ec2/instances';
import type { Ec2State, InstanceRecord } from '../ec2/state';
import type { Activity, View } from '../service';
import { beginActivity, endActivity } from './activities';
import { requestOf } from './launch';
import { timeOutHooks, waitForHooks } from './lifecycle-hooks';
import { secondsOf } from './names';
import {
  isLeaving,
  noteTrouble,
  type AutoScalingState,
  type GroupInstance,
  type GroupRecord,
} from './state';

/**
 * Takes an instance out of the group: its termination hooks first, then EC2.
 *
 * @param reason second half of the cause: `in response to an instance refresh`
 */
export function terminate(
  record: GroupRecord,
  instance: GroupInstance,
  reason: string,
  state: AutoScalingState,
  activity: Activity,
): void {
  const { now } = activity;
  const { InstanceId, AvailabilityZone: zone } = instance;
  if (instance.activity !== undefined && instance.LifecycleState.startsWith('Pending')) {
    const message = `Instance failed to complete its launch. Launching EC2 instance failed.`;
    endActivity(
      record,
      instance.activity,
      'EC2 Instance Launch Unsuccessful',
      instance,
      activity,
      message,
    );
  }
  const time = secondsOf(now);
  const cause = `${requestOf(record)}At ${time} an instance was taken out of service ${reason}  At ${time} instance ${InstanceId} was selected for termination.`;
  const description = `Terminating EC2 instance: ${InstanceId}`;
  instance.activity = beginActivity(record, { description, cause, zone }, state, now);
  delete instance.waits;
  const gone = hasGone(instance, activity);
  if (gone || !waitForHooks(record, instance, 'TERMINATING', state, activity)) {
    shutDown(instance, 'Terminating', activity);
  }
}

/** Brings instances on that are on their way into service or out of it. @returns whether any changed */
export function moveInstances(
  record: GroupRecord,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const before = record.instances.map(({ LifecycleState }) => LifecycleState).join();
  for (const instance of record.instances) {
    timeOutHooks(record, instance, activity.now);
    if (isLeaving(instance)) moveOut(instance, activity);
    else moveIn(record, instance, state, activity);
  }
  record.instances = record.instances.filter((instance) => {
    const leaves = isLeaving(instance) && stateOf(instance, activity) === 'terminated';
    if (leaves) {
      endActivity(
        record,
        instance.activity,
        'EC2 Instance Terminate Successful',
        instance,
        activity,
      );
    }
    return !leaves;
  });
  return record.instances.map(({ LifecycleState }) => LifecycleState).join() !== before;
}

function moveIn(
  record: GroupRecord,
  instance: GroupInstance,
  state: AutoScalingState,
  activity: Activity,
): void {
  if (instance.abandoned === true) {
    const reason = `${instance.InstanceId} was abandoned by a lifecycle hook.`;
    noteTrouble(record, instance, reason, activity.now);
    return terminate(record, instance, ABANDONED, state, activity);
  }
  if (instance.LifecycleState === 'Pending') {
    if (stateOf(instance, activity) !== 'running') return;
    if (waitForHooks(record, instance, 'LAUNCHING', state, activity)) return;
  } else if (instance.LifecycleState !== 'Pending:Wait' || instance.waits?.length !== 0) return;
  instance.LifecycleState = 'InService';
  instance.inServiceAt = activity.now;
  delete instance.waits;
  endActivity(record, instance.activity, 'EC2 Instance Launch Successful', instance, activity);
  delete instance.activity;
  delete record.launchFailure;
}

const ABANDONED = 'in response to a lifecycle action that abandoned the launch.';

function moveOut(instance: GroupInstance, activity: Activity): void {
  if (instance.LifecycleState !== 'Terminating:Wait') return;
  // Whatever the hooks wait for, there is nothing left to wait with.
  if (instance.waits?.length !== 0 && !hasGone(instance, activity)) return;
  delete instance.waits;
  shutDown(instance, 'Terminating:Proceed', activity);
}

function shutDown(
  instance: GroupInstance,
  state: 'Terminating' | 'Terminating:Proceed',
  activity: Activity,
): void {
  instance.LifecycleState = state;
  terminateInstance(activity.peer<Ec2State>('ec2'), instance.InstanceId, activity);
}

/** Whether somebody else has terminated an instance. */
export function hasGone(instance: GroupInstance, view: View): boolean {
  return ['shutting-down', 'terminated'].includes(stateOf(instance, view));
}

function stateOf(instance: GroupInstance, view: View): string {
  return instanceState(ec2Record(instance, view), view.now);
}

/** The instance as EC2 has it. Throws where an estate has it in the group alone. */
export function ec2Record({ InstanceId }: GroupInstance, { peer }: View): InstanceRecord {
  const found = peer<Ec2State>('ec2').instances[InstanceId];
  if (found !== undefined) return found;
  throw new Error(`Auto Scaling: the instance ${InstanceId} of a group is not in ec2.instances`);
}
