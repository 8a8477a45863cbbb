import type { SavedSimulation } from '../engine/simulation';
import type { Fault } from '../faults';
import type { SweepCase } from './cases';
import { judgeCase, type Verdict } from './judge';
import type { Moment } from './moments';
import { runCase, type SweptScenario } from './run';

/** The first message to a worker: what all of its jobs have in common. */
export interface WorkerSetup {
  readonly scenario: SweptScenario;
  /** How the undisturbed run stood, day by day. */
  readonly moments: readonly Moment[];
}

/** Every further message. */
export interface WorkerJob extends Pick<SweepCase, 'call' | 'excused'> {
  readonly faults: readonly Fault[];
  /** See `judgeCase`. */
  readonly expected?: readonly string[];
  /** Where it begins. @default where the job before it began */
  readonly save?: SavedSimulation;
}

/** The answer to a job; `failure` where the rehearsal itself failed, and the worker with it. */
export type WorkerAnswer = Verdict | { readonly failure: string };

let setup: WorkerSetup | undefined;
let save: SavedSimulation | undefined;

async function work(job: WorkerJob): Promise<WorkerAnswer> {
  try {
    save = job.save ?? save;
    if (setup === undefined || save === undefined) throw new Error('The job has no beginning.');
    const { scenario, moments } = setup;
    const { faults, call, expected } = job;
    const undisturbed = expected === undefined ? undefined : moments;
    const { outcome, converged } = await runCase(scenario, faults, call, save, undisturbed);
    return judgeCase(scenario.estate, outcome, job, converged ? undefined : expected);
  } catch (error) {
    return { failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', (message: WorkerSetup | WorkerJob) => {
  if ('scenario' in message) setup = message;
  else void work(message).then((answer) => process.send?.(answer));
});
