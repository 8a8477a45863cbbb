import { requireVariable } from './environment';
import { describeFailure, type Failure } from './failure';
import { createLedger, type Ledger } from './ledger';
import { FAILED_ITEMS, NAMESPACE } from './metrics';
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
  /**
   * What needs attention first, as many as fit into a state, which holds 256 KiB:
   * https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
   */
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
  /** Takes a line of the function's log, as it is. */
  readonly print: (line: string) => unknown;
}

/**
 * Writes down, once, how a run ended, from its log in the ledger, and publishes how many items failed. Its result is the
 * run's output.
 *
 * A line of CloudWatch's embedded metric format is a data point as soon as it is in the log: no call and no grant
 * publish it, so that a report has nothing more to fail at. It may be delivered twice, and a run be reported again: it
 * has the time of the first report, and alarms take the maximum. Its other members are for CloudWatch Logs Insights.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function createHandler({ ledger, retentionDays, now, print }: ReportRunDependencies) {
  const describeCounts = (execution: string, all: readonly ItemReport[], at: string) => {
    const outcomes: Record<string, number> = {};
    for (const { outcome } of all) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    const Metrics = [{ Name: FAILED_ITEMS, Unit: 'Count' }];
    const directive = { Namespace: NAMESPACE, Dimensions: [['Workflow']], Metrics };
    return JSON.stringify({
      _aws: { Timestamp: Date.parse(at), CloudWatchMetrics: [directive] },
      Workflow: execution.split(':')[6],
      [FAILED_ITEMS]: (outcomes['failed'] ?? 0) + (outcomes['blocked'] ?? 0),
      execution,
      outcomes,
    });
  };
  return async (event: ReportRunEvent): Promise<ReportRunResult> => {
    const endedAt = event.endedAt ?? now().toISOString();
    const log = await readRunLog(ledger, event.run);
    const all = sortByAttention([
      ...log.outcomes,
      ...describeMissing(log, event, endedAt),
      ...log.leftOut,
    ]);
    let room = 200_000;
    const items = all.filter((item) => (room -= Buffer.byteLength(JSON.stringify(item)) + 1) >= 0);
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
    const { writtenAt } = await keepRecord(ledger, record, retentionDays, now());
    print(describeCounts(event.execution, all, writtenAt));
    return { items, furtherItems, notification: { id: record.id } };
  };
}

/**
 * It does not print by the console: with logs in JSON Lambda wraps what that gets, and the metric is lost.
 * https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html#nodejs-logging-advanced-emf
 */
export const factory = () => {
  return createHandler({
    ledger: createLedger(),
    retentionDays: Number(requireVariable('RECORD_RETENTION_DAYS')),
    now: () => new Date(),
    print: (line) => process.stdout.write(`${line}\n`),
  });
};

/** Lines for what was queued and has none. What a run held when it ended has one by the time the closer reports it. */
function describeMissing(
  { queued, outcomes }: RunLog,
  { startedAt, error }: ReportRunEvent,
  endedAt: string,
): ItemReport[] {
  const known = new Set(outcomes.map(({ id }) => id));
  const [outcome, reason, began] =
    error === undefined
      ? ([
          'interrupted',
          'the work on it ended without an outcome; the next run follows it up',
          startedAt,
        ] as const)
      : (['postponed', 'the run ended before its turn; the next run takes it', endedAt] as const);
  return queued
    .filter((id) => !known.has(id))
    .map((id) => ({ id, outcome, reason, startedAt: began, endedAt }));
}
