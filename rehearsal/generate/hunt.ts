import * as fc from 'fast-check';
import type { Program } from '../host/program';
import { SeededRandom } from '../engine/random';
import { examine, type Examination } from './examine';
import { scenarios, type GeneratedScenario } from './scenario';

/** One scenario and what came of it; where it failed, the smallest that fails in the same way. */
export interface Hunt extends Examination {
  readonly scenario: GeneratedScenario;
  /** Smaller scenarios that were tried. */
  readonly shrinks: number;
}

/**
 * Generates the scenario of a seed, rehearses it and, if that fails, shrinks it.
 *
 * @param days virtual days of each rehearsal
 * @param patience real milliseconds for shrinking; what was found by then is taken
 * @param judge rehearses; given by tests
 */
export async function hunt(
  program: Program,
  seed: number,
  { days, patience }: { readonly days: number; readonly patience: number },
  judge: typeof examine = examine,
): Promise<Hunt> {
  let found: Hunt | undefined;
  let deadline = Number.POSITIVE_INFINITY;
  let shrinks = 0;
  const property = fc.asyncProperty(scenarios(), async (scenario) => {
    if (Date.now() > deadline) return true;
    if (found !== undefined) shrinks += 1;
    const examination = await judge(program, scenario, days);
    const failed = examination.problems.length > 0;
    if (found === undefined) deadline = Date.now() + patience;
    // A smaller scenario that fails otherwise would lead away from what was found.
    if (found === undefined || (failed && sameKind(examination, found))) {
      found = { ...examination, scenario, shrinks };
      return !failed;
    }
    return true;
  });
  // Neighbouring seeds must not give similar scenarios.
  const scrambled = Math.floor(new SeededRandom(seed).next() * 2 ** 32) | 0;
  await fc.check(property, { seed: scrambled, numRuns: 1 });
  if (found === undefined) throw new Error(`The seed ${seed} generated nothing.`);
  return { ...found, shrinks };
}

/** Whether the first problem of both is a break of the same invariant, or the same error. */
function sameKind(one: Examination, other: Examination): boolean {
  return kindOf(one) === kindOf(other);
}

function kindOf({ problems }: Examination): string {
  return /^(invariant \d+|[^\n]{0,60})/.exec(problems[0] ?? '')?.[0] ?? '';
}
