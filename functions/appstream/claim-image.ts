import type { AppStream } from '@aws-sdk/client-appstream';
import type { SFN } from '@aws-sdk/client-sfn';
import { namedError, requireVariable } from '../foundation/environment';
import {
  acquireLease,
  createLedger,
  readWorkItem,
  type Ledger,
  type WorkItem,
} from '../foundation/ledger';
import { readQueued } from '../foundation/run-log';
import { isRunning } from '../foundation/runs';
import { failuresBefore } from './attempts';
import { createAppStream, isInFlight, readImage, tagNames, type TaggedImage } from './images';
import type { RunMode } from './run-input';
import { watchFrom, type Watch } from './watch';

export interface ClaimEvent {
  /** ARN and name of the run. */
  readonly execution: string;
  readonly run: string;
  readonly mode: RunMode;
  /** Position in the queue of the run, from 0. */
  readonly position: number;
}

/**
 * What is to be done with an image now:
 * - `prepare`: nothing was begun, or what was begun is over
 * - `follow`: its update runs already; wait for it
 * - `commit`: its successor is there; commit the lineage
 * - `failed`: its update ended FAILED and nobody was told yet
 * - `skip`: nothing, for the reason given
 */
export interface ClaimResult {
  readonly decision: 'prepare' | 'follow' | 'commit' | 'failed' | 'skip';
  readonly reason: string;
  /** Name of the image. */
  readonly source: string;
  /** Name of the successor; an empty string where there is none. */
  readonly target: string;
  /** Whether the image is blocked if this update fails. */
  readonly isLastAttempt: boolean;
  /** ISO 8601. */
  readonly claimedAt: string;
  /** Of an update that runs already. */
  readonly watch: Watch;
}

export interface ClaimDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly sfn: Pick<SFN, 'describeExecution'>;
  readonly ledger: Ledger;
  readonly finishHours: number;
  /** Failed updates in a row after which an image is blocked. */
  readonly attempts: number;
  readonly now: () => Date;
}

/**
 * Takes the lease of an image and looks at what an earlier call or an earlier run began, so that it is found and
 * continued, never doubled. It may be called at any time and as often as one likes.
 */
export function createHandler({
  appstream,
  sfn,
  ledger,
  finishHours,
  attempts,
  now,
}: ClaimDependencies) {
  return async ({ execution, run, mode, position }: ClaimEvent): Promise<ClaimResult> => {
    const source = await readQueued(ledger, run, position);
    if (source === undefined) {
      throw namedError('NotQueued', `The queue of the run ${run} has nothing at ${position}.`);
    }
    const isAlive = (other: string) => isRunning(sfn, other);
    const work =
      mode === 'plan'
        ? await readWorkItem(ledger, source)
        : await acquireLease(ledger, source, execution, isAlive, now());
    const result = (decision: ClaimResult['decision'], reason: string, target = '') => ({
      decision,
      reason,
      source,
      target,
      isLastAttempt: work !== undefined && failuresBefore(work) + 1 >= attempts,
      claimedAt: work?.leasedAt ?? now().toISOString(),
      watch: watchFrom(now(), finishHours),
    });
    if (work === undefined || (mode === 'plan' && work.leaseOwner !== undefined)) {
      return result('skip', 'another run is working on it');
    }
    const successor =
      work.target === undefined ? undefined : await readImage(appstream, work.target);
    if (successor !== undefined && successor.tags[tagNames().source] === source) {
      const next = followUp(successor, await readImage(appstream, source), work);
      const { name, state } = successor;
      if (next !== undefined) return result(next, `${name} is ${state}`, name);
    }
    if (mode !== 'reconcile') return result('prepare', '');
    // An image that AppStream does not show after an hour was never made: nobody needs to come back for it.
    const isOver = successor === undefined && hoursSince(work.intendedAt, now()) > 1;
    return result('skip', 'nothing unfinished', isOver ? work.target : '');
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    appstream: createAppStream(),
    sfn: new SFN({}),
    ledger: createLedger(),
    finishHours: Number(requireVariable('FINISH_HOURS')),
    attempts: Number(requireVariable('ATTEMPTS')),
    now: () => new Date(),
  });
};

/** What an earlier attempt left to be done, if anything. */
function followUp(
  successor: TaggedImage,
  source: TaggedImage | undefined,
  work: WorkItem,
): 'commit' | 'follow' | 'failed' | undefined {
  const settled = work.settledTarget === successor.name;
  if (successor.state === 'AVAILABLE') {
    const tag = tagNames();
    const committed =
      source === undefined ||
      (source.tags[tag.autoUpdate] === 'Completed' && source.tags[tag.nextVersion] !== undefined);
    return settled && committed ? undefined : 'commit';
  }
  if (isInFlight(successor.state)) return 'follow';
  return successor.state === 'FAILED' && !settled ? 'failed' : undefined;
}

function hoursSince(time: string | undefined, now: Date): number {
  return time === undefined ? 0 : (now.getTime() - new Date(time).getTime()) / 3_600_000;
}
