import type { TracedCall } from '../engine/trace';
import { amiTimes } from './amis';
import { creationTimes, imagesBefore, imageTaggings } from './appstream';
import { changedEstate, count, isByHand, type Evidence, type Invariant } from './invariant';
import { rollouts } from './rollouts';

/**
 * What points to the newest version never goes back: `NextVersion` of an image, the default version of a launch
 * template, what a group launches; later labels and parameters. People may go back, and so may a rollout whose own
 * work nothing has confirmed yet.
 */
export const noDowngrade: Invariant = {
  id: '7',
  title: 'No downgrade',
  check(evidence) {
    const moves = POINTERS.flatMap((find) => find(evidence));
    const ruled = new Set(rollouts(evidence).defaults.map(({ call }) => call.index));
    const unruled = evidence.trace.calls.filter(
      (call) =>
        changedEstate(call) &&
        UNRULED_POINTERS.has(`${call.service}:${call.operation}`) &&
        !ruled.has(call.index) &&
        !isByHand(call),
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
  /** The older end of the pointer, which its target must be newer than. @default it has none */
  readonly origin?: string;
  readonly createdAt: ReadonlyMap<string, number>;
}

/** One finder per kind of pointer. */
const POINTERS: readonly ((evidence: Evidence) => Move[])[] = [
  nextVersions,
  defaultVersions,
  launchedAmis,
];

/** Calls that move pointers of services whose order no finder knows yet. */
const UNRULED_POINTERS = new Set([
  'ssm:PutParameter',
  'ssm:LabelParameterVersion',
  'ssm:UnlabelParameterVersion',
  // Of a template that nobody knows.
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

function defaultVersions(evidence: Evidence): Move[] {
  return rollouts(evidence).defaults.flatMap(({ call, to, images: [from, image] }) =>
    amiMove(call, `the default version of ${to.template.name}`, from, image, evidence),
  );
}

function launchedAmis(evidence: Evidence): Move[] {
  return rollouts(evidence)
    .moves.filter(({ isRollback }) => !isRollback)
    .flatMap(({ call, group, from, to }) =>
      [...to].flatMap(([place, image]) => {
        const what = place === '' ? `group ${group}` : `group ${group} for ${place}`;
        return amiMove(call, what, from.get(place) ?? from.get(''), image, evidence);
      }),
    );
}

/** Nothing where a person moves the pointer, or where it goes on to mean the same. */
function amiMove(
  call: TracedCall,
  pointer: string,
  from: string | undefined,
  to: string | undefined,
  evidence: Evidence,
): Move[] {
  // What a parameter holds is not known here.
  if (isByHand(call) || to === from || !to?.startsWith('ami-')) return [];
  const createdAt = amiTimes(evidence);
  return [{ call, pointer, to, ...(from !== undefined && { from }), createdAt }];
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
  return origin !== undefined && time < (createdAt.get(origin) ?? time)
    ? `${pointer} was set to ${to} at ${call.at}, which is older than ${origin} itself`
    : undefined;
}
