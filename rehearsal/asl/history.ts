import type { Json } from '../services/service';
import type { Run } from './run';
import type { Branch } from './types';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const maxEvents = 25_000;

/** The history of a Standard execution is full; nothing catches that. */
export class HistoryLimitReached extends Error {
  constructor(readonly branch: Branch) {
    super(`The execution reached the maximum number of history events (${maxEvents}).`);
  }
}

/**
 * Records an event of a branch and makes it the one that the branch's next event names as its cause.
 * @throws HistoryLimitReached where only the event that ends the execution still fits
 */
export function record(run: Run, branch: Branch, type: string, details: Json = {}): number {
  branch.previous = note(run, branch, type, details);
  return branch.previous;
}

/**
 * Records an event that stands beside the branch's chain of causes.
 * @throws HistoryLimitReached as `record` does
 */
export function note(run: Run, branch: Branch, type: string, details: Json = {}): number {
  const child = run.lineage(branch).at(-1)?.child;
  const recorded = child?.historyEvents ?? run.execution.historyEvents;
  if (run.machine.type === 'STANDARD' && recorded >= maxEvents - 1) {
    throw new HistoryLimitReached(branch);
  }
  if (child !== undefined) {
    child.historyEvents += 1;
    return child.historyEvents;
  }
  return append(run, type, branch.previous, details);
}

/** Records an event of the execution itself, which always fits: the first and the last. */
export function noteExecution(
  run: Run,
  type: string,
  previousEventId: number,
  details: Json = {},
): void {
  append(run, type, previousEventId, details);
}

function append(run: Run, type: string, previousEventId: number, details: Json): number {
  const { execution } = run;
  const id = execution.historyEvents + 1;
  execution.history.push({ id, previousEventId, timestamp: run.now, type, ...details });
  execution.historyEvents = id;
  return id;
}
