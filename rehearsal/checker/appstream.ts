import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { changedEstate, once, timeOf, type Evidence } from './invariant';

/** An AppStream image as far as the invariants ask about it. */
export interface ImageFact {
  readonly name: string;
  readonly state: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  /** What AWS gave as the reason of a failure. */
  readonly reason?: string;
}

/** An image update that AWS accepted. */
export interface AcceptedUpdate {
  readonly call: TracedCall;
  readonly source: string;
  readonly target: string;
}

/** The state of an image as AWS told it to some caller. */
export interface Sighting extends Omit<ImageFact, 'tags'> {
  /** Index of the call that told it. */
  readonly index: number;
}

/** The images at the start, by name. */
export const imagesBefore = once(({ before }: Evidence) => imagesOf(before));

/** The images at the end, by name. */
export const imagesAfter = once(({ after }: Evidence) => imagesOf(after));

function imagesOf(estate: Json): ReadonlyMap<string, ImageFact> {
  const images: Json[] = estate?.appstream?.images ?? [];
  return new Map(
    images.map((image) => [image.Name, { ...imageFact(image), tags: image.Tags ?? {} }]),
  );
}

/** Every `CreateUpdatedImage` that took effect, in order; dry runs do not count. */
export const acceptedUpdates = once(({ trace }: Evidence): readonly AcceptedUpdate[] =>
  trace.calls
    .filter((call) => isAppStream(call, 'CreateUpdatedImage') && changedEstate(call))
    .map((call) => ({
      call,
      source: call.input.existingImageName,
      target: call.input.newImageName,
    })),
);

/** What callers were told about images, in order, by name. */
export const sightings = once(collectSightings);

function collectSightings({ trace }: Evidence): ReadonlyMap<string, readonly Sighting[]> {
  const seen = new Map<string, Sighting[]>();
  for (const call of trace.calls) {
    if (call.service !== 'appstream' || call.error || !call.output) {
      continue;
    }
    const told: Json[] =
      call.operation === 'DescribeImages' ? (call.output.Images ?? []) : [call.output.image];
    for (const image of told.filter(Boolean)) {
      const list = seen.get(image.Name) ?? [];
      list.push({ ...imageFact(image), index: call.index });
      seen.set(image.Name, list);
    }
  }
  return seen;
}

/** When images were created, by name, from all that is known: both estates and what callers were told. */
export function creationTimes(evidence: Evidence): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  const known = [
    ...imagesBefore(evidence).values(),
    ...imagesAfter(evidence).values(),
    ...[...sightings(evidence).values()].flat(),
  ];
  for (const { name, createdAt } of known) {
    if (createdAt !== undefined && !times.has(name)) {
      times.set(name, createdAt);
    }
  }
  // An accepted update creates its image at that moment, also where nobody ever looked at it.
  for (const { call, target } of acceptedUpdates(evidence)) {
    if (!times.has(target)) {
      times.set(target, Date.parse(call.at));
    }
  }
  return times;
}

/** Neither usable nor failed nor going: states that AWS may add later count as in flight. */
export function isInFlight(state: string): boolean {
  return state !== 'AVAILABLE' && state !== 'FAILED' && state !== 'DELETING';
}

/** Effective calls of one AppStream operation. */
export function effective({ trace }: Evidence, operation: string): TracedCall[] {
  return trace.calls.filter((call) => call.effect && isAppStream(call, operation));
}

/** The image name in an ARN such as `arn:aws:appstream:eu-west-1:111122223333:image/name`. */
export function imageNameOf(arn: unknown): string | undefined {
  return /:image\/(.+)$/.exec(String(arn))?.[1];
}

/** Tags written on an image. */
export interface ImageTagging {
  readonly call: TracedCall;
  readonly name: string;
  readonly tags: Record<string, string>;
}

/** Effective `TagResource` calls on images. */
export const imageTaggings = once((evidence: Evidence): readonly ImageTagging[] =>
  effective(evidence, 'TagResource').flatMap((call) => {
    const name = imageNameOf(call.input?.ResourceArn);
    return name === undefined ? [] : [{ call, name, tags: call.input.Tags ?? {} }];
  }),
);

function isAppStream(call: TracedCall, operation: string): boolean {
  return call.service === 'appstream' && call.operation === operation;
}

function imageFact(image: Json): Omit<ImageFact, 'tags'> {
  const createdAt = image.CreatedTime === undefined ? Number.NaN : timeOf(image.CreatedTime);
  const reason =
    image.StateChangeReason?.Message ??
    image.ImageErrors?.map((error: Json) => error.ErrorMessage).find(Boolean);
  return {
    name: image.Name,
    state: image.State ?? 'UNKNOWN',
    ...(!Number.isNaN(createdAt) && { createdAt }),
    ...(reason && { reason }),
  };
}
