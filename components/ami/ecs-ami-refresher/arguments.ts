import { isListOfTexts } from '../../../functions/foundation/check-input';
import type { ArgumentProblem } from '../../foundation/argument-error';
import { findScheduleMistake, isTimeZone } from '../../foundation/schedule-time';
import type { AmiRollout } from '../ami-rollout';
import { checkGroup, type EcsArgs, type GroupArgs } from '../ami-rollout/arguments';

export interface EcsAmiRefresherArgs {
  /** Does the work. Its `groups` hold those of the clusters: `ecsGroups` makes them. */
  readonly rollout: AmiRollout;
  readonly clusters: readonly EcsClusterArgs[];
}

export type EcsClusterArgs = EcsArgs & {
  /** The Auto Scaling groups whose instances are the cluster's, by name. */
  readonly groups: readonly string[];
  /**
   * The SSM parameter that names the AMI: an ECS-optimized one, Bottlerocket, or one's own; an id, or JSON with an
   * `image_id`. @default `/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended`
   */
  readonly parameter?: string;
  /** As of the AppStreamAutoUpdater. @default `0 3 * * ? *`, every day */
  readonly schedule?: string;
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** Whether a day on which everything was up to date is reported as well. @default false */
  readonly notifyWhenCurrent?: boolean;
};

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html */
export const defaultParameter = '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended';

/** What the `AmiRollout` must know of the groups of clusters. */
export function ecsGroups(clusters: readonly EcsClusterArgs[]): Record<string, GroupArgs> {
  return Object.fromEntries(
    clusters.flatMap(({ cluster, groups, standaloneTasks, standaloneTaskHours, drainMinutes }) => {
      const ecs = {
        cluster,
        ...(standaloneTasks === undefined ? {} : { standaloneTasks }),
        ...(standaloneTaskHours === undefined ? {} : { standaloneTaskHours }),
        ...(drainMinutes === undefined ? {} : { drainMinutes }),
      };
      return groups.map((name) => [name, { ecs }] as const);
    }),
  );
}

/** Everything wrong with the arguments. */
export function checkArguments({ rollout, clusters }: EcsAmiRefresherArgs): ArgumentProblem[] {
  return [
    ...clusters.flatMap((cluster, index) => checkCluster(`clusters[${index}]`, cluster)),
    ...clusters.flatMap(({ groups }, index) =>
      groups
        .filter((name) => !rollout.groups.includes(name))
        .map((given) => ({
          argument: `clusters[${index}].groups`,
          given,
          accepted: `groups of the rollout: ${rollout.groups.join(', ')}`,
        })),
    ),
    ...clusters.flatMap(({ groups }, index) =>
      groups
        .filter((name) => rollout.followingGroups.includes(name))
        .map((given) => ({
          argument: `clusters[${index}].groups`,
          given,
          accepted: 'groups that follow no other parameter',
        })),
    ),
    ...repeated(clusters.map(({ cluster }) => cluster)).map((given) => ({
      argument: 'clusters',
      given,
      accepted: 'each cluster once',
    })),
  ];
}

/** What is wrong with one cluster, whatever the rollout knows. */
export function checkCluster(path: string, cluster: EcsClusterArgs): ArgumentProblem[] {
  const {
    cluster: name,
    groups,
    parameter,
    schedule,
    timeZone,
    notifyWhenCurrent,
    ...ecs
  } = cluster;
  const problems = checkGroup(path, { ecs: { cluster: name, ...ecs } }).map((problem) => ({
    ...problem,
    argument: problem.argument.replace(`${path}.ecs.`, `${path}.`),
  }));
  if (!isListOfTexts(groups, 1, 200)) {
    const accepted = 'a list of at least one group name, each once';
    problems.push({ argument: `${path}.groups`, given: groups, accepted });
  }
  const mistake = schedule === undefined ? undefined : findScheduleMistake(schedule);
  if (mistake !== undefined) {
    const { part, given, allowed: accepted } = mistake;
    const argument = part === undefined ? `${path}.schedule` : `${path}.schedule: ${part}`;
    problems.push({ argument, given, accepted });
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    const accepted = 'an IANA time zone, such as Europe/Berlin';
    problems.push({ argument: `${path}.timeZone`, given: timeZone, accepted });
  }
  if (!/^[A-Za-z0-9_.\-/]{1,1011}$/.test(parameter ?? defaultParameter)) {
    const accepted = 'the name of an SSM parameter';
    problems.push({ argument: `${path}.parameter`, given: parameter, accepted });
  }
  if (notifyWhenCurrent !== undefined && typeof notifyWhenCurrent !== 'boolean') {
    const argument = `${path}.notifyWhenCurrent`;
    problems.push({ argument, given: notifyWhenCurrent, accepted: 'true or false' });
  }
  return problems;
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}
