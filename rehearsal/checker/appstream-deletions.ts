import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { effective, imageNameOf, imagesBefore, sightings } from './appstream';
import type { DeletionRule } from './deletions';
import { once, type Evidence } from './invariant';

/** How long before a delete its uses must have been looked at, in milliseconds. */
const IMMEDIATELY = 5 * 60_000;

/** The calls that show every use of an image that the account can see. */
const LOOKS = ['DescribeFleets', 'DescribeImageBuilders', 'DescribeImagePermissions'];

/** What AppStream may delete: images that nothing uses, and builders that were made for the work. */
export const appStreamDeletions: Readonly<Record<string, DeletionRule>> = {
  'appstream:DeleteImage': (call, evidence) => {
    const name: string = call.input.Name;
    const { uses, skipped } = imageDeletions(evidence).get(call.index)!;
    const problems = uses.map((use) => `image ${name} was deleted while ${use}`);
    if (skipped.length > 0 && !isKnownFailed(name, call, evidence)) {
      problems.push(`image ${name} was deleted without ${skipped.join(', ')} immediately before`);
    }
    return problems;
  },
  'appstream:DeleteImageBuilder': (call, evidence) => {
    const name: string = call.input.Name;
    const made = (buildersMade(evidence).get(name) ?? call.index) < call.index;
    return made || isMarkedAsOurs(name, evidence)
      ? []
      : [`image builder ${name} was deleted, which the automation had not made`];
  },
};

/** When each image builder was first made: index of the call. */
const buildersMade = once((evidence: Evidence) => {
  const calls = effective(evidence, 'CreateImageBuilder').reverse();
  return new Map<string, number>(calls.map(({ input, index }) => [input.Name, index]));
});

/** What there was to know about an image when it was deleted. */
interface ImageDeletion {
  readonly uses: readonly string[];
  /** Looks at uses that were not taken. */
  readonly skipped: readonly string[];
}

/** By index of the call. One walk through the trace: the uses at the start, changed by every call since. */
const imageDeletions = once(({ before, trace }: Evidence): ReadonlyMap<number, ImageDeletion> => {
  const { fleets = [], imageBuilders = [], images = [] } = before?.appstream ?? {};
  const fleetImages = new Map<string, string | undefined>(
    fleets.map((fleet: Json) => [fleet.Name, usedImage(fleet)]),
  );
  const builderImages = new Map<string, string | undefined>(
    imageBuilders.map((builder: Json) => [builder.Name, usedImage(builder)]),
  );
  const shares = new Map<string, Set<string>>(
    images.map((image: Json) => [image.Name, new Set(sharesOf(image))]),
  );
  const looks = new Map<string, string>();
  const deletions = new Map<number, ImageDeletion>();
  for (const call of trace.calls) {
    const { action, input, operation, service } = call;
    if (!call.effect) {
      continue;
    }
    switch (action) {
      case 'appstream:CreateFleet':
      case 'appstream:UpdateFleet':
        fleetImages.set(input.Name, usedImage(input) ?? fleetImages.get(input.Name));
        break;
      case 'appstream:DeleteFleet':
        fleetImages.delete(input.Name);
        break;
      case 'appstream:CreateImageBuilder':
        builderImages.set(input.Name, usedImage(input));
        break;
      case 'appstream:DeleteImageBuilder':
        builderImages.delete(input.Name);
        break;
      case 'appstream:UpdateImagePermissions':
        shares.set(input.Name, (shares.get(input.Name) ?? new Set()).add(input.SharedAccountId));
        break;
      case 'appstream:DeleteImagePermissions':
        shares.get(input.Name)?.delete(input.SharedAccountId);
        break;
      case 'appstream:DeleteImage':
        deletions.set(call.index, {
          uses: [
            ...usersOf(input.Name, fleetImages).map((fleet) => `fleet ${fleet} uses it`),
            ...usersOf(input.Name, builderImages).map((one) => `image builder ${one} uses it`),
            ...[...(shares.get(input.Name) ?? [])].map(
              (account) => `it is shared with account ${account}`,
            ),
          ],
          skipped: LOOKS.filter((look) => {
            const at = looks.get(lookOf(look, call));
            return at === undefined || Date.parse(call.at) - Date.parse(at) > IMMEDIATELY;
          }),
        });
        break;
    }
    if (service === 'appstream' && LOOKS.includes(operation)) {
      looks.set(lookOf(operation, call), call.at);
    }
  }
  return deletions;
});

/** A look counts for the run that took it. */
function lookOf(operation: string, { execution }: TracedCall): string {
  return `${operation} ${execution}`;
}

function usersOf(image: string, users: ReadonlyMap<string, string | undefined>): string[] {
  return [...users].filter(([, used]) => used === image).map(([user]) => user);
}

function usedImage(user: Json): string | undefined {
  return user?.ImageName ?? imageNameOf(user?.ImageArn);
}

/** As `DescribeImagePermissions` answers. */
function sharesOf(image: Json): string[] {
  const shares: Json[] = image.SharedImagePermissionsList ?? [];
  return shares.map((share) => share.sharedAccountId);
}

/** A failed image can be used by nothing. */
function isKnownFailed(name: string, { index }: TracedCall, evidence: Evidence): boolean {
  const seen = sightings(evidence)
    .get(name)
    ?.filter((sighting) => sighting.index < index);
  const state = seen?.at(-1)?.state ?? imagesBefore(evidence).get(name)?.state;
  return state === 'FAILED';
}

function isMarkedAsOurs(builder: string, { before }: Evidence): boolean {
  const builders: Json[] = before?.appstream?.imageBuilders ?? [];
  const tags = builders.find(({ Name }) => Name === builder)?.Tags ?? {};
  return Object.keys(tags).some((key) => key.startsWith('evergreen:'));
}
