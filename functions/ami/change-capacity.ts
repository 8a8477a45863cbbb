import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { requireVariable } from '../foundation/environment';
import { createLedger } from '../foundation/ledger';
import { createAutoScaling } from './groups';
import { createEc2 } from './images';
import { writeScaling, type PlannedAction, type ScaleOutcome, type Scaling } from './scaling';
import { capacityWithoutOurs, noRoom } from './scaling-sight';
import {
  age,
  createStepper,
  enter,
  turnBack,
  wait,
  type ScalingDependencies,
  type Scene,
  type Step,
} from './scaling-steps';

export interface CapacityDependencies extends ScalingDependencies {
  readonly autoscaling: ScalingDependencies['autoscaling'] &
    Pick<
      AutoScaling,
      'deleteScheduledAction' | 'describeScheduledActions' | 'putScheduledUpdateGroupAction'
    >;
}

type CapacityScene = Scene<CapacityDependencies>;

/** Adds as many instances as are to go, and takes back what was added, by scheduled actions. */
export function createHandler(dependencies: CapacityDependencies) {
  return createStepper(dependencies, { add: addOurs, remove: removeOurs });
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ledger: createLedger(),
    finishHours: Number(requireVariable('FINISH_HOURS')),
    now: () => new Date(),
  });
};

/** Names of our scheduled actions. */
const addition = 'evergreen-scale-out';
const removal = 'evergreen-scale-in';

/** Until a scheduled action is due, in seconds. */
const lead = 60;

const addOurs: Step<CapacityDependencies> = async (scaling, scene) => {
  const { desired, going, group } = scene.sight;
  const progress = await lookAfter(addition, scaling, scene);
  if (progress === 'done') return enter('await', scaling, scene);
  if (typeof progress === 'object') return progress;
  const room = (group.MaxSize ?? 0) - desired;
  if (going.length > 0 && going.length <= room) {
    const more = { ...scaling, desired, added: going.length };
    return plan(addition, desired + going.length, more, scene);
  }
  const unchanged = { ...scaling, desired, added: 0, action: null };
  if (progress === 'stale') return cancel(addition, unchanged, scene);
  return going.length === 0
    ? enter('settle', unchanged, scene)
    : turnBack(`${noRoom(group, desired + going.length)} any more`, unchanged, scene);
};

const removeOurs: Step<CapacityDependencies> = async (scaling, scene) => {
  const { desired } = scene.sight;
  const progress = await lookAfter(removal, scaling, scene);
  if (progress === 'done') return enter('settle', scaling, scene);
  if (typeof progress === 'object') return progress;
  const goal = capacityWithoutOurs(scene.sight, scaling);
  if (goal < desired) return plan(removal, goal, scaling, scene);
  return progress === 'stale'
    ? cancel(removal, { ...scaling, action: null }, scene)
    : enter('settle', scaling, scene);
};

/** Plans a change of the capacity, in the place of what was planned before. */
async function plan(
  name: string,
  goal: number,
  scaling: Scaling,
  scene: CapacityScene,
): Promise<ScaleOutcome> {
  const { autoscaling, group, now, sight } = scene;
  const StartTime = new Date(now().getTime() + lead * 1000);
  const at = StartTime.toISOString();
  const action = { desired: sight.desired, goal, at, placed: false };
  const planned = await writeScaling({ ...scaling, action }, scene);
  try {
    await autoscaling.putScheduledUpdateGroupAction({
      AutoScalingGroupName: group,
      ScheduledActionName: name,
      StartTime,
      DesiredCapacity: goal,
    });
  } catch (error) {
    // Somebody's own action is due at the same time: two are not allowed to be.
    if ((error as Error).name !== 'AlreadyExistsFault') throw error;
    return wait('another scheduled action is due at the same time', 5);
  }
  await writeScaling({ ...planned, action: { ...action, placed: true } }, scene);
  return waitFor(action, scene);
}

async function cancel(name: string, scaling: Scaling, scene: CapacityScene): Promise<ScaleOutcome> {
  await writeScaling(scaling, scene);
  await scene.autoscaling.deleteScheduledAction({
    AutoScalingGroupName: scene.group,
    ScheduledActionName: name,
  });
  return wait(`the scheduled action ${name} is deleted`, 1);
}

/**
 * What has become of a scheduled action: it is done; it is to be waited for; AWS has it, but it is not wanted so any
 * more; or there is none. AWS keeps no record of what it has carried out, and may be two minutes late:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
 */
async function lookAfter(
  name: string,
  { action }: Scaling,
  scene: CapacityScene,
): Promise<'done' | ScaleOutcome | 'stale' | 'none'> {
  const answer = await scene.autoscaling.describeScheduledActions({
    AutoScalingGroupName: scene.group,
    ScheduledActionNames: [name],
  });
  const planned = (answer.ScheduledUpdateGroupActions ?? []).length > 0;
  if (action === null) return planned ? 'stale' : 'none';
  const { desired } = scene.sight;
  const overdue = age(action.at, scene);
  const changed = desired !== action.desired;
  const reached = action.goal > action.desired ? desired >= action.goal : desired <= action.goal;
  if (planned) {
    // Otherwise somebody has scaled the group meanwhile, and what is planned would undo that.
    return !changed || (reached && overdue >= 0) ? waitFor(action, scene) : 'stale';
  }
  if (overdue < 0) return 'none';
  if (reached || (changed && action.placed)) return 'done';
  return action.placed && overdue < 120 ? waitFor(action, scene) : 'none';
}

/** Looks once more shortly before an action is due: whoever scales the group until then keeps what he did. */
function waitFor(action: PlannedAction, scene: Scene): ScaleOutcome {
  const { at, desired, goal } = action;
  const seconds = Math.ceil(-age(at, scene));
  return wait(
    `the desired capacity goes from ${desired} to ${goal} at ${at}`,
    seconds > 15 ? seconds - 10 : Math.max(seconds, 0) + 5,
  );
}
