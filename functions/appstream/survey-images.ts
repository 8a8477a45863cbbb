import type { AppStream, Image } from '@aws-sdk/client-appstream';
import { namedError, requireVariable } from '../foundation/environment';
import { createLedger, readWorkItem, type Ledger } from '../foundation/ledger';
import type { ItemReport } from '../foundation/notification';
import { createAppStream, isInFlight, tagNames, withTags, type TaggedImage } from './images';

/** What starts a run: the input of the workflow. Everything is optional. */
export interface RunInput {
  /**
   * - `update` (default): update what is opted in
   * - `plan`: make every decision and no change
   * - `reconcile`: follow up what an earlier run left unfinished, start nothing new
   */
  readonly mode?: 'update' | 'plan' | 'reconcile';
  /** Concurrent updates, 1 to 40. Default: the stack's setting. */
  readonly batchSize?: number;
  /** Only these images. Default: all that are opted in. */
  readonly images?: readonly string[];
  /** Who started the run; kept for the reader. */
  readonly trigger?: string;
}

export interface SurveyEvent {
  readonly input: RunInput | null;
}

export interface SurveyResult {
  readonly mode: 'update' | 'plan' | 'reconcile';
  readonly batchSize: number;
  /** Whether there is anything to report. */
  readonly idle: boolean;
  /** Whether nobody wants to hear that there was nothing to do: every day, that is. */
  readonly quiet: boolean;
  /** `successor` is the image that an earlier run made of this one, or an empty string. */
  readonly images: readonly { readonly name: string; readonly successor: string }[];
  readonly leftOut: readonly ItemReport[];
}

export interface SurveyDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly ledger: Ledger;
  readonly batchSize: number;
  /** One execution holds the history of at most so many images. */
  readonly maxImages: number;
  readonly now: () => Date;
}

/** Looks at every image of the account and says which ones this run takes, and why it leaves the others. */
export function createHandler(dependencies: SurveyDependencies) {
  const { appstream, ledger, batchSize, maxImages, now } = dependencies;
  return async (event: SurveyEvent): Promise<SurveyResult> => {
    const input = checkInput(event.input ?? {});
    const mode = input.mode ?? 'update';
    const images = await listImages(appstream);
    const successors = newestSuccessors(images);
    const at = now().toISOString();
    const taken: { name: string; successor: string }[] = [];
    const leftOut: ItemReport[] = [];
    for (const image of images) {
      const successor = successors[image.name] ?? '';
      let reason = reasonToLeaveOut(image, input.images, taken.length >= maxImages);
      if (reason === undefined && mode === 'reconcile') {
        const open = await isUnfinished(ledger, image.name, successor);
        if (!open) reason = 'nothing unfinished';
      }
      if (reason === undefined) {
        taken.push({ name: image.name, successor });
      } else if (mode !== 'reconcile') {
        leftOut.push({ id: image.name, outcome: 'skipped', reason, startedAt: at, endedAt: at });
      }
    }
    for (const name of input.images ?? []) {
      if (images.some((image) => image.name === name)) continue;
      const reason = `there is no image ${name} that this account owns`;
      leftOut.push({ id: name, outcome: 'skipped', reason, startedAt: at, endedAt: at });
    }
    return {
      mode,
      batchSize: input.batchSize ?? batchSize,
      // A run that was asked for by name answers in any case.
      idle: taken.length === 0 && input.images === undefined,
      quiet: mode === 'reconcile',
      images: taken,
      leftOut: withinRoom(leftOut, at),
    };
  };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    batchSize: Number(requireVariable('BATCH_SIZE')),
    maxImages: Number(requireVariable('MAX_IMAGES')),
    now: () => new Date(),
  });
};

function checkInput(input: RunInput): RunInput {
  const problems: string[] = [];
  const known = ['mode', 'batchSize', 'images', 'trigger'];
  for (const key of Object.keys(input)) {
    if (!known.includes(key)) problems.push(`unknown key ${key}; known are ${known.join(', ')}`);
  }
  const modes = ['update', 'plan', 'reconcile'];
  if (input.mode !== undefined && !modes.includes(input.mode)) {
    problems.push(`mode is ${JSON.stringify(input.mode)}; allowed are ${modes.join(', ')}`);
  }
  const size = input.batchSize;
  if (size !== undefined && !(Number.isInteger(size) && size >= 1 && size <= 40)) {
    problems.push(`batchSize is ${JSON.stringify(size)}; allowed is a whole number from 1 to 40`);
  }
  const names: unknown = input.images;
  if (
    names !== undefined &&
    !(Array.isArray(names) && names.length > 0 && names.every((name) => typeof name === 'string'))
  ) {
    problems.push(`images is ${JSON.stringify(names)}; allowed is a list of image names`);
  }
  if (problems.length > 0) {
    throw namedError('InvalidInput', `The input of the run is wrong: ${problems.join('; ')}.`);
  }
  return input;
}

async function listImages(appstream: SurveyDependencies['appstream']): Promise<TaggedImage[]> {
  const found: Image[] = [];
  let token: string | undefined;
  do {
    const page = await appstream.describeImages({
      Type: 'PRIVATE',
      MaxResults: 25,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    found.push(...(page.Images ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  const images: TaggedImage[] = [];
  for (const image of found) images.push(await withTags(appstream, image));
  return images;
}

/** By name of the source: its newest successor that did not fail. */
function newestSuccessors(images: readonly TaggedImage[]): Record<string, string> {
  const created = (image: TaggedImage) => image.image.CreatedTime?.getTime() ?? 0;
  const successors: Record<string, string> = {};
  for (const image of [...images].sort((one, other) => created(one) - created(other))) {
    const source = image.tags[tagNames().source];
    if (source === undefined) continue;
    if (image.state === 'AVAILABLE' || isInFlight(image.state)) successors[source] = image.name;
    else successors[source] ??= image.name;
  }
  return successors;
}

/** A successor whose end was reported is finished; where it failed, the next monthly run tries again. */
async function isUnfinished(ledger: Ledger, name: string, successor: string): Promise<boolean> {
  return successor !== '' && (await readWorkItem(ledger, name)).settledTarget !== successor;
}

/**
 * A state holds 256 KiB: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. What is superseded
 * is what every month adds to, and what nobody needs to be told: it goes first.
 */
function withinRoom(leftOut: readonly ItemReport[], at: string): ItemReport[] {
  const room = 200;
  if (leftOut.length <= room) return [...leftOut];
  const isPast = (report: ItemReport) => report.reason.startsWith('superseded');
  const ordered = [...leftOut.filter((one) => !isPast(one)), ...leftOut.filter(isPast)];
  const reason = `${leftOut.length - room} more are left out too: there is no room for their reasons`;
  const rest = { outcome: 'skipped', reason, startedAt: at, endedAt: at } as const;
  return [...ordered.slice(0, room), { id: 'further images', ...rest }];
}

function reasonToLeaveOut(
  image: TaggedImage,
  only: readonly string[] | undefined,
  full: boolean,
): string | undefined {
  const tag = tagNames();
  const optIn = image.tags[tag.autoUpdate];
  if (only !== undefined && !only.includes(image.name)) return 'not among the images of this run';
  if (optIn === undefined) return `not opted in: it has no tag ${tag.autoUpdate}`;
  if (optIn === 'Completed') {
    return `superseded by ${image.tags[tag.nextVersion] ?? 'a newer version'}`;
  }
  if (optIn !== 'Enabled') return `not opted in: its tag ${tag.autoUpdate} is ${optIn}`;
  if (image.state !== 'AVAILABLE') return `its state is ${image.state}`;
  if (full) return 'this run has its fill of images; the next run takes it';
  return undefined;
}
