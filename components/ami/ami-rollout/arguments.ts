import type { EcsSettings, GroupSettings, RolloutSettings } from '../../../functions/ami/settings';
import { areWaves, type WaveInput } from '../../../functions/ami/rollout-input';
import { isListOfTexts } from '../../../functions/foundation/check-input';
import type { ArgumentProblem } from '../../foundation/argument-error';
import type { Ledger } from '../../foundation/ledger';
import { findScheduleMistake, isTimeZone } from '../../foundation/schedule-time';

export interface AmiRolloutArgs {
  readonly ledger: Ledger;
  /** The Auto Scaling groups that may be moved, by name, and how. */
  readonly groups: Readonly<Record<string, GroupArgs>>;
  /** Parameters that are followed, each on its schedule. @default none: rollouts are started by others */
  readonly follow?: readonly FollowArgs[];
  /** SSM parameters of this account that runs may name, besides AWS's public ones and those above. @default none */
  readonly parameters?: readonly string[];
  /** Names of the IAM roles in the instance profiles of the groups' launch templates. @default none */
  readonly instanceRoles?: readonly string[];
  /** Hours since its creation before an AMI is rolled out, 0 to 8,760. @default 24 */
  readonly minimumAgeHours?: number;
  /** Whose AMIs are rolled out: `self`, `amazon`, or account numbers. @default self and amazon */
  readonly owners?: readonly string[];
  /** Failed rollouts of an AMI to a group before it is left alone, 1 to 10. @default 1 */
  readonly attempts?: number;
  /** Hours that another instance refresh is waited for, 1 to 240. @default 24 */
  readonly startHours?: number;
  /** Hours that an instance refresh is watched in one run, 1 to 120. @default 48 */
  readonly finishHours?: number;
  /** Hours that an approval is waited for, 1 to 720. @default 72 */
  readonly approvalHours?: number;
  /** Of the daily look after unfinished work. @default UTC */
  readonly timeZone?: string;
  /** E-mail of the report. @default none: the topic only */
  readonly email?: {
    readonly from: string;
    readonly to: readonly string[];
    /** The identity that SES has verified. @default the sender's address */
    readonly identity?: string;
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html says what AWS does with them. */
export interface GroupArgs {
  /**
   * How its instances are replaced: by an instance refresh of AWS, or by scheduled actions, which give the group twice
   * its capacity for a while (its maximum size must have room for that) and never touch one that is in service before.
   * Scheduled actions are for plain launch templates, not for ECS clusters, and take no further settings than
   * `scaleOutMinutes` and `instanceWarmupSeconds`.
   * @default instanceRefresh
   */
  readonly strategy?: 'instanceRefresh' | 'scheduledActions';
  /** Of scheduled actions: minutes that new instances may take to get ready before all goes back, 5 to 1,440. @default 60 */
  readonly scaleOutMinutes?: number;
  /** Percent of the desired capacity that stays in service, 0 to 100. @default 100 */
  readonly minHealthyPercentage?: number;
  /**
   * Percent of the desired capacity that may be there meanwhile, 100 to 200, at most 100 more than the minimum.
   * @default 110; 200 for a group of an ECS cluster: all new capacity comes first
   */
  readonly maxHealthyPercentage?: number;
  /**
   * Seconds until a new instance counts, 0 to 21,600. Only then does AWS terminate an old one: for a group of an ECS
   * cluster no less than five minutes more than `drainMinutes`.
   * @default the group's own; that least for a group of an ECS cluster
   */
  readonly instanceWarmupSeconds?: number;
  /** Percentages at which the refresh waits, ascending, the last of them 100. @default none */
  readonly checkpointPercentages?: readonly number[];
  /** Minutes that it waits there, 0 to 2,880. @default 60 */
  readonly checkpointDelayMinutes?: number;
  /** Minutes that AWS watches the alarms at the end, 0 to 2,880. @default 0 */
  readonly bakeMinutes?: number;
  /** CloudWatch alarms that roll the refresh back, at most 10. @default none */
  readonly alarms?: readonly string[];
  /**
   * Instances that are protected from scale-in: left on the old AMI (`ignore`), replaced all the same (`refresh`), or a
   * reason to leave the group alone (`wait`: AWS would wait for an hour and fail).
   * @default wait; refresh for a group of an ECS cluster, whose managed termination protection sets it
   */
  readonly protectedInstances?: 'wait' | 'ignore' | 'refresh';
  /** Instances in Standby, likewise; `terminate` replaces them. @default wait */
  readonly standbyInstances?: 'wait' | 'ignore' | 'terminate';
  /** The ECS cluster whose container instances they are. @default none */
  readonly ecs?: EcsArgs;
}

export type EcsArgs = Pick<EcsSettings, 'cluster'> & {
  /** Tasks that belong to no service are waited for (`wait`), or the group is left to the next run (`refuse`). @default wait */
  readonly standaloneTasks?: EcsSettings['standaloneTasks'];
  /** Hours that they are waited for, 1 to 240. @default 12 */
  readonly standaloneTaskHours?: number;
  /** Minutes that services may take to leave the old instances, 5 to 355; then the rollout is rolled back. @default 15 */
  readonly drainMinutes?: number;
};

/** A parameter whose AMI groups are to run. */
export interface FollowArgs {
  /** What the schedule is called, such as `amazon-linux`: 28 letters, digits and hyphens at most. */
  readonly name: string;
  /** Name of the SSM parameter: it holds an id, or JSON with an `image_id`. */
  readonly parameter: string;
  /** As of the AppStreamAutoUpdater. @default `0 3 * * ? *`, every day */
  readonly schedule?: string;
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** Groups, in one wave or in several. @default all groups but those of ECS clusters, in one wave */
  readonly waves?: readonly WaveInput[];
  /** Whether a run that found everything up to date is reported as well. @default false */
  readonly notifyWhenCurrent?: boolean;
}

interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  readonly fallback: number;
}

/** The whole numbers among the arguments. */
export const numberArguments = {
  minimumAgeHours: { minimum: 0, maximum: 8760, fallback: 24 },
  attempts: { minimum: 1, maximum: 10, fallback: 1 },
  startHours: { minimum: 1, maximum: 240, fallback: 24 },
  finishHours: { minimum: 1, maximum: 120, fallback: 48 },
  approvalHours: { minimum: 1, maximum: 720, fallback: 72 },
} as const satisfies Partial<Record<keyof AmiRolloutArgs, NumberRange>>;

const groupNumbers: Readonly<Partial<Record<keyof GroupArgs, readonly [number, number]>>> = {
  minHealthyPercentage: [0, 100],
  maxHealthyPercentage: [100, 200],
  instanceWarmupSeconds: [0, 21_600],
  checkpointDelayMinutes: [0, 2880],
  bakeMinutes: [0, 2880],
  scaleOutMinutes: [5, 1440],
};

const ecsNumbers: Readonly<Partial<Record<keyof EcsArgs, readonly [number, number]>>> = {
  standaloneTaskHours: [1, 240],
  drainMinutes: [5, 355],
};

const choices: Readonly<Partial<Record<keyof GroupArgs, readonly string[]>>> = {
  strategy: ['instanceRefresh', 'scheduledActions'],
  protectedInstances: ['wait', 'ignore', 'refresh'],
  standbyInstances: ['wait', 'ignore', 'terminate'],
};

/** Every day at three. */
export const defaultSchedule = '0 3 * * ? *';

/** What the workflow is told, with all defaults filled in. */
export function toSettings(args: AmiRolloutArgs): RolloutSettings {
  const setting = (key: keyof typeof numberArguments) => args[key] ?? numberArguments[key].fallback;
  return {
    groups: Object.fromEntries(
      Object.entries(args.groups).map(([name, group]) => [name, toGroupSettings(group)]),
    ),
    owners: args.owners ?? ['self', 'amazon'],
    minimumAgeHours: setting('minimumAgeHours'),
    attempts: setting('attempts'),
    startHours: setting('startHours'),
    finishHours: setting('finishHours'),
    approvalHours: setting('approvalHours'),
  };
}

/**
 * Seconds until AWS may terminate an old instance: what is being terminated cannot be made active again, so a drain
 * must be given up before. Draining begins when the new instances are there, and is looked at every minute.
 */
function leastWarmup(drainMinutes: number): number {
  return (drainMinutes + 5) * 60;
}

function toGroupSettings({ ecs, ...group }: GroupArgs): GroupSettings {
  const drainMinutes = ecs?.drainMinutes ?? 15;
  const { instanceWarmupSeconds = ecs === undefined ? undefined : leastWarmup(drainMinutes) } =
    group;
  return {
    strategy: group.strategy ?? 'instanceRefresh',
    scaleOutMinutes: group.scaleOutMinutes ?? 60,
    minHealthyPercentage: group.minHealthyPercentage ?? 100,
    maxHealthyPercentage: group.maxHealthyPercentage ?? (ecs === undefined ? 110 : 200),
    ...(instanceWarmupSeconds === undefined ? {} : { instanceWarmupSeconds }),
    checkpointPercentages: group.checkpointPercentages ?? [],
    checkpointDelayMinutes: group.checkpointDelayMinutes ?? 60,
    bakeMinutes: group.bakeMinutes ?? 0,
    alarms: group.alarms ?? [],
    protectedInstances: group.protectedInstances ?? (ecs === undefined ? 'wait' : 'refresh'),
    standbyInstances: group.standbyInstances ?? 'wait',
    ...(ecs === undefined
      ? {}
      : {
          ecs: {
            cluster: ecs.cluster,
            standaloneTasks: ecs.standaloneTasks ?? 'wait',
            standaloneTaskHours: ecs.standaloneTaskHours ?? 12,
            drainMinutes,
          },
        }),
  };
}

/** Everything wrong with the arguments. */
export function checkArguments(args: AmiRolloutArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  for (const [argument, { minimum, maximum }] of Object.entries(numberArguments)) {
    const given = args[argument as keyof typeof numberArguments];
    problems.push(...wrongNumber(argument, given, [minimum, maximum]));
  }
  const names = Object.keys(args.groups);
  if (names.length < 1 || names.length > 200) {
    problems.push({ argument: 'groups', given: names.length, accepted: '1 to 200 groups' });
  }
  for (const [name, group] of Object.entries(args.groups)) {
    problems.push(...checkGroup(`groups.${name}`, group));
  }
  const owners = args.owners ?? ['self'];
  const isOwner = (owner: string) => /^(self|amazon|\d{12})$/.test(owner);
  if (owners.length === 0 || !owners.every(isOwner)) {
    const accepted = 'a list of self, amazon, or account numbers of twelve digits';
    problems.push({ argument: 'owners', given: owners, accepted });
  }
  for (const [index, follow] of (args.follow ?? []).entries()) {
    problems.push(...checkFollow(`follow[${index}]`, follow, names));
  }
  problems.push(...followedTwice(args));
  problems.push(...wrongTimeZone('timeZone', args.timeZone));
  if (args.email !== undefined && args.email.to.length === 0) {
    problems.push({ argument: 'email.to', given: [], accepted: 'at least one address' });
  }
  return problems;
}

/** What is wrong with the settings of one group. */
export function checkGroup(path: string, group: GroupArgs): ArgumentProblem[] {
  const problems = [
    ...unknownKeys(path, group, [
      ...Object.keys(groupNumbers),
      ...Object.keys(choices),
      'checkpointPercentages',
      'alarms',
      'ecs',
    ]),
  ];
  for (const [key, range] of Object.entries(groupNumbers)) {
    problems.push(...wrongNumber(`${path}.${key}`, group[key as keyof GroupArgs], range));
  }
  for (const [key, allowed] of Object.entries(choices)) {
    const given = group[key as keyof GroupArgs];
    if (given === undefined || allowed.includes(given as string)) continue;
    problems.push({ argument: `${path}.${key}`, given, accepted: allowed.join(', ') });
  }
  problems.push(...wrongForStrategy(path, group));
  const { minHealthyPercentage: least, maxHealthyPercentage: most } = toGroupSettings(group);
  if (most - least > 100) {
    problems.push({
      argument: `${path}.maxHealthyPercentage`,
      given: most,
      accepted: `at most 100 more than minHealthyPercentage, which is ${least}`,
    });
  }
  const { ecs, instanceWarmupSeconds } = toGroupSettings(group);
  if (ecs !== undefined && (instanceWarmupSeconds ?? 0) < leastWarmup(ecs.drainMinutes)) {
    problems.push({
      argument: `${path}.instanceWarmupSeconds`,
      given: instanceWarmupSeconds,
      accepted: `no less than drainMinutes and five more, which are ${leastWarmup(ecs.drainMinutes)} seconds`,
    });
  }
  const checkpoints = group.checkpointPercentages ?? [];
  if (!areCheckpoints(checkpoints)) {
    const accepted = 'ascending whole percentages from 1 on, the last of them 100';
    problems.push({ argument: `${path}.checkpointPercentages`, given: checkpoints, accepted });
  }
  if (!isListOfTexts(group.alarms ?? [], 0, 10)) {
    const accepted = 'a list of at most 10 names, each once';
    problems.push({ argument: `${path}.alarms`, given: group.alarms, accepted });
  }
  if (group.ecs !== undefined) problems.push(...checkEcs(`${path}.ecs`, group.ecs));
  return problems;
}

function areCheckpoints(given: unknown): boolean {
  if (!Array.isArray(given)) return false;
  const ascend = given.every(
    (percent, index) =>
      Number.isInteger(percent) && percent >= 1 && percent > (given[index - 1] ?? 0),
  );
  return given.length === 0 || (ascend && given.at(-1) === 100);
}

function checkEcs(path: string, ecs: EcsArgs): ArgumentProblem[] {
  const problems = unknownKeys(path, ecs, [
    'cluster',
    'standaloneTasks',
    ...Object.keys(ecsNumbers),
  ]);
  for (const [key, range] of Object.entries(ecsNumbers)) {
    problems.push(...wrongNumber(`${path}.${key}`, ecs[key as keyof EcsArgs], range));
  }
  if (!/^[A-Za-z0-9_-]{1,255}$/.test(ecs.cluster ?? '')) {
    const accepted = 'the name of an ECS cluster';
    problems.push({ argument: `${path}.cluster`, given: ecs.cluster, accepted });
  }
  if (!['wait', 'refuse'].includes(ecs.standaloneTasks ?? 'wait')) {
    const argument = `${path}.standaloneTasks`;
    problems.push({ argument, given: ecs.standaloneTasks, accepted: 'wait, refuse' });
  }
  return problems;
}

/** A setting of the other strategy would silently do nothing. */
function wrongForStrategy(path: string, group: GroupArgs): ArgumentProblem[] {
  const scheduled = ['strategy', 'scaleOutMinutes', 'instanceWarmupSeconds'];
  const isScheduled = group.strategy === 'scheduledActions';
  return Object.entries(group)
    .filter(([key, given]) => {
      const foreign = isScheduled ? !scheduled.includes(key) : key === 'scaleOutMinutes';
      return given !== undefined && foreign;
    })
    .map(([key, given]) => ({
      argument: `${path}.${key}`,
      given,
      accepted: `nothing with the strategy ${isScheduled ? 'scheduledActions' : 'instanceRefresh'}`,
    }));
}

/** What is wrong with one parameter that is followed. */
export function checkFollow(
  path: string,
  follow: FollowArgs,
  groups: readonly string[],
): ArgumentProblem[] {
  const problems = [
    ...unknownKeys(path, follow, [
      'name',
      'parameter',
      'schedule',
      'timeZone',
      'waves',
      'notifyWhenCurrent',
    ]),
    ...wrongTimeZone(`${path}.timeZone`, follow.timeZone),
  ];
  // With all that is added to it, the name of its schedule must not be longer than 64:
  // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  if (!/^[a-z0-9-]{1,28}$/i.test(follow.name ?? '')) {
    const accepted = 'a name of letters, digits and hyphens, 28 at most';
    problems.push({ argument: `${path}.name`, given: follow.name, accepted });
  }
  if (!/^[A-Za-z0-9_.\-/]{1,1011}$/.test(follow.parameter ?? '')) {
    const accepted = 'the name of an SSM parameter';
    problems.push({ argument: `${path}.parameter`, given: follow.parameter, accepted });
  }
  const mistake = follow.schedule === undefined ? undefined : findScheduleMistake(follow.schedule);
  if (mistake !== undefined) {
    const { part, given, allowed: accepted } = mistake;
    const argument = part === undefined ? `${path}.schedule` : `${path}.schedule: ${part}`;
    problems.push({ argument, given, accepted });
  }
  const { waves, notifyWhenCurrent } = follow;
  if (notifyWhenCurrent !== undefined && typeof notifyWhenCurrent !== 'boolean') {
    const argument = `${path}.notifyWhenCurrent`;
    problems.push({ argument, given: notifyWhenCurrent, accepted: 'true or false' });
  }
  if (waves !== undefined && !areWaves(waves)) {
    const accepted = 'a list of 1 to 20 waves, each with groups, soakMinutes, alarms and approval';
    return [...problems, { argument: `${path}.waves`, given: waves, accepted }];
  }
  const named = (waves ?? []).flatMap((wave) => wave.groups);
  for (const given of named.filter((name) => !groups.includes(name))) {
    problems.push({ argument: `${path}.waves`, given, accepted: `one of ${groups.join(', ')}` });
  }
  for (const given of named.filter((name, index) => named.indexOf(name) !== index)) {
    problems.push({ argument: `${path}.waves`, given, accepted: 'each group once' });
  }
  return problems;
}

/** A key that is misspelt would silently leave the default. */
export function unknownKeys(
  path: string,
  given: object,
  known: readonly string[],
): ArgumentProblem[] {
  return Object.keys(given)
    .filter((key) => !known.includes(key))
    .map((key) => ({
      argument: `${path}.${key}`,
      given: (given as Record<string, unknown>)[key],
      accepted: `nothing: known keys are ${known.join(', ')}`,
    }));
}

/** The groups that a followed parameter moves. Those of clusters want AMIs of their own: they must be named. */
export function followedBy({ waves }: FollowArgs, groups: AmiRolloutArgs['groups']): string[] {
  const all = Object.keys(groups).filter((name) => groups[name]?.ecs === undefined);
  if (waves === undefined) return all;
  return areWaves(waves) ? waves.flatMap((wave) => wave.groups) : [];
}

/** Two sources of one group would take turns in moving it. */
function followedTwice({ follow = [], groups }: AmiRolloutArgs): ArgumentProblem[] {
  const before = new Set<string>();
  return follow.flatMap((source, index) => {
    const own = [...new Set(followedBy(source, groups))];
    const twice = own.filter((name) => before.has(name));
    for (const name of own) before.add(name);
    return twice.map((given) => ({
      argument: `follow[${index}]`,
      given,
      accepted: 'groups that no other followed parameter moves',
    }));
  });
}

function wrongNumber(
  argument: string,
  given: unknown,
  [minimum, maximum]: readonly [number, number],
): ArgumentProblem[] {
  if (given === undefined) return [];
  const number = given as number;
  return Number.isInteger(number) && number >= minimum && number <= maximum
    ? []
    : [{ argument, given, accepted: `a whole number from ${minimum} to ${maximum}` }];
}

function wrongTimeZone(argument: string, given: string | undefined): ArgumentProblem[] {
  return given === undefined || isTimeZone(given)
    ? []
    : [{ argument, given, accepted: 'an IANA time zone, such as Europe/Berlin' }];
}
