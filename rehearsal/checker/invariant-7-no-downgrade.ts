import type { TracedCall } from '../engine/trace';
import { creationTimes, imagesBefore, imageTaggings } from './appstream';
import { count, type Evidence, type Invariant } from './invariant';

/** What points to the newest version (`NextVersion` of an image, later labels and parameters) never goes back. */
export const noDowngrade: Invariant = {
  id: '7',
  title: 'No downgrade',
  check(evidence) {
    const moves = POINTERS.flatMap((find) => find(evidence));
    const unruled = evidence.trace.calls.filter(
      ({ effect, service, operation }) => effect && UNRULED_POINTERS.has(`${service}:${operation}`),
    );
    return {
      summary: `${count(moves.length, 'pointer')} to a newer version written`,
      problems: [
        ...moves.flatMap((move) => problemOf(move) ?? []),
        ...unruled.map(
          ({ service, operation, at }) => `${service}:${operation} at ${at}: no rule orders it`,
        ),
      ],
    };
  },
};

/** One write of a pointer. */
interface Move {
  readonly call: TracedCall;
  readonly pointer: string;
  readonly to: string;
  /** Where it pointed before. */
  readonly from?: string;
  /** The older end of the pointer, which its target must be newer than. */
  readonly origin: string;
  readonly createdAt: ReadonlyMap<string, number>;
}

/** One finder per kind of pointer. */
const POINTERS: readonly ((evidence: Evidence) => Move[])[] = [nextVersions];

/** Calls that move pointers of services whose order no finder knows yet. */
const UNRULED_POINTERS = new Set([
  'ssm:PutParameter',
  'ssm:LabelParameterVersion',
  'ssm:UnlabelParameterVersion',
  'ec2:ModifyLaunchTemplate',
]);

function nextVersions(evidence: Evidence): Move[] {
  const createdAt = creationTimes(evidence);
  const current = new Map<string, string | undefined>(
    [...imagesBefore(evidence).values()].map(({ name, tags }) => [name, tags['NextVersion']]),
  );
  return imageTaggings(evidence).flatMap(({ call, name, tags }) => {
    const to = tags['NextVersion'];
    if (to === undefined) {
      return [];
    }
    const from = current.get(name);
    current.set(name, to);
    const pointer = `NextVersion of ${name}`;
    return [{ call, pointer, to, ...(from !== undefined && { from }), origin: name, createdAt }];
  });
}

function problemOf({ call, pointer, to, from, origin, createdAt }: Move): string | undefined {
  const time = createdAt.get(to);
  if (time === undefined) {
    return `${pointer} was set to ${to} at ${call.at}, an image that nobody knows`;
  }
  // An image that is gone without a trace cannot be newer than one that is there: nothing to compare.
  if (from !== undefined && from !== to && time < (createdAt.get(from) ?? time)) {
    return `${pointer} went back from ${from} to the older ${to} at ${call.at}`;
  }
  return time < (createdAt.get(origin) ?? time)
    ? `${pointer} was set to ${to} at ${call.at}, which is older than ${origin} itself`
    : undefined;
}
