import * as fc from 'fast-check';
import type { Json } from '../services/service';
import { mostly } from './mostly';
import { LONGEST_NAME, nameOf, namePlans, type NamePlan } from './names';
import { foreignTags, withForeignTags } from './tags';

/** A family of images: the first one, the versions made of it, and what a crash left behind the newest. */
export interface LineagePlan {
  readonly name: NamePlan;
  /** Earlier versions, each superseded by the next. */
  readonly generations: number;
  /** The tag `AutoUpdate` of the newest; `undefined`: none. */
  readonly optIn: string | undefined;
  /** The tag `BaseName`; `undefined`: none. */
  readonly baseName: string | undefined;
  /** Successors of the newest that nobody has committed, in the order of their creation. */
  readonly leftovers: readonly Leftover[];
  readonly tags: Readonly<Record<string, string>>;
  readonly platform: string;
  readonly isShared: boolean;
  readonly isUpToDate: boolean;
  readonly hasOldBase: boolean;
  readonly hasTexts: boolean;
  readonly outcome: Json;
}

/** The state of an uncommitted successor; a builder of AppStream's works on it where one is named. */
export interface Leftover {
  readonly state: string;
  readonly hasBuilder: boolean;
}

/** How many times as often as something special nothing is. */
const PLAIN = 6;

const leftovers: fc.Arbitrary<Leftover> = fc.record({
  state: fc.constantFrom('AVAILABLE', 'CREATING', 'PENDING', 'FAILED'),
  hasBuilder: fc.boolean(),
});

/** Words that a notification must carry unharmed. */
const MESSAGES = [
  'Could not update image. Failed to update SSM agent.',
  'Failed to install KB5034122 <code 0x80070643> & "gave up"',
  "The image's update failed: München, 東京, Ⅷ",
];

const durations = fc.constantFrom<Json>(
  { minutes: 3 },
  { minutes: [20, 40] },
  { hours: [1, 9] },
  { hours: [20, 30] },
  { hours: 50 },
);

const outcomes: fc.Arbitrary<Json> = mostly<Json>(
  undefined,
  PLAIN,
  fc.record(
    {
      result: fc.constant('FAILED'),
      attempt: fc.constantFrom(1, 2),
      code: fc.constantFrom(
        'IMAGE_UPDATE_FAILURE',
        'INTERNAL_ERROR',
        'IMAGE_BUILDER_NOT_AVAILABLE',
      ),
      message: fc.constantFrom(...MESSAGES),
      duration: durations,
    },
    { requiredKeys: ['result'] },
  ),
  fc.record({ result: fc.constant('AVAILABLE'), duration: durations }),
  fc.record(
    { result: fc.constant('INCOMPATIBLE'), message: fc.constantFrom(...MESSAGES) },
    { requiredKeys: ['result'] },
  ),
);

/** Every kind of lineage; it shrinks to one image that is opted in and has nothing special. */
export const lineagePlans: fc.Arbitrary<LineagePlan> = fc.record({
  name: namePlans,
  generations: mostly(0, PLAIN, fc.integer({ min: 0, max: 4 })),
  optIn: mostly<string | undefined>(
    'Enabled',
    PLAIN,
    fc.constantFrom(undefined, 'Disabled', 'Completed', 'enabled'),
  ),
  baseName: mostly<string | undefined>(
    undefined,
    PLAIN,
    // Several lineages may have the same one; the last three make no name that AppStream takes.
    fc.constantFrom(
      'office',
      'office',
      'office-2',
      'b'.repeat(81),
      'b'.repeat(82),
      'AWS-base',
      '',
      'a b',
    ),
  ),
  leftovers: mostly<readonly Leftover[]>(
    [],
    PLAIN,
    fc.array(leftovers, { minLength: 1, maxLength: 2 }),
  ),
  tags: foreignTags,
  platform: mostly(
    'WINDOWS_SERVER_2022',
    PLAIN,
    fc.constantFrom('WINDOWS_SERVER_2019', 'WINDOWS_SERVER_2025', 'RHEL8'),
  ),
  isShared: mostly(false, PLAIN, fc.boolean()),
  isUpToDate: mostly(false, PLAIN, fc.boolean()),
  hasOldBase: mostly(false, PLAIN, fc.boolean()),
  hasTexts: fc.boolean(),
  outcome: outcomes,
});

/** What a lineage adds to an estate. */
export interface LineageParts {
  readonly images: readonly Json[];
  readonly imageBuilders: readonly Json[];
  readonly outcomes: readonly Json[];
}

/** @param capturedAt epoch milliseconds */
export function buildLineage(
  plan: LineagePlan,
  position: number,
  capturedAt: number,
): LineageParts {
  const first = nameOf(plan.name, position);
  const base = plan.baseName ?? first;
  const ages = Array.from({ length: plan.generations }, (_, age) => plan.generations - age);
  // A version is made a month after the one before it; what no name of AppStream's can be was never made.
  const versions = ages
    .map((age) => versionName(base, capturedAt - age * MONTH, position))
    .filter(isImageName);
  const line = [first, ...versions];
  const members = line.map((name, index) => {
    const age = line.length - index;
    const tags = {
      ...(plan.baseName !== undefined && { BaseName: plan.baseName }),
      ...(index > 0 && { BaseName: base, 'evergreen:source': line[index - 1] }),
      ...optInOf(plan, line[index + 1]),
    };
    return image(plan, name, tags, capturedAt - age * MONTH);
  });
  const newest = line.at(-1) ?? first;
  const left = plan.leftovers
    .map((leftover, index) => ({
      ...leftover,
      number: position * 10 + index + 1,
      name: versionName(base, capturedAt, position * 10 + index + 1),
      createdAt: capturedAt - (plan.leftovers.length - index) * HOUR,
    }))
    .filter(({ name }) => isImageName(name));
  return {
    images: [...members, ...left.map((leftover) => leftoverImage(plan, leftover, base, newest))],
    imageBuilders: left
      .filter(({ hasBuilder, state }) => hasBuilder && isInFlight(state))
      .map(({ name, number }) => ({
        // AppStream's own suffix: ten digits, which must tell apart what has been cut to the same text.
        Name: `${name.slice(0, 89)}-${String(number).padStart(10, '0')}`,
        State: 'UPDATING',
      })),
    outcomes:
      plan.outcome === undefined
        ? []
        : [{ service: 'appstream', image: newest, on: 'update', ...plan.outcome }],
  };
}

const HOUR = 3_600_000;
const MONTH = 30 * 24 * HOUR;

function isInFlight(state: string): boolean {
  return state === 'CREATING' || state === 'PENDING';
}

/** As an earlier run of the automation named it, with a number that is unique in the account. */
function versionName(base: string, at: number, number: number): string {
  const date = new Date(at).toISOString().slice(0, 10).replace(/-/g, '');
  return `${base}-Updated-${date}-${number}`;
}

function isImageName(name: string): boolean {
  return (
    /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(name) && name.length <= LONGEST_NAME && !/^aws/i.test(name)
  );
}

function optInOf({ optIn }: LineagePlan, next: string | undefined): Record<string, string> {
  if (next !== undefined) return { AutoUpdate: 'Completed', NextVersion: next };
  return optIn === undefined ? {} : { AutoUpdate: optIn };
}

function image(plan: LineagePlan, name: string, own: Json, createdAt: number): Json {
  const tags = withForeignTags(own, plan.tags);
  return {
    Name: name,
    Platform: plan.platform,
    CreatedTime: new Date(createdAt).toISOString(),
    ...(plan.hasOldBase && { PublicBaseImageReleasedDate: '2017-05-16T00:00:00Z' }),
    ...(plan.hasTexts && {
      DisplayName: 'D'.repeat(100),
      Description: 'Désktop <b>'.padEnd(256, '.'),
    }),
    ...(plan.isUpToDate && { canUpdateImage: false }),
    ...(plan.isShared && {
      ImageSharedWithOthers: 'TRUE',
      SharedImagePermissionsList: [{ sharedAccountId: '777788889999' }],
    }),
    // AppStream knows no empty map of tags.
    ...(Object.keys(tags).length > 0 && { Tags: tags }),
  };
}

function leftoverImage(
  plan: LineagePlan,
  { name, state, createdAt }: { name: string; state: string; createdAt: number },
  base: string,
  source: string,
): Json {
  const tags = {
    AutoUpdate: 'Enabled',
    BaseName: base,
    'evergreen:source': source,
  };
  return {
    ...image({ ...plan, isUpToDate: true, isShared: false }, name, tags, createdAt),
    State: state,
    ...(state === 'FAILED' && {
      StateChangeReason: { Code: 'IMAGE_UPDATE_FAILURE', Message: MESSAGES[0] },
    }),
  };
}
