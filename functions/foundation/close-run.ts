import { createLedger, listItemsOfRun, settleWorkItem, type Ledger, type WorkItem } from './ledger';
import type { ItemReport, Outcome } from './notification';
import type { ReportRunEvent } from './report-run';

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

export interface CloseRunDependencies {
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Closes a run that could not close itself: gives back the leases that it held, so that the next run can follow
 * up at once, and returns what is to be reported of it. It may be called again: the answer is the same.
 */
export function createHandler({ ledger, now }: CloseRunDependencies) {
  return async (
    event: ExecutionStatusChange,
  ): Promise<Required<Omit<ReportRunEvent, 'leftOut' | 'quiet'>>> => {
    const { executionArn, name, status, startDate, stopDate, error, cause } = event.detail;
    const startedAt = new Date(startDate).toISOString();
    const endedAt = new Date(stopDate ?? now().getTime()).toISOString();
    const items: ItemReport[] = [];
    for (const { item, work } of await listItemsOfRun(ledger, executionArn)) {
      const held = work.leaseOwner === executionArn;
      const outcome = held ? 'interrupted' : ((work.outcome ?? 'interrupted') as Outcome);
      const reason = held ? describeInterruption(work, status) : (work.reason ?? '');
      if (held) {
        await settleWorkItem(ledger, item, executionArn, { outcome, reason, at: endedAt });
      }
      items.push({ id: item, outcome, reason, startedAt, endedAt });
    }
    const ended = `the run ended ${status}`;
    return {
      execution: executionArn,
      run: name,
      startedAt,
      items,
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
