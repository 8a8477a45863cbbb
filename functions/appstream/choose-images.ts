import type { SFN } from '@aws-sdk/client-sfn';
import { requireVariable } from '../foundation/environment';
import { createLedger, recordSeenTarget, type Ledger } from '../foundation/ledger';
import { recordLeftOut, recordQueue } from '../foundation/run-log';
import { listOtherRuns, readQueues } from '../foundation/runs';
import { divide } from './eligibility';
import { isInFlight, tagNames } from './images';
import type { RunMode } from './run-input';
import { readSurveyed, type SurveyedImage } from './survey-log';

export interface ChooseEvent {
  readonly mode: RunMode;
  /** Images that were asked for by name; none: all. */
  readonly named: readonly string[];
  /** ARN and name of the execution; ARN of its state machine. */
  readonly execution: string;
  readonly run: string;
  readonly machine: string;
}

export interface ChooseResult {
  /** Positions in the queue, from 0: what the Map runs over. */
  readonly queue: readonly number[];
  /** Whether nobody wants to hear of the run if it had nothing to do. */
  readonly quiet: boolean;
}

export interface ChooseDependencies {
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly ledger: Ledger;
  /** One run takes so many images at most. */
  readonly maxImages: number;
  readonly now: () => Date;
}

/** Decides which of the surveyed images the run takes, in which order, and why it leaves each of the others. */
export function createHandler(dependencies: ChooseDependencies) {
  const { sfn, ledger, maxImages, now } = dependencies;
  return async ({ mode, named, execution, run, machine }: ChooseEvent): Promise<ChooseResult> => {
    const surveyed = await readSurveyed(ledger, run);
    const { taken, leftOut } = divide(surveyed, {
      named,
      busy: await readQueues(ledger, await listOtherRuns(sfn, machine, execution)),
      maxImages,
      at: now().toISOString(),
    });
    await adoptSuccessors(ledger, surveyed, new Set(taken));
    await recordLeftOut(ledger, run, leftOut, now());
    await recordQueue(ledger, run, taken, now());
    return {
      queue: taken.map((_, position) => position),
      // A plan, and a run that was asked for by name, answer in any case.
      quiet: taken.length === 0 && named.length === 0 && mode !== 'plan',
    };
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    sfn: new SFN({}),
    ledger: createLedger(),
    maxImages: Number(requireVariable('MAX_IMAGES')),
    now: () => new Date(),
  });
};

/**
 * A successor that the ledger does not know of, since a run died or the table was lost: its tag tells whose it is.
 * From then on it is followed as if the ledger had always known.
 */
async function adoptSuccessors(
  ledger: Ledger,
  surveyed: readonly SurveyedImage[],
  taken: ReadonlySet<string>,
): Promise<void> {
  const newest = new Map<string, string>();
  for (const image of [...surveyed].sort((one, other) => one.createdAt - other.createdAt)) {
    const source = image.tags[tagNames().source];
    if (source === undefined || !taken.has(source)) continue;
    // One that failed counts only where there is no other.
    const isAlive = image.state === 'AVAILABLE' || isInFlight(image.state);
    if (isAlive || !newest.has(source)) newest.set(source, image.name);
  }
  for (const [source, target] of newest) await recordSeenTarget(ledger, source, target);
}
