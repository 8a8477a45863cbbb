import { SAMPLE_ESTATE } from '../arguments';
import { readOptions, stackProblems, wholeNumber } from '../command-line';
import { InputError } from '../input-error';

/** What the command line of the emulator asks for, checked and with defaults filled in. */
export interface EmulatorArguments {
  /** File of the account. @default the sample estate */
  readonly estate: string;
  /** Pulumi stack whose tables, topics and queues the account has, too; absent: none. */
  readonly stack?: string;
  /** Port on the loopback interface; 0 takes a free one. @default 4566 */
  readonly port: number;
  /** Only the help text is wanted. */
  readonly help: boolean;
}

/** The port on which developers expect an emulated AWS. */
export const DEFAULT_PORT = 4566;

/** The text of `--help`. */
export const EMULATOR_HELP = `Usage: npm run emulator -- [options]

Serves an emulated AWS account on this machine, to any AWS client that AWS_ENDPOINT_URL points to it.
Everybody may do everything in it. Time stands still until it is told to move.

  --estate FILE        the account, YAML or JSON (default: the sample estate)
  --port N             port on 127.0.0.1, 0 for a free one (default: ${DEFAULT_PORT})
  --stack S            also deploys the tables, topics, queues and log groups of this Pulumi stack
                       (default: none). Its functions and state machines do not run.
  --help               this text

Beside AWS's own APIs
  POST /_clock/advance {"seconds": N}    lets N virtual seconds pass
  GET  /_trace                           every call so far, with its outcome
  GET  /_estate                          the account as it is now, to be used with --estate

Exit code: 0 ended by Ctrl-C, 2 the input cannot be used.

Example
  npm run emulator -- --port 4566
  AWS_ENDPOINT_URL=http://127.0.0.1:4566 aws appstream describe-images
`;

const OPTIONS = {
  estate: { type: 'string' },
  stack: { type: 'string' },
  port: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/**
 * Reads the command line, without the interpreter and the script.
 *
 * @throws {InputError} with every problem at once
 */
export function parseEmulatorArguments(argv: readonly string[]): EmulatorArguments {
  const problems: string[] = [];
  const given = readOptions(argv, OPTIONS, problems);
  const help = given.has('help');
  const stack = given.get('stack');
  if (stack !== undefined) problems.push(...stackProblems(stack));
  const port = wholeNumber('port', given.get('port') ?? `${DEFAULT_PORT}`, 0, 65_535, problems);
  if (problems.length > 0 && !help) throw new InputError('The emulator cannot start', problems);
  return {
    estate: given.get('estate') ?? SAMPLE_ESTATE,
    ...(stack !== undefined && { stack }),
    port,
    help,
  };
}
