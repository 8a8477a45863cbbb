import type { ExecutionResult, ItemResult, NotificationResult, RehearsalResult } from '../result';
import {
  attention,
  compare,
  counted,
  dollars,
  dollarsEach,
  duration,
  figure,
  finalItems,
  inService,
  minute,
  oneLine,
  roleName,
  shownItems,
  summary,
  sumOf,
} from './format';
import { openedOpsItems } from './ops-items';
import { groupRuns } from './runs';

/**
 * The rehearsal as text: first what happened, in order of time, then how it is to be judged; the last lines say
 * what became of every item, and the very last one what became of the whole.
 */
export function renderTimeline(result: RehearsalResult): string {
  const span = `${minute(result.from)} to ${minute(result.to)} UTC (${duration(result.from, result.to)})`;
  const sections: [string, string[]][] = [
    [`Rehearsal from ${span}`, timeline(result)],
    ['Access', access(result)],
    ['Cost (estimated)', cost(result)],
    ['Assumptions where AWS documents nothing', assumptions(result)],
    ['Invariants', invariants(result)],
    ['What became of every item', outcomes(result)],
  ];
  const text = sections.map(([title, lines]) => [title, ...lines.map((line) => `  ${line}`)]);
  return `${text.map((lines) => lines.join('\n')).join('\n\n')}\n\n${summary(result)}\n`;
}

interface Entry {
  readonly at: string;
  readonly lines: readonly string[];
}

function timeline(result: RehearsalResult): string[] {
  const entries = [
    ...groupRuns(result).flatMap(({ idle, executions }) =>
      idle
        ? [idleEntry(executions)]
        : executions.flatMap((execution) => executionEntries(execution, result.items)),
    ),
    ...refreshEntries(result),
    ...notificationEntries(result.notifications),
    ...opsItemEntries(result),
  ];
  // Sorting is stable: what happens at the same time stays in the order of its making.
  const sorted = entries.sort((a, b) => compare(a.at, b.at));
  const lines = sorted.flatMap(({ at, lines: [first = '', ...more] }) => [
    `${minute(at)}  ${first}`,
    ...more.map((line) => `${' '.repeat(18)}${line}`),
  ]);
  return lines.length === 0
    ? ['Nothing happened: no schedule and no event fell in this time.']
    : lines;
}

function idleEntry([first, ...more]: readonly [ExecutionResult, ...ExecutionResult[]]): Entry {
  const { workflow, trigger, startedAt } = first;
  const last = more.at(-1);
  const times = last ? ` ${more.length + 1} times until ${minute(last.startedAt)}` : '';
  const line = `${workflow} runs${times} and has nothing to do (${trigger})`;
  return { at: startedAt, lines: [oneLine(line)] };
}

function executionEntries(execution: ExecutionResult, items: readonly ItemResult[]): Entry[] {
  const { workflow, startedAt, endedAt, status, trigger } = execution;
  const own = items.filter((item) => item.execution === execution.id);
  const entries: Entry[] = [
    { at: startedAt, lines: [`${oneLine(workflow)} starts (${oneLine(trigger)})`] },
  ];
  if (endedAt === null) {
    return [
      ...entries,
      { at: startedAt, lines: [`${oneLine(workflow)} is still running at the end`] },
    ];
  }
  const { error } = execution;
  const reason = error ? [oneLine(`${error.error ?? 'no error name'}: ${error.cause ?? ''}`)] : [];
  return [
    ...entries,
    {
      at: endedAt,
      lines: [
        `${oneLine(workflow)} ends ${status} after ${duration(startedAt, endedAt)} ` +
          `(${counted(execution.transitions, 'transition')}, ${counted(execution.historyEvents, 'history event')})`,
        ...reason,
        ...itemLines(own),
      ],
    },
  ];
}

/** What AWS replaces, whoever asked it to. */
function refreshEntries({ refreshes = [], from, to }: RehearsalResult): Entry[] {
  return refreshes.flatMap(({ group, startedAt, endedAt, status, reason, images, lowest }) => {
    const what = `instance refresh of ${group}`;
    const target = images.length === 0 ? '' : ` to ${images.join(', ')}`;
    const start = { at: startedAt, lines: [oneLine(`${what}${target} starts`)] };
    const low = lowest === undefined ? '' : `, at least ${inService(lowest)}`;
    const end =
      endedAt === null
        ? { at: to, lines: [oneLine(`${what} is ${status} at the end${low}`)] }
        : {
            at: endedAt,
            lines: [
              oneLine(`${what} ends ${status} after ${duration(startedAt, endedAt)}${low}`),
              ...(reason === '' ? [] : [oneLine(reason)]),
            ],
          };
    return startedAt < from ? [end] : [start, end];
  });
}

function itemLines(items: readonly ItemResult[]): string[] {
  const { shown, rest } = shownItems(items);
  const width = Math.max(0, ...shown.map(({ outcome }) => outcome.length));
  const lines = shown.map(({ id, outcome, reason, startedAt, endedAt }) => {
    const took = minute(startedAt) === minute(endedAt) ? '' : `, ${period(startedAt, endedAt)}`;
    return `${oneLine(outcome).padEnd(width)}  ${oneLine(`${id}${took}: ${reason}`)}`;
  });
  return rest === undefined ? lines : [...lines, rest];
}

/** `12:00 - 15:20 (3 h 20 min)`, with the dates where they differ. */
function period(from: string, to: string): string {
  const sameDay = from.slice(0, 10) === to.slice(0, 10);
  const show = (iso: string) => (sameDay ? minute(iso).slice(11) : minute(iso));
  return `${show(from)} - ${show(to)} (${duration(from, to)})`;
}

/** One line per notification: what is sent by several channels, or repeated, is one. */
function notificationEntries(notifications: readonly NotificationResult[]): Entry[] {
  const byId = new Map<string, NotificationResult[]>();
  for (const notification of notifications) {
    byId.set(notification.id, [...(byId.get(notification.id) ?? []), notification]);
  }
  return [...byId.values()].map((deliveries) => {
    const first = deliveries[0]!;
    const addresses = [...new Set(deliveries.map(({ channel, to }) => `${channel} ${to}`))];
    const repeated = deliveries.length - addresses.length;
    const times = repeated > 0 ? ` (${counted(repeated, 'repetition')})` : '';
    return {
      at: first.at,
      lines: [oneLine(`notified by ${addresses.join(' and ')}${times}: ${first.subject}`)],
    };
  });
}

function opsItemEntries(result: RehearsalResult): Entry[] {
  return openedOpsItems(result).map(({ at, id, severity, title, status }) => ({
    at,
    lines: [oneLine(`OpsItem ${id} (${severity}): ${title}; ${status} at the end`)],
  }));
}

function access({ iam, calls }: RehearsalResult): string[] {
  return [
    `${counted(calls.length, 'call')}, ${counted(iam.denied.length, 'denial')}, ` +
      `${counted(iam.unused.length, 'unused grant')}`,
    ...iam.denied.map(({ principal, action, resource, reason }) =>
      oneLine(`denied: ${roleName(principal)}: ${action} on ${resource}: ${reason}`),
    ),
    ...iam.unused.map(({ role, sid, action, resource }) =>
      oneLine(`unused: ${roleName(role)}, ${sid}: ${action} on ${resource}`),
    ),
  ];
}

function cost({ cost: { lines, total, groups, ...per } }: RehearsalResult): string[] {
  const rows = lines.map(({ item, quantity, unit, amount }) => [
    oneLine(item),
    `${figure(quantity)} ${oneLine(unit)}`,
    dollars(amount),
  ]);
  const sums =
    groups.length < 2 ? [] : groups.map((one) => [sumOf(one.group), '', dollars(one.amount)]);
  return [
    ...aligned([...rows, ...sums, ['Total', '', dollars(total)]]),
    ...(per.controlPlanePerUpdatedItem === undefined
      ? []
      : [
          `The control plane costs ${dollarsEach(per.controlPlanePerUpdatedItem)} per updated item.`,
        ]),
  ];
}

function assumptions({ assumptions: list }: RehearsalResult): string[] {
  return list.length === 0 ? ['None was used.'] : list.map((text) => `- ${oneLine(text)}`);
}

function invariants(result: RehearsalResult): string[] {
  return result.invariants.map(
    ({ id, title, held, detail }) =>
      `${id}  ${held ? 'held  ' : 'BROKEN'}  ${oneLine(title)}: ${oneLine(detail)}`,
  );
}

function outcomes(result: RehearsalResult): string[] {
  const { shown, rest } = shownItems(finalItems(result.items));
  if (shown.length === 0) return ['No execution reported an item.'];
  const width = Math.max(...shown.map(({ outcome }) => outcome.length));
  const idWidth = Math.max(...shown.map(({ id }) => id.length));
  // What somebody has to look at comes last, where the eye is.
  const lines = [...shown]
    .sort((a, b) => attention(a) - attention(b))
    .map(({ id, outcome, reason }) =>
      `${oneLine(outcome).padEnd(width)}  ${oneLine(id).padEnd(idWidth)}  ${oneLine(reason)}`.trimEnd(),
    );
  return rest === undefined ? lines : [rest, ...lines];
}

/** Columns of equal width; the last one to the right, as figures are. */
function aligned(rows: readonly (readonly string[])[]): string[] {
  const columns = Math.max(...rows.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === columns - 1 ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!),
      )
      .join('  '),
  );
}
