import type { ArgumentProblem } from '../../foundation/argument-error';
import type { Ledger } from '../../foundation/ledger';

export interface AppStreamAutoUpdaterArgs {
  readonly ledger: Ledger;
  /** When the updates start: the six fields of an EventBridge cron expression. @default `0 12 1 * ? *` */
  readonly schedule?: string;
  /** IANA name. @default UTC */
  readonly timeZone?: string;
  /** Concurrent updates, 1 to 40. AWS's default quota is 5 (L-9B6418E0). @default 5 */
  readonly batchSize?: number;
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

/** Everything wrong with the arguments. */
export function checkArguments(args: AppStreamAutoUpdaterArgs): ArgumentProblem[] {
  const problems: ArgumentProblem[] = [];
  const checkNumber = (
    argument: 'batchSize' | 'pollMinutes' | 'startHours' | 'finishHours',
    maximum: number,
  ) => {
    const given = args[argument];
    if (given === undefined || (Number.isInteger(given) && given >= 1 && given <= maximum)) return;
    problems.push({ argument, given, accepted: `a whole number from 1 to ${maximum}` });
  };
  checkNumber('batchSize', 40);
  checkNumber('pollMinutes', 60);
  checkNumber('startHours', 240);
  checkNumber('finishHours', 240);
  if (args.schedule !== undefined && args.schedule.trim().split(/\s+/).length !== 6) {
    problems.push({
      argument: 'schedule',
      given: args.schedule,
      accepted: 'six fields, such as 0 12 1 * ? *',
    });
  }
  if (args.email !== undefined && args.email.to.length === 0) {
    problems.push({ argument: 'email.to', given: [], accepted: 'at least one address' });
  }
  return problems;
}
