import { checkInvariants } from '../checker';
import { notificationsOf } from '../engine/notifications';
import type { SimulationOutcome } from '../engine/simulation';
import type { UnusedGrant } from '../result';
import type { Json } from '../services/service';
import type { SweepCase } from './cases';
import { finalState } from './final-state';

/** A promise that a run with a fault did not keep. */
export interface Broken {
  /** `1` to `9`; `-` where the rehearsal itself cannot be trusted. */
  readonly invariant: string;
  readonly detail: string;
}

/** What a run with a fault came to. */
export interface Verdict {
  readonly broken: readonly Broken[];
  /** Grants that nothing used so far in that run. */
  readonly unused: readonly UnusedGrant[];
}

/**
 * Judges a run with a fault.
 *
 * @param expected where the fault passes: each `finalState` to which the run may come
 */
export function judgeCase(
  estate: Json,
  outcome: SimulationOutcome,
  { excused = [] }: Pick<SweepCase, 'excused'>,
  expected: readonly string[] | undefined,
): Verdict {
  const { trace, iam } = outcome;
  const broken: Broken[] = checkInvariants({
    before: estate,
    trace,
    after: outcome.estate,
    iam,
    notifications: notificationsOf(trace),
  })
    .filter(({ id, held }) => !held && !excused.includes(id))
    .map(({ id, title, detail }) => ({ invariant: id, detail: `${title}: ${detail}` }));
  if (outcome.unimplemented.length > 0) {
    const calls = outcome.unimplemented.join(', ');
    broken.push({ invariant: '-', detail: `not emulated: ${calls}` });
  }
  for (const fault of outcome.unusedFaults) {
    broken.push({ invariant: '-', detail: `the fault hit nothing: ${JSON.stringify(fault)}` });
  }
  // What is still at work has not converged yet, nor failed to.
  const isOver = trace.executions.every(({ status }) => status !== 'RUNNING');
  const state = finalState(estate, outcome.estate);
  if (expected !== undefined && isOver && !expected.includes(state)) {
    const how = difference(expected[0] ?? '', state);
    const detail = `A rerun converges: the estate does not end as without the fault: ${how}`;
    broken.push({ invariant: '6', detail });
  }
  return { broken, unused: iam.unused };
}

function difference(expected: string, state: string): string {
  const [before, after] = [expected.split('\n'), state.split('\n')];
  return [
    ...before.filter((line) => !after.includes(line)).map((line) => `missing ${line}`),
    ...after.filter((line) => !before.includes(line)).map((line) => `instead ${line}`),
  ].join('; ');
}
