import { runProgram } from '../rehearsal/host/run-program';
import { observeProgram } from '../rehearsal/rehearse';
import { estateOf } from './estate';
import { measure, type Measures } from './measure';

/** Images of the two accounts: what a figure per image grows by between them does not stay with the size. */
const SIZES = [25, 100] as const;

/** From the first of a month, on which the updates start, until the last of them is long over. */
const DAYS = 7;

/** `npm run bench`: what the stack `appstream` does in accounts of two sizes. Counts and sizes, not times. */
async function main(): Promise<void> {
  const program = await runProgram({
    directory: process.cwd(),
    stack: 'appstream',
    account: '111122223333',
    region: 'eu-west-1',
  });
  const columns: Measures[] = [];
  for (const size of SIZES) {
    const estate = estateOf(size);
    const from = Date.parse(estate.capturedAt);
    const scenario = { estate, faults: [], from, to: from + DAYS * 86_400_000, seed: 1 };
    const { outcome, result } = await observeProgram(program, scenario, process.stderr);
    if (!result.ok) throw new Error(`The rehearsal of ${size} images is not OK.`);
    columns.push(measure(outcome, result, DAYS));
  }
  const [small, large] = columns as [Measures, Measures];
  const rows = (Object.keys(small) as (keyof Measures)[]).map((name) => [
    name,
    ...[small[name], large[name]].map(figure),
    `x ${(large[name] / small[name]).toFixed(2)}`,
  ]);
  const table = [[`${DAYS} days`, ...SIZES.map((size) => `${size} images`), ''], ...rows];
  process.stdout.write(table.map(line).join(''));
}

function line([name = '', ...cells]: readonly string[]): string {
  return `${name.padEnd(54)}${cells.map((cell) => cell.padStart(14)).join('')}\n`;
}

function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumSignificantDigits: 4 });
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
