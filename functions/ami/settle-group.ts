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
import { recordOutcome } from '../foundation/run-log';

export interface SettleEvent {
  /** ARN and name of the run. */
  readonly execution: string;
  readonly run: string;
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  /** `undone`: it ended without success, for the reason given. */
  readonly outcome: Outcome | 'undone';
  readonly reason?: string;
  /** Id of the refresh that came to nothing; an empty text: none was started. */
  readonly refreshId?: string;
  /** Whether what was made for it has been deleted, and what could not be. */
  readonly undo?: { readonly done: boolean; readonly left: string };
  /** The error that ended the work on the group. */
  readonly error?: Failure;
  readonly startedAt: string;
}

export interface SettleDependencies {
  readonly ledger: Ledger;
  /** Failed rollouts of an AMI to a group before it is left alone. */
  readonly attempts: number;
  readonly now: () => Date;
}

/** Writes what became of a group, gives its lease back, and returns the line for the report. */
export function createHandler({ ledger, attempts, now }: SettleDependencies) {
  return async (event: SettleEvent): Promise<ItemReport> => {
    const { execution, run, group, ami, undo: { done = false, left = '' } = {} } = event;
    const work = await readWorkItem(ledger, group);
    const { outcome, reason, failures } =
      event.outcome === 'undone'
        ? judge(event, work, attempts)
        : {
            outcome: event.outcome,
            reason: withoutRequest(event.reason ?? describeFailure(event.error)),
            failures: event.outcome === 'updated' ? 0 : undefined,
          };
    const at = now();
    const line = {
      id: group,
      outcome,
      reason: left === '' ? reason : `${reason}. ${left}`,
      startedAt: event.startedAt,
      endedAt: at.toISOString(),
    };
    await recordOutcome(ledger, run, line, at);
    // Where an error left nothing behind, nobody needs to come back for it. What AWS did not let go is named in the
    // line, and deleted after the next rollout that succeeds.
    const isOver =
      ['undone', 'updated', 'skipped'].includes(event.outcome) || (done && left === '');
    await settleWorkItem(ledger, group, execution, {
      outcome,
      reason: line.reason,
      at: line.endedAt,
      ...(failures === undefined ? {} : { failures }),
      ...(isOver && work.target === ami ? { settledTarget: ami } : {}),
    });
    return line;
  };
}

export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    attempts: Number(requireVariable('ATTEMPTS')),
    now: () => new Date(),
  });
};

/** What a rollout without success means for its group. Asked again, it answers the same. */
function judge(
  { execution, ami, refreshId = '', reason = '' }: SettleEvent,
  work: WorkItem,
  attempts: number,
): { readonly outcome: Outcome; readonly reason: string; readonly failures: number } {
  // The first attempt is the first with this AMI: what failed before was another one.
  const isSame = work.settledTarget === ami || (work.attempt ?? 1) > 1;
  const before = isSame ? (work.failures ?? 0) : 0;
  // An attempt that never began is none.
  if (refreshId === '') return { outcome: 'postponed', reason, failures: before };
  const isCounted = work.settledTarget === ami && work.settledBy === execution;
  const failures = isCounted ? before : before + 1;
  const said = `${ami}: ${reason.replace(/\.$/, '')}`;
  if (failures < attempts) {
    return {
      outcome: 'failed',
      reason: `${said}. Attempt ${failures} of ${attempts} that failed; the next run tries again`,
      failures,
    };
  }
  return {
    outcome: 'blocked',
    reason: `${said}. It is not tried on it again: publish a newer AMI, or start the workflow with "force": true`,
    failures,
  };
}
