import type { TracedCall } from '../engine/trace';
import type { DeletionRule } from './deletions';
import type { Evidence } from './invariant';
import { versionName } from './launch-templates';
import { rollouts } from './rollouts';
import { isOwnAction, scheduledActionsOf } from './scheduled-actions';

/** How long before a delete its uses must have been looked at, in milliseconds. */
const IMMEDIATELY = 5 * 60_000;

/** The calls that show who launches a version, and who is about to. */
const LOOKS = ['DescribeAutoScalingGroups', 'DescribeInstanceRefreshes'];

/** What a rollout may delete: versions that nothing needs, and scheduled actions of its own. */
export const rolloutDeletions: Readonly<Record<string, DeletionRule>> = {
  'ec2:DeleteLaunchTemplateVersions': (call, evidence) => {
    const deleted = rollouts(evidence).deleted.get(call.index) ?? [];
    const skipped = deleted.some(({ wasOffered }) => wasOffered)
      ? skippedLooks(call, evidence)
      : [];
    return deleted.flatMap(({ version, uses, wasOffered }) => [
      ...uses.map((use) => `${versionName(version)} was deleted while ${use}`),
      ...(wasOffered && skipped.length > 0
        ? [`${versionName(version)} was deleted without ${skipped.join(', ')} immediately before`]
        : []),
    ]);
  },
  'autoscaling:DeleteScheduledAction': foreignActions,
  'autoscaling:BatchDeleteScheduledAction': foreignActions,
};

function skippedLooks({ at, index, execution }: TracedCall, { trace }: Evidence): string[] {
  const since = Date.parse(at) - IMMEDIATELY;
  const seen = trace.calls.filter(
    (call) =>
      call.index < index &&
      call.execution === execution &&
      call.service === 'autoscaling' &&
      call.error === undefined &&
      Date.parse(call.at) >= since,
  );
  return LOOKS.filter((look) => !seen.some(({ operation }) => operation === look));
}

function foreignActions(call: TracedCall, evidence: Evidence): string[] {
  return scheduledActionsOf(call)
    .filter((action) => !isOwnAction(action, evidence))
    .map(
      ({ group, name }) =>
        `scheduled action ${name} of group ${group} was deleted, which the automation had not made`,
    );
}
