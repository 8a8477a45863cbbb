import { deliverNotification, type Deliveries, type Outbox } from './delivery';
import { composeNotification, type ItemReport } from './notification';
import { createOutbox } from './outbox';

export interface ReportRunEvent {
  /** ARN and name of the execution. */
  readonly execution: string;
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly items?: readonly ItemReport[];
  /** Items that the run looked at and left alone. */
  readonly leftOut?: readonly ItemReport[];
  /** Whether a run that had nothing to do is not worth a notification. @default false */
  readonly quiet?: boolean;
  /** Why the run ended early, as Step Functions hands it to a Catch. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
}

export interface ReportRunResult {
  readonly items: readonly ItemReport[];
  readonly notification: { readonly id: string; readonly deliveries: Deliveries };
}

export interface ReportRunDependencies {
  readonly outbox: Outbox;
  readonly now: () => Date;
}

/** Tells people how a run ended: once, with what happened to every item. Its result is the run's output. */
export function createHandler({ outbox, now }: ReportRunDependencies) {
  return async (event: ReportRunEvent): Promise<ReportRunResult> => {
    const items = [...(event.items ?? []), ...(event.leftOut ?? [])];
    const idle = items.every(({ outcome }) => outcome === 'skipped');
    if (event.quiet === true && idle && event.error === undefined) {
      return { items, notification: { id: '', deliveries: {} } };
    }
    const record = composeNotification({
      id: `${outbox.workflow}.${event.run}`,
      workflow: outbox.workflow,
      execution: event.execution,
      startedAt: event.startedAt,
      endedAt: now().toISOString(),
      items,
      ...(event.error === undefined
        ? {}
        : { error: `${event.error.Error ?? 'Error'}: ${event.error.Cause ?? 'no cause given'}` }),
    });
    const { deliveries } = await deliverNotification(outbox, event.run, record, now());
    return { items, notification: { id: record.id, deliveries } };
  };
}

export const factory = () => createHandler({ outbox: createOutbox(), now: () => new Date() });
