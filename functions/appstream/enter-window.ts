import type { AppStream } from '@aws-sdk/client-appstream';
import { requireVariable } from '../foundation/environment';
import { createLedger, type Ledger } from '../foundation/ledger';
import { enterWindow, leaveWindow } from '../foundation/window';
import { createAppStream, isInFlight, readImage } from './images';
import { countBuilders, countImages, doesNotFit, type Quotas } from './quotas';
import { watchFrom, type Watch } from './watch';

/** What a run may use: the account's quotas, and what the stack or the run allows itself. */
export interface RunLimits extends Quotas {
  readonly batchSize: number;
  /** Images that fit into the quota of images when the run starts; `tight`: the run has more than that. */
  readonly room: number;
  readonly tight: boolean;
}

export interface EnterWindowEvent {
  /** Name of the image that is to be made. */
  readonly target: string;
  readonly limits: RunLimits;
}

export interface EnterWindowResult {
  /**
   * - `enter`: the update may be started now
   * - `wait`: there is no room yet
   * - `postpone`: there will be none
   */
  readonly decision: 'enter' | 'wait' | 'postpone';
  readonly reason: string;
  readonly watch: Watch;
}

export interface EnterWindowDependencies {
  readonly appstream: Pick<
    AppStream,
    'describeImages' | 'describeImageBuilders' | 'listTagsForResource'
  >;
  readonly ledger: Ledger;
  readonly finishHours: number;
  readonly now: () => Date;
}

/**
 * Lets an update start when there is room: for `batchSize` updates of ours in all runs together, and within the
 * quotas of the account, which updates that others have started use as well.
 */
export function createHandler(dependencies: EnterWindowDependencies) {
  const { appstream, ledger, finishHours, now } = dependencies;
  return async ({ target, limits }: EnterWindowEvent): Promise<EnterWindowResult> => {
    const watch = watchFrom(now(), finishHours);
    const answer = (decision: EnterWindowResult['decision'], reason: string) => ({
      decision,
      reason,
      watch,
    });
    if (!(await takePlace(dependencies, target, limits.batchSize))) {
      return answer('wait', `${limits.batchSize} updates of ours run already, the batch size`);
    }
    const { builders, updating } = await countBuilders(appstream);
    // A repetition after a lost answer: it has started.
    if (updating.some((builder) => builder.startsWith(`${target}-`))) return answer('enter', '');
    if (updating.length >= limits.updates) {
      await leaveWindow(ledger, [target]);
      return answer(
        'wait',
        `${updating.length} of ${limits.updates} concurrent image updates (L-9B6418E0) run in the account`,
      );
    }
    if (builders >= limits.builders) {
      await leaveWindow(ledger, [target]);
      return answer(
        'wait',
        `the account has ${builders} of ${limits.builders} image builders (L-DE32F884), and an update needs one`,
      );
    }
    if (limits.tight) {
      const images = await countImages(appstream);
      if (images >= limits.images) {
        await leaveWindow(ledger, [target]);
        return answer('postpone', doesNotFit(images, limits.images));
      }
    }
    return answer('enter', '');
  };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    finishHours: Number(requireVariable('FINISH_HOURS')),
    now: () => new Date(),
  });
};

/** A place that a killed run has left behind is free once its image is no longer in flight. */
async function takePlace(
  { appstream, ledger, now }: EnterWindowDependencies,
  target: string,
  size: number,
): Promise<boolean> {
  const first = await enterWindow(ledger, target, size, now());
  if (first.entered) return true;
  const stale: string[] = [];
  for (const [holder, since] of Object.entries(first.holders)) {
    // A young holder may not be visible yet.
    if (now().getTime() - Date.parse(since) < 3_600_000) continue;
    const image = await readImage(appstream, holder);
    if (image === undefined || !isInFlight(image.state)) stale.push(holder);
  }
  if (stale.length === 0) return false;
  await leaveWindow(ledger, stale);
  return (await enterWindow(ledger, target, size, now())).entered;
}
