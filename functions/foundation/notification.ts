import { layOut, spellCount, spellDuration, type Group } from './notification-text';

/** What became of one work item, in the words of the person who reads it. */
export interface ItemReport {
  readonly id: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
}

/**
 * - `failed`: AWS reported a failure, or refused; retried by the next run
 * - `blocked`: failed for the last allowed time; nothing tries again until a person has looked at it
 * - `interrupted`: the run ended while it worked on the item; the next run follows it up
 * - `unfinished`: AWS was still at work when the run gave up waiting; the next run follows it up
 * - `postponed`: not started, for lack of quota or of time; the next run starts it
 * - `updated`: a new version is there and committed
 * - `planned`: a real run would start it
 * - `skipped`: nothing to do, or not to be done, for the reason given
 */
export type Outcome =
  | 'failed'
  | 'blocked'
  | 'interrupted'
  | 'unfinished'
  | 'postponed'
  | 'updated'
  | 'planned'
  | 'skipped';

/** Something that the reader should know of the run as a whole. */
export interface Fact {
  readonly name: string;
  readonly value: string;
}

export interface RunReport {
  /** `<workflow>.<execution name>`: the same for every repetition of the same notification. */
  readonly id: string;
  readonly workflow: string;
  /** ARN of the execution. */
  readonly execution: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly endedAt: string;
  /** In the order of `sortByAttention`. */
  readonly items: readonly ItemReport[];
  /** Only so many of the items, from the first, may be named. Default: all. */
  readonly nameable?: number;
  /** Default: none. */
  readonly facts?: readonly Fact[];
  /** What the run was to do, for those who filter. */
  readonly mode?: string;
  /** Why the run itself ended early, where it did. */
  readonly error?: string;
}

export interface Alert {
  /** `<workflow>.<execution name>.<alert>`. */
  readonly id: string;
  readonly workflow: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly subject: string;
  readonly facts: readonly Fact[];
  readonly items: readonly ItemReport[];
}

export interface NotificationRecord {
  readonly id: string;
  readonly subject: string;
  /** Its form is that of `layOut`, from which the HTML is made as well. */
  readonly text: string;
  /** What a subscriber may filter by. */
  readonly labels: Labels;
}

/** `kind`: report, alert or undelivered; `attention`: true or false; `outcome`: the worst one; `mode`, if there is one. */
export type Labels = Readonly<Record<string, string>>;

/** Composes the one notification of a run. Pure: the same report gives the same record. */
export function composeNotification(report: RunReport): NotificationRecord {
  const { id, items, error, mode } = report;
  const groups = groupByOutcome(items);
  const counts = groups.map((group) => `${spellCount(group.items.length)} ${group.outcome}`);
  if (error !== undefined) counts.unshift('run ended early');
  const attention =
    error !== undefined ||
    items.some(({ outcome }) =>
      ['failed', 'blocked', 'interrupted', 'unfinished'].includes(outcome),
    );
  return {
    id,
    subject: fitSubject(
      `${attention ? 'Attention: ' : ''}${report.workflow}: ${counts.join(', ') || 'nothing to do'}`,
    ),
    text: layOut({
      id,
      facts: [
        ...describeRun(report.execution),
        { name: 'Started', value: report.startedAt },
        { name: 'Ended', value: report.endedAt },
        { name: 'Duration', value: spellDuration(report.startedAt, report.endedAt) },
        ...(error === undefined ? [] : [{ name: 'Error', value: error }]),
        ...(report.facts ?? []),
      ],
      groups,
      nameable: report.nameable ?? items.length,
      advice: nextSteps(items, error !== undefined),
    }),
    labels: {
      kind: 'report',
      attention: String(attention),
      outcome: groups[0]?.outcome ?? (error === undefined ? 'skipped' : 'failed'),
      ...(mode === undefined || mode === '' ? {} : { mode }),
    },
  };
}

/** Composes what should not wait for the end of the run. */
export function composeAlert(alert: Alert): NotificationRecord {
  const { id, items } = alert;
  const groups = groupByOutcome(items);
  return {
    id,
    subject: fitSubject(`Attention: ${alert.workflow}: ${alert.subject}`),
    text: layOut({
      id,
      facts: [...describeRun(alert.execution), ...alert.facts],
      groups,
      nameable: items.length,
      advice: ['The run goes on; its report follows when it ends.'],
    }),
    labels: { kind: 'alert', attention: 'true', outcome: groups[0]?.outcome ?? 'failed' },
  };
}

/** What needs attention first; within an outcome as given. */
export function sortByAttention(items: readonly ItemReport[]): ItemReport[] {
  return groupByOutcome(items).flatMap((group) => group.items);
}

/** What needs attention first. */
function groupByOutcome(items: readonly ItemReport[]): Group[] {
  const order: readonly Outcome[] = [
    'failed',
    'blocked',
    'interrupted',
    'unfinished',
    'postponed',
    'updated',
    'planned',
    'skipped',
  ];
  return order
    .map((outcome) => ({ outcome, items: items.filter((item) => item.outcome === outcome) }))
    .filter((group) => group.items.length > 0);
}

/**
 * Which run it was, and its page in the console. The other partitions have consoles of their own:
 * https://docs.aws.amazon.com/general/latest/gr/aws-arns-and-namespaces.html
 */
function describeRun(execution: string): Fact[] {
  const [, partition, , region = '', account = ''] = execution.split(':');
  const hosts: Record<string, string> = {
    'aws-cn': 'console.amazonaws.cn',
    'aws-us-gov': 'console.amazonaws-us-gov.com',
  };
  const host = hosts[partition ?? ''] ?? `${region}.console.aws.amazon.com`;
  const page = `/states/home?region=${region}#/v2/executions/details/${execution}`;
  return [
    { name: 'Account', value: account },
    { name: 'Region', value: region },
    { name: 'Run', value: execution.split(':').at(-1) ?? '' },
    { name: 'Console', value: `https://${host}${page}` },
  ];
}

function nextSteps(items: readonly ItemReport[], endedEarly: boolean): string[] {
  const has = (...outcomes: readonly Outcome[]) =>
    items.some(({ outcome }) => outcomes.includes(outcome));
  const steps = [
    endedEarly && 'Look at the run in Step Functions; start it again, it continues where it ended.',
    has('failed') && 'The next run tries what failed again; if the reason persists, mend it first.',
    has('blocked') &&
      'Nothing tries what is blocked again until somebody has done what its line says.',
    has('interrupted', 'unfinished') &&
      'The next run follows up what AWS had not finished. Nothing needs to be deleted.',
    has('postponed') &&
      'The next run takes what was postponed. Where a quota is named, have it raised or delete what nothing uses.',
    has('planned') && 'Nothing was changed: a run in the mode update does what is planned.',
  ];
  return steps.filter((step) => step !== false);
}

/** SNS takes subjects of less than 100 printable ASCII characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
export function fitSubject(subject: string): string {
  const ascii = subject.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}
