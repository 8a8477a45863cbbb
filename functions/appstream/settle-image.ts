import type { AppStream } from '@aws-sdk/client-appstream';
import { requireVariable } from '../foundation/environment';
import { describeFailure, withoutRequest, type Failure } from '../foundation/failure';
import {
  createLedger,
  readWorkItem,
  settleWorkItem,
  type Ledger,
  type WorkItem,
} from '../foundation/ledger';
import type { ItemReport, Outcome } from '../foundation/notification';
import { readQueued, recordOutcome } from '../foundation/run-log';
import { leaveWindow } from '../foundation/window';
import {
  createAppStream,
  failureReason,
  isInFlight,
  readImage,
  tagNames,
  type TaggedImage,
} from './images';
import { failuresBefore } from './attempts';
import type { RunMode } from './run-input';

export interface SettleEvent {
  /** ARN and name of the run. */
  readonly execution: string;
  readonly run: string;
  readonly mode: RunMode;
  readonly position: number;
  /** Name of the image; an empty string where even the claim failed. */
  readonly source: string;
  /** Name of the successor; an empty string if there is none. */
  readonly target: string;
  readonly outcome: Outcome;
  /** What the run knows of the reason; where the successor is FAILED, AWS's own takes its place. */
  readonly reason?: string;
  /** The error that ended the work on the image, as Step Functions hands it to a Catch. */
  readonly error?: Failure;
  readonly startedAt: string;
}

export interface SettleDependencies {
  readonly appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>;
  readonly ledger: Ledger;
  /** Failed updates in a row after which an image is blocked. */
  readonly attempts: number;
  readonly now: () => Date;
}

/**
 * Writes what became of an image, gives its lease and its place in the window back, and returns the line for the
 * report. An image whose updates failed too often, and which was tagged so before, is reported as blocked.
 */
export function createHandler(dependencies: SettleDependencies) {
  const { appstream, ledger, now } = dependencies;
  return async (event: SettleEvent): Promise<ItemReport> => {
    const { execution, run, mode, target } = event;
    const source = event.source || ((await readQueued(ledger, run, event.position)) ?? '');
    const successor =
      target !== '' && ['failed', 'updated', 'unfinished'].includes(event.outcome)
        ? await readImage(appstream, target)
        : undefined;
    const at = now();
    const failed = successor?.state === 'FAILED';
    const { reason, outcome, count } = failed
      ? await judgeFailure(dependencies, source, successor)
      : {
          outcome: event.outcome,
          reason: withoutRequest(event.reason ?? describeFailure(event.error)),
          count: event.outcome === 'updated' ? { failures: 0, blocked: false } : {},
        };
    const line = {
      id: source,
      outcome,
      reason,
      startedAt: event.startedAt,
      endedAt: at.toISOString(),
    };
    await recordOutcome(ledger, run, line, at);
    if (mode === 'plan') return line;
    // An update that goes on keeps its place.
    const goesOn = successor !== undefined && isInFlight(successor.state);
    if (target !== '' && !goesOn) await leaveWindow(ledger, [target]);
    // Where nothing was asked of AWS, there is nothing to follow up either.
    const isOver = target !== '' && (failed || ['updated', 'skipped'].includes(outcome));
    await settleWorkItem(ledger, source, execution, {
      outcome,
      reason,
      at: line.endedAt,
      ...count,
      ...(isOver ? { settledTarget: target } : {}),
    });
    return line;
  };
}

export const factory = () => {
  return createHandler({
    appstream: createAppStream(),
    ledger: createLedger(),
    attempts: Number(requireVariable('ATTEMPTS')),
    now: () => new Date(),
  });
};

/** What a failed update means for its source. Asked again, it answers the same. */
async function judgeFailure(
  { ledger, attempts }: SettleDependencies,
  source: string,
  successor: TaggedImage,
): Promise<{
  readonly outcome: Outcome;
  readonly reason: string;
  readonly count: { readonly failures: number; readonly blocked: boolean };
}> {
  const failures = countFailures(await readWorkItem(ledger, source), successor.name);
  const said = `${successor.name} is FAILED. ${failureReason(successor.image).replace(/\.$/, '')}`;
  const times = `Update ${failures} of ${attempts} that failed`;
  if (failures < attempts) {
    const reason = `${said}. ${times}; the next run tries again`;
    return { outcome: 'failed', reason, count: { failures, blocked: false } };
  }
  const reason = `${said}. ${times}: blocked. Mend the cause, then set the tag ${tagNames().autoUpdate} of ${source} to Enabled`;
  return { outcome: 'blocked', reason, count: { failures, blocked: true } };
}

function countFailures(work: WorkItem, target: string) {
  return work.settledTarget === target ? (work.failures ?? 0) : failuresBefore(work) + 1;
}
