import * as path from 'node:path';

import { readOptions, stackProblems, wholeNumber } from './command-line';
import { InputError } from './input-error';

/** What the command line of the rehearsal asks for, checked and with defaults filled in. */
export interface RehearsalArguments {
  /** Pulumi stack whose configuration is rehearsed. @default dev */
  readonly stack: string;
  /** File of the account as it is before the rehearsal. @default the sample estate */
  readonly estate: string;
  /** Virtual start, ISO 8601 in UTC; absent: when the estate was captured. */
  readonly from?: string;
  /** Virtual days to rehearse. @default 31 */
  readonly days: number;
  /** File of the faults to inject, or their JSON; absent: none. */
  readonly faults?: string;
  /** Whether all faults shall be tried, or with `faults` the one case of the sweep that has these. */
  readonly sweep: boolean;
  /** Seed of everything that is random. @default 1 */
  readonly seed: number;
  /** Where the result is written as JSON; absent: nowhere. */
  readonly json?: string;
  /** Where the HTML page is written; absent: nowhere. */
  readonly report?: string;
  /** Only the help text is wanted. */
  readonly help: boolean;
}

/** The estate that is rehearsed where none is named. */
export const SAMPLE_ESTATE = path.join(__dirname, 'estates', 'sample.yaml');

/** Longest rehearsal: Step Functions ends an execution after a year, so nothing new happens beyond. */
export const MAXIMUM_DAYS = 366;

const MAXIMUM_SEED = 2 ** 32 - 1;

/** The text of `--help`. */
export const HELP = `Usage: npm run rehearse -- [options]

Runs this Pulumi program, its Lambda code and its state machines for a virtual month on an emulated
AWS account, and tells what would happen. Nothing is deployed, no AWS account is touched and no
credentials are needed.

What to rehearse
  --stack S            Pulumi stack whose configuration is used (default: dev)
  --estate FILE        the account before the rehearsal, YAML or JSON (default: the sample estate)
  --from ISO           virtual start, such as 2026-02-01 or 2026-02-01T06:00:00Z
                       (default: when the estate was captured)
  --days N             virtual days, 1 to ${MAXIMUM_DAYS} (default: 31)

What goes wrong
  --faults FILE        faults to inject, YAML or JSON (default: none);
                       or the JSON itself: --faults '{"faults":[...]}'
  --sweep              afterwards every kind of fault at every call site, on all cores: prints each
                       broken invariant with the command that shows it again; with --faults only
                       the case of the sweep that has these faults
  --seed N             seed of everything random, 0 to ${MAXIMUM_SEED} (default: 1);
                       the same seed gives the same result, byte for byte

What is written, besides the timeline on the terminal
  --report FILE.html   one self-contained page with charts
  --json FILE          everything, for programs; of a sweep a line for each case, in
                       FILE with .sweep.jsonl instead of .json

  --help               this text

Exit code: 0 every invariant held, 1 one was broken, 2 the input cannot be used.

Examples
  npm run rehearse
  npm run rehearse -- --stack prod --from 2026-03-01 --days 14 --report rehearsal.html
  npm run rehearse -- --faults faults.yaml --seed 7 --json rehearsal.json
  npm run rehearse -- --sweep --days 21
`;

const OPTIONS = {
  stack: { type: 'string' },
  estate: { type: 'string' },
  from: { type: 'string' },
  days: { type: 'string' },
  faults: { type: 'string' },
  sweep: { type: 'boolean' },
  seed: { type: 'string' },
  json: { type: 'string' },
  report: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

type OptionName = keyof typeof OPTIONS;

/**
 * Reads the command line, without the interpreter and the script.
 *
 * @throws {InputError} with every problem at once: unknown options, missing or repeated or impossible values.
 */
export function parseArguments(argv: readonly string[]): RehearsalArguments {
  const problems: string[] = [];
  const given = readOptions(argv, OPTIONS, problems);
  const help = given.has('help');
  const stack = given.get('stack') ?? 'dev';
  problems.push(...stackProblems(stack));
  const from = given.has('from') ? instant(given.get('from')!, problems) : undefined;
  const days = wholeNumber('days', given.get('days') ?? '31', 1, MAXIMUM_DAYS, problems);
  const seed = wholeNumber('seed', given.get('seed') ?? '1', 0, MAXIMUM_SEED, problems);
  const outputs = (['json', 'report'] as const).filter((name) => given.has(name));
  if (outputs.length === 2 && samePath(given.get('json')!, given.get('report')!)) {
    problems.push(`--json and --report both name "${given.get('json')}"; give each its own file`);
  }
  const report = given.get('report');
  if (report !== undefined && !/\.html?$/i.test(report)) {
    problems.push(`--report is "${report}"; it writes a page, so the name must end in .html`);
  }
  if (problems.length > 0 && !help) {
    throw new InputError('The rehearsal cannot start', problems);
  }
  return {
    stack,
    estate: given.get('estate') ?? SAMPLE_ESTATE,
    ...(from !== undefined && { from }),
    days,
    ...present('faults', given),
    sweep: given.has('sweep'),
    seed,
    ...present('json', given),
    ...present('report', given),
    help,
  };
}

function present<Name extends 'faults' | 'json' | 'report'>(
  name: Name,
  given: ReadonlyMap<OptionName, string>,
): Partial<Record<Name, string>> {
  const value = given.get(name);
  return (value === undefined ? {} : { [name]: value }) as Partial<Record<Name, string>>;
}

/** A date, or a date with time and zone: a time without zone would mean something else on each machine. */
function instant(text: string, problems: string[]): string | undefined {
  const form = /^(\d{4}-\d\d-\d\d)(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:\d\d))?$/.exec(text);
  const milliseconds = form ? Date.parse(text) : Number.NaN;
  // Date.parse reads 31 February as 3 March.
  const exists = form && new Date(`${form[1]}T00:00:00Z`).toJSON()?.startsWith(form[1]!);
  if (Number.isNaN(milliseconds) || !exists) {
    problems.push(
      `--from is "${text}"; it must be a date such as 2026-02-01 (midnight UTC) ` +
        'or a time with its zone such as 2026-02-01T06:00:00Z',
    );
    return undefined;
  }
  return new Date(milliseconds).toISOString();
}

function samePath(a: string, b: string): boolean {
  return path.resolve(a) === path.resolve(b);
}
