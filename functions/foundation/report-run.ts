import { requireVariable } from './environment';
import { describeFailure, type Failure } from './failure';
import { createLedger, type Ledger } from './ledger';
import { composeNotification, sortByAttention, type Fact, type ItemReport } from './notification';
import { keepRecord } from './record';
import { readRunLog, type RunLog } from './run-log';

export interface ReportRunEvent {
  /** ARN and name of the execution. */
  readonly execution: string;
  readonly run: string;
  /** ISO 8601. */
  readonly startedAt: string;
  /** ISO 8601. @default now */
  readonly endedAt?: string;
  /** What the run was to do, for subscribers that filter by it. A `reconcile` that found nothing has no items. */
  readonly mode?: string;
  /** Whether a run that had nothing to do is not worth a notification. @default false */
  readonly quiet?: boolean;
  /** What else the reader should know. @default none */
  readonly facts?: readonly Fact[];
  /** Why the run ended early, as Step Functions hands it to a Catch. */
  readonly error?: Failure;
}

export interface ReportRunResult {
  /** What needs attention first, as many as fit into a state. */
  readonly items: readonly ItemReport[];
  /** How many more items there are. */
  readonly furtherItems: number;
  /** What `deliver` is to send; an empty id: nothing. */
  readonly notification: { readonly id: string };
}

export interface ReportRunDependencies {
  readonly ledger: Ledger;
  /** How long the record is kept, in days. */
  readonly retentionDays: number;
  readonly now: () => Date;
}

/** Writes down, once, how a run ended, from its log in the ledger. Its result is the run's output. */
export function createHandler({ ledger, retentionDays, now }: ReportRunDependencies) {
  return async (event: ReportRunEvent): Promise<ReportRunResult> => {
    const endedAt = event.endedAt ?? now().toISOString();
    const log = await readRunLog(ledger, event.run);
    const all = sortByAttention([
      ...log.outcomes,
      ...describeMissing(log, event, endedAt),
      ...log.leftOut,
    ]);
    const items = all.slice(0, countThatFit(all));
    const furtherItems = all.length - items.length;
    const idle = all.every(({ outcome }) => outcome === 'skipped');
    if (event.quiet === true && idle && event.error === undefined) {
      const told = event.mode === 'reconcile' ? [] : items;
      return { items: told, furtherItems, notification: { id: '' } };
    }
    const record = composeNotification({
      id: `${ledger.workflow}.${event.run}`,
      workflow: ledger.workflow,
      execution: event.execution,
      startedAt: event.startedAt,
      endedAt,
      items: all,
      nameable: items.length,
      facts: event.facts ?? [],
      ...(event.mode === undefined ? {} : { mode: event.mode }),
      ...(event.error === undefined ? {} : { error: describeFailure(event.error) }),
    });
    await keepRecord(ledger, record, retentionDays, now());
    return { items, furtherItems, notification: { id: record.id } };
  };
}

export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    retentionDays: Number(requireVariable('RECORD_RETENTION_DAYS')),
    now: () => new Date(),
  });
};

/** Lines for what was queued and has none. What a run held when it ended has one by the time the closer reports it. */
function describeMissing(
  { queued, outcomes }: RunLog,
  { startedAt, error }: ReportRunEvent,
  endedAt: string,
): ItemReport[] {
  const known = new Set(outcomes.map(({ id }) => id));
  const missing = queued.filter((id) => !known.has(id));
  if (error === undefined) {
    const reason = 'the work on it ended without an outcome; the next run follows it up';
    return missing.map((id) => ({ id, outcome: 'interrupted', reason, startedAt, endedAt }));
  }
  const reason = 'the run ended before its turn; the next run takes it';
  return missing.map((id) => ({
    id,
    outcome: 'postponed',
    reason,
    startedAt: endedAt,
    endedAt,
  }));
}

/** A state holds 256 KiB: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
function countThatFit(items: readonly ItemReport[]): number {
  let room = 200_000;
  const last = items.findIndex((item) => {
    room -= Buffer.byteLength(JSON.stringify(item)) + 1;
    return room < 0;
  });
  return last < 0 ? items.length : last;
}
