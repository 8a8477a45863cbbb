import type { ItemResult, RefreshResult, RehearsalResult } from '../result';
import {
  compare,
  counted,
  duration,
  minute,
  toneOf,
  toneOfRefresh,
  toneOfStatus,
  type Tone,
} from './format';
import { picture, RIGHT, round, ticks, WIDTH } from './drawing';
import { html, type Markup } from './markup';
import { groupRuns } from './runs';

const LABELS = 330;
const ROW = 26;
const TOP = 26;

const DAY = 86_400_000;

/** A horizontal bar of a chart, with times as ISO 8601. */
interface Bar {
  readonly from: string;
  readonly to: string;
  readonly tone: Tone;
  /** What the pointer shows. */
  readonly title: string;
}

interface Row {
  readonly label: string;
  readonly bars: readonly Bar[];
  /** Moments, drawn as diamonds. */
  readonly marks?: readonly { readonly at: string; readonly title: string }[];
  /** Shown right of the chart. */
  readonly note?: string;
}

/** The whole time at a glance: per workflow its executions, and the notifications. */
export function overviewChart(result: RehearsalResult): Markup {
  const runs = groupRuns(result).flatMap(({ idle, executions }) =>
    executions.map((execution) => ({ ...execution, idle })),
  );
  const workflows = [...new Set(runs.map(({ workflow }) => workflow))].sort(compare);
  const rows = workflows.map((workflow): Row => {
    const own = runs.filter((run) => run.workflow === workflow);
    return {
      label: workflow,
      bars: own.map(({ startedAt, endedAt, status, idle }) => ({
        from: startedAt,
        to: endedAt ?? result.to,
        tone: idle ? 'idle' : toneOfStatus(status),
        title: `${status}, ${minute(startedAt)}, ${duration(startedAt, endedAt ?? result.to)}`,
      })),
      note: counted(own.length, 'run'),
    };
  });
  const marks = result.notifications.map(({ at, channel, subject }) => ({
    at,
    title: `${minute(at)} ${channel}: ${subject}`,
  }));
  const last: Row = { label: 'notifications', bars: [], marks, note: String(marks.length) };
  return chart(result.from, result.to, [...rows, last], 'Executions and notifications over time');
}

/** Gantt chart of instance refreshes, a row for each group. */
export function refreshesChart(
  refreshes: readonly RefreshResult[],
  from: string,
  to: string,
): Markup {
  const groups = [...new Set(refreshes.map(({ group }) => group))].sort(compare);
  const rows = groups.map((group): Row => {
    const own = refreshes.filter((refresh) => refresh.group === group);
    return {
      label: group,
      bars: own.map((refresh) => {
        const { startedAt, endedAt, status, reason, images } = refresh;
        const what = images.length === 0 ? '' : ` to ${images.join(', ')}`;
        return {
          from: startedAt,
          to: endedAt ?? to,
          tone: toneOfRefresh(refresh),
          title:
            `${status}${what}, ${minute(startedAt)}, ${duration(startedAt, endedAt ?? to)}` +
            (reason === '' ? '' : `: ${reason}`),
        };
      }),
      note: counted(own.length, 'refresh', 'refreshes'),
    };
  });
  return chart(from, to, rows, 'Instance refreshes over time');
}

/** Gantt chart of the items of one execution that took any time. */
export function itemsChart(items: readonly ItemResult[], from: string, to: string): Markup {
  const rows = [...items]
    .sort((a, b) => compare(a.startedAt, b.startedAt) || compare(a.id, b.id))
    .map(({ id, outcome, reason, startedAt, endedAt }): Row => ({
      label: id,
      bars: [
        {
          from: startedAt,
          to: endedAt,
          tone: toneOf(outcome),
          title: `${outcome}, ${minute(startedAt)} - ${minute(endedAt)}: ${reason}`,
        },
      ],
      note: duration(startedAt, endedAt),
    }));
  return chart(from, to, rows, 'Items over time');
}

/** How old images are at the end, the `most` oldest, the oldest first; a bar ends at a year, so that one relic hides no other. */
export function ageChart(
  images: readonly { readonly name: string; readonly createdAt: string }[],
  now: string,
  most: number,
): Markup {
  const rows = [...images]
    .filter(({ createdAt }) => createdAt <= now)
    .sort((a, b) => compare(a.createdAt, b.createdAt) || compare(a.name, b.name))
    .slice(0, most);
  const ages = rows.map(({ createdAt }) => Date.parse(now) - Date.parse(createdAt));
  const longest = Math.min(365 * DAY, Math.max(DAY, ...ages));
  const bars = rows.map(({ name, createdAt }, index) => {
    const age = Date.parse(now) - Date.parse(createdAt);
    const days = Math.floor(age / DAY);
    // A security update is a month old at most when the image is rebuilt each month.
    const tone: Tone = days <= 35 ? 'good' : days <= 90 ? 'waiting' : 'bad';
    const y = index * ROW + 5;
    const width = round(Math.min(1, age / longest) * (WIDTH - LABELS - RIGHT));
    return html`<g class="${tone}">
      <title>${name}: created ${minute(createdAt)}, ${counted(days, 'day')} old</title>
      ${label(name, y)} ${track(y)} ${rectangle('bar', LABELS, y, width)}
      ${remark(counted(days, 'day'), y)}
    </g>`;
  });
  return picture(rows.length * ROW + 8, bars, 'Age of the images');
}

function chart(from: string, to: string, rows: readonly Row[], title: string): Markup {
  const start = Date.parse(from);
  const span = Math.max(1, Date.parse(to) - start);
  const x = (iso: string) => {
    const share = Math.min(1, Math.max(0, (Date.parse(iso) - start) / span));
    return round(LABELS + share * (WIDTH - LABELS - RIGHT));
  };
  const height = TOP + rows.length * ROW + 6;
  const grid = ticks(start, start + span).map(({ at, text }) => {
    const position = x(new Date(at).toISOString());
    return html`<line
        class="grid"
        x1="${position}"
        x2="${position}"
        y1="${TOP - 6}"
        y2="${height}"
      />
      <text class="soft" x="${position}" y="14" text-anchor="middle">${text}</text>`;
  });
  const lines = rows.map(({ label: text, bars, marks = [], note = '' }, index) => {
    const y = TOP + index * ROW + 5;
    return html`<g>
      ${label(text, y)} ${track(y)}
      ${bars.map((bar) => {
        const width = Math.max(3, round(x(bar.to) - x(bar.from)));
        return html`<g class="${bar.tone}">
          <title>${bar.title}</title>
          ${rectangle('bar', x(bar.from), y, width)}
        </g>`;
      })}
      ${marks.map(
        (mark) =>
          html`<g>
            <title>${mark.title}</title>
            <path class="mark" d="M${x(mark.at)} ${y + 1}l6 7l-6 7l-6 -7z" />
          </g>`,
      )}
      ${remark(note, y)}
    </g>`;
  });
  return picture(height, [grid, lines], title);
}

/** A name left of its row; the whole name shows under the pointer where it had to be cut. */
function label(text: string, y: number): Markup {
  const most = 46;
  const shown = text.length > most ? `${text.slice(0, 28)}…${text.slice(-(most - 29))}` : text;
  return html`<g>
    <title>${text}</title>
    <text x="${LABELS - 10}" y="${y + 12}" text-anchor="end">${shown}</text>
  </g>`;
}

function track(y: number): Markup {
  return rectangle('track', LABELS, y, WIDTH - LABELS - RIGHT);
}

function rectangle(kind: 'bar' | 'track', x: number, y: number, width: number): Markup {
  return html`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="16" rx="3" />`;
}

/** A figure right of its row. */
function remark(text: string, y: number): Markup {
  return html`<text class="soft" x="${WIDTH - RIGHT + 8}" y="${y + 12}">${text}</text>`;
}
