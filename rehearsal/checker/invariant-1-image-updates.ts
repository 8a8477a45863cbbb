import {
  acceptedUpdates,
  effective,
  imagesAfter,
  imagesBefore,
  imageTaggings,
  isInFlight,
  sightings,
  type AcceptedUpdate,
  type ImageFact,
} from './appstream';
import { isAttended, isTold, once, type End, type Evidence } from './invariant';

/** How every image update that AWS accepted ended, in order. */
export function endsOfUpdates(evidence: Evidence): End[] {
  const updates = acceptedUpdates(evidence);
  const sources = new Set(updates.map(({ source }) => source));
  return updates.map((update) => endOf(update, sources, evidence));
}

/** Sources that were told to have a successor which is not there, or not yet. */
export function falseCommits(evidence: Evidence): string[] {
  return [...prematureCommits(evidence), ...danglingCommits(evidence)];
}

/** @param sources images that were updated */
function endOf(update: AcceptedUpdate, sources: ReadonlySet<string>, evidence: Evidence): End {
  const { source, target } = update;
  const image = finalImage(target, evidence);
  const forgotten = (what: string): End =>
    isAttended(update.call, evidence)
      ? { kind: 'attended' }
      : { kind: 'forgotten', problem: `the update of ${source} to ${target} ${what}` };
  if (image === undefined) {
    return forgotten('vanished: nobody ever saw how it ended');
  }
  if (image.state === 'FAILED') {
    return isNotified(update, image, evidence)
      ? { kind: 'notified' }
      : forgotten(`failed (${image.reason ?? 'AWS gave no reason'}) and no notification says so`);
  }
  if (image.state !== 'AVAILABLE') {
    return forgotten(`is ${image.state} at the end and no run waits for it`);
  }
  const missing = missingTags(update, image, sources, evidence);
  return missing.length === 0
    ? { kind: 'committed' }
    : forgotten(`is AVAILABLE but not committed: ${missing.join(', ')}`);
}

/** The image as it is at the end or, where it was deleted since, as it was last seen. */
function finalImage(name: string, evidence: Evidence): ImageFact | undefined {
  const present = imagesAfter(evidence).get(name);
  if (present) {
    return present;
  }
  const last = sightings(evidence).get(name)?.at(-1);
  const known = last && !isInFlight(last.state);
  return known ? { ...last, tags: lastTags(name, evidence) } : undefined;
}

/** Tags of an image that is gone: what it was created with, and what was written on it. */
function lastTags(name: string, evidence: Evidence): Record<string, string> {
  return writtenTags(evidence).get(name) ?? {};
}

const writtenTags = once((evidence: Evidence) => {
  const written = new Map<string, Record<string, string>>();
  for (const { call, target } of acceptedUpdates(evidence)) {
    if (!written.has(target)) written.set(target, { ...call.input.newImageTags });
  }
  for (const { name, tags } of imageTaggings(evidence)) {
    written.set(name, { ...written.get(name), ...tags });
  }
  return written;
});

function missingTags(
  { source, target }: AcceptedUpdate,
  image: ImageFact,
  sources: ReadonlySet<string>,
  evidence: Evidence,
): string[] {
  const missing: string[] = [];
  // A source may be deleted once its successor is there; then the successor carries the lineage alone.
  const origin = imagesAfter(evidence).get(source);
  if (origin && origin.tags['AutoUpdate'] !== 'Completed') {
    missing.push(`${source} has AutoUpdate=${origin.tags['AutoUpdate'] ?? 'nothing'}`);
  }
  if (origin && origin.tags['NextVersion'] !== target) {
    missing.push(`${source} has NextVersion=${origin.tags['NextVersion'] ?? 'nothing'}`);
  }
  const superseded = sources.has(target);
  const expected = superseded && image.tags['AutoUpdate'] === 'Completed' ? 'Completed' : 'Enabled';
  if (image.tags['AutoUpdate'] !== expected) {
    missing.push(`${target} has AutoUpdate=${image.tags['AutoUpdate'] ?? 'nothing'}`);
  }
  const base = origin?.tags['BaseName'] ?? image.tags['BaseName'];
  if (!image.tags['BaseName'] || image.tags['BaseName'] !== base) {
    missing.push(`${target} has BaseName=${image.tags['BaseName'] ?? 'nothing'}`);
  }
  return missing;
}

/** A notification of the failure names the image, old or new, and quotes AWS. */
function isNotified(
  { call, source, target }: AcceptedUpdate,
  image: ImageFact,
  evidence: Evidence,
): boolean {
  return [source, target].some((name) => isTold(name, call.at, evidence, image.reason));
}

/** Sources that were tagged although no caller had been told that the successor is AVAILABLE. */
function prematureCommits(evidence: Evidence): string[] {
  const before = imagesBefore(evidence);
  const seen = sightings(evidence);
  return imageTaggings(evidence).flatMap(({ call, name, tags }) => {
    const successor = tags['NextVersion'];
    if (successor === undefined) {
      return [];
    }
    const last = seen
      .get(successor)
      ?.filter(({ index }) => index < call.index)
      .at(-1);
    const state = last?.state ?? before.get(successor)?.state ?? 'unknown';
    return state === 'AVAILABLE'
      ? []
      : [`${name} was tagged NextVersion=${successor} at ${call.at}, when that image was ${state}`];
  });
}

/** Sources whose successor, at the end, is not AVAILABLE; what was so from the start is not ours. */
function danglingCommits(evidence: Evidence): string[] {
  const before = imagesBefore(evidence);
  const after = imagesAfter(evidence);
  const deleted = new Set(effective(evidence, 'DeleteImage').map((call) => call.input?.Name));
  return [...after.values()].flatMap(({ name, tags }) => {
    const earlier = before.get(name)?.tags;
    const successor = tags['NextVersion'];
    if (successor === undefined) {
      const completed = tags['AutoUpdate'] === 'Completed';
      return completed && earlier?.['AutoUpdate'] !== 'Completed'
        ? [`${name} ends with AutoUpdate=Completed and without a NextVersion`]
        : [];
    }
    const state = after.get(successor)?.state;
    const inherited = earlier?.['NextVersion'] === successor;
    return state === 'AVAILABLE' || inherited || deleted.has(successor)
      ? []
      : [`${name} ends with NextVersion=${successor}, which is ${state ?? 'not there'}`];
  });
}
