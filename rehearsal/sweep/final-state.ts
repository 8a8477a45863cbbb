import {
  launchedImages,
  launchesOf,
  templatesOf,
  type Template,
} from '../checker/launch-templates';
import type { Json } from '../services/service';

/**
 * What must be the same at the end whatever passed on the way, as text, a line for each thing: images with their tags
 * and shares; groups with what they launch and run; launch templates with what they launch by default; container
 * instances and services. Times need not be the same, nor the numbers in the names of new images (dates and attempts)
 * or of versions, nor which instances there are.
 */
export function finalState(before: Json, after: Json): string {
  const templates = templatesOf(after);
  return [
    ...imageLines(before, after),
    ...groupLines(after, templates),
    ...templateLines(before, templates),
    ...clusterLines(after),
  ]
    .sort()
    .join('\n');
}

function imageLines(before: Json, after: Json): string[] {
  const old = new Set(imagesOf(before).map(({ Name }) => Name));
  const neutral = new Map(
    imagesOf(after)
      .filter(({ Name }) => !old.has(Name))
      .map(({ Name }) => [Name, Name.replace(/\d+/g, '#')] as const),
  );
  const nameOf = (name: string) => neutral.get(name) ?? name;
  return imagesOf(after).map(({ Name, State, Tags = {}, SharedImagePermissionsList = [] }) => {
    const tags = Object.entries<string>(Tags).map(([key, value]) => [key, nameOf(value)] as const);
    return JSON.stringify({
      [nameOf(Name)]: State,
      tags: Object.fromEntries(tags.sort(([a], [b]) => (a < b ? -1 : 1))),
      shared: SharedImagePermissionsList,
    });
  });
}

function groupLines(after: Json, templates: readonly Template[]): string[] {
  const groups: Json[] = after.autoscaling?.groups ?? [];
  const instances: Json[] = after.ec2?.instances ?? [];
  const images = new Map(instances.map(({ InstanceId, ImageId }) => [InstanceId, ImageId]));
  return groups.map((group) => {
    const { AutoScalingGroupName, MinSize, DesiredCapacity, MaxSize, Instances = [] } = group;
    return JSON.stringify({
      [`group ${AutoScalingGroupName}`]: [MinSize, DesiredCapacity, MaxSize],
      launches: Object.fromEntries(launchedImages(launchesOf(group), templates)),
      runs: counts(
        Instances.map(
          ({ InstanceId, LifecycleState }: Json) =>
            `${images.get(InstanceId) ?? 'unknown'} ${LifecycleState}`,
        ),
      ),
      suspended: (group.SuspendedProcesses ?? [])
        .map(({ ProcessName }: Json) => ProcessName)
        .sort(),
      scheduled: (group.ScheduledActions ?? [])
        .map(({ ScheduledActionName }: Json) => ScheduledActionName)
        .sort(),
    });
  });
}

function templateLines(before: Json, templates: readonly Template[]): string[] {
  const old = new Map(templatesOf(before).map(({ id, versions }) => [id, versions]));
  return templates.map(({ id, name, defaultVersion, versions }) => {
    const kept = [...versions.keys()].filter((number) => old.get(id)?.has(number));
    const added = [...versions].filter(([number]) => !old.get(id)?.has(number));
    return JSON.stringify({
      [`launch template ${name}`]: versions.get(defaultVersion),
      kept: kept.sort((a, b) => a - b),
      added: counts(added.map(([, image]) => String(image))),
    });
  });
}

function clusterLines(after: Json): string[] {
  const { containerInstances = [], services = [] } = after.ecs ?? {};
  const clusters = new Map<string, string[]>();
  for (const { containerInstanceArn, status } of containerInstances as Json[]) {
    // `arn:…:container-instance/<cluster>/<id>`
    const cluster = String(containerInstanceArn).split('/').at(-2)!;
    clusters.set(cluster, [...(clusters.get(cluster) ?? []), status]);
  }
  return [
    ...[...clusters].map(([cluster, statuses]) =>
      JSON.stringify({ [`cluster ${cluster}`]: counts(statuses) }),
    ),
    ...(services as Json[]).map(({ serviceArn, runningCount }) =>
      JSON.stringify({ [`service ${serviceArn}`]: runningCount }),
    ),
  ];
}

/** How often there is what, in one order. */
function counts(values: readonly string[]): Record<string, number> {
  const numbers: Record<string, number> = {};
  for (const value of [...values].sort()) numbers[value] = (numbers[value] ?? 0) + 1;
  return numbers;
}

function imagesOf(estate: Json): readonly Json[] {
  return estate.appstream?.images ?? [];
}
