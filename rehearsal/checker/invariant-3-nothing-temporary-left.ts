import type { Json } from '../services/service';
import { imagesAfter, isInFlight } from './appstream';
import { count, mentions, type Evidence, type Invariant } from './invariant';

/** What was made for the work only is gone at the end, or a notification names it. */
export const nothingTemporaryLeft: Invariant = {
  id: '3',
  title: 'Temporary resources are gone, or named',
  check(evidence) {
    const left = TEMPORARY.flatMap((find) => find(evidence));
    const unnamed = left.filter(
      ({ name }) => !evidence.notifications.some(({ text }) => mentions(text, name)),
    );
    const named = left.length - unnamed.length;
    return {
      summary: `${count(left.length, 'temporary resource')} left at the end, ${named} of them named in a notification`,
      problems: unnamed.map(({ kind, name }) => `${kind} ${name} is left and nobody was told`),
    };
  },
};

interface Leftover {
  readonly kind: string;
  readonly name: string;
}

/** One finder per kind of temporary resource. */
const TEMPORARY: readonly ((evidence: Evidence) => Leftover[])[] = [leftImageBuilders];

/** States of the builder that AppStream itself keeps while it updates an image, and deletes afterwards. */
const UPDATING = new Set(['PENDING', 'UPDATING', 'PENDING_QUALIFICATION', 'DELETING']);

function leftImageBuilders(evidence: Evidence): Leftover[] {
  const { before, after } = evidence;
  const known = new Set(buildersOf(before).map(({ Name }) => Name));
  const added = buildersOf(after).filter(({ Name }) => !known.has(Name));
  // Each image in flight has one builder of AppStream's own.
  let updates = [...imagesAfter(evidence).values()].filter(({ state }) => isInFlight(state)).length;
  return added.flatMap(({ Name, State }) => {
    if (State === 'DELETING' || (UPDATING.has(State) && updates-- > 0)) {
      return [];
    }
    return [{ kind: 'image builder', name: Name as string }];
  });
}

function buildersOf(estate: Json): Json[] {
  return estate?.appstream?.imageBuilders ?? [];
}
