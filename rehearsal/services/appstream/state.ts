import type { Json, Scope } from '../service';
import type { Duration } from '../duration';

/** Everything that AppStream knows of the account. Plain JSON; what time changes is worked out when asked. */
export interface AppStreamState {
  /** By ARN: a private image and one that another account shares may have the same name. */
  readonly images: Record<string, ImageRecord>;
  /** ARNs of all images, in the order of their making: large objects are slow to list. */
  arns: string[];
  /** ARNs of those that belong to AWS or to another account. */
  readonly foreignArns: readonly string[];
  /** ARNs of images that are being made, in the order of their start; some may have ended since. */
  inFlight: readonly string[];
  /** Image builders that are there at the start and stay, as `DescribeImageBuilders` shows them. */
  readonly imageBuilders: readonly Json[];
  /** As `DescribeFleets` shows them. */
  readonly fleets: readonly Json[];
  /** Updates accepted so far, by name of the source: which attempt the next one is. */
  readonly attempts: Record<string, number>;
  /** Hours of the builders that made images which are deleted by now. */
  hoursOfDeleted: number;
  /** How many of the updates that others start, by the estate's events, have had their turn. */
  readonly othersDone: number;
}

export interface ImageRecord {
  /** As `DescribeImages` shows it when nothing goes on any more, with times in ISO 8601. */
  readonly image: Json;
  tags: Record<string, string>;
  sharedWith: readonly Json[];
  /** Epoch milliseconds from which on it has all updates that there were; absent: updates are available. */
  readonly freshSince?: number;
  /** Its creation, where that is not long past. */
  readonly creation?: Creation;
}

/** The life of an image until it is usable or has failed. All times in epoch milliseconds. */
export interface Creation {
  /** Name of the image that is updated. */
  readonly source?: string;
  /** Who started it, where that was nobody who calls. */
  readonly by?: string;
  /** Shown to `DescribeImages` from then on. */
  readonly visibleAt: number;
  /** PENDING until then. */
  readonly pendingUntil: number;
  /** State after PENDING: CREATING, or what the estate says of an image that is in flight at the start. */
  readonly state: string;
  /** From then on the builder is PENDING_QUALIFICATION. */
  readonly qualifyingAt: number;
  readonly endsAt: number;
  /** What is shown from the end on. */
  readonly end: Json;
  /** AppStream's own image builder, there until the end, as `DescribeImageBuilders` shows it. */
  readonly imageBuilder?: Json;
}

/** How long AppStream takes for what, where the estate does not say so under `durations.appstream`. */
const DURATIONS = {
  /** A whole update, until AVAILABLE or FAILED. AWS says "several hours". */
  updateImage: { hours: [2, 5] },
  /** The first part of it: PENDING. */
  queueUpdate: { minutes: [1, 5] },
  /** The last part of it: qualification. */
  qualifyUpdate: { minutes: [10, 30] },
  /** Until DescribeImages shows a new image. */
  listImage: { seconds: [0, 8] },
} satisfies Readonly<Record<string, Duration>>;

export type DurationName = keyof typeof DURATIONS;

export function durationOf(scope: Scope, name: DurationName): Duration {
  return scope.estate.durations?.appstream?.[name] ?? DURATIONS[name];
}

/**
 * What `DescribeImages` shows of an image from its end on.
 *
 * @param outcome of the estate, if any
 * @param endsAt epoch milliseconds, for the time of the errors
 */
export function endOf(outcome: Json, endsAt: number): Json {
  if (outcome?.result !== 'FAILED') return { State: 'AVAILABLE' };
  const { code = 'IMAGE_UPDATE_FAILURE', message = UPDATE_FAILED, errors } = outcome;
  const told: Json[] = errors ?? [{ ErrorCode: 'INTERNAL_SERVICE_ERROR', ErrorMessage: message }];
  const ErrorTimestamp = new Date(endsAt).toISOString();
  return {
    State: 'FAILED',
    StateChangeReason: { Code: code, Message: message },
    ImageErrors: told.map((error) => ({ ErrorTimestamp, ...error })),
  };
}

/** https://docs.aws.amazon.com/appstream2/latest/developerguide/troubleshooting-notification-codes.html */
const UPDATE_FAILED = 'Could not update image. Failed to update software.';

/** The first of the estate's `outcomes` for an update of this image. */
export function outcomeOf(scope: Scope, name: string, attempt: number): Json {
  return (scope.estate.outcomes ?? []).find(
    (outcome: Json) =>
      outcome.service === 'appstream' &&
      outcome.image === name &&
      (outcome.attempt ?? attempt) === attempt,
  );
}

/** All images, in the order of their making. */
export function recordsOf({ images, arns }: AppStreamState): ImageRecord[] {
  return arns.map((arn) => images[arn]!);
}

/** An image of AWS or another account. */
export function foreignImage(
  { images, foreignArns }: AppStreamState,
  is: (image: Json) => boolean,
): ImageRecord | undefined {
  const found = foreignArns.find((arn) => is(images[arn]?.image));
  return found === undefined ? undefined : images[found];
}

/** Whether `DescribeImages` shows the image by now. */
export function isVisible({ creation }: ImageRecord, now: number): boolean {
  return creation === undefined || now >= creation.visibleAt;
}

/** The image as `DescribeImages` shows it, with times in ISO 8601. */
export function imageAt({ image, creation }: ImageRecord, now: number): Json {
  if (creation === undefined) return image;
  if (now >= creation.endsAt) return { ...image, ...creation.end };
  return { ...image, State: now < creation.pendingUntil ? 'PENDING' : creation.state };
}

/** Whether something newer was released since the image got its updates: `canUpdateImage`. */
export function hasUpdates({ freshSince, image }: ImageRecord, now: number, scope: Scope): boolean {
  if (freshSince === undefined) return image.Visibility === 'PRIVATE';
  return (scope.estate.events ?? []).some(
    ({ type, at, platform }: Json) =>
      type === 'appstream.baseImageReleased' &&
      (platform ?? image.Platform) === image.Platform &&
      Date.parse(at) > freshSince &&
      Date.parse(at) <= now,
  );
}

/** The creations that still go on, in the order of their start, with the ARNs of the images. */
export function creationsAt(
  { images, inFlight }: AppStreamState,
  now: number,
): readonly (readonly [arn: string, creation: Creation])[] {
  return inFlight.flatMap((arn) => {
    const creation = images[arn]?.creation;
    return creation === undefined || now >= creation.endsAt ? [] : [[arn, creation] as const];
  });
}

/** All image builders, those that AppStream keeps for updates included. */
export function buildersAt(state: AppStreamState, now: number): Json[] {
  return [...state.imageBuilders, ...updateBuilders(state, now, () => true)];
}

/** Those that `DescribeImageBuilders` shows: the builder of an update is seen as soon as its image. */
export function visibleBuilders(state: AppStreamState, now: number): Json[] {
  const seen = ({ visibleAt }: Creation) => now >= visibleAt;
  return [...state.imageBuilders, ...updateBuilders(state, now, seen)];
}

function updateBuilders(
  state: AppStreamState,
  now: number,
  counts: (creation: Creation) => boolean,
): Json[] {
  return creationsAt(state, now).flatMap(([, creation]) =>
    creation.imageBuilder === undefined || !counts(creation)
      ? []
      : [
          {
            ...creation.imageBuilder,
            State: now < creation.qualifyingAt ? 'UPDATING' : 'PENDING_QUALIFICATION',
          },
        ],
  );
}
