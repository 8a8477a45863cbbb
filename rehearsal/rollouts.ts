import { groupCapacities, lowestCapacity, serviceTasks } from './checker/capacity';
import type { Course } from './checker/invariant';
import { launchedImages, launchesOf, templatesOf } from './checker/launch-templates';
import { refreshesOf, type Refresh } from './checker/refreshes';
import { rollouts } from './checker/rollouts';
import type { Trace } from './engine/trace';
import type { CapacityResult, RefreshResult } from './result';

/**
 * The instance refreshes that were under way in a time, in order of their start.
 *
 * @param from ISO 8601, as is `to`
 */
export function refreshResults(
  course: Course,
  { from, to }: { readonly from: string; readonly to: string },
): RefreshResult[] {
  const started = new Map(
    rollouts(course).moves.flatMap(({ refresh, to: images }) =>
      refresh === undefined ? [] : [[refresh.id, images] as const],
    ),
  );
  const imagesOf = ({ id, desired }: Refresh) =>
    started.get(id) ?? launchedImages(launchesOf(desired ?? {}), templatesOf(course.after));
  return [...refreshesOf(course).values()]
    .filter(({ endedAt }) => endedAt === undefined || endedAt >= Date.parse(from))
    .map((refresh) => {
      const { id, group, status, reasons, endedAt, minHealthyPercentage } = refresh;
      const startedAt = new Date(refresh.startedAt ?? from).toISOString();
      const end = endedAt === undefined ? null : new Date(endedAt).toISOString();
      const lowest = lowestCapacity(
        course.trace,
        group,
        startedAt,
        end ?? to,
        minHealthyPercentage,
      );
      return {
        id,
        group,
        startedAt,
        endedAt: end,
        status,
        reason: [...new Set(reasons)].join(' '),
        images: [...new Set(imagesOf(refresh).values())],
        ...(minHealthyPercentage !== undefined && { minHealthyPercentage }),
        ...(lowest && {
          lowest: { at: lowest.at, running: lowest.inService, desired: lowest.desired },
        }),
      };
    });
}

/** The capacity of every Auto Scaling group and ECS service over time, by name. */
export function capacityResults(trace: Pick<Trace, 'metrics'>): CapacityResult[] {
  const groups = [...groupCapacities(trace)].map(([name, points]) => ({
    kind: 'group' as const,
    name,
    points: points.map(({ at, inService, desired }) => ({ at, running: inService, desired })),
  }));
  const services = [...serviceTasks(trace)].map(([name, points]) => ({
    kind: 'service' as const,
    name,
    points,
  }));
  const byName = (a: CapacityResult, b: CapacityResult) => (a.name < b.name ? -1 : 1);
  return [...groups.sort(byName), ...services.sort(byName)];
}
