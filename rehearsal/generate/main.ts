import * as path from 'node:path';
import { ProgramError, StackConfigError } from '../host/errors';
import { runProgram } from '../host/run-program';
import { InputError } from '../input-error';
import { HELP, parseArguments, type GeneratorArguments } from './arguments';
import { writeScenario } from './examine';
import type { Hunt } from './hunt';
import { huntAll } from './pool';

/** Real time for shrinking one failure. */
const PATIENCE_MILLISECONDS = 120_000;

/** The account of every generated estate. */
const ACCOUNT = { account: '111122223333', region: 'eu-west-1' };

/** `npm run rehearse:generated`. Exit code: 0 every invariant held, 1 one was broken, 2 the input cannot be used. */
async function main(): Promise<number> {
  const options = parseArguments(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const { stack, count, seed, days } = options;
  process.stderr.write(`Running the program for stack ${stack}\n`);
  const program = await runProgram({ directory: process.cwd(), stack, ...ACCOUNT });
  process.stderr.write(`Rehearsing ${count} generated accounts from seed ${seed}\n`);
  const seeds = Array.from({ length: count }, (_, index) => seed + index);
  const total = { done: 0, failed: 0, images: 0, updates: 0, faults: 0 };
  const assignment = { program, days, patience: PATIENCE_MILLISECONDS };
  await huntAll(seeds, assignment, ({ seed, hunt }) => {
    total.done += 1;
    total.images += hunt.scenario.estate.appstream.images.length;
    total.updates += hunt.updates;
    total.faults += hunt.scenario.faults.length;
    if (hunt.problems.length > 0) {
      total.failed += 1;
      process.stdout.write(describeFailure(seed, hunt, options));
    }
    if (total.done % 10 === 0 || total.done === count) {
      process.stderr.write(`${total.done} of ${count}, ${total.failed} broken\n`);
    }
  });
  process.stdout.write(
    `${count} generated estates with ${total.images} images, ${total.updates} accepted updates and ` +
      `${total.faults} faults: ${total.failed === 0 ? 'no' : total.failed} with a broken invariant ` +
      `(seed ${seed})\n`,
  );
  return total.failed === 0 ? 0 : 1;
}

/** Writes the files of a failure and says how to see it again. */
function describeFailure(seed: number, hunt: Hunt, { stack, days }: GeneratorArguments): string {
  const files = writeScenario(hunt.scenario, `rehearsal-failure-${seed}`);
  const command = [
    'npm run rehearse --',
    `--estate ${path.basename(files.estate)}`,
    `--seed ${hunt.scenario.seed}`,
    ...(files.faults === undefined ? [] : [`--faults ${path.basename(files.faults)}`]),
    ...(days === 31 ? [] : [`--days ${days}`]),
    ...(stack === 'dev' ? [] : [`--stack ${stack}`]),
  ];
  const problems = hunt.problems.map((problem) => `  ${problem}\n`).join('');
  return `Seed ${seed} (after ${hunt.shrinks} smaller ones):\n${problems}  ${command.join(' ')}\n`;
}

// The SDK's models are read, nothing is sent with it: its end of support for this Node.js does not matter here.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';

const unusable = [InputError, StackConfigError, ProgramError];

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    const isInput = unusable.some((kind) => error instanceof kind);
    const text = error instanceof Error ? (isInput ? error.message : error.stack) : String(error);
    process.stderr.write(`${text}\n`);
    process.exitCode = isInput ? 2 : 1;
  },
);
