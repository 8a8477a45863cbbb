import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import { requireVariable } from '../foundation/environment';
import { createLedger } from '../foundation/ledger';
import { createAutoScaling } from './groups';
import { createEc2 } from './images';
import { isUnderWay, resultOf, writeScaling } from './scaling';
import { capacityWithoutOurs, inService } from './scaling-sight';
import {
  age,
  createStepper,
  enter,
  later,
  overtaken,
  turnBack,
  wait,
  type ScalingDependencies,
  type Scene,
  type Step,
} from './scaling-steps';

export interface ArrangeDependencies extends ScalingDependencies {
  readonly autoscaling: ScalingDependencies['autoscaling'] &
    Pick<AutoScaling, 'setInstanceProtection' | 'updateAutoScalingGroup'>;
}

/**
 * Changes what a group launches, and which of its instances go when its capacity is taken back.
 *
 * The instances that are to stay are protected from scale-in meanwhile. Termination policies alone do not decide:
 * AWS keeps the zones balanced first, and so terminates new instances where most of them are in one zone
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html). Going back works
 * the same way, with the old instances protected: one change of the capacity, of which is known whether it was made.
 * After a crash amid TerminateInstanceInAutoScalingGroup nobody knows how often the capacity was decremented.
 */
export function createHandler(dependencies: ArrangeDependencies) {
  return createStepper(dependencies, {
    configure: changeConfiguration,
    protect: protectStaying,
    settle: settleInstances,
  });
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

const changeConfiguration: Step<ArrangeDependencies> = async (scaling, scene) => {
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
};

const protectStaying: Step<ArrangeDependencies> = async (scaling, scene) => {
  const { sight } = scene;
  if (capacityWithoutOurs(sight, scaling) >= sight.desired) {
    return enter('settle', scaling, scene);
  }
  const staying = inService(sight.staying.filter((one) => one.ProtectedFromScaleIn !== true));
  const ready = scaling.ready?.ids;
  const missing = staying.filter((id) => ready === undefined || ready.includes(id));
  if (missing.length === 0) return enter('remove', scaling, scene);
  await writeScaling({ ...scaling, kept: [...new Set([...scaling.kept, ...missing])] }, scene);
  await protect(missing, true, scene);
  return wait(`${missing.length} instances are protected from scale-in`, 1);
};

const settleInstances: Step<ArrangeDependencies> = async (scaling, scene) => {
  if (!isUnderWay(scaling)) return resultOf(scaling);
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
  return resultOf(await writeScaling({ ...scaling, course, reason, kept: [] }, scene));
};

async function protect(
  ids: readonly string[],
  ProtectedFromScaleIn: boolean,
  { autoscaling, group }: Scene<ArrangeDependencies>,
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
