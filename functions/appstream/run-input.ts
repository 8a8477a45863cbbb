import { checkInput, isListOfTexts, isText, isTime, isWhole } from '../foundation/check-input';

/** What starts a run: the input of the workflow. Everything is optional. */
export interface RunInput {
  /**
   * - `update` (default): update what is opted in
   * - `plan`: make every decision and no change
   * - `reconcile`: follow up what an earlier run left unfinished, start nothing new
   * - `stop`: the runs that are under way finish what they have begun and start nothing more
   */
  readonly mode?: RunMode;
  /** Concurrent updates, 1 to 200. Default: the stack's setting. */
  readonly batchSize?: number;
  /** Only these images. Default: all that are opted in. */
  readonly images?: readonly string[];
  /** Who started the run; kept for the reader. */
  readonly trigger?: string;
  /** Go on only so many days after the second Tuesday of a month, 0 to 14. Default: on any day. */
  readonly patchTuesdayPlusDays?: number;
  /** Of the day above: an IANA name, and the time at which the schedule meant to start the run, ISO 8601. */
  readonly timeZone?: string;
  readonly scheduledTime?: string;
}

export type RunMode = 'update' | 'plan' | 'reconcile' | 'stop';

/** @throws InvalidInput that names every mistake, what was given and what is allowed */
export function checkRunInput(given: unknown): RunInput {
  const modes = ['update', 'plan', 'reconcile', 'stop'];
  return checkInput<Required<RunInput>>(given, {
    mode: [`one of ${modes.join(', ')}`, (value) => modes.includes(value as string)],
    batchSize: ['a whole number from 1 to 200', (value) => isWhole(value, 1, 200)],
    images: ['a list of 1 to 100 image names, each once', (value) => isListOfTexts(value, 1, 100)],
    trigger: ['a text', isText],
    patchTuesdayPlusDays: ['a whole number from 0 to 14', (value) => isWhole(value, 0, 14)],
    timeZone: ['an IANA name such as Europe/Berlin', isText],
    scheduledTime: ['a time such as 2026-02-10T12:00:00Z', isTime],
  });
}
