/** With more days the last of them would be missing in February. */
export const mostDaysAfterPatchTuesday = 14;

/**
 * Whether a day is so many days after Patch Tuesday, the second Tuesday of a month, by the calendar of a time zone.
 *
 * EventBridge cannot say it: a cron expression has either days of the month or days of the week, and so many days
 * after the second Tuesday is no fixed weekday of the month. So a schedule fires on the seven days that it can be,
 * from the 8th plus `plusDays`, and the function that it starts asks here.
 *
 * @param at the time for which the schedule meant the start, so that a late delivery does not shift the day
 * @param plusDays 0 to 14
 * @param timeZone IANA name
 * @throws RangeError for a time, a number or a time zone that is none
 */
export function isPatchDay(at: Date, plusDays: number, timeZone: string): boolean {
  if (!Number.isInteger(plusDays) || plusDays < 0 || plusDays > mostDaysAfterPatchTuesday) {
    throw new RangeError(
      `The days after Patch Tuesday are ${plusDays}; allowed is 0 to ${mostDaysAfterPatchTuesday}.`,
    );
  }
  const format = new Intl.DateTimeFormat('en', { timeZone, day: 'numeric', weekday: 'short' });
  const parts = format.formatToParts(at);
  const part = (type: string) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  const weekday = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(part('weekday'));
  const tuesday = Number(part('day')) - plusDays;
  return tuesday >= 8 && tuesday <= 14 && (2 + plusDays) % 7 === weekday;
}
