import type { AppStream, Image } from '@aws-sdk/client-appstream';
import { requireVariable } from '../foundation/environment';
import { createLedger, type Ledger } from '../foundation/ledger';
import { isPatchDay } from '../foundation/patch-tuesday';
import { createAppStream, readImage, tagNames, withTags, type TaggedImage } from './images';
import { checkRunInput, type RunInput, type RunMode } from './run-input';
import { limitProblem, successorName } from './successor';
import { recordSurveyed, type SurveyedImage } from './survey-log';

export interface SurveyEvent {
  readonly input: unknown;
  /** Name of the execution, and when it started, ISO 8601. */
  readonly run: string;
  readonly startedAt: string;
  /** Where the call before has stopped; an empty text at the beginning. */
  readonly cursor: string;
}

export interface SurveyResult {
  /**
   * - `survey`: there are more images; go on with the cursor
   * - `choose`: all of them were seen
   * - `nothing`: it is not the day
   */
  readonly next: 'survey' | 'choose' | 'nothing';
  readonly cursor: string;
  /** The input of the run, checked and filled in. */
  readonly mode: RunMode;
  readonly batchSize: number;
  /** Images that were asked for by name; none: all. */
  readonly named: readonly string[];
}

export interface SurveyDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly ledger: Ledger;
  /** Pages of 25 images that one call reads. */
  readonly pages: number;
  /** Of the stack; a run may have its own. */
  readonly batchSize: number;
  readonly now: () => Date;
}

/**
 * Looks at the images of the account, some pages with each call, and writes down what it sees. The rest of the run
 * works from there: an account may have more images than a state can hold, or a function read in its time.
 */
export function createHandler(dependencies: SurveyDependencies) {
  const { appstream, pages } = dependencies;
  return async (event: SurveyEvent): Promise<SurveyResult> => {
    const input = checkRunInput(event.input);
    const { mode = 'update', images: named = [] } = input;
    const result = (next: SurveyResult['next'], cursor = '') => ({
      next,
      cursor,
      mode,
      batchSize: input.batchSize ?? dependencies.batchSize,
      named,
    });
    if (!isDay(input, event.startedAt)) return result('nothing');
    const record = recorder(dependencies, event.run);
    if (named.length > 0) {
      for (const [page, name] of named.entries()) {
        const image = await readImage(appstream, name);
        await record(page, image === undefined ? [] : [toSurveyed(image, event.startedAt)]);
      }
      return result('choose');
    }
    let cursor = parseCursor(event.cursor);
    for (let page = 0; page < pages; page += 1) {
      const answer = await appstream.describeImages({
        Type: cursor.type,
        MaxResults: 25,
        ...(cursor.token === undefined ? {} : { NextToken: cursor.token }),
      });
      const images: SurveyedImage[] = [];
      for (const image of answer.Images ?? []) {
        images.push(
          cursor.type === 'SHARED'
            ? toForeign(image)
            : toSurveyed(await withTags(appstream, image), event.startedAt),
        );
      }
      await record(cursor.page, images);
      const following = nextCursor(cursor, answer.NextToken);
      if (following === undefined) return result('choose');
      cursor = following;
    }
    return result('survey', JSON.stringify(cursor));
  };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    pages: 10,
    batchSize: Number(requireVariable('BATCH_SIZE')),
    now: () => new Date(),
  });
};

/** Our own images first, then those that others share with us. */
interface Cursor {
  readonly type: 'PRIVATE' | 'SHARED';
  readonly token?: string;
  readonly page: number;
}

function parseCursor(text: string): Cursor {
  return text === '' ? { type: 'PRIVATE', page: 0 } : (JSON.parse(text) as Cursor);
}

function nextCursor({ type, page }: Cursor, token: string | undefined): Cursor | undefined {
  if (token !== undefined) return { type, token, page: page + 1 };
  return type === 'PRIVATE' ? { type: 'SHARED', page: page + 1 } : undefined;
}

function isDay({ patchTuesdayPlusDays, timeZone, scheduledTime }: RunInput, startedAt: string) {
  if (patchTuesdayPlusDays === undefined) return true;
  // A start that was delivered late still belongs to the day for which it was meant.
  return isPatchDay(new Date(scheduledTime ?? startedAt), patchTuesdayPlusDays, timeZone ?? 'UTC');
}

function recorder({ ledger, now }: SurveyDependencies, run: string) {
  return (page: number, images: readonly SurveyedImage[]) =>
    recordSurveyed(ledger, run, page, images, now());
}

function toSurveyed(image: TaggedImage, runStartedAt: string): SurveyedImage {
  const { name, tags, state } = image;
  const lineage: readonly string[] = Object.values(tagNames());
  const problem = limitProblem(image, successorName(image, runStartedAt, 1));
  return {
    name,
    state,
    tags: Object.fromEntries(Object.entries(tags).filter(([key]) => lineage.includes(key))),
    createdAt: image.image.CreatedTime?.getTime() ?? 0,
    ...(problem === undefined ? {} : { problem }),
  };
}

/** AppStream tells neither tags nor more of an image of another account. */
function toForeign(image: Image): SurveyedImage {
  return {
    name: image.Name ?? '',
    tags: {},
    state: image.State ?? 'UNKNOWN',
    createdAt: image.CreatedTime?.getTime() ?? 0,
    owner: image.Arn?.split(':')[4] ?? 'unknown',
  };
}
