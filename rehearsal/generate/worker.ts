import type { Program } from '../host/program';
import { hunt, type Hunt } from './hunt';

/** What a worker is told first. */
export interface Assignment {
  readonly program: Program;
  readonly days: number;
  /** Real milliseconds for shrinking one failure. */
  readonly patience: number;
}

/** What it answers to each seed that it gets afterwards. */
export type WorkerAnswer =
  | { readonly seed: number; readonly hunt: Hunt }
  | { readonly seed: number; readonly error: string };

// Each core has a process of its own, because virtual time takes a whole process.
let assignment: Assignment | undefined;

process.on('message', (message: Assignment | number) => {
  if (typeof message === 'number') void work(message);
  else assignment = message;
});

async function work(seed: number): Promise<void> {
  const answer = await answerFor(seed);
  process.send?.(answer);
}

async function answerFor(seed: number): Promise<WorkerAnswer> {
  try {
    if (assignment === undefined) throw new Error('A seed came before the program.');
    return { seed, hunt: await hunt(assignment.program, seed, assignment) };
  } catch (error) {
    return { seed, error: error instanceof Error ? (error.stack ?? '') : String(error) };
  }
}
