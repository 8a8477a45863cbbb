import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';
import { rehearseScenarios } from '../support/scenarios';

const number = 30;
let longUpdates: RehearsalResult;
let longPast: RehearsalResult;

function estate(images: readonly Json[], members: Json = {}): Json {
  return {
    account: '111122223333',
    region: 'eu-west-1',
    capturedAt: '2026-02-01T00:00:00Z',
    appstream: { images },
    ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
    quotas: { 'appstream2:L-E1182CCA': 5000 },
    ...members,
  };
}

function optedIn(Name: string): Json {
  return { Name, CreatedTime: '2025-12-01T00:00:00Z', Tags: { AutoUpdate: 'Enabled' } };
}

/** With the longest names that there are. */
function superseded(index: number): Json {
  const name = (position: number) => `${position}`.padEnd(100, '-past');
  const Tags = { AutoUpdate: 'Completed', NextVersion: name(index + 1) };
  return { Name: name(index), CreatedTime: '2024-12-01T00:00:00Z', Tags };
}

beforeAll(async () => {
  const images = (count: number, create: (index: number) => Json) =>
    Array.from({ length: count }, (_, index) => create(index));
  ({ longUpdates, longPast } = await rehearseScenarios({
    longUpdates: {
      days: 13,
      estate: estate(
        images(number, (index) => optedIn(`image-${index}`)),
        { durations: { appstream: { updateImage: { hours: 40 } } } },
      ),
    },
    longPast: { days: 1, estate: estate([...images(1000, superseded), optedIn('head')]) },
  }));
}, 900_000);

describe('a run that looks after many images for days', () => {
  it('updates them all', () => {
    const updated = longUpdates.items.filter(({ outcome }) => outcome === 'updated');
    expect(new Set(updated.map(({ id }) => id)).size).toBe(number);
    expect(longUpdates.executions.map(({ status }) => status)).not.toContain('FAILED');
  });

  it('keeps inside the limits of one execution, since each image has a child of its own', () => {
    const [run] = longUpdates.executions.filter(({ trigger }) =>
      trigger.endsWith('monthly-schedule'),
    );
    expect(run?.status).toBe('SUCCEEDED');
    expect(run?.historyEvents).toBeLessThan(1000);
    expect(longUpdates.invariants.filter(({ held }) => !held)).toEqual([]);
  });
});

describe('a run in an account with a long past', () => {
  it('updates what is opted in, and accounts for the rest', () => {
    expect(longPast.items.find(({ id }) => id === 'head')?.outcome).toBe('updated');
    const [run] = longPast.executions.filter(({ trigger }) => trigger.endsWith('monthly-schedule'));
    const { items, furtherItems } = run?.output as { items: unknown[]; furtherItems: number };
    expect(items.length + furtherItems).toBe(1001);
    // The longest names that there are: not all of them fit into a state.
    expect(furtherItems).toBeGreaterThan(0);
    // That named and counted ones are all there are is for the fifth invariant to see.
    expect(longPast.notifications[0]?.text).toMatch(/^ {2}and \d+ more skipped: \d+ superseded/m);
    expect(longPast.invariants.filter(({ held }) => !held)).toEqual([]);
  });
});
