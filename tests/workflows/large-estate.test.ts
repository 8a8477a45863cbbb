import type { RehearsalResult } from '../../rehearsal/result';
import { rehearseScenarios } from '../support/scenarios';

const number = 30;
let result: RehearsalResult;

beforeAll(async () => {
  const images = Array.from({ length: number }, (_, index) => ({
    Name: `image-${index}`,
    CreatedTime: '2025-12-01T00:00:00Z',
    Tags: { AutoUpdate: 'Enabled' },
  }));
  ({ result } = await rehearseScenarios({
    result: {
      days: 13,
      estate: {
        account: '111122223333',
        region: 'eu-west-1',
        capturedAt: '2026-02-01T00:00:00Z',
        appstream: { images },
        ses: { sandbox: false, identities: [{ IdentityName: 'evergreen@example.com' }] },
        quotas: { 'appstream2:L-E1182CCA': 2 * number },
        durations: { appstream: { updateImage: { hours: 40 } } },
      },
    },
  }));
}, 300_000);

describe('a run that looks after many images for days', () => {
  it('updates them all', () => {
    const updated = result.items.filter(({ outcome }) => outcome === 'updated');
    expect(new Set(updated.map(({ id }) => id)).size).toBe(number);
    expect(result.executions.map(({ status }) => status)).not.toContain('FAILED');
  });

  it('keeps inside the limits of one execution, since each image has a child of its own', () => {
    const [run] = result.executions.filter(({ trigger }) => trigger.endsWith('monthly-schedule'));
    expect(run?.status).toBe('SUCCEEDED');
    expect(run?.historyEvents).toBeLessThan(1000);
    expect(result.invariants.filter(({ held }) => !held)).toEqual([]);
  });
});
