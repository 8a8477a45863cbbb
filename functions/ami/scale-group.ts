import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { namedError, requireVariable } from '../foundation/environment';
import { createLedger, type Ledger } from '../foundation/ledger';
import { createAutoScaling, readActiveRefresh, readGroup, type GroupFacts } from './groups';
import { createEc2 } from './images';
import { isUnderWay, readScaling, writeScaling, type Scaling } from './scaling';
import { findScalingObstacle } from './scaling-obstacles';
import { sightOf } from './scaling-sight';
import { resultOf, scalingSteps, wait, type ScaleResult, type Scene } from './scaling-steps';
import type { GroupSettings } from './settings';
import { listVersions, ownVersions } from './versions';

export interface ScaleEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly attempt: number;
  readonly settings: GroupSettings;
  /** When the run took the group, ISO 8601. */
  readonly startedAt: string;
}

export interface ScaleDependencies {
  readonly autoscaling: Scene['autoscaling'] &
    Pick<AutoScaling, 'describeAutoScalingGroups' | 'describeInstanceRefreshes'>;
  readonly ec2: Scene['ec2'] & Pick<EC2, 'describeInstances' | 'describeLaunchTemplateVersions'>;
  readonly ledger: Ledger;
  readonly finishHours: number;
  readonly now: () => Date;
}

/**
 * Moves a group to an AMI by scheduled actions: twice the instances for a while, and the old ones go when the new ones
 * are ready. Each call looks at the group and makes one change at most towards the end, which it writes down first;
 * called again from wherever a crash left it, it goes on.
 *
 * The instances that are to stay are protected from scale-in meanwhile. Termination policies alone do not decide:
 * AWS keeps the zones balanced first, and so terminates new instances where most of them are in one zone
 * (https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html). Going back works
 * the same way, with the old instances protected: one change of the capacity, of which is known whether it was made.
 * After a crash amid TerminateInstanceInAutoScalingGroup nobody knows how often the capacity was decremented.
 */
export function createHandler(dependencies: ScaleDependencies) {
  const { autoscaling, ec2, ledger, finishHours, now } = dependencies;
  return async (event: ScaleEvent): Promise<ScaleResult> => {
    const { group, ami, attempt, settings, startedAt } = event;
    const known = await readScaling(ledger, group);
    let scaling: Scaling | undefined = isUnderWay(known) ? known : undefined;
    if (scaling === undefined && known?.ami === ami && known.attempt === attempt) {
      return resultOf(known);
    }
    const bound = (result: ScaleResult): ScaleResult => {
      const hours = (now().getTime() - new Date(startedAt).getTime()) / 3_600_000;
      if (result.decision !== 'wait' || hours < finishHours) return result;
      const reason = `${result.reason} after ${finishHours} hours; the next run follows it up`;
      return { ...result, decision: 'unfinished', reason };
    };
    const refresh = await readActiveRefresh(autoscaling, group);
    if (refresh !== undefined) {
      const reason = `the instance refresh ${refresh.InstanceRefreshId} is ${refresh.Status}`;
      return scaling === undefined ? refuse(reason) : bound(wait(reason, 60));
    }
    const facts = await readGroup(autoscaling, ec2, group);
    if (facts === undefined) return refuse('there is no such Auto Scaling group');
    if (scaling === undefined) {
      const obstacle = findScalingObstacle(facts, ami);
      if (obstacle !== undefined) return refuse(`refused: ${obstacle}`);
      scaling = await plan(dependencies, event, facts);
      await writeScaling(ledger, group, scaling, now());
    }
    for (;;) {
      const sight = sightOf(facts, scaling);
      const scene = { autoscaling, ec2, ledger, now, group, settings, sight };
      const next: Scaling | ScaleResult = await scalingSteps[scaling.step](scaling, scene);
      if ('decision' in next) return bound(next);
      scaling = next;
    }
  };
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

/** Before anything has changed. */
function refuse(reason: string): ScaleResult {
  return { decision: 'failed', reason, waitSeconds: 0, id: '' };
}

async function plan(
  { ec2, now }: ScaleDependencies,
  { group, ami, attempt }: ScaleEvent,
  { group: { DesiredCapacity = 0 }, templates }: GroupFacts,
): Promise<Scaling> {
  const [template] = templates;
  if (template === undefined) throw namedError('NoVersion', `${group} has no launch template.`);
  const from = String(template.version);
  const own =
    template.data.ImageId === ami
      ? template
      : ownVersions(await listVersions(ec2, template.id, ami), group).find(
          (one) => one.source === template.version && one.attempt === attempt,
        );
  if (own === undefined) {
    throw namedError('NoVersion', `${template.name} has no version with ${ami} for ${group}.`);
  }
  return {
    ami,
    attempt,
    course: 'forward',
    step: 'configure',
    at: now().toISOString(),
    reason: '',
    blamed: false,
    template: template.id,
    from,
    to: String(own.version),
    desired: DesiredCapacity,
    added: 0,
    action: null,
    ready: null,
    kept: [],
  };
}
