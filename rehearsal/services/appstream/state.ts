import type { Json, Scope } from '../service';
import { middleOf, type Duration } from '../duration';

/** Everything that AppStream knows of the account. Plain JSON; what time changes is worked out when asked. */
export interface AppStreamState {
  /** By ARN: a private image and one that another account shares may have the same name. */
  readonly images: Record<string, ImageRecord>;
  /** Image builders that are there at the start and stay, as `DescribeImageBuilders` shows them. */
  readonly imageBuilders: readonly Json[];
  /** Updates accepted so far, by name of the source: which attempt the next one is. */
  readonly attempts: Record<string, number>;
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
export const DURATIONS = {
  /** A whole update, until AVAILABLE or FAILED. AWS says "several hours". */
  updateImage: { hours: [2, 5] },
  /** The first part of it: PENDING. */
  queueUpdate: { minutes: [1, 5] },
  /** The last part of it: qualification. */
  qualifyUpdate: { minutes: [10, 30] },
  /** Until DescribeImages shows a new image. */
  listImage: { seconds: [0, 8] },
} satisfies Readonly<Record<string, Duration>>;

export function durationOf(scope: Scope, name: keyof typeof DURATIONS): Duration {
  return scope.estate.durations?.appstream?.[name] ?? DURATIONS[name];
}

const IN_FLIGHT = ['PENDING', 'CREATING', 'COPYING', 'IMPORTING', 'VALIDATING'];
const UPDATING = ['UPDATING', 'PENDING_QUALIFICATION'];

/** What the estate holds. Images that are being deleted are gone. */
export function createState(scope: Scope): AppStreamState {
  const { images = [], imageBuilders = [] } = scope.estate.appstream ?? {};
  const temporary: Json[] = [];
  const records = images
    .filter((image: Json) => image.State !== 'DELETING')
    .map((given: Json) => {
      const builder = imageBuilders.find(
        ({ Name, State }: Json) => UPDATING.includes(State) && Name.startsWith(`${given.Name}-`),
      );
      const record = recordOf(given, builder, scope);
      if (record.creation?.imageBuilder !== undefined) temporary.push(builder);
      return [given.Arn, record];
    });
  return {
    images: Object.fromEntries(records),
    imageBuilders: structuredClone(
      imageBuilders.filter((builder: Json) => !temporary.includes(builder)),
    ),
    attempts: {},
  };
}

function recordOf(given: Json, imageBuilder: Json, scope: Scope): ImageRecord {
  const { Tags = {}, SharedImagePermissionsList = [], canUpdateImage = true, ...image } = given;
  const capturedAt = Date.parse(scope.estate.capturedAt);
  const inFlight = IN_FLIGHT.includes(given.State);
  return structuredClone({
    image,
    tags: Tags,
    sharedWith: SharedImagePermissionsList,
    ...((inFlight || !canUpdateImage) && { freshSince: capturedAt }),
    ...(inFlight && { creation: creationAtStart(given, imageBuilder, scope) }),
  });
}

/** Nothing says when it began or what it waits for, so it takes as long as an update on average. */
function creationAtStart(image: Json, imageBuilder: Json, scope: Scope): Creation {
  const capturedAt = Date.parse(scope.estate.capturedAt);
  const begunAt = Date.parse(image.CreatedTime);
  const average = (name: keyof typeof DURATIONS) => middleOf(durationOf(scope, name));
  const qualification = average('qualifyUpdate');
  const endsAt = Math.max(begunAt + average('updateImage'), capturedAt + qualification);
  return {
    visibleAt: begunAt,
    pendingUntil: image.State === 'PENDING' ? capturedAt + average('queueUpdate') : begunAt,
    state: image.State === 'PENDING' ? 'CREATING' : image.State,
    qualifyingAt: endsAt - qualification,
    endsAt,
    end: endOf(outcomeOf(scope, image.Name, 1), endsAt),
    ...(imageBuilder !== undefined && { imageBuilder }),
  };
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

/** All image builders, those that AppStream keeps for updates included. */
export function buildersAt(state: AppStreamState, now: number): Json[] {
  const temporary = Object.values(state.images).flatMap(({ creation }) =>
    creation?.imageBuilder === undefined || now >= creation.endsAt
      ? []
      : [
          {
            ...creation.imageBuilder,
            State: now < creation.qualifyingAt ? 'UPDATING' : 'PENDING_QUALIFICATION',
          },
        ],
  );
  return [...state.imageBuilders, ...temporary];
}

/** The state in the shape of the estate. */
export function toEstate(state: AppStreamState, now: number, scope: Scope) {
  const images = Object.values(state.images).map((record) => ({
    ...imageAt(record, now),
    ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
    ...(record.sharedWith.length > 0 && { SharedImagePermissionsList: record.sharedWith }),
    ...(record.image.Visibility === 'PRIVATE' &&
      !hasUpdates(record, now, scope) && { canUpdateImage: false }),
  }));
  const imageBuilders = buildersAt(state, now);
  return {
    appstream: structuredClone({ images, ...(imageBuilders.length > 0 && { imageBuilders }) }),
  };
}
