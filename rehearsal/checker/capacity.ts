import type { Trace, TracedMetric } from '../engine/trace';

/** What an Auto Scaling group had, from then on. */
export interface CapacityPoint {
  /** ISO 8601. */
  readonly at: string;
  /** Instances in service. */
  readonly inService: number;
  readonly desired: number;
}

/** How many tasks of an ECS service ran, from then on. */
export interface TaskPoint {
  /** ISO 8601. */
  readonly at: string;
  readonly running: number;
}

/** The capacity of each Auto Scaling group that published any, by name, in order of time. */
export function groupCapacities({ metrics }: Pick<Trace, 'metrics'>) {
  const groups = new Map<string, CapacityPoint[]>();
  for (const { at, namespace, name, dimensions, value } of metrics) {
    const group = dimensions['AutoScalingGroupName'];
    const part = PARTS[name];
    if (namespace !== 'AWS/AutoScaling' || group === undefined || part === undefined) continue;
    const points = groups.get(group) ?? [];
    groups.set(group, points);
    append(points, { ...(points.at(-1) ?? { inService: 0, desired: 0 }), at, [part]: value });
  }
  return groups as ReadonlyMap<string, readonly CapacityPoint[]>;
}

const PARTS: Readonly<Record<string, 'inService' | 'desired'>> = {
  GroupInServiceInstances: 'inService',
  GroupDesiredCapacity: 'desired',
};

/** The running tasks of each ECS service that published any, by `<cluster>/<service>`, in order of time. */
export function serviceTasks({ metrics }: Pick<Trace, 'metrics'>) {
  const services = new Map<string, TaskPoint[]>();
  for (const { at, namespace, name, dimensions, value } of metrics) {
    if (namespace !== 'AWS/ECS' || name !== 'RunningTaskCount') continue;
    const service = `${dimensions['ClusterName']}/${dimensions['ServiceName']}`;
    const points = services.get(service) ?? [];
    services.set(service, points);
    append(points, { at, running: value });
  }
  return services as ReadonlyMap<string, readonly TaskPoint[]>;
}

/** What is so for no time at all was never so: only the last of an instant counts. */
function append<Point extends Pick<TracedMetric, 'at'>>(points: Point[], point: Point): void {
  if (points.at(-1)?.at === point.at) points.pop();
  points.push(point);
}

/** The moment at which a group was nearest to its floor, or furthest below. */
export interface LowestCapacity extends CapacityPoint {
  readonly floor: number;
}

/**
 * The moment at which a group had least above its floor; the first of several, `undefined` where nothing is known.
 *
 * @param from ISO 8601, as is `to`: what the group had at these moments counts
 * @param minHealthyPercentage what must be in service, of the desired capacity of that moment
 */
export function lowestCapacity(
  trace: Pick<Trace, 'metrics'>,
  group: string,
  from: string,
  to: string,
  minHealthyPercentage = 100,
): LowestCapacity | undefined {
  return between(groupCapacities(trace).get(group) ?? [], from, to)
    .map((point) => ({ ...point, floor: floorOf(point.desired, minHealthyPercentage) }))
    .reduce<LowestCapacity | undefined>(
      (lowest, point) =>
        lowest === undefined || point.inService - point.floor < lowest.inService - lowest.floor
          ? point
          : lowest,
      undefined,
    );
}

/**
 * Instances that must be in service, a part of one counted as one:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
export function floorOf(desired: number, minHealthyPercentage: number): number {
  return Math.ceil((desired * minHealthyPercentage) / 100);
}

/**
 * The moment at which a service ran the fewest tasks; the first of several, `undefined` where nothing is known.
 *
 * @param from ISO 8601, as is `to`: what ran at these moments counts
 */
export function fewestTasks(
  trace: Pick<Trace, 'metrics'>,
  cluster: string,
  service: string,
  from: string,
  to: string,
): TaskPoint | undefined {
  const points = between(serviceTasks(trace).get(`${cluster}/${service}`) ?? [], from, to);
  return points.reduce<TaskPoint | undefined>(
    (lowest, point) => (lowest === undefined || point.running < lowest.running ? point : lowest),
    undefined,
  );
}

/** The points of a time, and what was so when it began. */
function between<Point extends Pick<TracedMetric, 'at'>>(
  points: readonly Point[],
  from: string,
  to: string,
): Point[] {
  const [start, end] = [Date.parse(from), Date.parse(to)];
  const first = points.filter(({ at }) => Date.parse(at) <= start).at(-1);
  const later = points.filter(({ at }) => Date.parse(at) > start && Date.parse(at) <= end);
  return first === undefined ? later : [{ ...first, at: from }, ...later];
}
