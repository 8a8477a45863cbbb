import * as fc from 'fast-check';
import { nextBatch } from '../../../../rehearsal/services/autoscaling/batch';
import { BAD, BETTER, GROUP, groupOf, World, WORSE } from './support';

const DONE = ['Successful', 'Failed', 'RollbackSuccessful', 'RollbackFailed'];

/** Percentages as AWS takes them. */
const percentages = fc
  .tuple(fc.integer({ min: 0, max: 100 }), fc.option(fc.integer({ min: 100, max: 200 })))
  .filter(([min, max]) => max === null || max - min <= 100);

/** The least in service that AWS promises: one less than all where nothing could be replaced otherwise. */
function promised(size: number, min: number, max: number | null): number {
  const floor = Math.ceil((size * min) / 100);
  return floor === size && max === null ? size - 1 : floor;
}

describe('instances in service', () => {
  it('are never fewer than the minimum healthy percentage, whatever is deployed', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 25 }),
        percentages,
        fc.constantFrom(BETTER, BAD, WORSE),
        fc.boolean(),
        (size, [min, max], image, AutoRollback) => {
          const world = new World([groupOf(size)]);
          world.start(image, {
            MinHealthyPercentage: min,
            ...(max !== null && { MaxHealthyPercentage: max }),
            AutoRollback,
          });
          world.until(DONE, GROUP, 300);
          world.pass(3600);
          const inService = world.metric('GroupInServiceInstances');
          expect(Math.min(...inService)).toBeGreaterThanOrEqual(promised(size, min, max));
          const most = Math.max(
            Math.floor((size * (max ?? 100)) / 100),
            max === null ? size : size + 1,
          );
          expect(Math.max(...inService)).toBeLessThanOrEqual(most);
          expect(world.images()).toHaveLength(size);
          expect(new Set(world.images()).size).toBe(1);
          expect(world.images()[0] === BETTER).toBe(image === BETTER);
        },
      ),
      { numRuns: 25, seed: 7 },
    );
  });
});

describe('a batch', () => {
  it('always goes on where all instances are ready, and never beyond what is left', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        percentages,
        fc.nat({ max: 500 }),
        (desired, [min, max], left) => {
          const old = Math.min(left, desired);
          const { terminate, launchFirst } = nextBatch({
            desired,
            ready: desired,
            old,
            min,
            max: max ?? undefined,
          });
          expect(terminate + launchFirst).toBeGreaterThanOrEqual(Math.min(1, old));
          expect(terminate + launchFirst).toBeLessThanOrEqual(old);
          expect(desired - terminate).toBeGreaterThanOrEqual(promised(desired, min, max));
        },
      ),
      { seed: 7 },
    );
  });

  it('waits where fewer instances are ready than are to be kept', () => {
    expect(nextBatch({ desired: 10, ready: 8, old: 10, min: 90, max: 150 })).toEqual({
      terminate: 0,
      launchFirst: 0,
    });
  });
});
