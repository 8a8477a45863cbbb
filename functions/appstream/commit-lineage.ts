import type { AppStream } from '@aws-sdk/client-appstream';
import { namedError } from '../foundation/environment';
import { createLedger, type Ledger } from '../foundation/ledger';
import { recordDuration } from './durations';
import { createAppStream, readImage, tagNames } from './images';

export interface CommitEvent {
  readonly source: string;
  readonly target: string;
  /** The successor has failed for the last time: the source is to wait for a person. @default false */
  readonly blocked?: boolean;
}

export interface CommitResult {
  readonly reason: string;
}

export interface CommitDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource' | 'tagResource'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Makes the successor the head of its lineage: the source gets `AutoUpdate=Completed` and `NextVersion`. Only
 * these two tags are written, only when the successor is AVAILABLE, and never over a newer successor.
 */
export function createHandler({ appstream, ledger, now }: CommitDependencies) {
  return async ({ source, target, blocked }: CommitEvent): Promise<CommitResult> => {
    const tag = tagNames();
    if (blocked === true) return block(appstream, source);
    const successor = await readImage(appstream, target);
    if (successor?.state !== 'AVAILABLE' || successor.tags[tag.source] !== source) {
      throw namedError(
        'NotCommittable',
        `${target} is ${successor?.state ?? 'gone'}, or no successor of ${source}: the lineage stays as it is.`,
      );
    }
    const image = await readImage(appstream, source);
    // The source may be deleted once its successor is there; the lineage goes on with the successor.
    if (image === undefined) return { reason: `updated to ${target}; the source was deleted` };
    const next = image.tags[tag.nextVersion];
    if (next === target && image.tags[tag.autoUpdate] === 'Completed') {
      return { reason: `updated to ${target}` };
    }
    const other =
      next === undefined || next === target ? undefined : await readImage(appstream, next);
    if (createdAt(other) > createdAt(successor)) {
      return { reason: `updated to ${target}, but its lineage went on with the newer ${next}` };
    }
    await appstream.tagResource({
      ResourceArn: image.arn,
      Tags: { [tag.autoUpdate]: 'Completed', [tag.nextVersion]: target },
    });
    await recordDuration(ledger, successor, now());
    return { reason: `updated to ${target}` };
  };
}

/** Somebody who has opted out meanwhile wants no tag of ours. */
async function block(
  appstream: CommitDependencies['appstream'],
  source: string,
): Promise<CommitResult> {
  const { autoUpdate } = tagNames();
  const image = await readImage(appstream, source);
  if (image?.tags[autoUpdate] === 'Enabled') {
    await appstream.tagResource({ ResourceArn: image.arn, Tags: { [autoUpdate]: 'Blocked' } });
  }
  return { reason: 'blocked' };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

function createdAt(image: Awaited<ReturnType<typeof readImage>>): number {
  return image?.image.CreatedTime?.getTime() ?? 0;
}
