import type { AppStream } from '@aws-sdk/client-appstream';
import { createLedger, settleWorkItem, type Ledger } from '../foundation/ledger';
import type { ItemReport, Outcome } from '../foundation/notification';
import { createAppStream, failureReason, readImage } from './images';

export interface SettleEvent {
  /** ARN of the execution. */
  readonly execution: string;
  readonly source: string;
  /** Name of the successor; an empty string if there is none. */
  readonly target: string;
  readonly outcome: Outcome;
  /** What the run knows of the reason; where the successor is FAILED, AWS's own takes its place. */
  readonly reason?: string;
  /** The error that ended the work on the image, as Step Functions hands it to a Catch. */
  readonly error?: { readonly Error?: string; readonly Cause?: string };
  readonly startedAt: string;
}

export interface SettleDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** Writes what became of an image, gives its lease back, and returns the line for the report. */
export function createHandler({ appstream, ledger, now }: SettleDependencies) {
  return async (event: SettleEvent): Promise<ItemReport> => {
    const successor =
      event.outcome === 'failed' && event.target !== ''
        ? await readImage(appstream, event.target)
        : undefined;
    const failed = successor?.state === 'FAILED';
    const reason = failed
      ? `${event.target} is FAILED. ${failureReason(successor.image)}`
      : withoutRequest(event.reason ?? describeError(event.error));
    const ended = failed || event.outcome === 'updated';
    const endedAt = now().toISOString();
    await settleWorkItem(ledger, event.source, event.execution, {
      outcome: event.outcome,
      reason,
      at: endedAt,
      ...(ended ? { settledTarget: event.target } : {}),
    });
    return {
      id: event.source,
      outcome: event.outcome,
      reason,
      startedAt: event.startedAt,
      endedAt,
    };
  };
}

/** Step Functions adds service, status code and request to AWS's own words. */
function withoutRequest(reason: string): string {
  return reason.replace(/ \(Service: [^)]*\)( \(SDK Attempt Count: \d+\))?$/, '');
}

/** A function's error arrives as JSON text; people read its message. */
function describeError(error: SettleEvent['error']): string {
  const cause = error?.Cause ?? 'no cause given';
  let message = cause;
  try {
    const parsed = JSON.parse(cause) as { errorMessage?: string } | null;
    message = parsed?.errorMessage ?? cause;
  } catch {
    // Not JSON: AWS's own words.
  }
  return `${error?.Error ?? 'Error'}: ${message}`;
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    now: () => new Date(),
  });
};
