import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { imagesAfter, isInFlight } from './appstream';
import { count, isAttended, mentions, type Evidence, type Invariant } from './invariant';
import { leftActions, leftDraining, leftVersions } from './rollout-leftovers';

/** What was made for the work only is gone at the end, or a notification names it. */
export const nothingTemporaryLeft: Invariant = {
  id: '3',
  title: 'Temporary resources are gone, or named',
  check(evidence) {
    const left = TEMPORARY.flatMap((find) => find(evidence)).filter(
      ({ call }) => call === undefined || !isAttended(call, evidence),
    );
    const unnamed = left.filter(
      ({ names }) =>
        !evidence.notifications.some(({ text }) => names.some((name) => mentions(text, name))),
    );
    const named = left.length - unnamed.length;
    return {
      summary: `${count(left.length, 'temporary resource')} left at the end, ${named} of them named in a notification`,
      problems: unnamed.map(
        ({ what, names: [name] }) => `${what} ${name} is left and nobody was told`,
      ),
    };
  },
};

/** Something that is still there and should not be. */
export interface Leftover {
  /** `image builder`. */
  readonly what: string;
  /** Each of which tells people which one it is. */
  readonly names: readonly [string, ...string[]];
  /** What made it: while a run of that workflow goes on it is in use. @default not known */
  readonly call?: TracedCall;
}

/** One finder per kind of temporary resource. */
const TEMPORARY: readonly ((evidence: Evidence) => Leftover[])[] = [
  leftImageBuilders,
  leftVersions,
  leftDraining,
  leftActions,
];

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
    return [{ what: 'image builder', names: [Name as string] }];
  });
}

function buildersOf(estate: Json): Json[] {
  return estate?.appstream?.imageBuilders ?? [];
}
