import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { requireVariable } from '../foundation/environment';
import { createLedger } from '../foundation/ledger';
import { createAutoScaling } from './groups';
import { createEc2 } from './images';
import { writeScaling } from './scaling';
import { capacityWithoutOurs, readReady, readTrouble } from './scaling-sight';
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

export interface AwaitDependencies extends ScalingDependencies {
  readonly autoscaling: ScalingDependencies['autoscaling'] &
    Pick<AutoScaling, 'describeScalingActivities'>;
  readonly ec2: ScalingDependencies['ec2'] & Pick<EC2, 'describeInstanceStatus'>;
}

/** Waits until the new instances are ready, all of them at once and for as long as their warmup takes. */
export function createHandler(dependencies: AwaitDependencies) {
  return createStepper(dependencies, { await: awaitReady });
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

const awaitReady: Step<AwaitDependencies> = async (scaling, scene) => {
  const { ec2, autoscaling, now, settings, sight } = scene;
  if (sight.version !== scaling.to) return turnBack(overtaken, scaling, scene);
  const needed = capacityWithoutOurs(sight, scaling);
  const found = await readReady(ec2, sight);
  if (found.length >= needed) {
    const { ids, since } = scaling.ready ?? { ids: [], since: '' };
    const lasts = since !== '' && ids.length >= needed && ids.every((id) => found.includes(id));
    const ready = lasts ? { ids, since } : { ids: found, since: now().toISOString() };
    const known = lasts ? scaling : await writeScaling({ ...scaling, ready }, scene);
    const left = warmup(scene) - age(ready.since, scene);
    return left > 0
      ? wait(`${ids.length} new instances warm up`, Math.min(60, Math.ceil(left)))
      : enter('protect', known, scene);
  }
  if (scaling.ready !== null) await writeScaling({ ...scaling, ready: null }, scene);
  const { scaleOutMinutes } = settings;
  const state = `${found.length} of ${needed} new instances are in service and healthy`;
  if (age(scaling.at, scene) < scaleOutMinutes * 60) return wait(state, later(scaling, scene));
  const trouble = await readTrouble(autoscaling, scene.group, new Date(scaling.at));
  const said = trouble === '' ? '' : `. AWS says: ${trouble}`;
  const reason = `only ${state} after ${scaleOutMinutes} minutes${said}`;
  return turnBack(reason, { ...scaling, blamed: true }, scene);
};

/** What a new instance needs until it counts, in seconds, as instance refreshes have it. */
function warmup({ settings, sight: { group } }: Scene): number {
  const { DefaultInstanceWarmup, HealthCheckGracePeriod = 0 } = group;
  return settings.instanceWarmupSeconds ?? DefaultInstanceWarmup ?? HealthCheckGracePeriod;
}
