import type { ArgumentProblem } from '../../foundation/argument-error';
import type { Ledger } from '../../foundation/ledger';
import { findScheduleMistake, isTimeZone } from '../../foundation/schedule-time';

export interface AppStreamAutoUpdaterArgs {
  readonly ledger: Ledger;
  /**
   * When the updates start: the six fields of an EventBridge cron expression, or a number of days, 0 to 14, after
   * Patch Tuesday: `Patch Tuesday + 3 days at 18:00`. @default `0 12 1 * ? *`
   */
  readonly schedule?: string;
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** Concurrent updates, 1 to 200. AWS's default quota is 5 (L-9B6418E0); what exceeds the quota waits. @default 5 */
  readonly batchSize?: number;
  /** Failed updates until an image is tagged `AutoUpdate=Blocked`, 1 to 10. @default 3 */
  readonly attempts?: number;
  /** Minutes between two looks at an update that runs, 1 to 60. Updates take hours. @default 15 */
  readonly pollMinutes?: number;
  /** Hours that an update may wait for quota, 1 to 240. @default 24 */
  readonly startHours?: number;
  /** Hours that an update may take after that, 1 to 240. @default 24 */
  readonly finishHours?: number;
  /** E-mail of the report. @default none: the topic only */
  readonly email?: {
    readonly from: string;
    readonly to: readonly string[];
    /** The identity that SES has verified. @default the sender's address */
    readonly identity?: string;
  };
}

export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** What holds where nothing is given. */
  readonly fallback: number;
}

/** The whole numbers among the arguments. */
export const numberArguments = {
  batchSize: { minimum: 1, maximum: 200, fallback: 5 },
  attempts: { minimum: 1, maximum: 10, fallback: 3 },
  pollMinutes: { minimum: 1, maximum: 60, fallback: 15 },
  startHours: { minimum: 1, maximum: 240, fallback: 24 },
  finishHours: { minimum: 1, maximum: 240, fallback: 24 },
} as const satisfies Partial<Record<keyof AppStreamAutoUpdaterArgs, NumberRange>>;

/** Noon of the first day of each month. */
export const defaultSchedule = '0 12 1 * ? *';

/** Everything wrong with the arguments. */
export function checkArguments(args: AppStreamAutoUpdaterArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  for (const [name, { minimum, maximum }] of Object.entries(numberArguments)) {
    const argument = name as keyof typeof numberArguments;
    const given = args[argument];
    if (given === undefined) continue;
    if (Number.isInteger(given) && given >= minimum && given <= maximum) continue;
    problems.push({ argument, given, accepted: `a whole number from ${minimum} to ${maximum}` });
  }
  const mistake = args.schedule === undefined ? undefined : findScheduleMistake(args.schedule);
  if (mistake !== undefined) {
    const { part, given, allowed: accepted } = mistake;
    const argument = part === undefined ? 'schedule' : `schedule: ${part}`;
    problems.push({ argument, given, accepted });
  }
  if (args.timeZone !== undefined && !isTimeZone(args.timeZone)) {
    problems.push({
      argument: 'timeZone',
      given: args.timeZone,
      accepted: 'an IANA time zone, such as Europe/Berlin',
    });
  }
  if (args.email !== undefined && args.email.to.length === 0) {
    problems.push({ argument: 'email.to', given: [], accepted: 'at least one address' });
  }
  return problems;
}
