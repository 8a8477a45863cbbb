import { mostDaysAfterPatchTuesday } from '../../functions/foundation/patch-tuesday';
import { findCronMistake, type Mistake } from './cron';

/** When a schedule fires: what EventBridge Scheduler understands, and Patch Tuesday, which it does not. */
export type ScheduleTime =
  `cron(${string})` | `rate(${string})` | `at(${string})` | PatchTuesdayTime;

/** So many days after the second Tuesday of each month, on which Microsoft publishes its updates. */
export interface PatchTuesdayTime {
  /** 0 to 14. */
  readonly patchTuesdayPlusDays: number;
  /** Time of the day, in the time zone of the schedule. */
  readonly hour: number;
  readonly minute: number;
}

const forms =
  'six cron fields, such as 0 12 1 * ? *, or a day after Patch Tuesday, such as Patch Tuesday + 3 days at 18:00';

/**
 * Reads a schedule that was written by a person. Forms, in upper or lower case:
 *
 * - the six fields of a cron expression: `0 12 1 * ? *`
 * - `Patch Tuesday at 18:00`, `Patch Tuesday + 1 day at 6:00`, `Patch Tuesday + 14 days at 23:59`
 *
 * @throws Error for what `findScheduleMistake` finds
 */
export function parseSchedule(text: string): ScheduleTime {
  const parsed = parse(text);
  if (!('mistake' in parsed)) return parsed.time;
  const { part, given, allowed } = parsed.mistake;
  const what = part === undefined ? 'The schedule' : `The ${part} of the schedule`;
  throw new Error(`${what} is ${given}; allowed is ${allowed}.`);
}

/** What is wrong with a schedule that was written by a person, if anything. */
export function findScheduleMistake(text: string): Mistake | undefined {
  const parsed = parse(text);
  return 'mistake' in parsed ? parsed.mistake : undefined;
}

/** Whether AWS knows a time zone of this name. Unlike JavaScript, AWS tells upper from lower case. */
export function isTimeZone(name: string): boolean {
  try {
    const known = new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
    // An alias, such as Asia/Calcutta, is known under another name; +01:00 is none.
    const isAlias = known.toUpperCase() !== name.toUpperCase();
    return /^[A-Z]/.test(name) && (known === name || isAlias);
  } catch {
    return false;
  }
}

function parse(text: string): { readonly time: ScheduleTime } | { readonly mistake: Mistake } {
  const words = text.trim().replace(/\s+/g, ' ');
  const match = /^patch tuesday(?: ?\+ ?(\d+) days?)? at (\d+):(\d\d)$/i.exec(words);
  if (match !== null) return parsePatchTuesday(match);
  if (words.split(' ').length !== 6 || /^patch|\(/i.test(words)) {
    return { mistake: { given: words, allowed: forms } };
  }
  const cron = words.toUpperCase();
  const mistake = findCronMistake(cron);
  return mistake === undefined ? { time: `cron(${cron})` } : { mistake };
}

function parsePatchTuesday([, days = '0', hour = '', minute = '']: RegExpExecArray) {
  const ranges = [
    ['days after Patch Tuesday', days, mostDaysAfterPatchTuesday],
    ['hour', hour, 23],
    ['minute', minute, 59],
  ] as const;
  const wrong = ranges.find(([, given, maximum]) => Number(given) > maximum);
  if (wrong !== undefined) {
    const [part, given, maximum] = wrong;
    return { mistake: { part, given, allowed: `0 to ${maximum}` } };
  }
  return {
    time: {
      patchTuesdayPlusDays: Number(days),
      hour: Number(hour),
      minute: Number(minute),
    },
  };
}
