import type { Json } from '../services/service';
import type { Course } from './invariant';
import {
  findVersion,
  launchesOf,
  type Launch,
  type Template,
  type Version,
} from './launch-templates';
import { isOver, refreshesOf } from './refreshes';

/** Launch templates and groups at a moment of the trace. */
export interface Standing {
  readonly course: Course;
  readonly templates: readonly Template[];
  /** By group, the latest last. */
  readonly configured: ReadonlyMap<string, readonly Configured[]>;
  /** By group, as somebody was last told. */
  readonly instances: ReadonlyMap<string, readonly Json[]>;
}

/** A configuration that a group had. */
export interface Configured {
  readonly launches: readonly Launch[];
  /** Whether it is known to be good: it was there at the start, a refresh to it succeeded, or it became the default. */
  isSettled: boolean;
}

/** A text that is the same for the same version. */
export function versionKey({ template, number }: Version): string {
  return `${template.id} ${number}`;
}

/** What a group launches; nothing of a group that nobody knows. */
export function currentOf(group: string, { configured }: Standing): readonly Launch[] {
  return configured.get(group)?.at(-1)?.launches ?? [];
}

/** The keys of the versions that are launched. */
export function versionsOf(
  launches: readonly Launch[],
  { templates }: Pick<Standing, 'templates'>,
): string[] {
  return launches.flatMap(({ specification }) => {
    const version = findVersion(templates, specification);
    return version === undefined ? [] : [versionKey(version)];
  });
}

/** Groups that launch a version. */
export function usersOf(version: Version, standing: Standing): string[] {
  return [...standing.configured.keys()].filter((group) =>
    versionsOf(currentOf(group, standing), standing).includes(versionKey(version)),
  );
}

/** Whether the same is launched, however it is said. */
export function isSame(
  some: readonly Launch[],
  others: readonly Launch[],
  { templates }: Pick<Standing, 'templates'>,
): boolean {
  const [one, other] = [some, others].map((launches) =>
    JSON.stringify(
      launches.map(({ place, specification, image }) => {
        const version = findVersion(templates, specification);
        return [place, version && versionKey(version), image];
      }),
    ),
  );
  return one === other;
}

/** Whether an instance was launched as a new one of its type would be. */
export function isLaunchedAs(
  instance: Json,
  launches: readonly Launch[],
  standing: Standing,
): boolean {
  const own = launches.filter(({ place }) => place === instance.InstanceType);
  const meant = own.length > 0 ? own : launches.filter(({ place }) => place === '');
  const [version] = versionsOf(meant, standing);
  return version !== undefined && runs(instance, version, standing);
}

/**
 * What needs a version of a launch template, a phrase each.
 *
 * @param now epoch milliseconds
 */
export function usesOf(version: Version, now: number, standing: Standing): string[] {
  const key = versionKey(version);
  const isMeant = (launches: readonly Launch[]) => versionsOf(launches, standing).includes(key);
  const uses = usersOf(version, standing).map((group) => `group ${group} launches it`);
  if (version.template.defaultVersion === version.number) uses.push('it is the default version');
  for (const [group, history] of standing.configured) {
    const previous = history.at(-2);
    if (previous !== undefined && isMeant(previous.launches)) {
      uses.push(`group ${group} ran it before and may have to go back to it`);
    }
  }
  for (const refresh of refreshesOf(standing.course).values()) {
    const { group, desired, endedAt = now } = refresh;
    // None can have begun to install it since.
    const isActive = !isOver(refresh) || endedAt > now;
    if (isActive && desired !== undefined && isMeant(launchesOf(desired))) {
      uses.push(`an instance refresh of group ${group} installs it`);
    }
  }
  for (const [group, instances] of standing.instances) {
    if (instances.some((instance) => runs(instance, key, standing))) {
      uses.push(`instances of group ${group} run it`);
    }
  }
  // Nothing can have been launched from it since.
  const left = instancesIn(standing.course.after).find((one) => runs(one, key, standing));
  if (left !== undefined) uses.push(`instance ${left.InstanceId} still runs it at the end`);
  return uses;
}

function runs({ LaunchTemplate }: Json, key: string, standing: Standing): boolean {
  return (
    LaunchTemplate !== undefined &&
    versionsOf([{ place: '', specification: LaunchTemplate }], standing).includes(key)
  );
}

/** Instances of an estate, with the version that each was launched from. */
function instancesIn(estate: Json): Json[] {
  const groups: Json[] = estate?.autoscaling?.groups ?? [];
  const instances: Json[] = estate?.ec2?.instances ?? [];
  return [
    ...groups.flatMap(({ Instances = [] }) => Instances),
    ...instances
      .filter(({ State }) => !['shutting-down', 'terminated'].includes(State?.Name))
      .map((instance) => {
        // EC2 tags by itself what it launches from a template.
        const tag = (key: string) =>
          instance.Tags?.find(({ Key }: Json) => Key === `aws:ec2launchtemplate:${key}`)?.Value;
        const LaunchTemplate = { LaunchTemplateId: tag('id'), Version: tag('version') };
        return tag('id') === undefined ? {} : { InstanceId: instance.InstanceId, LaunchTemplate };
      }),
  ];
}
