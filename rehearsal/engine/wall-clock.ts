/** Converts between instants and what the clocks of a time zone show. */
export interface WallClock {
  /** What the clocks show at an instant, as the epoch milliseconds of the same digits in UTC. */
  show(instant: number): number;
  /** When the clocks first show this, or `undefined` where a change of clocks leaves it out. */
  first(shown: number): number | undefined;
}

/** @param timeZone IANA name; throws RangeError for one that is unknown */
export function createWallClock(timeZone: string): WallClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const show = (instant: number) => {
    const part: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(instant)) part[type] = Number(value);
    const { year = 0, month = 0, day, hour, minute, second } = part;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  };
  return {
    show,
    first(shown) {
      // No zone changes its clocks twice within two days, so one of these two offsets holds.
      const candidates = [shown - 86_400_000, shown + 86_400_000]
        .map((near) => shown - (show(near) - near))
        .filter((instant) => show(instant) === shown);
      return candidates.length === 0 ? undefined : Math.min(...candidates);
    },
  };
}
