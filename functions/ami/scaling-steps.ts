import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { Ledger } from '../foundation/ledger';
import { readActiveRefresh, readRunningGroup } from './groups';
import {
  readScaling,
  writeScaling,
  type ScaleOutcome,
  type Scaling,
  type ScalingStep,
} from './scaling';
import { sightOf, type Sight } from './scaling-sight';
import type { GroupSettings } from './settings';

export interface ScaleEvent {
  /** Name of the group. */
  readonly group: string;
  readonly settings: GroupSettings;
  /** When the run took the group, ISO 8601. */
  readonly startedAt: string;
}

export interface ScaleResult extends ScaleOutcome {
  /** The step with which it goes on. */
  readonly step: ScalingStep;
}

/** What every step needs. */
export interface ScalingDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<EC2, 'describeInstances'>;
  readonly ledger: Ledger;
  readonly finishHours: number;
  readonly now: () => Date;
}

/** What a step has at hand. */
export type Scene<Dependencies = ScalingDependencies> = Dependencies & {
  /** Name of the group. */
  readonly group: string;
  readonly settings: GroupSettings;
  readonly sight: Sight;
};

/** Makes one change at most. What it returns is how far the group is by then, or what its caller is to do. */
export type Step<Dependencies> = (
  scaling: Scaling,
  scene: Scene<Dependencies>,
) => Promise<Scaling | ScaleOutcome>;

/**
 * Moves a group on by scheduled actions, as far as some of the steps take it; the others are those of other functions.
 * Each call looks at the group and makes one change at most towards the end, which it writes down first; called again
 * from wherever a crash left it, it goes on.
 */
export function createStepper<Dependencies extends ScalingDependencies>(
  dependencies: Dependencies,
  steps: Readonly<Partial<Record<ScalingStep, Step<Dependencies>>>>,
) {
  const { autoscaling, ec2, ledger, finishHours, now } = dependencies;
  return async ({ group, settings, startedAt }: ScaleEvent): Promise<ScaleResult> => {
    let scaling = await readScaling(ledger, group);
    if (scaling === undefined) throw new Error(`Scaling ${group} was never begun.`);
    const { step: first } = scaling;
    const bound = (outcome: ScaleOutcome, step: ScalingStep = first): ScaleResult => {
      const hours = (now().getTime() - new Date(startedAt).getTime()) / 3_600_000;
      if (outcome.decision !== 'wait' || hours < finishHours) return { ...outcome, step };
      const reason = `${outcome.reason} after ${finishHours} hours; the next run follows it up`;
      return { ...outcome, decision: 'unfinished', reason, step };
    };
    const refresh = await readActiveRefresh(autoscaling, group);
    if (refresh !== undefined) {
      return bound(
        wait(`the instance refresh ${refresh.InstanceRefreshId} is ${refresh.Status}`, 60),
      );
    }
    const facts = await readRunningGroup(autoscaling, ec2, group);
    if (facts === undefined) {
      const reason = 'there is no such Auto Scaling group';
      return { decision: 'failed', reason, waitSeconds: 0, id: '', step: first };
    }
    for (;;) {
      const step: Step<Dependencies> | undefined = steps[scaling.step];
      // Its turn comes at once.
      if (step === undefined) return { ...wait('', 0), step: scaling.step };
      const sight = sightOf(facts, scaling);
      const scene: Scene<Dependencies> = { ...dependencies, group, settings, sight };
      const next: Scaling | ScaleOutcome = await step(scaling, scene);
      if ('decision' in next) return bound(next, scaling.step);
      scaling = next;
    }
  };
}

export function wait(reason: string, waitSeconds: number): ScaleOutcome {
  return { decision: 'wait', reason, waitSeconds, id: '' };
}

export const overtaken = 'somebody else has changed its configuration meanwhile';

export async function enter(step: ScalingStep, scaling: Scaling, scene: Scene): Promise<Scaling> {
  return writeScaling({ ...scaling, step, at: scene.now().toISOString(), action: null }, scene);
}

export function turnBack(reason: string, scaling: Scaling, scene: Scene): Promise<Scaling> {
  return enter('configure', { ...scaling, course: 'back', reason, ready: null }, scene);
}

/** Seconds since then. */
export function age(since: string, { now }: Scene): number {
  return (now().getTime() - new Date(since).getTime()) / 1000;
}

/** The longer a step takes, the less a late look matters. */
export function later({ at }: Scaling, scene: Scene): number {
  return Math.min(120, Math.max(10, Math.floor(age(at, scene) * 0.03)));
}
