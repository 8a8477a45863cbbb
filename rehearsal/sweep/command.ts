import * as os from 'node:os';
import type { RehearsalArguments } from '../arguments';
import { InputError } from '../input-error';
import type { ProgressStream } from '../report/progress';
import { writeWhole } from '../report/json';
import type { Scenario } from '../rehearse';
import type { Program } from '../host/program';
import { sweep, type SweepCase, type SweepResult } from './index';
import { createSweepProgress } from './progress';
import { isHeld, renderSweep, toJsonLines } from './report';

/**
 * Sweeps what has been rehearsed: progress and each broken invariant go to standard error as they come, the whole
 * to standard output.
 *
 * @returns whether every invariant held
 * @throws {InputError} where the faults that are given are those of no case, or a file cannot be written
 */
export async function sweepCommand(
  { program, scenario }: { readonly program: Program; readonly scenario: Scenario },
  options: RehearsalArguments,
  streams: { readonly stdout: ProgressStream; readonly stderr: ProgressStream },
): Promise<boolean> {
  const { faults, estate, from, to, seed } = scenario;
  const only = options.faults === undefined ? undefined : JSON.stringify(faults);
  const isWanted = (one: SweepCase) => only === undefined || JSON.stringify(one.faults) === only;
  const progress = createSweepProgress(streams.stderr, options);
  let result: SweepResult;
  try {
    result = await sweep(
      { program, estate, from, to, seed },
      { processes: os.availableParallelism(), isWanted, onProgress: progress.advanced },
    );
  } finally {
    progress.finish();
  }
  if (only !== undefined && result.cases.length === 0) {
    throw new InputError('The sweep cannot be restricted', [
      `no case of it has exactly these faults: ${only}`,
    ]);
  }
  const whole = only === undefined;
  if (options.json !== undefined) {
    writeWhole(options.json.replace(/(\.json)?$/, '.sweep.jsonl'), toJsonLines(result));
  }
  streams.stdout.write(renderSweep(result, options, whole));
  return isHeld(result, whole);
}
