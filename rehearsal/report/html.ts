import type { ExecutionResult, RehearsalResult } from '../result';
import type { Json } from '../services/service';
import { access } from './access';
import { capacityCharts } from './capacity';
import { ageChart, itemsChart, overviewChart, refreshesChart } from './charts';
import {
  brokenInvariants,
  compare,
  counted,
  dollars,
  dollarsEach,
  duration,
  figure,
  finalItems,
  inService,
  minute,
  MOST_ROWS,
  shownItems,
  outcomeCounts,
  summary,
  sumOf,
  toneOf,
  toneOfRefresh,
  toneOfStatus,
  type Tone,
} from './format';
import { html, type Markup } from './markup';
import { openedOpsItems } from './ops-items';
import { badge, nothing, remark, section, table, time } from './parts';
import { groupRuns } from './runs';
import { STYLE } from './style';

/**
 * The rehearsal as one page that needs nothing else: no script, no font, no picture from elsewhere, and its own
 * policy forbids them. Everything that comes from the rehearsal is escaped.
 */
export function renderHtml(result: RehearsalResult): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'"
        />
        <title>Rehearsal ${minute(result.from)} to ${minute(result.to)}</title>
        <style>
          ${{ markup: STYLE }}
        </style>
      </head>
      <body>
        <main>
          <h1>Rehearsal of ${duration(result.from, result.to)}</h1>
          <p class="soft">
            ${minute(result.from)} to ${minute(result.to)} UTC. ${summary(result)}.
          </p>
          ${tiles(result)} ${section('Overview', overviewChart(result))}
          ${section('Items', items(result))} ${executionCharts(result)} ${refreshes(result)}
          ${capacity(result)} ${section('Executions', executions(result))}
          ${section('Notifications', notifications(result))} ${opsItems(result)}
          ${section('Invariants', invariants(result))} ${section('Access', access(result))}
          ${ages(result)} ${section('Cost (estimated)', cost(result))}
          ${section('Assumptions where AWS documents nothing', assumptions(result))}
        </main>
      </body>
    </html> `;
  return page.markup;
}

function tiles(result: RehearsalResult): Markup {
  const broken = brokenInvariants(result);
  const final = finalItems(result.items);
  const failed = final.filter(({ outcome }) => toneOf(outcome) === 'bad').length;
  const ended = result.executions.filter(({ status }) => toneOfStatus(status) === 'bad').length;
  const denied = result.iam.denied.length;
  const verdict = broken.length === 0 ? 'all invariants held' : `invariants ${broken.join(', ')}`;
  const runs = ended === 0 ? 'none failed' : `${ended} did not succeed`;
  return html`<div class="tiles">
    ${tile(result.ok ? 'OK' : 'BROKEN', verdict, result.ok ? 'good' : 'bad')}
    ${tile(figure(final.length), `items: ${outcomeCounts(final) || 'none'}`, failed > 0 ? 'bad' : 'good')}
    ${tile(figure(result.executions.length), `executions, ${runs}`, ended > 0 ? 'bad' : 'good')}
    ${tile(figure(result.notifications.length), 'notifications delivered', 'idle')}
    ${tile(figure(denied), `of ${counted(result.calls.length, 'call')} denied`, denied > 0 ? 'bad' : 'good')}
    ${tile(dollars(result.cost.total), 'estimated cost', 'idle')}
  </div>`;
}

function tile(value: string, text: string, tone: Tone): Markup {
  return html`<div class="tile ${tone}"><b>${value}</b><span class="soft">${text}</span></div>`;
}

function items(result: RehearsalResult): Markup {
  const { shown, rest = '' } = shownItems(finalItems(result.items));
  const rows = shown.map(({ id, outcome, reason, endedAt }) => [
    id,
    badge(outcome, toneOf(outcome)),
    reason,
    time(endedAt),
  ]);
  return rows.length === 0
    ? nothing('No execution reported an item.')
    : html`${table(['Item', 'Outcome', 'Reason', 'Since'], rows)} ${remark(rest)}`;
}

/** A Gantt chart for each execution that worked on anything for a time. */
function executionCharts(result: RehearsalResult): Markup[] {
  return result.executions.flatMap((execution) => {
    const busy = result.items.filter(
      ({ execution: of, outcome, startedAt, endedAt }) =>
        of === execution.id && toneOf(outcome) !== 'idle' && startedAt < endedAt,
    );
    const to = execution.endedAt ?? result.to;
    const title = `${execution.workflow}, ${minute(execution.startedAt)} (${duration(execution.startedAt, to)})`;
    if (busy.length === 0) return [];
    const { shown, rest = '' } = shownItems(busy);
    const chart = itemsChart(shown, execution.startedAt, to);
    return [section(title, html`${chart} ${remark(rest)}`)];
  });
}

function refreshes({ refreshes: all = [], from, to }: RehearsalResult): Markup | Markup[] {
  if (all.length === 0) return [];
  const shown = [...all]
    .sort((a, b) => Number(toneOfRefresh(b) === 'bad') - Number(toneOfRefresh(a) === 'bad'))
    .slice(0, MOST_ROWS)
    .sort((a, b) => compare(a.startedAt, b.startedAt));
  const rows = shown.map((refresh) => {
    const { startedAt, endedAt, group, images, status, reason, lowest } = refresh;
    return [
      time(startedAt),
      group,
      images.join(', '),
      html`${badge(status, toneOfRefresh(refresh))}<br /><span class="soft">${reason}</span>`,
      endedAt === null ? 'goes on' : duration(startedAt, endedAt),
      lowest === undefined ? '' : inService(lowest),
    ];
  });
  const heads = ['Started', 'Group', 'To', 'Status', 'Duration', 'Lowest'];
  const others = all.length - shown.length;
  return section(
    'Instance refreshes',
    html`${refreshesChart(shown, from, to)}
    ${table(heads, rows, { 2: 'whole', 4: 'figure', 5: 'figure' })}
    ${remark(others > 0 ? `and ${figure(others)} more (the JSON has all)` : '')}`,
  );
}

function capacity(result: RehearsalResult): Markup | Markup[] {
  const { charts, rest } = capacityCharts(result);
  if (charts.length === 0) return [];
  return section(
    'Capacity whenever it changed',
    html`<p class="soft">
        <span class="key running">in service, or running</span>
        <span class="key desired">desired</span>
        <span class="key floor">must be healthy</span>
      </p>
      ${charts} ${remark(rest)}`,
  );
}

function executions(result: RehearsalResult): Markup {
  const heads = [
    'Started',
    'Workflow',
    'Trigger',
    'Status',
    '',
    'Duration',
    'Transitions',
    'Events',
  ];
  const rows = groupRuns(result).map(({ idle, executions: [execution, ...more] }) => [
    time(execution.startedAt),
    execution.workflow,
    execution.trigger,
    idle ? badge('nothing to do', 'idle') : badge(execution.status, toneOfStatus(execution.status)),
    more.length === 0
      ? errorOf(execution)
      : `${more.length + 1} runs, the last ${minute(more.at(-1)!.startedAt)}`,
    execution.endedAt === null ? 'goes on' : duration(execution.startedAt, execution.endedAt),
    figure(execution.transitions),
    figure(execution.historyEvents),
  ]);
  return rows.length === 0
    ? nothing('Nothing was started.')
    : table(heads, rows, { 5: 'figure', 6: 'figure', 7: 'figure' });
}

function errorOf({ error }: ExecutionResult): string {
  return error === undefined ? '' : [error.error, error.cause].filter(Boolean).join(': ');
}

function notifications(result: RehearsalResult): Markup {
  if (result.notifications.length === 0) {
    return nothing('Nobody was notified.');
  }
  return html`${result.notifications.map(
    ({ at, channel, to, subject, text, id }) =>
      html`<details>
        <summary>
          ${time(at)} <b>${subject}</b> <span class="soft">${channel} to ${to}</span>
        </summary>
        <pre>${text}</pre>
        <span class="soft">id ${id}</span>
      </details> `,
  )}`;
}

function opsItems(result: RehearsalResult): Markup | Markup[] {
  const rows = openedOpsItems(result).map(({ at, id, severity, title, status }) => [
    time(at),
    id,
    severity,
    title,
    badge(status, status === 'Resolved' ? 'good' : 'bad'),
  ]);
  const heads = ['Opened', 'OpsItem', 'Severity', 'Title', 'At the end'];
  return rows.length === 0 ? [] : section('OpsItems', table(heads, rows, { 1: 'whole' }));
}

function invariants(result: RehearsalResult): Markup {
  const rows = result.invariants.map(({ id, title, held, detail }) => [
    id,
    badge(held ? 'held' : 'BROKEN', held ? 'good' : 'bad'),
    html`<b>${title}</b><br /><span class="soft">${detail}</span>`,
  ]);
  return table(['', 'Verdict', 'Invariant'], rows);
}

/** Ages of the account's own images that can be used, from the estate. */
function ages({ estate, to }: RehearsalResult): Markup | readonly Markup[] {
  const images: Json[] = estate?.appstream?.images ?? [];
  const usable = images
    .filter(({ State, Visibility, CreatedTime }) => {
      const own = Visibility === undefined || Visibility === 'PRIVATE';
      return own && State === 'AVAILABLE' && !Number.isNaN(Date.parse(CreatedTime));
    })
    .map(({ Name, CreatedTime }) => ({
      name: String(Name),
      createdAt: new Date(CreatedTime).toISOString(),
    }));
  if (usable.length === 0) return [];
  const further = usable.length - MOST_ROWS;
  const rest = further > 0 ? `and ${figure(further)} more, which are younger` : '';
  return section(
    'Age of the images at the end',
    html`${ageChart(usable, to, MOST_ROWS)} ${remark(rest)}`,
  );
}

function cost({ cost: { lines, total, groups, ...per } }: RehearsalResult): Markup {
  const rows = lines.map(({ item, quantity, unit, amount }) => [
    item,
    figure(quantity),
    unit,
    dollars(amount),
  ]);
  const sum = [html`<b>Total</b>`, '', '', html`<b>${dollars(total)}</b>`];
  const sums = groups.map(({ group, amount }) => [
    html`<b>${sumOf(group)}</b>`,
    '',
    '',
    html`<b>${dollars(amount)}</b>`,
  ]);
  const { controlPlanePerUpdatedItem: each } = per;
  return html`${table(
    ['Item', 'Quantity', 'Unit', 'Amount'],
    [...rows, ...(sums.length < 2 ? [] : sums), sum],
    { 1: 'figure', 3: 'figure' },
  )}
  ${each === undefined ? [] : nothing(`The control plane costs ${dollarsEach(each)} per updated item.`)}`;
}

function assumptions({ assumptions: list }: RehearsalResult): Markup {
  return list.length === 0
    ? nothing('None was used.')
    : html`<ul>
        ${list.map((text) => html`<li>${text}</li>`)}
      </ul>`;
}
