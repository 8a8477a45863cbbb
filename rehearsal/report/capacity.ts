import { floorOf } from '../checker/capacity';
import type { CapacityResult, RefreshResult, RehearsalResult } from '../result';
import { picture, RIGHT, round, ticks, WIDTH } from './drawing';
import { compare, counted, duration, inService, minute, toneOfRefresh } from './format';
import { html, type Markup } from './markup';

const LEFT = 50;
const TOP = 26;
const HEIGHT = 90;

/** Changes so far apart have nothing to do with each other: an hour, in milliseconds. */
const APART = 3_600_000;

/** So many charts are shown: more than that nobody looks through. */
const MOST_CHARTS = 30;

/** A time in which the capacity of something changed, or an instance refresh was under way. All in epoch milliseconds. */
interface Episode {
  readonly of: CapacityResult;
  readonly refreshes: readonly RefreshResult[];
  readonly from: number;
  readonly to: number;
}

/**
 * The capacity of groups and services over time: a chart for each time in which it changed, drawn out so that seconds
 * can be told. Where there are too many, those are shown that came nearest to nothing.
 */
export function capacityCharts(result: RehearsalResult): {
  readonly charts: readonly Markup[];
  /** What is said of those that are not shown; empty where all are. */
  readonly rest: string;
} {
  const episodes = (result.capacity ?? []).flatMap((one) => episodesOf(one, result));
  const shown = [...episodes]
    .sort((a, b) => attention(b) - attention(a))
    .slice(0, MOST_CHARTS)
    .sort((a, b) => a.from - b.from || compare(a.of.name, b.of.name));
  const others = episodes.length - shown.length;
  return {
    charts: shown.map((episode) => episodeChart(episode)),
    rest: others > 0 ? `and ${counted(others, 'time')} more (the JSON has all)` : '',
  };
}

function episodesOf(of: CapacityResult, { refreshes = [], to: end }: RehearsalResult): Episode[] {
  const own = of.kind === 'group' ? refreshes.filter(({ group }) => group === of.name) : [];
  const spans = [
    // What was there at first is no change.
    ...of.points.slice(1).map(({ at }) => ({ from: Date.parse(at), to: Date.parse(at) })),
    ...own.map(({ startedAt, endedAt }) => ({
      from: Date.parse(startedAt),
      to: Date.parse(endedAt ?? end),
    })),
  ].sort((a, b) => a.from - b.from);
  const merged: { from: number; to: number }[] = [];
  for (const span of spans) {
    const last = merged.at(-1);
    if (last !== undefined && span.from - last.to <= APART) last.to = Math.max(last.to, span.to);
    else merged.push({ ...span });
  }
  return merged
    .map((span) => ({
      of,
      refreshes: own.filter(({ startedAt, endedAt }) => {
        const begins = Date.parse(startedAt);
        return begins <= span.to && Date.parse(endedAt ?? end) >= span.from;
      }),
      ...span,
    }))
    .filter((episode) => pointsIn(episode).length > 0);
}

/** How much was missing at worst, of what was desired. */
function attention(episode: Episode): number {
  const points = pointsIn(episode);
  const most = Math.max(...points.map(({ running }) => running));
  const missing = points.map(({ running, desired = most }) =>
    desired === 0 ? 0 : 1 - running / desired,
  );
  const bad = episode.refreshes.some((refresh) => toneOfRefresh(refresh) === 'bad');
  return Math.max(0, ...missing) + (bad ? 1 : 0);
}

/** What held when the episode began, and every change in it. */
function pointsIn({ of: { points }, from, to }: Episode): CapacityResult['points'] {
  const first = points.filter(({ at }) => Date.parse(at) < from).at(-1);
  const inside = points.filter(({ at }) => Date.parse(at) >= from && Date.parse(at) <= to);
  return first === undefined ? inside : [first, ...inside];
}

function episodeChart(episode: Episode): Markup {
  const { of, refreshes, from, to } = episode;
  const points = pointsIn(episode);
  const margin = Math.max(60_000, (to - from) / 20);
  const [start, end] = [from - margin, to + margin];
  const most = Math.max(1, ...points.map(({ running, desired = 0 }) => Math.max(running, desired)));
  const x = (time: number) => {
    const share = Math.min(1, Math.max(0, (time - start) / (end - start)));
    return round(LEFT + share * (WIDTH - LEFT - RIGHT));
  };
  const y = (value: number) => round(TOP + HEIGHT - (value / most) * (HEIGHT - 10));
  const steps = (values: readonly (readonly [time: number, value: number])[]) =>
    values
      .map(([time, value], index) => `${index === 0 ? `M${x(time)} ` : `H${x(time)}V`}${y(value)}`)
      .join('');
  /** From its first value, or the left end, to the right one. */
  const line = (kind: string, values: readonly (readonly [number, number])[]) =>
    values.length === 0 ? [] : [html`<path class="line ${kind}" d="${steps(values)}H${x(end)}" />`];
  const times = points.map(({ at }) => Math.max(start, Date.parse(at)));
  const running = points.map((point, index) => [times[index]!, point.running] as const);
  const desired = points.flatMap((point, index) =>
    point.desired === undefined ? [] : [[times[index]!, point.desired] as const],
  );
  const lowest = points.reduce((low, one) => (one.running < low.running ? one : low), points[0]!);
  const content = [
    refreshes.map(
      (refresh) =>
        html`<g class="${toneOfRefresh(refresh)}">
          <title>${refresh.status}, ${minute(refresh.startedAt)}: ${refresh.reason}</title>
          <rect
            class="span"
            x="${x(Date.parse(refresh.startedAt))}"
            y="${TOP}"
            width="${round(x(refresh.endedAt === null ? end : Date.parse(refresh.endedAt)) - x(Date.parse(refresh.startedAt)))}"
            height="${HEIGHT}"
          />
        </g>`,
    ),
    ticks(start, end).map(({ at, text }) => {
      const position = x(at);
      return html`<line
          class="grid"
          x1="${position}"
          x2="${position}"
          y1="${TOP - 6}"
          y2="${TOP + HEIGHT}"
        />
        <text class="soft" x="${position}" y="14" text-anchor="middle">${text}</text>`;
    }),
    [0, most].map(
      (value) =>
        html`<text class="soft" x="${LEFT - 8}" y="${y(value) + 4}" text-anchor="end"
          >${value}</text
        >`,
    ),
    line('desired', desired),
    line('running', running),
    // On top: where there is just enough, both are to be seen.
    refreshes.flatMap((refresh) => floorLine(refresh, { desired, x, y, end })),
  ];
  const what = of.kind === 'group' ? 'instances in service' : 'running tasks';
  const title = `${of.name}: ${what}`;
  return html`<h3>
      ${of.name}
      <span class="soft"
        >${minute(new Date(from).toISOString())},
        ${duration(new Date(from).toISOString(), new Date(to).toISOString())}; lowest:
        ${inService(lowest)}</span
      >
    </h3>
    ${picture(TOP + HEIGHT + 8, content, title)}`;
}

/** What must be in service while a refresh is under way, as far as it is known. */
function floorLine(
  { startedAt, endedAt, minHealthyPercentage }: RefreshResult,
  chart: {
    readonly desired: readonly (readonly [time: number, value: number])[];
    readonly x: (time: number) => number;
    readonly y: (value: number) => number;
    readonly end: number;
  },
): Markup[] {
  const { desired, x, y, end } = chart;
  const [from, to] = [Date.parse(startedAt), endedAt === null ? end : Date.parse(endedAt)];
  const begin = desired.filter(([time]) => time <= from).at(-1) ?? desired[0];
  if (minHealthyPercentage === undefined || begin === undefined) return [];
  const floors = [
    [from, begin[1]] as const,
    ...desired.filter(([time]) => time > from && time < to),
  ];
  const path = floors.map(([time, value], index) => {
    const height = y(floorOf(value, minHealthyPercentage));
    return index === 0 ? `M${x(time)} ${height}` : `H${x(time)}V${height}`;
  });
  return [html`<path class="line floor" d="${path.join('')}H${x(to)}" />`];
}
