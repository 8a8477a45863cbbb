import type { AppStream } from '@aws-sdk/client-appstream';
import { requireVariable } from '../foundation/environment';
import {
  createLedger,
  readWorkItem,
  recordIntent,
  type Ledger,
  type WorkItem,
} from '../foundation/ledger';
import { isStopped } from '../foundation/run-control';
import { createAppStream, readImage, tagNames, type TaggedImage, type Tags } from './images';
import type { RunMode } from './run-input';
import { limitProblem, successorName, successorTags } from './successor';

export interface PrepareEvent {
  /** The state of the child execution. */
  readonly child: PrepareState;
}

export interface PrepareState {
  /** ARN and name of the run, and when it started, ISO 8601. */
  readonly execution: string;
  readonly run: string;
  readonly startedAt: string;
  readonly mode: RunMode;
  readonly claim: { readonly source: string };
  /** Why the last attempt to start did not, where there was one. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
  readonly window?: { readonly reason: string };
}

/**
 * - `start`: ask AppStream for this update
 * - `postpone`: not in this run, for the reason given
 * - `skip`: not at all, for the reason given
 */
export interface PrepareResult {
  readonly decision: 'start' | 'postpone' | 'skip';
  readonly reason: string;
  /** What to ask for; empty strings unless it is to be started. */
  readonly target: string;
  readonly description: string;
  readonly displayName: string;
  readonly tags: Tags;
  /** Seconds until it is tried again where there is no room for it now: the longer it waited, the later. */
  readonly waitSeconds: number;
}

export interface PrepareDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly ledger: Ledger;
  /** How long an update may wait for room before it is left to the next run. */
  readonly startHours: number;
  readonly now: () => Date;
}

/** Decides what is to be asked of AppStream, and writes it down before it is asked. Called again, it says the same. */
export function createHandler(dependencies: PrepareDependencies) {
  const { appstream, ledger, startHours, now } = dependencies;
  return async ({ child }: PrepareEvent): Promise<PrepareResult> => {
    const { execution, run, mode, claim } = child;
    const work = await readWorkItem(ledger, claim.source);
    const waited = waitedHours(work, now());
    const result = (
      decision: PrepareResult['decision'],
      reason: string,
      request = { target: '', description: '', displayName: '', tags: {} },
    ) => ({
      decision,
      reason,
      ...request,
      waitSeconds: Math.min(3600, Math.max(60, Math.round(waited * 900))),
    });
    const source = await readImage(appstream, claim.source);
    const obstacle = findObstacle(source);
    if (source === undefined || obstacle !== undefined) return result('skip', obstacle ?? '');
    if (await isStopped(ledger, run)) {
      return result('postpone', 'the run was stopped before its turn; the next run takes it');
    }
    if (waited > startHours) {
      return result('postpone', `${reasonOfWait(child)}; it waited ${startHours} hours`);
    }
    const intent =
      (await youngIntent(dependencies, work)) ??
      (await nextTarget(dependencies, source, work, child.startedAt));
    const problem = limitProblem(source, intent.target);
    if (problem !== undefined) return result('skip', problem);
    if (mode !== 'plan' && intent.target !== work.target) {
      const intendedAt = now().toISOString();
      await recordIntent(ledger, source.name, execution, { ...intent, intendedAt });
    }
    return result('start', `to be updated to ${intent.target}`, {
      target: intent.target,
      ...describeUpdate(source),
    });
  };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    startHours: Number(requireVariable('START_HOURS')),
    now: () => new Date(),
  });
};

/** The survey may be weeks old: what it saw is looked at again. */
function findObstacle(source: TaggedImage | undefined): string | undefined {
  if (source === undefined) return 'the image is gone';
  const tag = tagNames();
  const optIn = source.tags[tag.autoUpdate];
  if (optIn === 'Completed') {
    return `updated already, to ${source.tags[tag.nextVersion] ?? 'a newer version'}`;
  }
  if (optIn !== 'Enabled') return 'opted out since the run began';
  if (source.state !== 'AVAILABLE') return `its state is ${source.state}`;
  return undefined;
}

function waitedHours(work: WorkItem, now: Date): number {
  return work.leasedAt === undefined
    ? 0
    : (now.getTime() - new Date(work.leasedAt).getTime()) / 3_600_000;
}

function reasonOfWait({ error, window }: PrepareState): string {
  if (error?.Cause !== undefined) return `AppStream had no room to start it: ${error.Cause}`;
  return window === undefined ? 'there was no room to start it' : `no room: ${window.reason}`;
}

interface Intent {
  readonly target: string;
  readonly attempt: number;
}

/** AppStream may show a new image late. So a young intent is kept: asking again for the same name tells. */
async function youngIntent(
  { appstream, now }: PrepareDependencies,
  { target, attempt = 1, intendedAt, settledTarget }: WorkItem,
): Promise<Intent | undefined> {
  if (target === undefined || target === settledTarget || intendedAt === undefined)
    return undefined;
  if (now().getTime() - new Date(intendedAt).getTime() >= 3_600_000) return undefined;
  // One that is visible was not made for this image: the claim would have followed it.
  return (await readImage(appstream, target)) === undefined ? { target, attempt } : undefined;
}

/** The first attempt whose name is free: another lineage may have the same BaseName. No name is used twice. */
async function nextTarget(
  { appstream }: PrepareDependencies,
  source: TaggedImage,
  work: WorkItem,
  runStartedAt: string,
): Promise<Intent> {
  for (let attempt = 1; ; attempt += 1) {
    const target = successorName(source, runStartedAt, attempt);
    if (target === work.settledTarget) continue;
    if ((await readImage(appstream, target)) === undefined) return { target, attempt };
  }
}

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html has the lengths. */
function describeUpdate(source: TaggedImage) {
  return {
    description: (source.image.Description ?? '').slice(0, 256),
    displayName: (source.image.DisplayName ?? source.name).slice(0, 100),
    tags: successorTags(source),
  };
}
