import { createLedger, listHeld, settleWorkItem, type Ledger, type WorkItem } from './ledger';
import type { ReportRunEvent } from './report-run';
import { recordMissingOutcome } from './run-log';

/** https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html */
export interface ExecutionStatusChange {
  readonly detail: {
    readonly executionArn: string;
    readonly name: string;
    readonly status: string;
    /** Epoch milliseconds. */
    readonly startDate: number;
    readonly stopDate: number | null;
    readonly error?: string | null;
    readonly cause?: string | null;
  };
}

/** Of the event of the report, what the closer knows. */
export type ClosedRun = Required<
  Pick<ReportRunEvent, 'execution' | 'run' | 'startedAt' | 'endedAt' | 'error'>
>;

export interface CloseRunDependencies {
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Closes a run that could not close itself: writes what became of each item that it held, gives the leases back, so
 * that the next run can follow up at once, and returns what is to be reported of it. It may be called again: the
 * answer is the same.
 */
export function createHandler({ ledger, now }: CloseRunDependencies) {
  return async (event: ExecutionStatusChange): Promise<ClosedRun> => {
    const { executionArn, name, status, startDate, stopDate, error, cause } = event.detail;
    const startedAt = new Date(startDate).toISOString();
    const endedAt = new Date(stopDate ?? now().getTime()).toISOString();
    for (const { item, work } of await listHeld(ledger, executionArn)) {
      const outcome = 'interrupted' as const;
      const reason = describeInterruption(work, status);
      const line = { id: item, outcome, reason, startedAt: work.leasedAt ?? startedAt, endedAt };
      // First what is to be told: who comes after a crash finds the lease still held, and does both again.
      await recordMissingOutcome(ledger, name, line, now());
      await settleWorkItem(ledger, item, executionArn, { outcome, reason, at: endedAt });
    }
    const ended = `the run ended ${status}`;
    return {
      execution: executionArn,
      run: name,
      startedAt,
      endedAt,
      error: { Error: error ?? status, Cause: cause ? `${ended}: ${cause}` : ended },
    };
  };
}

export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    now: () => new Date(),
  });
};

function describeInterruption(work: WorkItem, status: string): string {
  const ended = `the run ended ${status} while it worked on it`;
  return work.target === undefined || work.target === work.settledTarget
    ? `${ended}; nothing had been asked of AWS`
    : `${ended}; if AWS accepted ${work.target}, a later run follows it up, and starts it if not`;
}
