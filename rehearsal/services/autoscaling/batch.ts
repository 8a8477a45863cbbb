/** What the next batch of an instance refresh depends on. */
export interface BatchSituation {
  /** Capacity that the group should have. */
  readonly desired: number;
  /** Instances that are in service, healthy and warmed up. */
  readonly ready: number;
  /** Instances that are to be replaced, at most so many as the next checkpoint asks for. */
  readonly old: number;
  /** Percent of the desired capacity. */
  readonly min: number;
  /** Percent of the desired capacity; `undefined` is not the same as 100. */
  readonly max: number | undefined;
}

export interface Batch {
  /** Old instances to terminate while their replacements are launched. */
  readonly terminate: number;
  /** Replacements to launch before as many old instances are terminated. */
  readonly launchFirst: number;
}

/**
 * The fewest instances that stay in service. AWS rounds up: "as a percentage of the desired capacity of the Auto
 * Scaling group (rounded up to the nearest integer)", RefreshPreferences of the API until 2022; what it says now does
 * not speak of rounding.
 */
export function healthyFloor(desired: number, min: number): number {
  return Math.ceil((desired * min) / 100);
}

/** The most instances that there are. That AWS rounds down is assumed. */
export function healthyCeiling(desired: number, max: number | undefined): number {
  return Math.floor((desired * (max ?? 100)) / 100);
}

/**
 * How many instances are replaced at once. Where the percentages leave no room, it is one: with a maximum that was set,
 * launched before the old one is terminated, otherwise at the same time.
 * https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
 */
export function nextBatch({ desired, ready, old, min, max }: BatchSituation): Batch {
  const floor = healthyFloor(desired, min);
  const ceiling = healthyCeiling(desired, max);
  if (floor >= desired && ceiling <= desired) {
    const one = ready >= desired ? Math.min(1, old) : 0;
    return max === undefined
      ? { terminate: one, launchFirst: 0 }
      : { terminate: 0, launchFirst: one };
  }
  const terminate = Math.min(Math.max(ready - floor, 0), old);
  const launchFirst = Math.min(Math.max(ceiling - desired, 0), old - terminate);
  // Without the capacity that is to be kept there is nothing to go on with.
  return ready < floor ? { terminate: 0, launchFirst: 0 } : { terminate, launchFirst };
}

/** How many instances must be new for a checkpoint: at least its percentage. */
export function checkpointSize(size: number, percentage: number): number {
  return Math.ceil((size * percentage) / 100);
}
