import type { SFN } from '@aws-sdk/client-sfn';
import { createLedger, listUnfinished, type Ledger } from '../foundation/ledger';
import { stopRun } from '../foundation/run-control';
import { recordQueue } from '../foundation/run-log';
import { listOtherRuns, nameOfRun } from '../foundation/runs';
import { checkRunInput, type RunMode } from './run-input';

export interface FollowUpEvent {
  readonly input: unknown;
  /** ARN and name of the execution; ARN of its state machine. */
  readonly execution: string;
  readonly run: string;
  readonly machine: string;
}

export interface FollowUpResult {
  readonly mode: RunMode;
  /** Positions in the queue, from 0: what the Map runs over. */
  readonly queue: readonly number[];
}

export interface FollowUpDependencies {
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * The two modes that need no look at the images. `reconcile` takes what earlier runs began and nobody has settled: the
 * ledger knows. `stop` asks the runs that are under way to start nothing more, and takes nothing.
 */
export function createHandler({ sfn, ledger, now }: FollowUpDependencies) {
  return async ({ input, execution, run, machine }: FollowUpEvent): Promise<FollowUpResult> => {
    const { mode = 'reconcile' } = checkRunInput(input);
    const others = await listOtherRuns(sfn, machine, execution);
    if (mode === 'stop') {
      for (const other of others) await stopRun(ledger, nameOfRun(other), now());
      return { mode, queue: [] };
    }
    const names = (await listUnfinished(ledger))
      .filter(({ work }) => work.leaseOwner === undefined || !others.includes(work.leaseOwner))
      .map(({ item }) => item);
    // A day without anything open leaves no trace.
    if (names.length > 0) await recordQueue(ledger, run, names, now());
    return { mode, queue: names.map((_, position) => position) };
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({ sfn: new SFN({}), ledger: createLedger(), now: () => new Date() });
};
