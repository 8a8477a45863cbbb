import { Cron } from 'croner';

/**
 * The first instant after `after` (epoch milliseconds) at which EventBridge Scheduler fires, or `undefined` if it
 * never does again. `createdAt` anchors rates.
 *
 * Forms: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html. Anything else throws.
 */
export function nextOccurrence(
  expression: string,
  timeZone: string,
  after: number,
  createdAt: number,
): number | undefined {
  const form = /^(cron|rate|at)\((.*)\)$/.exec(expression.trim());
  if (form === null) throw new Error(`Unknown schedule expression: ${expression}`);
  const [, kind, body = ''] = form;
  if (kind === 'cron') return nextCron(body, timeZone, after);
  if (kind === 'rate') return nextRate(body, after, createdAt);
  const at = wallClock(body, timeZone);
  return at > after ? at : undefined;
}

function nextCron(body: string, timeZone: string, after: number): number | undefined {
  const fields = body.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || dayOfWeek === undefined || dayOfMonth === undefined) {
    throw new Error(`A cron expression has six fields, this one has ${fields.length}: ${body}`);
  }
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) {
    throw new Error(`One of day-of-month and day-of-week must be ?, and only one: ${body}`);
  }
  const pattern = [
    '0',
    minute,
    hour,
    dayOfMonth === '?' ? '*' : dayOfMonth,
    month,
    dayOfWeek === '?' ? '*' : zeroBasedDays(dayOfWeek),
    year,
  ].join(' ');
  // Sloppy ranges are AWS's 0/20: from 0 in steps of 20.
  const options = { timezone: timeZone, mode: '7-part', sloppyRanges: true } as const;
  const next = new Cron(pattern, options).nextRun(new Date(after));
  return next?.getTime();
}

/** AWS counts days from 1 (Sunday), cron from 0. The number behind `#` and the letter `L` keep their meaning. */
function zeroBasedDays(field: string): string {
  return field.replace(/(?<![#\d/])(\d+)/g, (digits: string) => `${(Number(digits) + 6) % 7}`);
}

function nextRate(body: string, after: number, createdAt: number): number {
  const match = /^(\d+) (minute|hour|day)s?$/.exec(body.trim());
  if (match === null || Number(match[1]) < 1) throw new Error(`Unknown rate: ${body}`);
  const unit = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[match[2] as 'minute'];
  const step = Number(match[1]) * unit;
  return createdAt + step * (Math.floor((after - createdAt) / step) + 1);
}

/** A wall-clock time such as 2026-02-01T12:00:00 in a time zone, as an instant. */
function wallClock(text: string, timeZone: string): number {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(text)) throw new Error(`Unknown time: ${text}`);
  const next = new Cron(text, { timezone: timeZone }).nextRun(new Date(0));
  if (next === null) throw new Error(`Unknown time: ${text}`);
  return next.getTime();
}
