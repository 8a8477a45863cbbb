import * as childProcess from 'node:child_process';
import * as os from 'node:os';
import * as path from 'node:path';
import type { Assignment, WorkerAnswer } from './worker';

/**
 * Has the seeds worked on by a process per core; each answer is told as it comes.
 *
 * @throws what a worker threw, or that it died
 */
export async function huntAll(
  seeds: readonly number[],
  assignment: Assignment,
  onAnswer: (answer: Extract<WorkerAnswer, { hunt: unknown }>) => void,
): Promise<void> {
  const waiting = [...seeds];
  const number = Math.min(os.availableParallelism(), seeds.length);
  const workers = Array.from({ length: number }, () =>
    childProcess.fork(path.join(__dirname, 'worker.ts'), { serialization: 'advanced' }),
  );
  try {
    await Promise.all(workers.map((worker) => employ(worker, waiting, assignment, onAnswer)));
  } finally {
    for (const worker of workers) worker.kill();
  }
}

/** Gives a worker one seed after the other, until none is left. */
function employ(
  worker: childProcess.ChildProcess,
  waiting: number[],
  assignment: Assignment,
  onAnswer: (answer: Extract<WorkerAnswer, { hunt: unknown }>) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const next = (): void => {
      const seed = waiting.shift();
      if (seed === undefined) resolve();
      else worker.send(seed);
    };
    worker.on('message', (answer: WorkerAnswer) => {
      if ('error' in answer) return reject(new Error(`Seed ${answer.seed}: ${answer.error}`));
      onAnswer(answer);
      next();
    });
    worker.on('error', reject);
    worker.on('exit', (code, signal) =>
      reject(new Error(`A worker ended early (${signal ?? code}).`)),
    );
    worker.send(assignment);
    next();
  });
}
