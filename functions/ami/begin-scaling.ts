import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createLedger, type Ledger } from '../foundation/ledger';
import { createAutoScaling, readActiveRefresh, readRunningGroup } from './groups';
import type { EnsureVersionResult } from './ensure-version';
import { createEc2 } from './images';
import { isUnderWay, readScaling, resultOf, writeScaling, type Scaling } from './scaling';
import { findScalingObstacle } from './scaling-obstacles';
import { overtaken, wait, type ScaleResult } from './scaling-steps';

export interface BeginEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly attempt: number;
  /** The version that is to be launched, and the one that it was made from. */
  readonly base: EnsureVersionResult['base'];
}

export interface BeginDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<EC2, 'describeInstances'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Begins to move a group to an AMI by scheduled actions: twice the instances for a while, and the old ones go when the
 * new ones are ready. Writes down what is there; the steps come after. What is under way goes on, and what is over says
 * how it ended.
 */
export function createHandler({ autoscaling, ec2, ledger, now }: BeginDependencies) {
  return async ({ group, ami, attempt, base }: BeginEvent): Promise<ScaleResult> => {
    const known = await readScaling(ledger, group);
    if (isUnderWay(known)) return goOn(known);
    if (known?.ami === ami && known.attempt === attempt) {
      return { ...resultOf(known), step: known.step };
    }
    const refresh = await readActiveRefresh(autoscaling, group);
    if (refresh !== undefined) {
      return refuse(`the instance refresh ${refresh.InstanceRefreshId} is ${refresh.Status}`);
    }
    const facts = await readRunningGroup(autoscaling, ec2, group);
    if (facts === undefined) return refuse('there is no such Auto Scaling group');
    const obstacle = findScalingObstacle(facts, ami);
    if (obstacle !== undefined) return refuse(`refused: ${obstacle}`);
    const { LaunchTemplate, DesiredCapacity = 0 } = facts.group;
    const { template, from, to } = base;
    if (LaunchTemplate?.LaunchTemplateId !== template || LaunchTemplate.Version !== from) {
      return refuse(overtaken);
    }
    const scaling = {
      ami,
      attempt,
      course: 'forward' as const,
      step: 'configure' as const,
      at: now().toISOString(),
      reason: '',
      blamed: false,
      template,
      from,
      to,
      desired: DesiredCapacity,
      added: 0,
      action: null,
      ready: null,
      kept: [],
    };
    return goOn(await writeScaling(scaling, { ledger, group, now }));
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

/** The next step comes at once. */
function goOn({ step }: Scaling): ScaleResult {
  return { ...wait('', 0), step };
}

/** Before anything has changed. */
function refuse(reason: string): ScaleResult {
  return { decision: 'failed', reason, waitSeconds: 0, id: '', step: 'configure' };
}
