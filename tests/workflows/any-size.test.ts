import type { RehearsalResult } from '../../rehearsal/result';
import {
  daysFor,
  distributions,
  fleetOfImages,
  makespanRatio,
  uncommitted,
  type Fleet,
} from '../support/fleet-of-images';
import { rehearseScenarios } from '../support/scenarios';

const sizes = [1, 5, 7, 8, 20, 100, 1000];
const cases = Object.keys(distributions).flatMap((kind) =>
  sizes.map((size) => [size, kind] as const),
);
const fleets = new Map<string, Fleet>();
const results = new Map<string, RehearsalResult>();

function of(size: number, kind: string): { fleet: Fleet; result: RehearsalResult } {
  const [fleet, result] = [fleets.get(`${size} ${kind}`), results.get(`${size} ${kind}`)];
  if (fleet === undefined || result === undefined) throw new Error(`${size} ${kind} was not run.`);
  return { fleet, result };
}

function controlPlanePerImage(result: RehearsalResult, images: number): number {
  const lines = result.cost.lines.filter(({ item }) => item !== 'AppStream image builders');
  return lines.reduce((sum, { amount }) => sum + amount, 0) / images;
}

beforeAll(async () => {
  const rehearse = async (wanted: readonly (readonly [number, string])[]) => {
    for (const [size, kind] of wanted) {
      const fleet = fleetOfImages(size, distributions[kind] ?? (() => 0));
      const { estate } = fleet;
      fleets.set(`${size} ${kind}`, fleet);
      const { result } = await rehearseScenarios({ result: { estate, days: daysFor(fleet) } });
      results.set(`${size} ${kind}`, result);
    }
  };
  // Two at a time, the long ones apart.
  const [long, short] = [true, false].map((isLong) =>
    cases.filter(([size]) => (size === 1000) === isLong),
  );
  await Promise.all([rehearse(long ?? []), rehearse(short ?? [])]);
}, 3_600_000);

describe.each(cases)('%i images whose updates take %s times', (size, kind) => {
  it('all end AVAILABLE with their lineage committed', () => {
    const { fleet, result } = of(size, kind);
    expect(uncommitted(fleet, result)).toEqual([]);
    expect(result.invariants.filter(({ held }) => !held)).toEqual([]);
  });

  it('are one run that succeeds and tells once', () => {
    const { result } = of(size, kind);
    const [run, ...others] = result.executions.filter(({ trigger }) =>
      trigger.endsWith('monthly-schedule'),
    );
    expect([run?.status, others.filter(({ status }) => status !== 'SUCCEEDED')]).toEqual([
      'SUCCEEDED',
      [],
    ]);
    const told = result.notifications.filter(({ id }) =>
      id.endsWith(run?.id.split(':').at(-1) ?? '-'),
    );
    expect(new Set(told.map(({ id }) => id)).size).toBe(1);
  });

  it('take at most a tenth longer than greedy list scheduling that hears of each end at once', () => {
    const { fleet, result } = of(size, kind);
    const ratio = makespanRatio(fleet, result);
    expect(ratio).toBeGreaterThanOrEqual(0.999);
    expect(ratio).toBeLessThanOrEqual(1.1);
  });

  it('cost at most a cent each for the control plane', () => {
    const { result } = of(size, kind);
    expect(controlPlanePerImage(result, size)).toBeLessThanOrEqual(0.01);
  });
});

describe.each(Object.keys(distributions))('updates that take %s times', (kind) => {
  it('cost no more each when there are more of them', () => {
    const cost = (size: number) => controlPlanePerImage(of(size, kind).result, size);
    expect(cost(1000)).toBeLessThanOrEqual(cost(100) * 1.05);
    expect(cost(100)).toBeLessThanOrEqual(cost(20) * 1.05);
  });
});
