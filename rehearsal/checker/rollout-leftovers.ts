import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { isByHand, type Evidence } from './invariant';
import type { Leftover } from './invariant-3-nothing-temporary-left';
import { launchesOf, templatesOf, versionName } from './launch-templates';
import { isOver, refreshesOf } from './refreshes';
import { rollouts } from './rollouts';
import { ownActions } from './scheduled-actions';
import { versionKey, versionsOf } from './standing';

/**
 * Versions of launch templates that the automation made, that are there at the end, and that no group was ever
 * configured with: what a rollout that failed leaves behind.
 */
export function leftVersions(evidence: Evidence): Leftover[] {
  const { made, ran, ...standing } = rollouts(evidence);
  const present = new Set(
    templatesOf(evidence.after).flatMap((template) =>
      [...template.versions.keys()].map((number) => versionKey({ template, number })),
    ),
  );
  const wanted = new Set(
    [...refreshesOf(evidence).values()].flatMap((refresh) =>
      isOver(refresh) || refresh.desired === undefined
        ? []
        : versionsOf(launchesOf(refresh.desired), standing),
    ),
  );
  return [...made].flatMap(([key, { call, version }]) =>
    present.has(key) && !ran.has(key) && !wanted.has(key)
      ? [{ what: 'launch template version', names: [versionName(version)], call }]
      : [],
  );
}

/** Container instances that the automation set DRAINING, and that still are. */
export function leftDraining({ before, trace, after }: Evidence): Leftover[] {
  const drained = new Map<string, TracedCall>();
  for (const call of trace.calls) {
    if (call.service !== 'ecs' || call.operation !== 'UpdateContainerInstancesState') continue;
    const told: Json[] = call.output?.containerInstances ?? [];
    for (const { containerInstanceArn: arn } of told) {
      if (call.input.status === 'DRAINING' && !isByHand(call)) drained.set(arn, call);
      else drained.delete(arn);
    }
  }
  const isDraining = ({ status }: Json) => status === 'DRAINING';
  const old = new Set(
    instancesOf(before)
      .filter(isDraining)
      .map(({ containerInstanceArn }) => containerInstanceArn),
  );
  return instancesOf(after)
    .filter((instance) => isDraining(instance) && !old.has(instance.containerInstanceArn))
    .flatMap(({ containerInstanceArn: arn, ec2InstanceId }): Leftover[] => {
      const call = drained.get(arn);
      if (call === undefined) return [];
      const id = String(arn).split('/').at(-1)!;
      return [{ what: 'draining container instance', names: [ec2InstanceId ?? id, id], call }];
    });
}

/** Scheduled actions that the automation wrote and that have still to come. */
export function leftActions(evidence: Evidence): Leftover[] {
  const groups: Json[] = evidence.after?.autoscaling?.groups ?? [];
  return groups.flatMap(({ AutoScalingGroupName, ScheduledActions = [] }) =>
    ScheduledActions.flatMap(({ ScheduledActionName: name }: Json): Leftover[] => {
      const own = ownActions(evidence).filter(
        (action) => action.group === AutoScalingGroupName && action.name === name,
      );
      return own.length === 0
        ? []
        : [{ what: 'scheduled action', names: [name], call: own.at(-1)!.call }];
    }),
  );
}

function instancesOf(estate: Json): Json[] {
  return estate?.ecs?.containerInstances ?? [];
}
