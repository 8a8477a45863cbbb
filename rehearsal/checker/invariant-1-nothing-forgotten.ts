import {
  acceptedUpdates,
  effective,
  imagesOf,
  imageTaggings,
  isInFlight,
  sightings,
  type AcceptedUpdate,
  type ImageFact,
} from './appstream';
import { count, mentions, squeeze, type Evidence, type Invariant } from './invariant';

/**
 * Every image update that AWS accepted ends committed (source and successor carry the lineage tags), or failed
 * and notified with AWS's own reason, or is still looked after by a run. And the reverse: nothing is committed
 * whose successor is not there.
 */
export const nothingForgotten: Invariant = {
  id: '1',
  title: 'Nothing that AWS accepted is forgotten',
  check(evidence) {
    const updates = acceptedUpdates(evidence);
    const ends = updates.map((update) => endOf(update, updates, evidence));
    const number = (end: End['kind']) => ends.filter(({ kind }) => kind === end).length;
    const parts = [
      `${number('committed')} committed`,
      `${number('notified')} failed and notified`,
      `${number('attended')} in the hands of a run that goes on`,
    ];
    return {
      summary: `${count(updates.length, 'accepted image update')}: ${parts.join(', ')}`,
      problems: [
        ...ends.flatMap((end) => (end.kind === 'forgotten' ? [end.problem] : [])),
        ...prematureCommits(evidence),
        ...danglingCommits(evidence),
      ],
    };
  },
};

type End =
  | { readonly kind: 'committed' | 'notified' | 'attended' }
  | { readonly kind: 'forgotten'; readonly problem: string };

function endOf(
  update: AcceptedUpdate,
  updates: readonly AcceptedUpdate[],
  evidence: Evidence,
): End {
  const { source, target } = update;
  const image = finalImage(target, evidence);
  const forgotten = (what: string): End =>
    isAttended(update, evidence)
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
  const missing = missingTags(update, image, updates, evidence);
  return missing.length === 0
    ? { kind: 'committed' }
    : forgotten(`is AVAILABLE but not committed: ${missing.join(', ')}`);
}

/** The image as it is at the end or, where it was deleted since, as it was last seen. */
function finalImage(name: string, evidence: Evidence): ImageFact | undefined {
  const present = imagesOf(evidence.after).get(name);
  if (present) {
    return present;
  }
  const last = sightings(evidence).get(name)?.at(-1);
  const known = last && !isInFlight(last.state);
  return known ? { ...last, tags: lastTags(name, evidence) } : undefined;
}

/** Tags of an image that is gone: what it was created with, and what was written on it. */
function lastTags(name: string, evidence: Evidence): Record<string, string> {
  const created = acceptedUpdates(evidence).find(({ target }) => target === name);
  const written = imageTaggings(evidence).filter((tagging) => tagging.name === name);
  return Object.assign({}, created?.call.input.newImageTags, ...written.map(({ tags }) => tags));
}

function missingTags(
  { source, target }: AcceptedUpdate,
  image: ImageFact,
  updates: readonly AcceptedUpdate[],
  evidence: Evidence,
): string[] {
  const missing: string[] = [];
  // A source may be deleted once its successor is there; then the successor carries the lineage alone.
  const origin = imagesOf(evidence.after).get(source);
  if (origin && origin.tags['AutoUpdate'] !== 'Completed') {
    missing.push(`${source} has AutoUpdate=${origin.tags['AutoUpdate'] ?? 'nothing'}`);
  }
  if (origin && origin.tags['NextVersion'] !== target) {
    missing.push(`${source} has NextVersion=${origin.tags['NextVersion'] ?? 'nothing'}`);
  }
  const superseded = updates.some((update) => update.source === target);
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
  { notifications }: Evidence,
): boolean {
  const reason = squeeze(image.reason ?? '');
  return notifications.some(({ at, text }) => {
    const told = squeeze(text);
    const named = mentions(told, source) || mentions(told, target);
    return at >= call.at && named && told.includes(reason);
  });
}

/** Whether a run of the same workflow goes on at the end: what is unfinished is in its hands. */
function isAttended({ call }: AcceptedUpdate, { trace }: Evidence): boolean {
  const workflow = trace.executions.find(({ id }) => id === call.execution)?.workflow;
  return trace.executions.some(
    (execution) =>
      execution.status === 'RUNNING' && (workflow === undefined || execution.workflow === workflow),
  );
}

/** Sources that were tagged although no caller had been told that the successor is AVAILABLE. */
function prematureCommits(evidence: Evidence): string[] {
  const before = imagesOf(evidence.before);
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
  const before = imagesOf(evidence.before);
  const after = imagesOf(evidence.after);
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
