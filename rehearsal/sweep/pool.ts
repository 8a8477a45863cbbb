import { fork, type ChildProcess } from 'node:child_process';
import * as path from 'node:path';
import type { WorkerAnswer, WorkerJob, WorkerSetup } from './worker';

/** A job, with what must be sent along to a worker that did not have the one before. */
export type PooledJob = WorkerJob & Required<Pick<WorkerJob, 'save'>>;

/**
 * Has jobs done by processes of their own, since virtual time takes a whole process. Jobs begin in their order;
 * answers come as they are ready.
 *
 * @param processes how many at a time
 * @throws Error where a process dies
 */
export async function runJobs(
  processes: number,
  setup: WorkerSetup,
  jobs: readonly PooledJob[],
  onAnswer: (position: number, answer: WorkerAnswer) => void,
): Promise<void> {
  const queue = jobs.entries();
  const serve = async (): Promise<void> => {
    let worker: Worker | undefined;
    try {
      for (const [position, job] of queue) {
        worker ??= new Worker(setup);
        const answer = await worker.do(job);
        onAnswer(position, answer);
        if (!('failure' in answer)) continue;
        // What failed may have left something behind.
        worker.end();
        worker = undefined;
      }
    } finally {
      worker?.end();
    }
  };
  await Promise.all(Array.from({ length: Math.min(processes, jobs.length) }, serve));
}

class Worker {
  private readonly process: ChildProcess;
  private save: PooledJob['save'] | undefined;

  constructor(setup: WorkerSetup) {
    // The dates in a saved state are not JSON.
    const options = { serialization: 'advanced' } as const;
    this.process = fork(path.join(__dirname, 'worker.ts'), options);
    this.process.send(setup);
  }

  do({ save, ...job }: PooledJob): Promise<WorkerAnswer> {
    const isNew = this.save !== save;
    this.save = save;
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        this.process.off('message', onMessage).off('exit', onExit).off('error', reject);
      };
      const onMessage = (answer: unknown): void => {
        settle();
        resolve(answer as WorkerAnswer);
      };
      const onExit = (code: number | null, signal: string | null): void => {
        settle();
        const how = signal ?? `exit code ${code}`;
        reject(new Error(`A process of the sweep ended with ${how} at ${JSON.stringify(job)}.`));
      };
      this.process.once('message', onMessage).once('exit', onExit).once('error', reject);
      this.process.send(isNew ? { ...job, save } : job);
    });
  }

  end(): void {
    this.process.disconnect();
  }
}
