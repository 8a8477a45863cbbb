import { deliverNotification, type Outbox } from './delivery';
import { listItemsOfRun, settleWorkItem, type Ledger, type WorkItem } from './ledger';
import { composeNotification, type ItemReport, type Outcome } from './notification';
import { createOutbox } from './outbox';

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
  readonly outbox: Outbox;
  readonly now: () => Date;
}

/**
 * Closes a run that could not close itself: timed out, aborted, or failed before its own report. Gives back its
 * leases, so that the next run can follow up at once, and sends the run's one notification unless it is out.
 */
export function createHandler({ ledger, outbox, now }: CloseRunDependencies) {
  return async (event: ExecutionStatusChange): Promise<{ readonly closed: number }> => {
    const { executionArn, name, status, startDate, stopDate } = event.detail;
    const endedAt = new Date(stopDate ?? now().getTime()).toISOString();
    const found = await listItemsOfRun(ledger, executionArn);
    const items = found.map(({ item, work }): ItemReport => ({
      id: item,
      ...(work.leaseOwner === executionArn
        ? { outcome: 'interrupted', reason: interruption(work, status) }
        : { outcome: (work.outcome ?? 'skipped') as Outcome, reason: work.reason ?? '' }),
      startedAt: new Date(startDate).toISOString(),
      endedAt,
    }));
    const record = composeNotification({
      id: `${outbox.workflow}.${name}`,
      workflow: outbox.workflow,
      execution: executionArn,
      startedAt: new Date(startDate).toISOString(),
      endedAt,
      items,
      error: [status, event.detail.error, event.detail.cause].filter(Boolean).join(': '),
    });
    await deliverNotification(outbox, name, record, now());
    const open = items.filter((item) => item.outcome === 'interrupted');
    for (const item of open) {
      await settleWorkItem(ledger, item.id, executionArn, {
        outcome: item.outcome,
        reason: item.reason,
        at: now().toISOString(),
      });
    }
    return { closed: open.length };
  };
}

export const factory = () => {
  const outbox = createOutbox();
  const { DynamoDB } =
    require('@aws-sdk/client-dynamodb') as typeof import('@aws-sdk/client-dynamodb');
  return createHandler({
    ledger: { client: new DynamoDB({}), table: outbox.table, workflow: outbox.workflow },
    outbox,
    now: () => new Date(),
  });
};

function interruption(work: WorkItem, status: string): string {
  const ended = `the run ended (${status}) while it worked on it`;
  return work.target === undefined || work.target === work.settledTarget
    ? `${ended}; nothing had been asked of AWS`
    : `${ended}; ${work.target} was intended, and the next run follows it up`;
}
