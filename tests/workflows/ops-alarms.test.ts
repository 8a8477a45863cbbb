import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { rehearseScenarios } from '../support/scenarios';

const estate = {
  account: '111122223333',
  region: 'eu-west-1',
  capturedAt: '2026-02-01T00:00:00Z',
  appstream: {
    images: ['a', 'b', 'c'].map((Name) => ({
      Name,
      Platform: 'WINDOWS_SERVER_2022',
      CreatedTime: '2025-12-01T00:00:00Z',
      Tags: { AutoUpdate: 'Enabled' },
    })),
  },
  // Room for what fails, which stays.
  quotas: { 'appstream2:L-E1182CCA': 100 },
  ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
};
const fails = (image: string) => ({
  service: 'appstream',
  image,
  on: 'update',
  result: 'FAILED',
});
const failing = { ...estate, outcomes: ['a', 'b'].map(fails) };
const recovering = {
  ...estate,
  outcomes: ['a', 'b'].map((image) => ({ ...fails(image), attempt: 1 })),
};
/** Of the updater alone, every day. */
const daily = {
  schedule: '0 12 * * ? *',
  amiGroups: {},
  amiFollow: [],
  amiInstanceRoles: [],
  ecsClusters: [],
};

const scenarios = {
  healthy: { estate },
  failing: { estate: failing, config: daily },
  recovering: { estate: recovering, config: daily },
  // The function that reports has just reported a plan when it is to report the failures.
  warm: {
    estate: {
      ...estate,
      outcomes: ['a', 'b', 'c'].map((image) => ({ ...fails(image), duration: { hours: 2 } })),
    },
    config: daily,
    days: 1,
    starts: [{ at: '2026-02-01T13:58:00', as: 'monthly-schedule', input: { mode: 'plan' } }],
  },
  switchedOff: { estate: failing, config: { ...daily, opsAlarms: false } },
  failedAsAWhole: {
    estate,
    config: daily,
    faults: [
      {
        kind: 'accessDenied',
        at: { operation: 'lambda:Invoke', occurrence: 'every', caller: 'state:*/SurveyImages' },
      },
    ],
  },
} as const;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios(scenarios);
}, 900_000);

const opsItemsOf = ({ estate: end }: RehearsalResult) => (end.ssm.opsItems ?? []) as Json[];
const title =
  "CloudWatch alarm - 'evergreen-dev-ops-alarms-appstream-auto-updater' is in ALARM state";

it('opens no OpsItem where nothing failed', () => {
  const { healthy } = results;
  expect(healthy.items.some(({ outcome }) => outcome === 'updated')).toBe(true);
  expect(opsItemsOf(healthy)).toEqual([]);
});

it('opens one for items that failed in a run that succeeds, and none while that is open', () => {
  const { failing: result } = results;
  const attention = result.notifications.filter(
    ({ channel, subject }) => channel === 'sns' && /Attention.* (failed|blocked)/.test(subject),
  );
  // Two images, on each of the days until they are blocked.
  expect(new Set(attention.map(({ at }) => at.slice(0, 10))).size).toBe(3);
  expect(result.executions.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
  expect(opsItemsOf(result)).toMatchObject([
    { Title: title, Severity: '3', Category: 'Security', Status: 'Open' },
  ]);
});

it('opens it within two minutes of the report', () => {
  const { failing: result } = results;
  const told = result.notifications.find(({ subject }) => / 2 failed/.test(subject));
  const [{ CreatedTime }] = opsItemsOf(result) as [Json];
  const minutes = (Date.parse(CreatedTime) - Date.parse(told?.at ?? '')) / 60_000;
  expect(minutes).toBeLessThan(2);
  expect(minutes).toBeGreaterThan(-1);
});

it('leaves it open when the next run has updated what failed: a person closes it', () => {
  const { recovering: result } = results;
  expect(result.notifications.some(({ subject }) => / 2 updated/.test(subject))).toBe(true);
  expect(opsItemsOf(result)).toMatchObject([{ Title: title, Status: 'Open' }]);
});

it('holds every invariant all the while', () => {
  for (const { invariants } of [results.healthy, results.failing, results.recovering]) {
    expect(invariants.filter(({ held }) => !held)).toEqual([]);
  }
});

it('opens one whichever invocation of its container the report is', () => {
  expect(results.warm.notifications.map(({ at }) => at.slice(11, 16))).toContain('13:58');
  expect(opsItemsOf(results.warm)).toMatchObject([{ CreatedTime: '2026-02-01T14:01:00.000Z' }]);
});

it('opens one for a run that fails as a whole', () => {
  const { failedAsAWhole: result } = results;
  expect(result.executions.some(({ status }) => status === 'FAILED')).toBe(true);
  expect(opsItemsOf(result)).toMatchObject([{ Title: title }]);
});

it('opens none where it is switched off', () => {
  expect(opsItemsOf(results.switchedOff)).toEqual([]);
});
