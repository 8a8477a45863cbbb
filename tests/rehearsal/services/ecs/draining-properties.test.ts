import * as fc from 'fast-check';
import { Cluster, ec2Id, estateOf, NEW_IMAGE, type ServiceOptions } from './support';

/** Services whose tasks run on some of the old instances, by turns so that all fit. */
const arbitraryServices = (instances: number): fc.Arbitrary<ServiceOptions[]> =>
  fc
    .array(
      fc.record({
        places: fc.array(fc.nat(instances - 1), { minLength: 1, maxLength: 4 }),
        minimum: fc.constantFrom(0, 25, 50, 67, 90, 100),
        surge: fc.constantFrom(0, 50, 100),
      }),
      { minLength: 1, maxLength: 3 },
    )
    .map((services) =>
      services.map(({ places, minimum, surge }, index) => ({
        name: `web${index}`,
        on: places,
        minimum,
        maximum: 100 + surge,
      })),
    );

const arbitraryCluster = fc.integer({ min: 2, max: 6 }).chain((instances) =>
  fc.record({
    instances: fc.constant(instances),
    services: arbitraryServices(instances),
    /** Seconds between two drains. */
    pauses: fc.array(fc.nat(40), { minLength: instances, maxLength: instances }),
  }),
);

/** Tasks that are to run in any case. */
function floorOf({ on = [], minimum = 100 }: ServiceOptions): number {
  return Math.ceil((on.length * minimum) / 100);
}

/** Whether the bounds of a service let its tasks move at all: AWS rounds the minimum up and the maximum down. */
function canMove(service: ServiceOptions): boolean {
  const { on = [], maximum = 200 } = service;
  return floorOf(service) < on.length || Math.floor((on.length * maximum) / 100) > on.length;
}

describe('whatever runs in a cluster, with room for it on new instances', () => {
  it('no service falls below its minimum by draining alone, and all that can move does', () => {
    fc.assert(
      fc.property(arbitraryCluster, ({ instances, services, pauses }) => {
        const cluster = new Cluster(estateOf({ instances, services }));
        for (let count = 0; count < instances * 2; count += 1) cluster.launch(NEW_IMAGE);
        cluster.pass(120);
        const start = cluster.now;
        pauses.forEach((seconds, node) => {
          cluster.drain(node);
          cluster.pass(seconds);
        });
        cluster.pass(3600);
        for (const service of services) {
          expect(cluster.lowest(service.name, start)).toBeGreaterThanOrEqual(floorOf(service));
          const places = cluster.placesOf(service.name);
          expect(places).toHaveLength(service.on!.length);
          expect(places.some((place) => place.startsWith('node'))).toBe(!canMove(service));
        }
        expect(cluster.isSettled).toBe(true);
      }),
      { numRuns: 60, seed: 6 },
    );
  });

  it('never more tasks of a service are there than its maximum allows', () => {
    fc.assert(
      fc.property(arbitraryCluster, ({ instances, services, pauses }) => {
        const cluster = new Cluster(estateOf({ instances, services }));
        for (let count = 0; count < instances; count += 1) cluster.launch(NEW_IMAGE);
        cluster.pass(120);
        const check = () => {
          for (const { name, on = [], maximum = 200 } of services) {
            const { runningCount, pendingCount } = cluster.service(name);
            const most = Math.floor((on.length * maximum) / 100);
            expect(runningCount + pendingCount).toBeLessThanOrEqual(most);
          }
        };
        pauses.forEach((seconds, node) => {
          cluster.drain(node);
          cluster.pass(seconds, check);
        });
        cluster.pass(3600, check);
      }),
      { numRuns: 25, seed: 6 },
    );
  });

  it('a service that must keep all its tasks falls below where an instance with one is terminated undrained', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 6 }), fc.nat(5), (instances, choice) => {
        const victim = choice % instances;
        const on = Array.from({ length: instances }, (_, node) => node);
        const cluster = new Cluster(estateOf({ instances, services: [{ name: 'web', on }] }));
        cluster.pass(1);
        cluster.terminate(ec2Id(victim));
        cluster.pass(3600);
        expect(cluster.lowest('web')).toBe(instances - 1);
        expect(cluster.service('web').runningCount).toBe(instances);
      }),
      { numRuns: 20, seed: 6 },
    );
  });
});
