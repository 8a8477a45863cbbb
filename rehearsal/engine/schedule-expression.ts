import { Cron } from 'croner';
import { createWallClock } from './wall-clock';

/**
 * The first instant after `after` (epoch milliseconds) at which EventBridge Scheduler fires, or `undefined` if it
 * never does again. `createdAt` anchors rates.
 *
 * Where the clocks of the zone go forward, a time that is left out is skipped; where they go back, a time that comes
 * twice fires once: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#daylist-savings-time
 * That it fires at the first of the two is assumed.
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
  const at = parseTime(body, timeZone);
  return at > after ? at : undefined;
}

/** The fields, and all that each may be made of. */
const cronFields = [
  ['minute', /^[\d,*/-]+$/],
  ['hour', /^[\d,*/-]+$/],
  ['day-of-month', /^(\?|L|\d+W|[\d,*/-]+)$/],
  ['month', /^[\dA-Z,*/-]+$/],
  ['day-of-week', /^(\?|L|[\dA-Z]+(L|#[1-5])|[\dA-Z,*-]+)$/],
  ['year', /^[\d,*/-]+$/],
] as const;

function nextCron(body: string, timeZone: string, after: number): number | undefined {
  const fields = body.trim().split(/\s+/);
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields;
  if (fields.length !== 6 || dayOfWeek === undefined || dayOfMonth === undefined) {
    throw new Error(`A cron expression has six fields, this one has ${fields.length}: ${body}`);
  }
  for (const [index, [name, pattern]] of cronFields.entries()) {
    if (pattern.test(fields[index] ?? '')) continue;
    throw new Error(`The field ${name} cannot be ${fields[index]}: ${body}`);
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
  // Sloppy ranges are AWS's 0/20: from 0 in steps of 20. UTC, as the expression is about what the clocks show.
  const cron = new Cron(pattern, { timezone: 'UTC', mode: '7-part', sloppyRanges: true });
  const clock = createWallClock(timeZone);
  let shown = cron.nextRun(new Date(clock.show(after)));
  while (shown !== null) {
    const instant = clock.first(shown.getTime());
    if (instant !== undefined && instant > after) return instant;
    shown = cron.nextRun(shown);
  }
  return undefined;
}

/**
 * AWS counts days from 1 (Sunday), cron from 0. The number behind `#` and the letter `L` behind a day keep their
 * meaning; `L` alone is the last day of the week.
 */
function zeroBasedDays(field: string): string {
  if (field === 'L') return '6';
  return field.replace(/(?<![#\d])(\d+)/g, (digits: string) => {
    const day = Number(digits);
    if (day < 1 || day > 7) throw new Error(`The field day-of-week cannot be ${field}`);
    return `${day - 1}`;
  });
}

function nextRate(body: string, after: number, createdAt: number): number {
  const match = /^(\d+) (minute|hour|day)s?$/.exec(body.trim());
  if (match === null || Number(match[1]) < 1) throw new Error(`Unknown rate: ${body}`);
  const unit = { minute: 60_000, hour: 3_600_000, day: 86_400_000 }[match[2] as 'minute'];
  const step = Number(match[1]) * unit;
  return createdAt + step * (Math.floor((after - createdAt) / step) + 1);
}

/** A wall-clock time such as 2026-02-01T12:00:00 in a time zone, as an instant. */
function parseTime(text: string, timeZone: string): number {
  const shown = Date.parse(`${text}Z`);
  // Not 2026-02-30, of which JavaScript makes a day in March.
  if (Number.isNaN(shown) || !new Date(shown).toISOString().startsWith(`${text}.000`)) {
    throw new Error(`Unknown time: ${text}`);
  }
  const instant = createWallClock(timeZone).first(shown);
  if (instant === undefined) throw new Error(`There is no ${text} in ${timeZone}`);
  return instant;
}
