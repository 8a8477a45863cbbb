import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { isByHand, once, type Course } from './invariant';
import {
  findTemplate,
  findVersion,
  imageOf,
  launchedImages,
  launchesOf,
  templatesOf,
  type Launch,
  type Template,
  type Version,
} from './launch-templates';
import { isOver, refreshesIn, refreshesOf, type Refresh } from './refreshes';
import {
  currentOf,
  isLaunchedAs,
  isSame,
  usersOf,
  usesOf,
  versionKey,
  versionsOf,
  type Configured,
  type Standing,
} from './standing';

/** A change of what a group launches: an instance refresh, or a new configuration of the group. */
export interface GroupMove {
  readonly call: TracedCall;
  readonly group: string;
  /** Absent where the group was given another configuration. */
  readonly refresh?: Refresh;
  /** AMIs by place, before and after. */
  readonly from: ReadonlyMap<string, string>;
  readonly to: ReadonlyMap<string, string>;
  /** Back to what the group ran before, from what nothing has confirmed yet. */
  readonly isRollback: boolean;
  /** The group and all its instances were there already, as far as anybody was told. */
  readonly isNeedless: boolean;
}

/** Another version became the default of a template. */
export interface DefaultMove {
  readonly call: TracedCall;
  readonly to: Version;
  /** What the versions launch, before and after. */
  readonly images: readonly [from: string | undefined, to: string | undefined];
  /** Whether some group launched the new one already. */
  readonly isLaunched: boolean;
}

/** A version that was deleted, with what used it at that moment. */
export interface DeletedVersion {
  readonly version: Version;
  readonly uses: readonly string[];
  /** Whether a group was ever to launch it, as far as anybody knows. */
  readonly wasOffered: boolean;
}

/** What became of launch templates and groups, call by call. */
export interface Rollouts {
  readonly moves: GroupMove[];
  readonly defaults: DefaultMove[];
  /** By index of the call. */
  readonly deleted: Map<number, readonly DeletedVersion[]>;
  /** By key: versions that the automation made, with the call. */
  readonly made: Map<string, { readonly call: TracedCall; readonly version: Version }>;
  /** Keys of versions that some group was configured with, at whatever time. */
  readonly ran: Set<string>;
  /** As they are at the end. */
  readonly templates: readonly Template[];
}

/** Where the walk through the trace is. */
interface Walk extends Rollouts, Standing {
  readonly configured: Map<string, Configured[]>;
  readonly instances: Map<string, readonly Json[]>;
  /** Refreshes that have still to succeed, in order of their end. */
  readonly successes: Refresh[];
}

/** One walk through the trace: templates and groups at the start, changed by every call and every refresh since. */
export const rollouts = once((course: Course): Rollouts => {
  const walk = begin(course);
  for (const call of course.trace.calls) {
    const step = STEPS[`${call.service}:${call.operation}`];
    if (step === undefined || !call.effect) continue;
    catchUp(walk, Date.parse(call.at));
    step(call, walk);
  }
  catchUp(walk, Number.POSITIVE_INFINITY);
  for (const group of walk.configured.keys()) noteRun(walk, currentOf(group, walk));
  return walk;
});

function begin(course: Course): Walk {
  const groups: Json[] = course.before?.autoscaling?.groups ?? [];
  const old = new Set(
    refreshesIn(course.before)
      .filter(isOver)
      .map(({ id }) => id),
  );
  const successes = [...refreshesOf(course).values()]
    .filter(({ status, desired }) => status === 'Successful' && desired !== undefined)
    .sort((a, b) => a.endedAt! - b.endedAt!);
  const walk: Walk = {
    course,
    moves: [],
    defaults: [],
    deleted: new Map(),
    made: new Map(),
    ran: new Set(),
    templates: templatesOf(course.before),
    configured: new Map(),
    instances: new Map(groups.map((one) => [one.AutoScalingGroupName, one.Instances ?? []])),
    successes: successes.filter(({ id }) => !old.has(id)),
  };
  for (const { group, desired } of successes.filter(({ id }) => old.has(id))) {
    configure(walk, group, launchesOf(desired), true);
  }
  for (const group of groups) {
    configure(walk, group.AutoScalingGroupName, launchesOf(group), true);
  }
  return walk;
}

/**
 * Once a refresh succeeds, the group is configured as the refresh desired:
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html
 */
function catchUp(walk: Walk, now: number): void {
  while (walk.successes[0] !== undefined && walk.successes[0].endedAt! <= now) {
    const { group, desired } = walk.successes.shift()!;
    configure(walk, group, launchesOf(desired), true);
  }
}

function configure(
  walk: Walk,
  group: string,
  launches: readonly Launch[],
  isSettled: boolean,
): void {
  const history = walk.configured.get(group) ?? [];
  walk.configured.set(group, history);
  // Nobody has to go back to what a group was only tried with.
  if (isBack(history, launches, walk)) history.pop();
  const last = history.at(-1);
  if (last !== undefined && isSame(last.launches, launches, walk)) {
    last.isSettled ||= isSettled;
  } else {
    history.push({ launches, isSettled });
  }
  noteRun(walk, launches);
}

function noteRun(walk: Walk, launches: readonly Launch[]): void {
  for (const version of versionsOf(launches, walk)) walk.ran.add(version);
}

const STEPS: Readonly<Record<string, (call: TracedCall, walk: Walk) => void>> = {
  'ec2:CreateLaunchTemplateVersion': (call, walk) => {
    const made: Json = call.output?.LaunchTemplateVersion;
    const template = findTemplate(walk.templates, made ?? call.input);
    // A repeated request is answered with the version that it made first.
    if (made === undefined || template === undefined || template.versions.has(made.VersionNumber)) {
      return;
    }
    const version = { template, number: made.VersionNumber as number };
    template.versions.set(version.number, imageOf(made));
    if (!isByHand(call)) walk.made.set(versionKey(version), { call, version });
  },
  'ec2:ModifyLaunchTemplate': (call, walk) => {
    const template = findTemplate(walk.templates, call.input);
    if (template === undefined || call.input.DefaultVersion === undefined) return;
    const to = findVersion([template], { ...call.input, Version: call.input.DefaultVersion })!;
    const users = usersOf(to, walk);
    walk.defaults.push({
      call,
      to,
      images: [template.versions.get(template.defaultVersion), template.versions.get(to.number)],
      isLaunched: users.length > 0,
    });
    template.defaultVersion = to.number;
    for (const group of users) walk.configured.get(group)!.at(-1)!.isSettled = true;
  },
  'ec2:DeleteLaunchTemplateVersions': (call, walk) => {
    const gone: Json[] = call.output?.SuccessfullyDeletedLaunchTemplateVersions ?? [];
    const versions = gone.flatMap((one): Version[] => {
      const template = findTemplate(walk.templates, one);
      return template === undefined ? [] : [{ template, number: one.VersionNumber }];
    });
    walk.deleted.set(
      call.index,
      versions.map((version) => ({
        version,
        uses: usesOf(version, Date.parse(call.at), walk),
        wasOffered: wasOffered(version, walk),
      })),
    );
    for (const { template, number } of versions) template.versions.delete(number);
  },
  'autoscaling:StartInstanceRefresh': (call, walk) => {
    const { AutoScalingGroupName: group, DesiredConfiguration: desired } = call.input;
    const launches = desired === undefined ? currentOf(group, walk) : launchesOf(desired);
    const refresh = refreshesOf(walk.course).get(call.output?.InstanceRefreshId);
    walk.moves.push({ ...move(call, group, launches, walk), ...(refresh && { refresh }) });
  },
  'autoscaling:UpdateAutoScalingGroup': (call, walk) => {
    const { AutoScalingGroupName: group, LaunchTemplate, MixedInstancesPolicy } = call.input;
    if (LaunchTemplate === undefined && MixedInstancesPolicy === undefined) return;
    const launches = launchesOf(call.input);
    walk.moves.push(move(call, group, launches, walk));
    configure(walk, group, launches, false);
  },
  'autoscaling:DescribeAutoScalingGroups': ({ output }, walk) => {
    for (const group of output?.AutoScalingGroups ?? []) {
      walk.instances.set(group.AutoScalingGroupName, group.Instances ?? []);
    }
  },
};

function move(
  call: TracedCall,
  group: string,
  launches: readonly Launch[],
  walk: Walk,
): Omit<GroupMove, 'refresh'> {
  const history = walk.configured.get(group) ?? [];
  const last = history.at(-1);
  const isThere = last !== undefined && isSame(last.launches, launches, walk);
  const instances = walk.instances.get(group) ?? [];
  return {
    call,
    group,
    from: launchedImages(last?.launches ?? [], walk.templates),
    to: launchedImages(launches, walk.templates),
    isRollback: isBack(history, launches, walk),
    isNeedless:
      isThere &&
      instances.length > 0 &&
      instances.every((instance) => isLaunchedAs(instance, launches, walk)),
  };
}

/** Whether a group goes back to what it ran before, from what nothing has confirmed yet. */
function isBack(
  history: readonly Configured[],
  launches: readonly Launch[],
  walk: Pick<Walk, 'templates'>,
): boolean {
  const [earlier, last] = [history.at(-2), history.at(-1)];
  return (
    last?.isSettled === false && earlier !== undefined && isSame(earlier.launches, launches, walk)
  );
}

function wasOffered(version: Version, walk: Walk): boolean {
  const key = versionKey(version);
  const desired = [...refreshesOf(walk.course).values()].map((refresh) => refresh.desired);
  return (
    !walk.made.has(key) ||
    walk.ran.has(key) ||
    desired.some((one) => one !== undefined && versionsOf(launchesOf(one), walk).includes(key))
  );
}
