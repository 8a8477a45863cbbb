import * as fc from 'fast-check';
import type { Json } from '../services/service';
import { singleFaults } from './fault';
import { buildLineage, lineagePlans, type LineagePlan } from './lineage';
import { mostly } from './mostly';

/** One generated rehearsal: files as a person would write them. */
export interface GeneratedScenario {
  /** As in an estate file. */
  readonly estate: Json;
  /** As in a file of faults: none, or one. */
  readonly faults: readonly Json[];
  /** Seed of the rehearsal itself. */
  readonly seed: number;
}

interface Plan {
  readonly lineages: readonly LineagePlan[];
  /** Hours after the first possible capture. */
  readonly hour: number;
  readonly strangers: number;
  readonly builders: number;
  readonly quotas: Json;
  readonly durations: Json;
  readonly ses: Json;
  readonly events: readonly { readonly day: number; readonly platform?: string }[];
  readonly fault: Json;
  readonly seed: number;
}

/**
 * Accounts of any size with any mix of lineages, some with one fault. It shrinks to an account with one plain
 * image, no fault and AWS's defaults.
 */
export function scenarios(): fc.Arbitrary<GeneratedScenario> {
  return plans.map(build);
}

/** Few, some or many; each list shrinks by itself. */
const lineages: fc.Arbitrary<readonly LineagePlan[]> = fc
  .tuple(
    listOf(5),
    mostly<readonly LineagePlan[]>([], 2, listOf(15)),
    mostly<readonly LineagePlan[]>([], 15, listOf(60)),
  )
  .map((lists) => lists.flat());

function listOf(maxLength: number): fc.Arbitrary<readonly LineagePlan[]> {
  return fc.array(lineagePlans, { maxLength, size: 'max' });
}

/** Enough for every image of the largest estate, or too few soon. */
const quotas: fc.Arbitrary<Json> = fc.record(
  {
    'appstream2:L-E1182CCA': mostly(500, 4, fc.integer({ min: 5, max: 30 })),
    'appstream2:L-9B6418E0': fc.integer({ min: 1, max: 10 }),
    'appstream2:L-DE32F884': fc.integer({ min: 1, max: 10 }),
  },
  { requiredKeys: ['appstream2:L-E1182CCA'] },
);

const durations: fc.Arbitrary<Json> = fc.record(
  {
    updateImage: fc.oneof(
      fc.constantFrom<Json>({ hours: [2, 5] }, { minutes: [5, 15] }, { hours: [10, 30] }),
      fc.record({ hours: fc.integer({ min: 1, max: 60 }) }),
    ),
    queueUpdate: fc.constantFrom<Json>({ minutes: [1, 5] }, { seconds: 0 }, { minutes: [20, 30] }),
    listImage: fc.constantFrom<Json>({ seconds: 0 }, { seconds: [0, 8] }, { minutes: [0, 40] }),
    qualifyUpdate: fc.constantFrom<Json>({ minutes: [10, 30] }, { seconds: 1 }),
  },
  { requiredKeys: [] },
);

/** The sender of the stack `dev` and its recipient, each verified, on its way, or unknown. */
const ses: fc.Arbitrary<Json> = fc
  .record({
    sandbox: fc.boolean(),
    sender: mostly<string | undefined>('SUCCESS', 3, fc.constantFrom('PENDING', undefined)),
    recipient: fc.constantFrom('SUCCESS', 'FAILED', undefined),
  })
  .map(({ sandbox, sender, recipient }) => ({
    sandbox,
    identities: [
      { IdentityName: 'evergreen@example.com', VerificationStatus: sender },
      { IdentityName: 'platform-team@example.com', VerificationStatus: recipient },
    ].filter(({ VerificationStatus }) => VerificationStatus !== undefined),
  }));

const plans: fc.Arbitrary<Plan> = fc.record({
  lineages,
  // The month's run needs days after it in which what a fault left is followed up.
  hour: fc.integer({ min: 0, max: 20 * 24 }),
  strangers: mostly(0, 3, fc.integer({ min: 0, max: 3 })),
  builders: mostly(0, 3, fc.integer({ min: 0, max: 3 })),
  quotas,
  durations: mostly<Json>({}, 2, durations),
  ses: mostly<Json>(
    { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    3,
    ses,
  ),
  events: fc.array(
    fc.record(
      {
        day: fc.integer({ min: 0, max: 30 }),
        platform: fc.constantFrom('WINDOWS_SERVER_2022', 'WINDOWS_SERVER_2019'),
      },
      { requiredKeys: ['day'] },
    ),
    { maxLength: 2 },
  ),
  fault: mostly<Json>(undefined, 1, singleFaults),
  seed: fc.noShrink(fc.integer({ min: 0, max: 2 ** 32 - 1 })),
});

const FIRST_CAPTURE = Date.parse('2026-01-06T00:00:00Z');

function build(plan: Plan): GeneratedScenario {
  const capturedAt = FIRST_CAPTURE + plan.hour * 3_600_000;
  const parts = plan.lineages.map((lineage, position) =>
    buildLineage(lineage, position, capturedAt),
  );
  return {
    estate: {
      account: '111122223333',
      region: 'eu-west-1',
      capturedAt: new Date(capturedAt).toISOString(),
      appstream: {
        images: [...parts.flatMap(({ images }) => images), ...strangers(plan.strangers)],
        imageBuilders: [
          ...Array.from({ length: plan.builders }, (_, index) => ({
            Name: `builder-${index}`,
            State: index === 0 ? 'RUNNING' : 'STOPPED',
          })),
          ...parts.flatMap(({ imageBuilders }) => imageBuilders),
        ],
      },
      ses: plan.ses,
      quotas: plan.quotas,
      ...(Object.keys(plan.durations).length > 0 && { durations: { appstream: plan.durations } }),
      outcomes: parts.flatMap(({ outcomes }) => outcomes),
      events: plan.events.map(({ day, platform }) => ({
        at: new Date(capturedAt + day * 86_400_000).toISOString(),
        type: 'appstream.baseImageReleased',
        ...(platform !== undefined && { platform }),
      })),
    },
    faults: plan.fault === undefined ? [] : [plan.fault],
    seed: plan.seed,
  };
}

/** Images that only look as if they were to be updated: another account's, and AWS's own. */
function strangers(number: number): Json[] {
  return Array.from({ length: number }, (_, index) =>
    index === 0
      ? { Name: 'AppStream-WinServer2022-09-23-2025', Visibility: 'PUBLIC' }
      : {
          Name: `stranger-${index}`,
          Visibility: 'SHARED',
          Arn: `arn:aws:appstream:eu-west-1:444455556666:image/stranger-${index}`,
          ImagePermissions: { allowFleet: true, allowImageBuilder: false },
        },
  );
}
