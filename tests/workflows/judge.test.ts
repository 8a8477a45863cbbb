import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { rehearseScenarios, type Mutation, type ScenarioInput } from '../support/scenarios';

const names = ['a', 'b', 'c'];

function estate(members: Json = {}, images: readonly string[] = names): Json {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: '2026-02-01T00:00:00Z',
    appstream: {
      images: images.map((Name) => ({
        Name,
        Platform: 'WINDOWS_SERVER_2022',
        CreatedTime: '2025-12-01T00:00:00Z',
        Tags: { AutoUpdate: 'Enabled' },
      })),
    },
    ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    ...members,
  };
}

/** The update of the n-th image; a dry run precedes each real call. */
const update = (number: number) => ({
  operation: 'appstream:CreateUpdatedImage',
  occurrence: names.length + number,
});

interface BadProgram {
  /** One defect. */
  readonly defect: readonly Mutation[];
  /** What brings it to light; the good program holds out. */
  readonly scenario: ScenarioInput;
  /** The invariant that names it, and its words. */
  readonly invariant: string;
  readonly detail: RegExp;
}

/** Named as the defects of the documents that the project starts from. */
const badPrograms: Readonly<Record<string, BadProgram>> = {
  'tags the source as soon as the update is accepted': {
    defect: [
      { kind: 'reroute', state: 'StartUpdate', from: 'WatchOften', to: 'CommitLineage' },
      {
        kind: 'replaceCode',
        function: 'commit-lineage',
        from: "successor?.state !== 'AVAILABLE' ||",
        to: 'successor === undefined ||',
      },
    ],
    scenario: {
      estate: estate({
        outcomes: [{ service: 'appstream', image: 'b', on: 'update', result: 'FAILED' }],
        durations: { appstream: { listImage: { seconds: 0 } } },
      }),
    },
    invariant: '1',
    detail:
      /b was tagged NextVersion=b-Updated-20260201-1 at \S+, when that image was (PENDING|CREATING)/,
  },
  'changes the list of what it follows up while it walks it': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'follow-up',
        from: 'await (0, run_log_1.recordQueue)(',
        to: 'for (const one of names) names.splice(names.indexOf(one), 1);\nawait (0, run_log_1.recordQueue)(',
      },
    ],
    scenario: {
      estate: estate(),
      faults: [{ kind: 'killExecution', at: update(3) }],
    },
    invariant: '1',
    detail: /the update of a to a-Updated-20260201-1 is AVAILABLE but not committed/,
  },
  'catches no error of one image': {
    defect: [
      { kind: 'removeCatch', state: 'CheckForUpdate' },
      { kind: 'removeField', state: 'UpdateImages', field: 'ToleratedFailurePercentage' },
    ],
    scenario: {
      // A day: the good program is done with it by then.
      days: 1,
      // The last of them gets its turn while others are being updated.
      estate: estate(
        { outcomes: [{ service: 'appstream', image: 'f', on: 'update', result: 'INCOMPATIBLE' }] },
        [...names, 'd', 'e', 'f'],
      ),
    },
    invariant: '1',
    detail: /the update of \w to \w-Updated-20260201-1 is AVAILABLE but not committed/,
  },
  'lacks a grant': {
    defect: [{ kind: 'removeGrant', policy: 'commit-lineage-policy', sid: 'CommitLineage' }],
    scenario: { estate: estate() },
    invariant: '8',
    detail: /commit-lineage-role\S* may not appstream:TagResource on \S+image\/a/,
  },
  'starts an update again whose answer was lost': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'claim-image',
        from: '(0, images_1.isInFlight)(successor.state)',
        to: 'false',
      },
    ],
    scenario: { estate: estate(), faults: [{ kind: 'lostAnswer', at: update(2) }] },
    invariant: '6',
    detail:
      /was updated to \w-Updated-20260201-2 at \S+, before its update to \w-Updated-20260201-1 was seen to fail/,
  },
  'drops a notification that one channel refused': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'deliver',
        from: 'if (failed.length === 0)',
        to: 'if (failed.length > 0)',
      },
    ],
    scenario: {
      estate: estate(),
      faults: [{ kind: 'accessDenied', at: { operation: 'sns:Publish' } }],
    },
    invariant: '5',
    detail: /did not reach sns, and no other channel says so/,
  },
  'marks a notification as delivered before it is sent': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'deliver',
        from: 'const failed = await sendMessage(channel, record, destinations);',
        to:
          'await (0, record_1.markDelivered)(ledger, record.id, destinations, now());' +
          'const failed = await sendMessage(channel, record, destinations);',
      },
    ],
    scenario: {
      estate: estate(),
      faults: [{ kind: 'crashFunctionBefore', at: { operation: 'sns:Publish' } }],
    },
    invariant: '5',
    detail: /did not reach sns, and no other channel says so/,
  },
  'forgets after a crash what it had begun': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'follow-up',
        from: 'await (0, ledger_1.listUnfinished)(ledger)',
        to: '[]',
      },
    ],
    scenario: { estate: estate(), faults: [{ kind: 'killExecution', at: update(2) }] },
    invariant: '1',
    detail: /is AVAILABLE but not committed/,
  },
  'lets an older version replace a newer one': {
    defect: [
      {
        kind: 'replaceCode',
        function: 'commit-lineage',
        from: 'createdAt(other) > createdAt(successor)',
        to: 'false',
      },
    ],
    scenario: {
      estate: estate({
        appstream: {
          images: [
            {
              Name: 'a',
              CreatedTime: '2025-12-01T00:00:00Z',
              Tags: { AutoUpdate: 'Enabled', NextVersion: 'a-by-hand' },
            },
            {
              Name: 'a-Updated-20260101-1',
              CreatedTime: '2026-01-01T12:00:00Z',
              canUpdateImage: false,
              Tags: { AutoUpdate: 'Enabled', BaseName: 'a', 'evergreen:source': 'a' },
            },
            { Name: 'a-by-hand', CreatedTime: '2026-01-20T00:00:00Z' },
          ],
        },
      }),
    },
    invariant: '7',
    detail: /NextVersion of a went back from a-by-hand to the older a-Updated-20260101-1/,
  },
};

const cases = Object.entries(badPrograms);
let good: readonly RehearsalResult[];
let bad: readonly RehearsalResult[];

beforeAll(async () => {
  const scenarios = [
    ...cases.map(([, { scenario }]) => scenario),
    ...cases.map(([, { scenario, defect }]) => ({ ...scenario, mutations: defect })),
  ];
  const results = Object.values(
    await rehearseScenarios<string>(Object.fromEntries(scenarios.map((one, n) => [`${n}`, one]))),
  );
  good = results.slice(0, cases.length);
  bad = results.slice(cases.length);
}, 900_000);

describe.each(cases.map(([name, one], index) => ({ name, index, ...one })))(
  'a program that $name',
  ({ index, invariant, detail }) => {
    it(`breaks invariant ${invariant}, which says what it did`, () => {
      const verdict = bad[index]?.invariants.find(({ id }) => id === invariant);
      expect(verdict?.held).toBe(false);
      expect(verdict?.detail).toMatch(detail);
      expect(bad[index]?.ok).toBe(false);
    });

    it('is told apart from the good program, which keeps every promise in the same scenario', () => {
      expect(good[index]?.invariants).toHaveLength(9);
      expect(good[index]?.invariants.filter(({ held }) => !held)).toEqual([]);
    });
  },
);
