import {
  acceptedUpdates,
  imagesAfter,
  imagesBefore,
  isInFlight,
  sightings,
  type AcceptedUpdate,
} from './appstream';
import {
  changedEstate,
  count,
  isByHand,
  isIdle,
  label,
  type Evidence,
  type Invariant,
} from './invariant';
import { rollouts } from './rollouts';

/**
 * A run with nothing to do changes nothing, and no work is done twice: a source is updated again only after the
 * earlier update was seen to have failed, and ends with one successor at most; a group is not refreshed where all its
 * instances are there already.
 */
export const rerunsConverge: Invariant = {
  id: '6',
  title: 'A rerun converges',
  check(evidence) {
    const { executions } = evidence.trace;
    const idle = executions.filter(
      ({ status, output }) =>
        status === 'SUCCEEDED' &&
        Array.isArray(output?.items) &&
        output.items.every((item: { outcome?: unknown }) => isIdle(item.outcome)),
    );
    const changes = changesByRun(evidence);
    const restless = idle.flatMap((execution) => {
      const what = changes.get(execution.id);
      return what === undefined
        ? []
        : [`run ${label(execution)} reports nothing done, but called ${[...what].join(', ')}`];
    });
    const updates = acceptedUpdates(evidence);
    const sources = new Set(updates.map(({ source }) => source));
    const moves = rollouts(evidence).moves.filter(({ call }) => !isByHand(call));
    const groups = new Set(moves.map(({ group }) => group));
    const needless = moves.filter((move) => move.isNeedless);
    return {
      summary:
        `${count(idle.length, 'run')} of ${executions.length} with nothing to do, ` +
        `${count(sources.size, 'source')} updated by ${count(updates.length, 'call')}, ` +
        `${count(groups.size, 'group')} moved by ${count(moves.length, 'call')}`,
      problems: [
        ...restless,
        ...doubled(updates, evidence),
        ...manySuccessors(updates, evidence),
        ...needless.map(
          ({ call, group }) =>
            `group ${group} was moved by ${call.operation} at ${call.at}, where all its instances were already`,
        ),
      ],
    };
  },
};

/** What each execution called that changed the estate. */
function changesByRun({ trace }: Evidence): ReadonlyMap<string, ReadonlySet<string>> {
  const changes = new Map<string, Set<string>>();
  for (const call of trace.calls) {
    if (call.execution === undefined || !changedEstate(call)) {
      continue;
    }
    const what = changes.get(call.execution) ?? new Set();
    changes.set(call.execution, what.add(`${call.service}:${call.operation}`));
  }
  return changes;
}

/** Updates that began although the one before, of the same source, was not known to have failed. */
function doubled(updates: readonly AcceptedUpdate[], evidence: Evidence): string[] {
  const seen = sightings(evidence);
  const latest = new Map<string, AcceptedUpdate>();
  return updates.flatMap((update) => {
    const earlier = latest.get(update.source);
    latest.set(update.source, update);
    if (earlier === undefined) {
      return [];
    }
    const failed = seen
      .get(earlier.target)
      ?.some(({ index, state }) => state === 'FAILED' && index < update.call.index);
    return failed
      ? []
      : [
          `${update.source} was updated to ${update.target} at ${update.call.at}, ` +
            `before its update to ${earlier.target} was seen to fail`,
        ];
  });
}

/** Sources with several successors alive at the end, unless they came that way. */
function manySuccessors(updates: readonly AcceptedUpdate[], evidence: Evidence): string[] {
  const before = imagesBefore(evidence);
  const successors = new Map<string, string[]>();
  // The first call that made an image says what it was made of, else its tag does.
  const sources = new Map([...updates].reverse().map(({ source, target }) => [target, source]));
  for (const image of imagesAfter(evidence).values()) {
    const source = sources.get(image.name) ?? image.tags['evergreen:source'];
    if (source !== undefined && (image.state === 'AVAILABLE' || isInFlight(image.state))) {
      successors.set(source, [...(successors.get(source) ?? []), image.name]);
    }
  }
  return [...successors].flatMap(([source, names]) =>
    names.length > 1 && names.some((name) => !before.has(name))
      ? [`${source} ends with ${names.length} successors: ${names.join(', ')}`]
      : [],
  );
}
