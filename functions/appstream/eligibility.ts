import type { ItemReport, Outcome } from '../foundation/notification';
import { tagNames } from './images';
import type { SurveyedImage } from './survey-log';

export interface Circumstances {
  /** Images that were asked for by name. */
  readonly named: readonly string[];
  /** By image: another run that has it in its queue. */
  readonly busy: ReadonlyMap<string, string>;
  /** One run takes so many images at most. */
  readonly maxImages: number;
  /** ISO 8601. */
  readonly at: string;
}

/** Which images a run takes, in the order of the survey, and a reason for each of the others. */
export function divide(
  surveyed: readonly SurveyedImage[],
  { named, busy, maxImages, at }: Circumstances,
): { readonly taken: readonly string[]; readonly leftOut: readonly ItemReport[] } {
  const taken: string[] = [];
  const leftOut: ItemReport[] = [];
  const leave = (id: string, reason: string, outcome: Outcome = 'skipped') =>
    leftOut.push({ id, outcome, reason, startedAt: at, endedAt: at });
  const names = new Set(surveyed.map(({ name }) => name));
  for (const image of surveyed) {
    const run = busy.get(image.name);
    const obstacle = findObstacle(image, names, named.length === 0);
    if (obstacle !== undefined) leave(image.name, obstacle);
    else if (run !== undefined) leave(image.name, `the run ${run} has it in its queue`);
    else if (taken.length < maxImages) taken.push(image.name);
    else {
      leave(image.name, `a run takes ${maxImages} images: the next run takes it`, 'postponed');
    }
  }
  for (const name of named) {
    if (names.has(name)) continue;
    leave(name, `there is no image ${name} that this account owns`);
  }
  return { taken, leftOut };
}

function findObstacle(
  { tags, state, problem, owner }: SurveyedImage,
  names: ReadonlySet<string>,
  isComplete: boolean,
): string | undefined {
  if (owner !== undefined) return `not owned: only its owner, the account ${owner}, can update it`;
  const tag = tagNames();
  const optIn = tags[tag.autoUpdate];
  if (optIn === undefined) return `not opted in: it has no tag ${tag.autoUpdate}`;
  if (optIn === 'Completed') {
    const next = tags[tag.nextVersion];
    const isGone = isComplete && next !== undefined && !names.has(next);
    return isGone
      ? `superseded by ${next}, which is gone: to go on with this one, set its tag ${tag.autoUpdate} to Enabled`
      : `superseded by ${next ?? 'a newer version'}`;
  }
  if (optIn === 'Blocked') {
    return `blocked since its updates failed: mend the cause, then set its tag ${tag.autoUpdate} to Enabled`;
  }
  if (optIn !== 'Enabled') return `not opted in: its tag ${tag.autoUpdate} is ${optIn}`;
  if (state !== 'AVAILABLE') return `its state is ${state}`;
  return problem;
}
