import type { Ledger } from '../foundation/ledger';
import { readRows, writeRow } from '../foundation/ledger-rows';
import type { Tags } from './images';

/** An image as the survey of a run saw it, with what decides whether the run takes it. */
export interface SurveyedImage {
  readonly name: string;
  readonly state: string;
  /** Those of the lineage; an image has up to fifty. */
  readonly tags: Tags;
  /** What AppStream would refuse of a successor. */
  readonly problem?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Account of the owner, where that is another one. */
  readonly owner?: string;
}

/**
 * Writes one page of a survey, 25 images. The same page written again is the same row.
 *
 * @param page from 0, at most 9,999
 */
export async function recordSurveyed(
  ledger: Ledger,
  run: string,
  page: number,
  images: readonly SurveyedImage[],
  now: Date,
): Promise<void> {
  await writeRow(ledger, prefixOf(run) + String(page).padStart(4, '0'), images, now);
}

/** All images that the survey of a run saw, in the order in which AppStream listed them. */
export async function readSurveyed(ledger: Ledger, run: string): Promise<SurveyedImage[]> {
  return (await readRows<readonly SurveyedImage[]>(ledger, prefixOf(run))).flat();
}

function prefixOf(run: string): string {
  return `survey#${run}#`;
}
