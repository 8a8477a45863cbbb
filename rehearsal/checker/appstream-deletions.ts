import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { imageNameOf, imagesOf, sightings } from './appstream';
import type { DeletionRule } from './deletions';
import type { Evidence } from './invariant';

/** How long before a delete its uses must have been looked at, in milliseconds. */
const IMMEDIATELY = 5 * 60_000;

/** The calls that show every use of an image that the account can see. */
const LOOKS = ['DescribeFleets', 'DescribeImageBuilders', 'DescribeImagePermissions'];

/** What AppStream may delete: images that nothing uses, and builders that were made for the work. */
export const appStreamDeletions: Readonly<Record<string, DeletionRule>> = {
  'appstream:DeleteImage': (call, evidence) => {
    const name: string = call.input.Name;
    const uses = usesOfImage(name, call, evidence);
    const problems = uses.map((use) => `image ${name} was deleted while ${use}`);
    const skipped = LOOKS.filter((look) => !lookedAt(look, call, evidence));
    if (skipped.length > 0 && !isKnownFailed(name, call, evidence)) {
      problems.push(`image ${name} was deleted without ${skipped.join(', ')} immediately before`);
    }
    return problems;
  },
  'appstream:DeleteImageBuilder': (call, evidence) => {
    const name: string = call.input.Name;
    const made = evidence.trace.calls.some(
      (other) =>
        other.effect &&
        other.index < call.index &&
        other.action === 'appstream:CreateImageBuilder' &&
        other.input.Name === name,
    );
    return made || isMarkedAsOurs(name, evidence)
      ? []
      : [`image builder ${name} was deleted, which the automation had not made`];
  },
};

/** Uses at the moment of the call: those at the start, changed by every call since. */
function usesOfImage(name: string, { index }: TracedCall, { before, trace }: Evidence): string[] {
  const estate = before?.appstream ?? {};
  const fleets = new Map<string, string | undefined>(
    (estate.fleets ?? []).map((fleet: Json) => [fleet.Name, usedImage(fleet)]),
  );
  const builders = new Map<string, string | undefined>(
    (estate.imageBuilders ?? []).map((builder: Json) => [builder.Name, usedImage(builder)]),
  );
  const shares = new Set<string>(sharesOf(estate.images ?? [], name));
  for (const { effect, action, input } of trace.calls.slice(0, index)) {
    if (!effect) {
      continue;
    }
    const used = usedImage(input);
    switch (action) {
      case 'appstream:CreateFleet':
      case 'appstream:UpdateFleet':
        fleets.set(input.Name, used ?? fleets.get(input.Name));
        break;
      case 'appstream:DeleteFleet':
        fleets.delete(input.Name);
        break;
      case 'appstream:CreateImageBuilder':
        builders.set(input.Name, used);
        break;
      case 'appstream:DeleteImageBuilder':
        builders.delete(input.Name);
        break;
      case 'appstream:UpdateImagePermissions':
        if (input.Name === name) shares.add(input.SharedAccountId);
        break;
      case 'appstream:DeleteImagePermissions':
        if (input.Name === name) shares.delete(input.SharedAccountId);
        break;
    }
  }
  const users = (map: ReadonlyMap<string, string | undefined>) =>
    [...map].filter(([, image]) => image === name).map(([user]) => user);
  return [
    ...users(fleets).map((fleet) => `fleet ${fleet} uses it`),
    ...users(builders).map((builder) => `image builder ${builder} uses it`),
    ...[...shares].map((account) => `it is shared with account ${account}`),
  ];
}

function usedImage(user: Json): string | undefined {
  return user?.ImageName ?? imageNameOf(user?.ImageArn);
}

/** As `DescribeImagePermissions` answers. */
function sharesOf(images: readonly Json[], name: string): string[] {
  const image = images.find((candidate) => candidate.Name === name);
  const shares: Json[] = image?.SharedImagePermissionsList ?? [];
  return shares.map((share) => share.sharedAccountId);
}

function lookedAt(look: string, { index, at, execution }: TracedCall, evidence: Evidence): boolean {
  return evidence.trace.calls
    .slice(0, index)
    .some(
      (call) =>
        call.effect &&
        call.operation === look &&
        call.service === 'appstream' &&
        call.execution === execution &&
        Date.parse(at) - Date.parse(call.at) <= IMMEDIATELY,
    );
}

/** A failed image can be used by nothing. */
function isKnownFailed(name: string, { index }: TracedCall, evidence: Evidence): boolean {
  const seen = sightings(evidence)
    .get(name)
    ?.filter((sighting) => sighting.index < index);
  const state = seen?.at(-1)?.state ?? imagesOf(evidence.before).get(name)?.state;
  return state === 'FAILED';
}

function isMarkedAsOurs(builder: string, { before }: Evidence): boolean {
  const builders: Json[] = before?.appstream?.imageBuilders ?? [];
  const tags = builders.find(({ Name }) => Name === builder)?.Tags ?? {};
  return Object.keys(tags).some((key) => key.startsWith('evergreen:'));
}
