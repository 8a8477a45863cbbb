import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { greedyMakespan } from './greedy';

/** Minutes that an update takes, by a number from 0 to 1 that decides. */
export type Distribution = (random: number) => number;

/** AWS says "several hours" and no more, so that several shapes of it are tried. */
export const distributions: Readonly<Record<string, Distribution>> = {
  constant: () => 180,
  uniform: (random) => 120 + random * 180,
  'two kinds': (random) => (random < 0.8 ? 90 : 480),
  // Most take an hour or two, a few the whole day.
  'long tail': (random) => Math.min(1200, 75 / (1 - random) ** 0.6),
};

/** An account with so many images to update, and a few others. */
export interface Fleet {
  readonly estate: Json;
  readonly names: readonly string[];
  /** Minutes, in the order of the names. */
  readonly minutes: readonly number[];
}

export function fleetOfImages(count: number, distribution: Distribution, quota = 5): Fleet {
  const random = generator(count);
  const names = Array.from({ length: count }, (_, index) => `image-${index + 1}`);
  const minutes = names.map(() => Math.round(distribution(random())));
  const CreatedTime = '2025-12-01T00:00:00Z';
  const others = [
    { Name: 'not-opted-in', CreatedTime },
    { Name: 'past', CreatedTime, Tags: { AutoUpdate: 'Completed', NextVersion: 'image-1' } },
  ];
  return {
    names,
    minutes,
    estate: {
      account: '111122223333',
      region: 'eu-west-1',
      // Of a month that is as long as the longest of these runs.
      capturedAt: '2026-01-01T00:00:00Z',
      appstream: {
        images: [
          ...others,
          ...names.map((Name) => ({ Name, CreatedTime, Tags: { AutoUpdate: 'Enabled' } })),
        ],
      },
      ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
      quotas: {
        'appstream2:L-9B6418E0': quota,
        'appstream2:L-E1182CCA': 2 * count + 10,
        'appstream2:L-DE32F884': quota + 5,
      },
      outcomes: names.map((image, index) => ({
        service: 'appstream',
        image,
        on: 'update',
        result: 'AVAILABLE',
        duration: { minutes: minutes[index] },
      })),
    },
  };
}

/** Days until the last update is done, and two more; but not until the next month's run. */
export function daysFor({ minutes }: Fleet, quota = 5): number {
  return Math.min(31, Math.ceil((greedyMakespan(minutes, quota) * 1.2) / 1440) + 2);
}

/** The time from the first start to the last image AVAILABLE, as a multiple of what greedy list scheduling needs. */
export function makespanRatio(fleet: Fleet, result: RehearsalResult, quota = 5): number {
  const startOf = new Map<string, number>();
  for (const { at, action, resource, outcome } of result.calls) {
    // The last one that AWS accepted: the dry run comes first.
    if (action === 'appstream:CreateUpdatedImage' && outcome === 'ok') {
      startOf.set(resource.split('/').at(-1) ?? '', Date.parse(at));
    }
  }
  const starts = fleet.names.map((name) => startOf.get(name) ?? Number.NaN);
  const ends = starts.map((start, index) => start + (fleet.minutes[index] ?? 0) * 60_000);
  const makespan = Math.max(...ends) - Math.min(...starts);
  return makespan / (greedyMakespan(fleet.minutes, quota) * 60_000);
}

/** Names of the images whose lineage does not end as it should: an AVAILABLE successor that source and itself name. */
export function uncommitted(fleet: Fleet, result: RehearsalResult): string[] {
  const images: readonly Json[] = result.estate.appstream.images;
  const byName = new Map(images.map((image) => [image.Name as string, image]));
  return fleet.names.filter((name) => {
    const { Tags } = byName.get(name);
    const successor = byName.get(Tags.NextVersion);
    return !(
      Tags.AutoUpdate === 'Completed' &&
      successor?.State === 'AVAILABLE' &&
      successor.Tags.AutoUpdate === 'Enabled' &&
      successor.Tags.BaseName === name &&
      successor.Tags['evergreen:source'] === name
    );
  });
}

/** A linear congruential generator: the same account in each run. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
