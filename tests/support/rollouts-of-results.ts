import type { RehearsalResult } from '../../rehearsal/result';
import type { Json } from '../../rehearsal/services/service';

/** The AMIs that the instances of a group run, of those that are not on their way out. */
export function running(estate: Json, group: string): string[] {
  const images = new Map(
    estate.ec2.instances.map(({ InstanceId, ImageId }: Json) => [InstanceId, ImageId]),
  );
  return groupOf(estate, group)
    .Instances.filter(({ LifecycleState }: Json) => !/^Terminat/.test(LifecycleState))
    .map(({ InstanceId }: Json) => images.get(InstanceId));
}

export function groupOf(estate: Json, name: string): Json {
  return found(
    estate.autoscaling.groups,
    ({ AutoScalingGroupName }) => AutoScalingGroupName === name,
  );
}

/** Numbers of the versions of a launch template, which of them is the default, and their data. */
export function templateOf(estate: Json, name: string) {
  const template = found(
    estate.ec2.launchTemplates,
    ({ LaunchTemplateName }) => LaunchTemplateName === name,
  );
  const versions: Json[] = template.Versions;
  return {
    numbers: versions.map(({ VersionNumber }) => VersionNumber as number).sort((a, b) => a - b),
    default: template.DefaultVersionNumber as number,
    dataOf: (number: number): Json =>
      found(versions, ({ VersionNumber }) => VersionNumber === number).LaunchTemplateData,
  };
}

function found(list: readonly Json[], fits: (one: Json) => boolean): Json {
  const one = list.find(fits);
  if (one === undefined) throw new Error('There is none in the estate.');
  return one;
}

/** What each run said of each of its groups, in the order of the runs: `{ web: 'updated: runs …' }`. */
export function told(result: RehearsalResult): Record<string, string>[] {
  const runs = result.executions.map(({ id }) => id);
  return runs
    .map((run) =>
      Object.fromEntries(
        result.items
          .filter(({ execution }) => execution === run)
          .map(({ id, outcome, reason }) => [id, `${outcome}: ${reason}`]),
      ),
    )
    .filter((lines) => Object.keys(lines).length > 0);
}

export function broken(result: RehearsalResult): string[] {
  return result.invariants.filter(({ held }) => !held).map(({ detail }) => detail);
}

/** Messages to the topic. */
export function messages(result: RehearsalResult) {
  return result.notifications.filter(({ channel }) => channel === 'sns');
}

/** Calls that change machines, groups, templates or clusters, and were not refused. */
export function changes(result: RehearsalResult) {
  return result.calls.filter(
    ({ action, outcome }) =>
      outcome === 'ok' &&
      /^(ec2|autoscaling|ecs|ssm|cloudwatch):/.test(action) &&
      !/:(Describe|List|Get)/.test(action),
  );
}

/** The fewest instances of a group that were in service, or tasks of a service that ran, at any second. */
export function lowest(result: RehearsalResult, name: string): number {
  const one = result.capacity?.find((capacity) => capacity.name === name);
  if (one === undefined) throw new Error(`Nothing is known of ${name}.`);
  return Math.min(...one.points.map((point) => point.running));
}
