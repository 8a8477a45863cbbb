import type { AutoScaling, InstanceRefresh } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { SFN } from '@aws-sdk/client-sfn';
import { requireVariable } from '../foundation/environment';
import { acquireLease, createLedger, type Ledger, type WorkItem } from '../foundation/ledger';
import { isStopped } from '../foundation/run-control';
import { isRunning, nameOfRun } from '../foundation/runs';
import {
  createAutoScaling,
  desiredTemplates,
  endOf,
  isActive,
  readGroup,
  runsOnly,
  type GroupFacts,
} from './groups';
import { createEc2, readImages } from './images';
import type { RolloutMode } from './rollout-input';
import { blameOf, isUnderWay, readScaling } from './scaling';
import type { GroupSettings } from './settings';
import { listVersions, readOwnVersions, templatesOf, type OwnVersion } from './versions';

export interface ClaimEvent {
  /** ARN of the run. */
  readonly execution: string;
  readonly mode: RolloutMode;
  /** Name of the group. */
  readonly group: string;
  /** Id of the AMI; an empty text, in the mode reconcile: that of the ledger. */
  readonly ami: string;
  /** When the AMI was created, ISO 8601; an empty text: older ones may replace newer ones. */
  readonly createdAt: string;
  readonly settings: GroupSettings;
  /** Since when the run waits for another refresh, ISO 8601; an empty text: it does not yet. */
  readonly waitingSince: string;
}

/**
 * What is to be done with a group now:
 * - `prepare`: nothing was begun, or what was begun is over
 * - `follow`: it is being moved to the AMI already; wait for that
 * - `scale`: it is being moved by scheduled actions already, to the AMI given in the result; go on with that
 * - `wait`: somebody else refreshes it; look again later
 * - `commit`: it runs the AMI; finish what comes after
 * - `undo`: moving it ended without success, and nobody was told yet
 * - `postpone`, `skip`: nothing, for the reason given
 */
export interface ClaimResult {
  readonly decision:
    'prepare' | 'follow' | 'scale' | 'wait' | 'commit' | 'undo' | 'postpone' | 'skip';
  readonly reason: string;
  readonly ami: string;
  /** Which attempt to move the group to this AMI the next one is, from 1. */
  readonly attempt: number;
  /** Id of the refresh that is followed. */
  readonly refreshId: string;
  /** When that began, ISO 8601. */
  readonly refreshStartedAt: string;
  /** ISO 8601. */
  readonly claimedAt: string;
  readonly waitingSince: string;
  /** Until the next look at the refresh of somebody else: the longer it goes on, the less a late look matters. */
  readonly waitSeconds: number;
}

export interface ClaimDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<
    EC2,
    'describeImages' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
  readonly sfn: Pick<SFN, 'describeExecution'>;
  readonly ledger: Ledger;
  readonly startHours: number;
  readonly now: () => Date;
}

/**
 * Takes the lease of a group and looks at what an earlier call, an earlier run or somebody else began, so that it is
 * found and continued, never trampled. It may be called at any time and as often as one likes.
 */
export function createHandler(dependencies: ClaimDependencies) {
  const { autoscaling, ec2, sfn, ledger, startHours, now } = dependencies;
  return async (event: ClaimEvent): Promise<ClaimResult> => {
    const { execution, mode, group, settings } = event;
    const isAlive = (other: string) => isRunning(sfn, other);
    const work = await acquireLease(ledger, group, execution, isAlive, now());
    const scaling = await readScaling(ledger, group);
    const ami = isUnderWay(scaling) ? scaling.ami : event.ami || (work?.target ?? '');
    const waitingSince = event.waitingSince || now().toISOString();
    const waited = (now().getTime() - new Date(waitingSince).getTime()) / 1000;
    const result = (
      decision: ClaimResult['decision'],
      reason: string,
      refresh: InstanceRefresh = {},
    ) => ({
      decision,
      reason,
      ami,
      attempt: work === undefined ? 1 : nextAttempt(work, ami),
      refreshId: refresh.InstanceRefreshId ?? '',
      refreshStartedAt: (refresh.StartTime ?? now()).toISOString(),
      claimedAt: work?.leasedAt ?? now().toISOString(),
      waitingSince,
      waitSeconds: Math.min(900, Math.max(60, Math.floor(waited / 50))),
    });
    // Not skipped: a later wave must not take it for one that is as it should be.
    if (work === undefined) return result('postpone', 'another run is working on it');
    const facts = await readGroup(autoscaling, ec2, group);
    if (facts === undefined) return result('skip', 'there is no such Auto Scaling group');
    if (isUnderWay(scaling)) return result('scale', '');
    const own = (await readOwn(ec2, facts, ami)).filter(
      ({ attempt }) => attempt === nextAttempt(work, ami),
    );
    const refreshes = await readRefreshes(autoscaling, group);
    const active = refreshes.find(({ Status }) => isActive(Status));
    if (active !== undefined) {
      if (await leadsTo(ec2, active, ami)) {
        return result('follow', `${active.InstanceRefreshId} is ${active.Status}`, active);
      }
      const reason = `another instance refresh, ${active.InstanceRefreshId}, is ${active.Status}`;
      return waited < startHours * 3600
        ? result('wait', reason)
        : result('postpone', `${reason}; it waited ${startHours} hours`);
    }
    const isOpen = work.target === ami && work.settledTarget !== ami;
    if (runsOnly(facts, ami, settings)) {
      return isOpen ? result('commit', `runs ${ami}`) : result('skip', `runs ${ami} already`);
    }
    const ended = isOpen ? await findOwn(ec2, refreshes, own, work.intendedAt) : undefined;
    if (ended !== undefined && ended.Status !== 'Successful') {
      return result('undo', endOf(ended), ended);
    }
    if (
      isOpen &&
      scaling?.course === 'failed' &&
      scaling.ami === ami &&
      scaling.attempt === nextAttempt(work, ami)
    ) {
      return result('undo', scaling.reason, { InstanceRefreshId: blameOf(scaling) });
    }
    if (mode !== 'reconcile') {
      // Whoever had to wait may find the group moved on meanwhile.
      const newer = await findNewer(ec2, facts, event.createdAt);
      if (newer !== undefined) return result('skip', `runs ${newer}, which is newer than ${ami}`);
      return (await isStopped(ledger, nameOfRun(execution)))
        ? result('postpone', 'the run was stopped before its turn; the next run takes it')
        : result('prepare', '');
    }
    // Nothing was started, and nothing new is: what was made for it goes.
    return result('undo', 'an earlier run ended before the instance refresh began');
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    sfn: new SFN({}),
    ledger: createLedger(),
    startHours: Number(requireVariable('START_HOURS')),
    now: () => new Date(),
  });
};

/** An AMI of the group that was created later. */
async function findNewer(
  ec2: ClaimDependencies['ec2'],
  { templates }: GroupFacts,
  createdAt: string,
): Promise<string | undefined> {
  if (createdAt === '') return undefined;
  const ids = templates.flatMap(({ data }) =>
    data.ImageId?.startsWith('ami-') ? [data.ImageId] : [],
  );
  const images = await readImages(ec2, ids);
  return [...images.values()].find((image) => image.createdAt > createdAt)?.id;
}

/** An attempt that was begun and not settled is continued. */
function nextAttempt({ target, settledTarget, attempt = 1 }: WorkItem, ami: string): number {
  if (target !== ami) return 1;
  return settledTarget === ami ? attempt + 1 : attempt;
}

/** Newest first. */
async function readRefreshes(
  autoscaling: ClaimDependencies['autoscaling'],
  name: string,
): Promise<InstanceRefresh[]> {
  const answer = await autoscaling.describeInstanceRefreshes({ AutoScalingGroupName: name });
  return answer.InstanceRefreshes ?? [];
}

async function readOwn(
  ec2: ClaimDependencies['ec2'],
  facts: GroupFacts,
  ami: string,
): Promise<OwnVersion[]> {
  const own: OwnVersion[] = [];
  for (const { id } of templatesOf(facts)) {
    own.push(...(await readOwnVersions(ec2, facts.group.AutoScalingGroupName ?? '', id, ami)));
  }
  return own;
}

/** The latest refresh that a rollout of ours started. */
async function findOwn(
  ec2: ClaimDependencies['ec2'],
  refreshes: readonly InstanceRefresh[],
  own: readonly OwnVersion[],
  intendedAt = '',
): Promise<InstanceRefresh | undefined> {
  for (const refresh of refreshes) {
    const desired = desiredTemplates(refresh);
    if (own.some(({ templateId, version }) => desired.includes(`${templateId} ${version}`))) {
      return refresh;
    }
    // Its version may be cleared away by now. Times of AWS are whole seconds.
    const isSince = (refresh.StartTime?.getTime() ?? 0) > Date.parse(intendedAt) - 1000;
    if (isSince && (await isGone(ec2, desired))) return refresh;
  }
  return undefined;
}

/** Whether one of the versions, `<id> <version>`, is not there any more. */
async function isGone(ec2: ClaimDependencies['ec2'], desired: readonly string[]): Promise<boolean> {
  for (const template of desired) {
    const [id = '', version] = template.split(' ');
    const versions = await listVersions(ec2, id);
    if (!versions.some(({ VersionNumber }) => String(VersionNumber) === version)) return true;
  }
  return false;
}

/** Whether a refresh that is under way, whoever started it, moves the group to the AMI. */
async function leadsTo(
  ec2: ClaimDependencies['ec2'],
  refresh: InstanceRefresh,
  ami: string,
): Promise<boolean> {
  const desired = desiredTemplates(refresh);
  if (desired.length === 0) return false;
  for (const template of desired) {
    const [LaunchTemplateId = '', version = ''] = template.split(' ');
    const answer = await ec2.describeLaunchTemplateVersions({
      LaunchTemplateId,
      Versions: [version],
    });
    const found = answer.LaunchTemplateVersions?.[0];
    if (found?.LaunchTemplateData?.ImageId !== ami) return false;
  }
  return true;
}
