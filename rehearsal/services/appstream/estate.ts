import type { Json, Scope } from '../service';
import { middleOf } from '../duration';
import { accountAt } from './others';
import {
  buildersAt,
  durationOf,
  endOf,
  hasUpdates,
  imageAt,
  outcomeOf,
  recordsOf,
  type AppStreamState,
  type Creation,
  type DurationName,
  type ImageRecord,
} from './state';

const IN_FLIGHT = ['PENDING', 'CREATING', 'COPYING', 'IMPORTING', 'VALIDATING'];
const UPDATING = ['UPDATING', 'PENDING_QUALIFICATION'];

/** What the estate holds. Images that are being deleted are gone. */
export function createState(scope: Scope): AppStreamState {
  const { images = [], imageBuilders = [], fleets = [] } = scope.estate.appstream ?? {};
  const temporary: Json[] = [];
  const records: [string, ImageRecord][] = images
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
    arns: records.map(([arn]) => arn),
    foreignArns: records
      .filter(([, { image }]) => image.Visibility !== 'PRIVATE')
      .map(([arn]) => arn),
    inFlight: records.filter(([, { creation }]) => creation !== undefined).map(([arn]) => arn),
    imageBuilders: structuredClone(
      imageBuilders.filter((builder: Json) => !temporary.includes(builder)),
    ),
    fleets: structuredClone(fleets),
    attempts: {},
    hoursOfDeleted: 0,
    othersDone: 0,
  };
}

function recordOf(given: Json, imageBuilder: Json, scope: Scope): ImageRecord {
  const { Tags = {}, SharedImagePermissionsList = [], canUpdateImage = true, ...image } = given;
  const capturedAt = Date.parse(scope.estate.capturedAt);
  const inFlight = IN_FLIGHT.includes(given.State);
  return structuredClone({
    image: {
      ...image,
      ...(SharedImagePermissionsList.length > 0 && { ImageSharedWithOthers: 'TRUE' }),
    },
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
  const average = (name: DurationName) => middleOf(durationOf(scope, name));
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

/** The state in the shape of the estate. */
export function toEstate(earlier: AppStreamState, now: number, scope: Scope) {
  const state = accountAt(earlier, now, scope);
  const images = recordsOf(state).map((record) => ({
    ...imageAt(record, now),
    ...(Object.keys(record.tags).length > 0 && { Tags: record.tags }),
    ...(record.sharedWith.length > 0 && { SharedImagePermissionsList: record.sharedWith }),
    ...(record.image.Visibility === 'PRIVATE' &&
      !hasUpdates(record, now, scope) && { canUpdateImage: false }),
  }));
  const imageBuilders = buildersAt(state, now);
  return {
    appstream: structuredClone({
      images,
      ...(imageBuilders.length > 0 && { imageBuilders }),
      ...(scope.estate.appstream?.fleets !== undefined && { fleets: state.fleets }),
    }),
  };
}
