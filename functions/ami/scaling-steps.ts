import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { Ledger } from '../foundation/ledger';
import {
  blameOf,
  writeScaling,
  type PlannedAction,
  type Scaling,
  type ScalingStep,
} from './scaling';
import {
  capacityWithoutOurs,
  inService,
  noRoom,
  readReady,
  readTrouble,
  type Sight,
} from './scaling-sight';
import type { GroupSettings } from './settings';

export interface ScaleResult {
  /** `wait`: call again; `unfinished`: not any more in this run. */
  readonly decision: 'wait' | 'succeeded' | 'failed' | 'unfinished';
  readonly reason: string;
  readonly waitSeconds: number;
  /** In the place of a refresh's id, where the AMI is to blame; an empty text: it is not. */
  readonly id: string;
}

/** What a step has at hand. */
export interface Scene {
  readonly autoscaling: Pick<
    AutoScaling,
    | 'deleteScheduledAction'
    | 'describeScalingActivities'
    | 'describeScheduledActions'
    | 'putScheduledUpdateGroupAction'
    | 'setInstanceProtection'
    | 'updateAutoScalingGroup'
  >;
  readonly ec2: Pick<EC2, 'describeInstanceStatus'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
  /** Name of the group. */
  readonly group: string;
  readonly settings: GroupSettings;
  readonly sight: Sight;
}

/** Makes one change at most. What it returns is how far the group is by then, or what its caller is to do. */
type Step = (scaling: Scaling, scene: Scene) => Promise<Scaling | ScaleResult>;

export const scalingSteps: Readonly<Record<ScalingStep, Step>> = {
  configure: async (scaling, scene) => {
    const { course, from, to, template } = scaling;
    const { version } = scene.sight;
    const [before, after] = course === 'forward' ? [from, to] : [to, from];
    if (version === before && before !== after) {
      // The capacities are not among it: they are never written.
      await scene.autoscaling.updateAutoScalingGroup({
        AutoScalingGroupName: scene.group,
        LaunchTemplate: { LaunchTemplateId: template, Version: after },
      });
      return wait('its configuration has changed', 1);
    }
    if (course === 'back') return enter('protect', scaling, scene);
    return version === to ? enter('add', scaling, scene) : turnBack(overtaken, scaling, scene);
  },

  add: async (scaling, scene) => {
    const { desired, going, group } = scene.sight;
    const planned = await isPlanned(addition, scene);
    const progress = progressOf(scaling.action, planned, scene);
    if (progress !== 'none') {
      return progress === 'done' ? enter('await', scaling, scene) : progress;
    }
    const room = (group.MaxSize ?? 0) - desired;
    if (going.length > 0 && going.length <= room) {
      const more = { ...scaling, desired, added: going.length };
      return plan(addition, desired + going.length, more, scene);
    }
    const unchanged = { ...scaling, desired, added: 0, action: null };
    if (planned) return cancel(addition, unchanged, scene);
    return going.length === 0
      ? enter('settle', unchanged, scene)
      : turnBack(`${noRoom(group, desired + going.length)} any more`, unchanged, scene);
  },

  await: async (scaling, scene) => {
    const { ec2, autoscaling, now, settings, sight } = scene;
    if (sight.version !== scaling.to) return turnBack(overtaken, scaling, scene);
    const needed = capacityWithoutOurs(sight, scaling);
    const found = await readReady(ec2, sight);
    if (found.length >= needed) {
      const { ids, since } = scaling.ready ?? { ids: [], since: '' };
      const lasts = since !== '' && ids.length >= needed && ids.every((id) => found.includes(id));
      const ready = lasts ? { ids, since } : { ids: found, since: now().toISOString() };
      const known = lasts ? scaling : await write({ ...scaling, ready }, scene);
      const left = warmup(scene) - age(ready.since, scene);
      return left > 0
        ? wait(`${ids.length} new instances warm up`, Math.min(60, Math.ceil(left)))
        : enter('protect', known, scene);
    }
    if (scaling.ready !== null) await write({ ...scaling, ready: null }, scene);
    const { scaleOutMinutes } = settings;
    const state = `${found.length} of ${needed} new instances are in service and healthy`;
    if (age(scaling.at, scene) < scaleOutMinutes * 60) return wait(state, later(scaling, scene));
    const trouble = await readTrouble(autoscaling, scene.group, new Date(scaling.at));
    const said = trouble === '' ? '' : `. AWS says: ${trouble}`;
    const reason = `only ${state} after ${scaleOutMinutes} minutes${said}`;
    return turnBack(reason, { ...scaling, blamed: true }, scene);
  },

  protect: async (scaling, scene) => {
    const { sight } = scene;
    if (capacityWithoutOurs(sight, scaling) >= sight.desired) {
      return enter('settle', scaling, scene);
    }
    const staying = inService(sight.staying.filter((one) => one.ProtectedFromScaleIn !== true));
    const ready = scaling.ready?.ids;
    const missing = staying.filter((id) => ready === undefined || ready.includes(id));
    if (missing.length === 0) return enter('remove', scaling, scene);
    await write({ ...scaling, kept: [...new Set([...scaling.kept, ...missing])] }, scene);
    await protect(missing, true, scene);
    return wait(`${missing.length} instances are protected from scale-in`, 1);
  },

  remove: async (scaling, scene) => {
    const { desired } = scene.sight;
    const planned = await isPlanned(removal, scene);
    const progress = progressOf(scaling.action, planned, scene);
    if (progress !== 'none') {
      return progress === 'done' ? enter('settle', scaling, scene) : progress;
    }
    const goal = capacityWithoutOurs(scene.sight, scaling);
    if (goal < desired) return plan(removal, goal, scaling, scene);
    return planned
      ? cancel(removal, { ...scaling, action: null }, scene)
      : enter('settle', scaling, scene);
  },

  settle: async (scaling, scene) => {
    const { desired, going, leaving, live, staying } = scene.sight;
    // A late answer of AWS may still show the group as it was before.
    const isSettled = live.length <= desired && age(scaling.at, scene) >= 120;
    if (leaving || (going.length > 0 && !isSettled)) {
      return wait(`${going.length} instances are still to go`, later(scaling, scene));
    }
    if (going.length > 0 && scaling.course === 'forward') {
      return enter('add', { ...scaling, ready: null }, scene);
    }
    const kept = staying.filter(({ ProtectedFromScaleIn }) => ProtectedFromScaleIn === true);
    const ours = inService(kept).filter((id) => scaling.kept.includes(id));
    if (ours.length > 0) {
      await protect(ours, false, scene);
      return wait(`${ours.length} instances are no longer protected from scale-in`, 1);
    }
    const left = going.flatMap(({ InstanceId }) => InstanceId ?? []).join(', ');
    const course = scaling.course === 'forward' ? 'done' : 'failed';
    const reason =
      left === '' ? scaling.reason : `${scaling.reason}; ${left} still run ${scaling.ami}`;
    return resultOf(await write({ ...scaling, course, reason, kept: [] }, scene));
  },
};

/** The result of what is over. */
export function resultOf(scaling: Scaling): ScaleResult {
  const decision = scaling.course === 'done' ? 'succeeded' : 'failed';
  return { decision, reason: scaling.reason, waitSeconds: 0, id: blameOf(scaling) };
}

export function wait(reason: string, waitSeconds: number): ScaleResult {
  return { decision: 'wait', reason, waitSeconds, id: '' };
}

const overtaken = 'somebody else has changed its configuration meanwhile';

/** Names of our scheduled actions. */
const addition = 'evergreen-scale-out';
const removal = 'evergreen-scale-in';

/** Until a scheduled action is due, in seconds. */
const lead = 60;

async function enter(step: ScalingStep, scaling: Scaling, scene: Scene): Promise<Scaling> {
  return write({ ...scaling, step, at: scene.now().toISOString(), action: null }, scene);
}

function turnBack(reason: string, scaling: Scaling, scene: Scene): Promise<Scaling> {
  return enter('configure', { ...scaling, course: 'back', reason, ready: null }, scene);
}

async function write(scaling: Scaling, { ledger, group, now }: Scene): Promise<Scaling> {
  await writeScaling(ledger, group, scaling, now());
  return scaling;
}

/** Plans a change of the capacity, in the place of what was planned before. */
async function plan(
  name: string,
  goal: number,
  scaling: Scaling,
  scene: Scene,
): Promise<ScaleResult> {
  const { autoscaling, group, now, sight } = scene;
  const StartTime = new Date(now().getTime() + lead * 1000);
  const at = StartTime.toISOString();
  const action = { desired: sight.desired, goal, at, placed: false };
  const planned = await write({ ...scaling, action }, scene);
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
  await write({ ...planned, action: { ...action, placed: true } }, scene);
  return waitFor(action, scene);
}

async function cancel(name: string, scaling: Scaling, scene: Scene): Promise<ScaleResult> {
  await write(scaling, scene);
  await scene.autoscaling.deleteScheduledAction({
    AutoScalingGroupName: scene.group,
    ScheduledActionName: name,
  });
  return wait(`the scheduled action ${name} is deleted`, 1);
}

async function isPlanned(name: string, { autoscaling, group }: Scene): Promise<boolean> {
  const answer = await autoscaling.describeScheduledActions({
    AutoScalingGroupName: group,
    ScheduledActionNames: [name],
  });
  return (answer.ScheduledUpdateGroupActions ?? []).length > 0;
}

/**
 * What has become of a scheduled action: done, to be waited for, or none, to be planned anew. AWS keeps no record of
 * what it has carried out, and may be two minutes late:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html
 */
function progressOf(
  action: PlannedAction | null,
  planned: boolean,
  scene: Scene,
): 'none' | 'done' | ScaleResult {
  if (action === null) return 'none';
  const { desired } = scene.sight;
  const overdue = age(action.at, scene);
  const changed = desired !== action.desired;
  const reached = action.goal > action.desired ? desired >= action.goal : desired <= action.goal;
  if (planned) {
    // Otherwise somebody has scaled the group meanwhile, and what is planned would undo that.
    return !changed || (reached && overdue >= 0) ? waitFor(action, scene) : 'none';
  }
  if (overdue < 0) return 'none';
  if (reached || (changed && action.placed)) return 'done';
  return action.placed && overdue < 120 ? waitFor(action, scene) : 'none';
}

/** Looks once more shortly before an action is due: whoever scales the group until then keeps what he did. */
function waitFor(action: PlannedAction, scene: Scene): ScaleResult {
  const { at, desired, goal } = action;
  const seconds = Math.ceil(-age(at, scene));
  return wait(
    `the desired capacity goes from ${desired} to ${goal} at ${at}`,
    seconds > 15 ? seconds - 10 : Math.max(seconds, 0) + 5,
  );
}

async function protect(
  ids: readonly string[],
  ProtectedFromScaleIn: boolean,
  { autoscaling, group }: Scene,
): Promise<void> {
  // https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceProtection.html
  for (let first = 0; first < ids.length; first += 50) {
    await autoscaling.setInstanceProtection({
      AutoScalingGroupName: group,
      InstanceIds: ids.slice(first, first + 50),
      ProtectedFromScaleIn,
    });
  }
}

/** What a new instance needs until it counts, in seconds, as instance refreshes have it. */
function warmup({ settings, sight: { group } }: Scene): number {
  const { DefaultInstanceWarmup, HealthCheckGracePeriod = 0 } = group;
  return settings.instanceWarmupSeconds ?? DefaultInstanceWarmup ?? HealthCheckGracePeriod;
}

/** Seconds since then. */
function age(since: string, { now }: Scene): number {
  return (now().getTime() - new Date(since).getTime()) / 1000;
}

/** The longer a step takes, the less a late look matters. */
function later({ at }: Scaling, scene: Scene): number {
  return Math.min(120, Math.max(10, Math.floor(age(at, scene) * 0.03)));
}
