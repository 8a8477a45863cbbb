import { namedError } from '../foundation/environment';

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
  if (given === null || given === undefined) return {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw namedError('InvalidInput', 'The input of a run is an object, such as {"mode": "plan"}.');
  }
  const input = given as Record<keyof RunInput, unknown>;
  const isWhole = (from: number, to: number) => (value: unknown) =>
    Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
  const isText = (value: unknown) => typeof value === 'string' && value !== '';
  const modes = ['update', 'plan', 'reconcile', 'stop'];
  const keys: Record<keyof RunInput, [string, (value: unknown) => boolean]> = {
    mode: [`one of ${modes.join(', ')}`, (value) => modes.includes(value as string)],
    batchSize: ['a whole number from 1 to 200', isWhole(1, 200)],
    images: [
      'a list of 1 to 100 image names, each once',
      (value) =>
        Array.isArray(value) &&
        value.length >= 1 &&
        value.length <= 100 &&
        value.every(isText) &&
        value.every((name, index) => value.indexOf(name) === index),
    ],
    trigger: ['a text', isText],
    patchTuesdayPlusDays: ['a whole number from 0 to 14', isWhole(0, 14)],
    timeZone: ['an IANA name such as Europe/Berlin', isText],
    scheduledTime: [
      'a time such as 2026-02-10T12:00:00Z',
      (value) => isText(value) && !Number.isNaN(Date.parse(value as string)),
    ],
  };
  const problems: string[] = [];
  for (const [key, value] of Object.entries(input)) {
    const rule = Object.entries(keys).find(([known]) => known === key)?.[1];
    if (rule === undefined) {
      problems.push(`unknown key ${key}; known are ${Object.keys(keys).join(', ')}`);
    } else if (!rule[1](value)) {
      problems.push(`${key} is ${JSON.stringify(value)}; allowed is ${rule[0]}`);
    }
  }
  if (problems.length > 0) {
    throw namedError('InvalidInput', `The input of the run is wrong: ${problems.join('; ')}.`);
  }
  return input as RunInput;
}
