import type { Duration } from '../duration';
import type { Json, Scope } from '../service';

/** Everything that EC2 knows of the account. Plain JSON; what time changes is worked out when asked. */
export interface Ec2State {
  /** As `DescribeImages` shows them, with times in ISO 8601, by id. Those that are deregistered stay, as such. */
  readonly images: Record<string, Json>;
  /** By id. */
  readonly instances: Record<string, InstanceRecord>;
  /** By id. */
  readonly launchTemplates: Record<string, LaunchTemplateRecord>;
  /** What was answered to which client token, by operation and token. */
  readonly answered: Record<string, Answered>;
  /** Instances launched so far: no two get the same id. */
  launched: number;
  /** How many of the estate's events have had their turn. */
  eventsDone: number;
}

/** An instance. All times in epoch milliseconds. */
export interface InstanceRecord {
  /** As `DescribeInstances` shows it, without its state; times in ISO 8601. */
  readonly instance: Json;
  /** `pending` until then. */
  readonly runningAt: number;
  /** From then on its status checks pass, or fail for ever: see `impairment`. */
  readonly checkedAt: number;
  shuttingDownAt?: number;
  terminatedAt?: number;
  /** Why its status checks fail. */
  readonly impairment?: string;
  /** The latest state that was told to the event bus. */
  told: InstanceState;
}

export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated';

export interface LaunchTemplateRecord {
  /** As `DescribeLaunchTemplates` shows it, without the numbers of versions; times in ISO 8601. */
  readonly template: Json;
  defaultVersion: number;
  /** The highest number ever given: none is given twice. */
  numbered: number;
  /** As `DescribeLaunchTemplateVersions` shows them, without `DefaultVersion`, by number. */
  readonly versions: Record<string, Json>;
}

/** The answer to a request with a client token. */
export interface Answered {
  /** Epoch milliseconds. */
  readonly at: number;
  /** The request, as JSON text. */
  readonly parameters: string;
  /** With times in ISO 8601. */
  readonly output: Json;
}

/** How long EC2 takes for what, where the estate does not say so under `durations.ec2`. */
const DURATIONS = {
  /** From `pending` to `running`. */
  bootInstance: { seconds: [20, 60] },
  /** From `running` until its status checks pass or fail. */
  checkInstance: { seconds: [60, 120] },
  /** From `shutting-down` to `terminated`. */
  shutDownInstance: { seconds: [20, 60] },
} satisfies Readonly<Record<string, Duration>>;

export type DurationName = keyof typeof DURATIONS;

export function durationOf(scope: Scope, name: DurationName): Duration {
  return scope.estate.durations?.ec2?.[name] ?? DURATIONS[name];
}

/** Whether the estate leaves a duration to us. */
export function assumesDurations({ estate }: Scope): boolean {
  return Object.keys(DURATIONS).some((name) => estate.durations?.ec2?.[name] === undefined);
}

/** The estate's outcome for launches of an AMI. */
export function outcomeOf(scope: Scope, imageId: string): Json {
  return (scope.estate.outcomes ?? []).find(
    ({ service, image }: Json) => service === 'ec2' && image === imageId,
  );
}
