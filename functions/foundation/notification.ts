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
 * - `updated`: a new version is there and committed
 * - `failed`: AWS reported a failure, or refused; retried by the next run
 * - `postponed`: not started for lack of quota; the next run starts it
 * - `unfinished`: AWS was still at work when the run gave up waiting; the next run follows it up
 * - `interrupted`: the run ended while it worked on the item; the next run follows it up
 * - `planned`: a real run would start it
 * - `skipped`: nothing to do, or not to be done, for the reason given
 */
export type Outcome =
  'updated' | 'failed' | 'postponed' | 'unfinished' | 'interrupted' | 'planned' | 'skipped';

export interface RunReport {
  /** `<workflow>.<execution name>`: the same for every repetition of the same notification. */
  readonly id: string;
  readonly workflow: string;
  /** ARN of the execution. */
  readonly execution: string;
  readonly startedAt: string;
  readonly endedAt: string;
  readonly items: readonly ItemReport[];
  /** Why the run itself ended early, where it did. */
  readonly error?: string;
}

export interface NotificationRecord {
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** Composes the one notification of a run. Pure: the same report gives the same record. */
export function composeNotification(report: RunReport): NotificationRecord {
  const groups = groupByOutcome(report.items);
  const counts = groups.map((group) => `${group.items.length} ${group.outcome}`).join(', ');
  const failed = report.error !== undefined || groups.some((group) => group.outcome === 'failed');
  const subject = fitSubject(
    `${failed ? 'Attention: ' : ''}${report.workflow}: ${
      report.error === undefined ? counts || 'nothing to do' : 'run ended early'
    }`,
  );
  const { account, region } = partsOfArn(report.execution);
  const facts: readonly (readonly [string, string])[] = [
    ['Account', `${account}, ${region}`],
    ['Run', report.execution],
    ['Started', report.startedAt],
    ['Ended', report.endedAt],
    ...(report.error === undefined ? [] : [['Error', report.error] as const]),
  ];
  return {
    id: report.id,
    subject,
    text: composeText(facts, groups, report),
    html: composeHtml(subject, facts, groups, report),
  };
}

interface Group {
  readonly outcome: Outcome;
  readonly items: readonly ItemReport[];
}

/** What needs attention first. */
function groupByOutcome(items: readonly ItemReport[]): Group[] {
  const order: readonly Outcome[] = [
    'failed',
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

function composeText(
  facts: readonly (readonly [string, string])[],
  groups: readonly Group[],
  report: RunReport,
): string {
  const lines = facts.map(([name, value]) => `${name}: ${value}`);
  for (const group of groups) {
    lines.push('', `${group.outcome.toUpperCase()} (${group.items.length})`);
    for (const item of group.items) lines.push(`  ${item.id}: ${item.reason}`);
  }
  const advice = nextSteps(groups, report);
  if (advice.length > 0) lines.push('', 'What to do next', ...advice.map((step) => `  ${step}`));
  lines.push('', `Notification ${report.id}`);
  return lines.join('\n');
}

function composeHtml(
  subject: string,
  facts: readonly (readonly [string, string])[],
  groups: readonly Group[],
  report: RunReport,
): string {
  const rows = facts
    .map(([name, value]) => `<tr><th align="left">${name}</th><td>${escapeHtml(value)}</td></tr>`)
    .join('');
  const sections = groups
    .map(
      (group) =>
        `<h3>${group.outcome} (${group.items.length})</h3><ul>` +
        group.items
          .map((item) => `<li><b>${escapeHtml(item.id)}</b>: ${escapeHtml(item.reason)}</li>`)
          .join('') +
        '</ul>',
    )
    .join('');
  const steps = nextSteps(groups, report).map((step) => `<li>${escapeHtml(step)}</li>`);
  const advice = steps.length === 0 ? '' : `<h3>What to do next</h3><ul>${steps.join('')}</ul>`;
  return (
    `<html><body><h2>${escapeHtml(subject)}</h2><table>${rows}</table>${sections}${advice}` +
    `<p>Notification ${escapeHtml(report.id)}</p></body></html>`
  );
}

function nextSteps(groups: readonly Group[], report: RunReport): string[] {
  const outcomes = groups.map((group) => group.outcome as string);
  const steps: string[] = [];
  if (report.error !== undefined) {
    steps.push('Look at the run in Step Functions; start it again, it continues where it ended.');
  }
  if (outcomes.includes('failed')) {
    steps.push('The next run tries what failed again; if the reason persists, mend it first.');
  }
  if (outcomes.includes('interrupted') || outcomes.includes('unfinished')) {
    steps.push('The next run follows up what AWS had not finished. Nothing needs to be deleted.');
  }
  if (outcomes.includes('postponed')) {
    steps.push('Raise the quota that is named, or delete what is no longer used.');
  }
  return steps;
}

/** SNS takes subjects of less than 100 printable ASCII characters: https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
function fitSubject(subject: string): string {
  const ascii = subject.replace(/[^\x20-\x7e]/g, '?');
  return ascii.length < 100 ? ascii : `${ascii.slice(0, 96)}...`;
}

function partsOfArn(arn: string): { account: string; region: string } {
  const parts = arn.split(':');
  return { account: parts[4] ?? '', region: parts[3] ?? '' };
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
