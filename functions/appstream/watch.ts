/** When an update is looked at, ISO 8601: often at first, then less, until it is given up. */
export interface Watch {
  readonly oftenUntil: string;
  readonly sometimesUntil: string;
  readonly finishBy: string;
}

/** An update takes hours, and the sooner it ends the more a late look costs of the time of the next. */
export function watchFrom(start: Date, finishHours: number): Watch {
  const after = (hours: number) => new Date(start.getTime() + hours * 3_600_000).toISOString();
  return { oftenUntil: after(1), sometimesUntil: after(2.5), finishBy: after(finishHours) };
}
