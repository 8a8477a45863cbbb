import type { AutoScaling, InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import type { EC2, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import { requireVariable } from '../foundation/environment';
import type { ClaimResult } from './claim-group';
import {
  createAutoScaling,
  endOf,
  findVersion,
  isActive,
  readGroup,
  runsOnly,
  templateSpecs,
} from './groups';
import { createEc2 } from './images';
import { findNewer } from './newer-image';
import type { RolloutMode } from './rollout-input';
import type { GroupSettings } from './settings';
import { isOfAttempt } from './versions';

export interface InspectEvent {
  readonly mode: RolloutMode;
  /** Name of the group. */
  readonly group: string;
  /** When the AMI was created, ISO 8601; an empty text: older ones may replace newer ones. */
  readonly createdAt: string;
  readonly settings: GroupSettings;
  /** What the ledger knows of the group. */
  readonly claim: ClaimResult;
  /** Since when the run waits for another refresh, ISO 8601; an empty text: it does not yet. */
  readonly waitingSince: string;
}

/**
 * What is to be done with a group now:
 * - `prepare`: nothing was begun, or what was begun is over
 * - `follow`: it is being moved to the AMI already; wait for that
 * - `scale`: it is being moved by scheduled actions already; go on with that
 * - `wait`: somebody else refreshes it; look again later
 * - `commit`: it runs the AMI; finish what comes after
 * - `undo`: moving it ended without success, and nobody was told yet
 * - `postpone`, `skip`: nothing, for the reason given
 */
export interface InspectResult {
  readonly decision:
    'prepare' | 'follow' | 'scale' | 'wait' | 'commit' | 'undo' | 'postpone' | 'skip';
  readonly reason: string;
  /** Id of the refresh that is followed. */
  readonly refreshId: string;
  /** When that began, ISO 8601. */
  readonly refreshStartedAt: string;
  readonly waitingSince: string;
  /** Until the next look at the refresh of somebody else: the longer it goes on, the less a late look matters. */
  readonly waitSeconds: number;
}

export interface InspectDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<
    EC2,
    'describeImages' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
  readonly startHours: number;
  readonly now: () => Date;
}

/**
 * Looks at what an earlier call, an earlier run or somebody else began with a group that the run has claimed, so that
 * it is found and continued, never trampled.
 */
export function createHandler({ autoscaling, ec2, startHours, now }: InspectDependencies) {
  return async (event: InspectEvent): Promise<InspectResult> => {
    const { mode, group, createdAt, settings, claim } = event;
    const { ami, scaling } = claim;
    const waitingSince = event.waitingSince || now().toISOString();
    const waited = (now().getTime() - new Date(waitingSince).getTime()) / 1000;
    const result = (
      decision: InspectResult['decision'],
      reason: string,
      refresh: InstanceRefresh = {},
    ) => ({
      decision,
      reason,
      refreshId: refresh.InstanceRefreshId ?? '',
      refreshStartedAt: (refresh.StartTime ?? now()).toISOString(),
      waitingSince,
      waitSeconds: Math.min(900, Math.max(60, Math.floor(waited / 50))),
    });
    const facts = await readGroup(autoscaling, ec2, group);
    if (facts === undefined) return result('skip', 'there is no such Auto Scaling group');
    if (scaling.course === 'going') return result('scale', '');
    const answer = await autoscaling.describeInstanceRefreshes({ AutoScalingGroupName: group });
    const { InstanceRefreshes: refreshes = [] } = answer;
    const active = refreshes.find(({ Status }) => isActive(Status));
    if (active !== undefined) {
      const desired = await readDesired(ec2, active);
      const isJoined = desired.every((one) => one?.LaunchTemplateData?.ImageId === ami);
      if (desired.length > 0 && isJoined) {
        return result('follow', `${active.InstanceRefreshId} is ${active.Status}`, active);
      }
      const reason = `another instance refresh, ${active.InstanceRefreshId}, is ${active.Status}`;
      return waited < startHours * 3600
        ? result('wait', reason)
        : result('postpone', `${reason}; it waited ${startHours} hours`);
    }
    const isOpen = claim.openSince !== '';
    if (runsOnly(facts, ami, settings)) {
      return isOpen ? result('commit', `runs ${ami}`) : result('skip', `runs ${ami} already`);
    }
    const ended = isOpen ? await findOwn(ec2, refreshes, event) : undefined;
    if (ended !== undefined && ended.Status !== 'Successful') {
      return result('undo', endOf(ended), ended);
    }
    if (scaling.course === 'failed') {
      return result('undo', scaling.reason, { InstanceRefreshId: scaling.blame });
    }
    // Nothing was started, and nothing new is: what was made for it goes.
    if (mode === 'reconcile') {
      return result('undo', 'an earlier run ended before the instance refresh began');
    }
    // Whoever had to wait may find the group moved on meanwhile.
    const newer = createdAt === '' ? undefined : await findNewer(ec2, facts, createdAt);
    if (newer !== undefined) return result('skip', `runs ${newer}, which is newer than ${ami}`);
    return claim.stopped
      ? result('postpone', 'the run was stopped before its turn; the next run takes it')
      : result('prepare', '');
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    startHours: Number(requireVariable('START_HOURS')),
    now: () => new Date(),
  });
};

/** The versions that a refresh moves its group to; those that are gone by now are `undefined`. */
async function readDesired(
  ec2: InspectDependencies['ec2'],
  { DesiredConfiguration = {} }: InstanceRefresh,
): Promise<(LaunchTemplateVersion | undefined)[]> {
  const versions: (LaunchTemplateVersion | undefined)[] = [];
  for (const { spec } of templateSpecs(DesiredConfiguration)) {
    versions.push(await findVersion(ec2, spec));
  }
  return versions;
}

/** The latest refresh that the attempt which is open started. */
async function findOwn(
  ec2: InspectDependencies['ec2'],
  refreshes: readonly InstanceRefresh[],
  { group, claim: { ami, attempt, openSince } }: InspectEvent,
): Promise<InstanceRefresh | undefined> {
  const since = Date.parse(openSince);
  for (const refresh of refreshes) {
    // One that was cancelled early has no start.
    const startedAt = refresh.StartTime?.getTime() ?? since;
    // AWS's clock is not ours: the description of a version is surer.
    if (startedAt < since - 3_600_000) continue;
    for (const version of await readDesired(ec2, refresh)) {
      // One that is gone was cleared away already. Times of AWS are whole seconds.
      const isOwn =
        version === undefined
          ? startedAt > since - 1000
          : isOfAttempt(version, group, ami, attempt);
      if (isOwn) return refresh;
    }
  }
  return undefined;
}
