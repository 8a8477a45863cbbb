import type { Activity, Json } from '../service';
import {
  attributeOf,
  isWanted,
  roomOf,
  type ContainerInstanceRecord,
  type EcsState,
  type ServiceRecord,
  type Size,
  type TaskRecord,
} from './state';

/** A container instance with what runs on it. */
export interface Spot {
  readonly instance: ContainerInstanceRecord;
  readonly tasks: readonly TaskRecord[];
}

/** "spread": by zone, then by instance: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html */
const USUAL_STRATEGY: readonly Json[] = [
  { type: 'spread', field: 'attribute:ecs.availability-zone' },
  { type: 'spread', field: 'instanceId' },
];

/** The container instances where a service may run tasks, full or not. */
export function spotsFor(
  state: EcsState,
  { service, cluster }: ServiceRecord,
  live: ReadonlyMap<string, readonly TaskRecord[]>,
): Spot[] {
  const providers: readonly string[] | undefined = service.capacityProviderStrategy?.map(
    ({ capacityProvider }: Json) => capacityProvider,
  );
  return Object.entries(state.containerInstances).flatMap(([arn, instance]) => {
    const { capacityProviderName } = instance.containerInstance;
    const takesTasks =
      instance.cluster === cluster &&
      instance.status === 'ACTIVE' &&
      (providers === undefined || providers.includes(capacityProviderName));
    return takesTasks ? [{ instance, tasks: live.get(arn) ?? [] }] : [];
  });
}

/**
 * Where ECS places the next task of a service: among those with room that no constraint forbids the best by its
 * strategies, and among equals any.
 *
 * @returns nothing where no container instance meets all requirements
 */
export function place(
  { service }: ServiceRecord,
  size: Size,
  spots: readonly Spot[],
  { random }: Activity,
): Spot | undefined {
  const mine = ({ tasks }: Spot) => tasks.filter((task) => task.service === service.serviceArn);
  const isDistinct = (service.placementConstraints ?? []).length > 0;
  const possible = spots.filter(
    (spot) =>
      hasRoom(roomOf(spot.instance, spot.tasks), size) && !(isDistinct && mine(spot).length > 0),
  );
  const strategies: readonly Json[] =
    (service.placementStrategy ?? []).length > 0 ? service.placementStrategy : USUAL_STRATEGY;
  const wanted = (spot: Spot) => mine(spot).filter(isWanted).length;
  const best = strategies.reduce<readonly Spot[]>(
    (rest, strategy) => bestBy(strategy, rest, spots, wanted),
    possible,
  );
  return best[Math.floor(random() * best.length)];
}

/** Those with the lowest cost by one strategy. */
function bestBy(
  { type, field }: Json,
  candidates: readonly Spot[],
  all: readonly Spot[],
  wanted: (spot: Spot) => number,
): readonly Spot[] {
  const cost = costBy(type, field, all, wanted);
  const lowest = Math.min(...candidates.map(cost));
  return candidates.filter((spot) => cost(spot) === lowest);
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html */
function costBy(
  type: string,
  field: string,
  all: readonly Spot[],
  wanted: (spot: Spot) => number,
): (spot: Spot) => number {
  if (type === 'spread') {
    const key = ({ instance }: Spot): Json =>
      /^(instanceId|host)$/.test(field)
        ? instance.containerInstance.containerInstanceArn
        : attributeOf(instance, field.replace(/^attribute:/, ''));
    const counts = new Map<Json, number>();
    for (const spot of all) counts.set(key(spot), (counts.get(key(spot)) ?? 0) + wanted(spot));
    return (spot) => counts.get(key(spot)) ?? 0;
  }
  if (type === 'binpack') {
    const resource = field.toLowerCase() as keyof Size;
    return ({ instance, tasks }) => roomOf(instance, tasks)[resource];
  }
  return () => 0;
}

function hasRoom(room: Size, size: Size): boolean {
  return room.cpu >= size.cpu && room.memory >= size.memory;
}
