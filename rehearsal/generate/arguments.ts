import { randomInt } from 'node:crypto';
import { MAXIMUM_DAYS } from '../arguments';
import { readOptions, stackProblems, wholeNumber } from '../command-line';
import { InputError } from '../input-error';

/** What the command line of generated rehearsals asks for, checked and with defaults filled in. */
export interface GeneratorArguments {
  /** Pulumi stack whose configuration is rehearsed. @default dev */
  readonly stack: string;
  /** Scenarios to generate. @default 200 */
  readonly count: number;
  /** Seed of the first scenario; the others follow it. @default a fresh one */
  readonly seed: number;
  /** Virtual days of each rehearsal. @default 31 */
  readonly days: number;
  /** Only the help text is wanted. */
  readonly help: boolean;
}

const MAXIMUM_COUNT = 100_000;
const MAXIMUM_SEED = 2 ** 32 - 1 - MAXIMUM_COUNT;

/** The text of `--help`. */
export const HELP = `Usage: npm run rehearse:generated -- [options]

Rehearses this Pulumi program on generated accounts, some with one fault injected, and judges every
invariant on each. A failure is made as small as it gets and written to a file, with the command that
shows it again.

  --count N   accounts to generate, 1 to ${MAXIMUM_COUNT} (default: 200)
  --seed N    seed of the first account, 0 to ${MAXIMUM_SEED} (default: a fresh one, which is printed);
              account K of seed N is account 1 of seed N + K - 1
  --days N    virtual days of each rehearsal, 1 to ${MAXIMUM_DAYS} (default: 31)
  --stack S   Pulumi stack whose configuration is used (default: dev)
  --help      this text

Exit code: 0 every invariant held, 1 one was broken, 2 the input cannot be used.
`;

const OPTIONS = {
  stack: { type: 'string' },
  count: { type: 'string' },
  seed: { type: 'string' },
  days: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line, without the interpreter and the script.
 *
 * @throws {InputError} with every problem at once
 */
export function parseArguments(argv: readonly string[]): GeneratorArguments {
  const problems: string[] = [];
  const given = readOptions(argv, OPTIONS, problems);
  const help = given.has('help');
  const stack = given.get('stack') ?? 'dev';
  problems.push(...stackProblems(stack));
  const count = wholeNumber('count', given.get('count') ?? '200', 1, MAXIMUM_COUNT, problems);
  const fresh = String(randomInt(1_000_000_000));
  const seed = wholeNumber('seed', given.get('seed') ?? fresh, 0, MAXIMUM_SEED, problems);
  const days = wholeNumber('days', given.get('days') ?? '31', 1, MAXIMUM_DAYS, problems);
  if (problems.length > 0 && !help) throw new InputError('Nothing can be generated', problems);
  return { stack, count, seed, days, help };
}
