import { defineAutoUpdater } from '../../../components/appstream/auto-updater/definition';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';

/** When the monthly run starts in these accounts. */
export const noon = Date.parse('2026-02-01T12:00:00Z');

/** The account on the day of the monthly run, with room for images and a verified sender. */
export function estate(images: readonly Json[], { quotas = {}, ...members }: Json = {}): Json {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: '2026-02-01T00:00:00Z',
    appstream: { images },
    ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    quotas: { 'appstream2:L-E1182CCA': 100, ...quotas },
    durations: { appstream: { updateImage: { hours: 3 } } },
    ...members,
  };
}

/** An image that nobody has opted in. */
export function plain(Name: string, members: Json = {}): Json {
  return {
    Name,
    Platform: 'WINDOWS_SERVER_2022',
    CreatedTime: '2025-12-01T00:00:00Z',
    ...members,
  };
}

/** An image that is to be updated, with further tags. */
export function optedIn(Name: string, tags: Json = {}, members: Json = {}): Json {
  return plain(Name, { Tags: { AutoUpdate: 'Enabled', ...tags }, ...members });
}

/** `count` images that are to be updated: `image-1` and so on. */
export function several(count: number): Json[] {
  return numbers(count).map((number) => optedIn(`image-${number}`));
}

/** 1 to `count`. */
export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** What AppStream makes of the updates of an image, from the given attempt on or of each. */
export function ending(image: string, result: string, members: Json = {}): Json {
  return { service: 'appstream', image, on: 'update', result, ...members };
}

/** An update that fails, with AWS's reason. */
export function failing(image: string, message: string, members: Json = {}): Json {
  return ending(image, 'FAILED', { code: 'IMAGE_UPDATE_FAILURE', message, ...members });
}

/** A call of the state machine that goes wrong: the nth one, or every one. */
export function fault(kind: string, state: string, occurrence: number | 'every' = 1): Json {
  const operation = ['CheckForUpdate', 'StartUpdate'].includes(state)
    ? 'appstream:CreateUpdatedImage'
    : 'appstream:DescribeImages';
  return { kind, at: { operation, occurrence, caller: `state:*/${state}` } };
}

/** The image as it is at the end. */
export function imageOf(result: RehearsalResult, name: string): Json {
  const found = result.estate.appstream.images.find(({ Name }: Json) => Name === name);
  if (found === undefined) throw new Error(`There is no image ${name}.`);
  return found;
}

/** The images that were made of one, in the order of their start. */
export function successors(result: RehearsalResult, source: string): Json[] {
  const images: Json[] = result.estate.appstream.images;
  return images
    .filter(({ Tags }) => Tags?.['evergreen:source'] === source)
    .sort((one, other) => Date.parse(one.CreatedTime) - Date.parse(other.CreatedTime));
}

/** Minutes after noon at which the only update of each image started. */
export function startsOf(result: RehearsalResult, names: readonly string[]): number[] {
  return names.map((name) => {
    const [only, ...others] = successors(result, name);
    if (only === undefined || others.length > 0) {
      throw new Error(`${name} has ${others.length + Number(only !== undefined)} successors.`);
    }
    return (Date.parse(only.CreatedTime) - noon) / 60_000;
  });
}

/** The runs that a monthly schedule started, in the order of their start. */
export function monthlyRuns(result: RehearsalResult) {
  return result.executions.filter(({ trigger }) => trigger.endsWith('monthly-schedule'));
}

/** What the nth monthly run says of each image: outcome and reason. */
export function told(result: RehearsalResult, run = 1): Record<string, string> {
  const id = monthlyRuns(result)[run - 1]?.id;
  const items = result.items.filter(({ execution }) => execution === id);
  return Object.fromEntries(items.map((item) => [item.id, `${item.outcome}: ${item.reason}`]));
}

/** What that run says of images whose updates went well, the first of this day each. */
export function allUpdated(names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.map((name) => [name, `updated: updated to ${name}-Updated-20260201-1`]),
  );
}

/** What went to people, by one channel. */
export function messages(result: RehearsalResult, channel = 'sns') {
  return result.notifications.filter((one) => one.channel === channel);
}

export function broken(result: RehearsalResult): string[] {
  return result.invariants.filter(({ held }) => !held).map(({ detail }) => detail);
}

/** The state machine, whose functions have their roles for ARNs. */
export function definition(): Json {
  const arns = new Proxy({}, { get: (_, role) => String(role) });
  return defineAutoUpdater(arns as never, { pollSeconds: 900, timeoutSeconds: 86_400 });
}

/** The states of a machine, those of its Maps included, by name. */
export function statesOf(container: Json): Record<string, Json> {
  return Object.assign(
    { ...container.States },
    ...Object.values<Json>(container.States).map(({ ItemProcessor }) =>
      ItemProcessor === undefined ? {} : statesOf(ItemProcessor),
    ),
  );
}
