import type { AppStream } from '@aws-sdk/client-appstream';
import type { SFN } from '@aws-sdk/client-sfn';
import { requireVariable } from '../foundation/environment';
import {
  acquireLease,
  createLedger,
  readWorkItem,
  recordIntent,
  type Ledger,
  type WorkItem,
} from '../foundation/ledger';
import {
  createAppStream,
  isInFlight,
  readImage,
  tagNames,
  type TaggedImage,
  type Tags,
} from './images';

export interface ClaimEvent {
  /** ARN of the execution. */
  readonly execution: string;
  readonly mode: 'update' | 'plan' | 'reconcile';
  readonly image: { readonly name: string; readonly successor: string };
}

/**
 * What to do with an image now:
 * - `start`: ask AppStream for the update described in `update`
 * - `follow`: the update runs already; wait for it
 * - `commit`: the successor is there; commit the lineage
 * - `failed`: the update ended FAILED and nobody was told yet
 * - `skip`: nothing, for the reason given
 */
export interface ClaimResult {
  readonly decision: 'start' | 'follow' | 'commit' | 'failed' | 'skip';
  readonly reason: string;
  /** Name of the successor; an empty string with `skip`. */
  readonly target: string;
  readonly update: UpdateRequest;
  /** ISO 8601, as are the deadlines: the latest start, and the latest end, of the update. */
  readonly claimedAt: string;
  readonly startBy: string;
  readonly finishBy: string;
}

export interface UpdateRequest {
  readonly description: string;
  readonly displayName: string;
  readonly tags: Tags;
}

export interface ClaimDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly sfn: Pick<SFN, 'describeExecution'>;
  readonly ledger: Ledger;
  readonly startHours: number;
  readonly finishHours: number;
  readonly now: () => Date;
}

/**
 * Takes the lease of an image and decides the next step from what is there. It may be called at any time and as
 * often as one likes: whatever an earlier call or an earlier run began is found and continued, never doubled.
 */
export function createHandler(dependencies: ClaimDependencies) {
  const { appstream, ledger, now } = dependencies;
  return async ({ execution, mode, image }: ClaimEvent): Promise<ClaimResult> => {
    const result = resultsAt(now(), dependencies);
    const source = await readImage(appstream, image.name);
    const obstacle = findObstacle(source);
    if (source === undefined || obstacle !== undefined) return result('skip', obstacle ?? '');

    const work =
      mode === 'plan'
        ? await readWorkItem(ledger, image.name)
        : await acquireLease(ledger, image.name, execution, (other) =>
            isRunning(dependencies, other),
          );
    if (work === undefined || (mode === 'plan' && work.leaseOwner !== undefined)) {
      return result('skip', 'another run is working on it');
    }
    const update = describeUpdate(source);
    const known = work.target ?? (image.successor === '' ? undefined : image.successor);
    const successor = known === undefined ? undefined : await readImage(appstream, known);
    if (successor?.tags[tagNames().source] === image.name) {
      const { name, state } = successor;
      if (state === 'AVAILABLE') return result('commit', `${name} is AVAILABLE`, name, update);
      if (isInFlight(state)) return result('follow', `${name} is ${state}`, name, update);
      if (state === 'FAILED' && work.settledTarget !== name) {
        return result('failed', `${name} is FAILED`, name, update);
      }
    }
    if (mode === 'reconcile') return result('skip', 'nothing unfinished');

    const intent =
      successor === undefined && isFresh(work, now())
        ? { target: work.target ?? '', attempt: work.attempt ?? 1 }
        : await nextTarget(dependencies, source, work);
    const problem = checkUpdate(intent.target, update, source);
    if (problem !== undefined) return result('skip', problem);
    if (mode !== 'plan' && intent.target !== work.target) {
      await recordIntent(ledger, image.name, execution, {
        ...intent,
        intendedAt: now().toISOString(),
      });
    }
    return result('start', `to be updated to ${intent.target}`, intent.target, update);
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    appstream: createAppStream(),
    sfn: new SFN({}),
    ledger: createLedger(),
    startHours: Number(requireVariable('START_HOURS')),
    finishHours: Number(requireVariable('FINISH_HOURS')),
    now: () => new Date(),
  });
};

function resultsAt(now: Date, { startHours, finishHours }: ClaimDependencies) {
  const later = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();
  return (
    decision: ClaimResult['decision'],
    reason: string,
    target = '',
    update: UpdateRequest = { description: '', displayName: '', tags: {} },
  ): ClaimResult => ({
    decision,
    reason,
    target,
    update,
    claimedAt: now.toISOString(),
    startBy: later(startHours),
    finishBy: later(startHours + finishHours),
  });
}

/** The survey may be hours old: what it saw is looked at again. */
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

async function isRunning({ sfn }: ClaimDependencies, execution: string): Promise<boolean> {
  try {
    const answer = await sfn.describeExecution({ executionArn: execution });
    return answer.status === 'RUNNING';
  } catch (error) {
    // Step Functions forgets an execution 90 days after its end.
    if ((error as Error).name === 'ExecutionDoesNotExist') return false;
    throw error;
  }
}

/** AppStream may show a new image late. So a young intent is kept: asking again for the same name tells. */
function isFresh(work: WorkItem, now: Date): boolean {
  if (work.target === undefined || work.intendedAt === undefined) return false;
  return now.getTime() - new Date(work.intendedAt).getTime() < 3_600_000;
}

/** `<BaseName>-Updated-<yyyymmdd>-<attempt>`, UTC, with the first attempt whose name is free. */
async function nextTarget(
  { appstream, now }: ClaimDependencies,
  source: TaggedImage,
  work: WorkItem,
): Promise<{ readonly target: string; readonly attempt: number }> {
  const base = source.tags[tagNames().baseName] ?? source.name;
  const date = now().toISOString().slice(0, 10).replace(/-/g, '');
  for (let attempt = (work.attempt ?? 0) + 1; ; attempt += 1) {
    const target = `${base}-Updated-${date}-${attempt}`;
    if ((await readImage(appstream, target)) === undefined) return { target, attempt };
  }
}

function describeUpdate(source: TaggedImage): UpdateRequest {
  const tag = tagNames();
  return {
    description: source.image.Description ?? '',
    displayName: source.image.DisplayName ?? source.name,
    tags: {
      ...source.tags,
      [tag.autoUpdate]: 'Enabled',
      [tag.baseName]: source.tags[tag.baseName] ?? source.name,
      [tag.source]: source.name,
    },
  };
}

/** AppStream's limits, checked before it is asked: https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html */
function checkUpdate(
  target: string,
  update: UpdateRequest,
  source: TaggedImage,
): string | undefined {
  if (target.length > 100) {
    return `the new name ${target} has ${target.length} characters, AppStream allows 100: shorten the tag BaseName`;
  }
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(target) || /^(amazon|aws|appstream)/i.test(target)) {
    return `AppStream does not allow the new name ${target}: correct the tag BaseName`;
  }
  const count = Object.keys(update.tags).length;
  if (count > 50) {
    return `the new image would have ${count} tags, AppStream allows 50: remove some`;
  }
  // An update that cannot be committed would be started again and again.
  const { nextVersion } = tagNames();
  const committed = source.tagCount + (source.tags[nextVersion] === undefined ? 1 : 0);
  if (committed > 50) {
    return `with ${nextVersion} the image would have ${committed} tags, AppStream allows 50: remove some`;
  }
  return undefined;
}
