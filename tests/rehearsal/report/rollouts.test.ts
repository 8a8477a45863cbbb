import { schemaProblems } from '../../../rehearsal/input-file';
import { renderHtml } from '../../../rehearsal/report/html';
import { toJson } from '../../../rehearsal/report/json';
import { renderTimeline } from '../../../rehearsal/report/timeline';
import type { CapacityResult, RefreshResult } from '../../../rehearsal/result';
import * as schema from '../../../rehearsal/schemas/rehearsal.schema.json';
import { NASTY, sampleResult } from './sample';

const at = (day: number, time: string) => `2026-02-${String(day).padStart(2, '0')}T${time}.000Z`;

const REFRESHES: readonly RefreshResult[] = [
  {
    id: 'r-1',
    group: 'web',
    startedAt: at(9, '04:00:00'),
    endedAt: at(9, '05:00:00'),
    status: 'Successful',
    reason: '',
    images: ['ami-2'],
    minHealthyPercentage: 75,
    lowest: { at: at(9, '04:10:00'), running: 3, desired: 4 },
  },
  {
    id: 'r-2',
    group: 'web',
    startedAt: at(18, '04:00:00'),
    endedAt: at(18, '05:30:00'),
    status: 'RollbackSuccessful',
    reason: `ami-3 is unhealthy ${NASTY}`,
    images: ['ami-3'],
  },
  {
    id: 'r-3',
    group: 'db',
    startedAt: at(19, '23:00:00'),
    endedAt: null,
    status: 'InProgress',
    reason: '',
    images: [],
  },
];

const CAPACITY: readonly CapacityResult[] = [
  {
    kind: 'group',
    name: 'web',
    points: [
      { at: at(1, '00:00:00'), running: 4, desired: 4 },
      { at: at(9, '04:10:00'), running: 3, desired: 4 },
      { at: at(9, '04:20:00'), running: 4, desired: 4 },
      { at: at(9, '04:30:00'), running: 4, desired: 6 },
      { at: at(9, '04:40:00'), running: 6, desired: 6 },
    ],
  },
  {
    kind: 'service',
    name: 'apps/api',
    points: [
      { at: at(1, '00:00:00'), running: 3 },
      { at: at(9, '04:15:00'), running: 2 },
      { at: at(9, '04:16:00'), running: 3 },
      { at: at(12, '00:00:00'), running: 4 },
    ],
  },
];

const result = (change = {}) =>
  sampleResult({ refreshes: REFRESHES, capacity: CAPACITY, ...change });

describe('the page', () => {
  const page = renderHtml(result());

  test('draws a bar for each refresh, in the row of its group, in its tone and to scale', () => {
    const bars = [
      ...page.matchAll(
        /<g class="(\w+)">\s*<title>([^<]*), 2026-02-\d\d \d\d:00, [^<]*<\/title>\s*<rect class="bar" x="([\d.]+)" y="(\d+)"/g,
      ),
    ].filter(([, , title]) => REFRESHES.some(({ status }) => title!.startsWith(status)));
    // 580 units are 31 days from 20 January.
    const x = (days: number) => Math.round((330 + (580 * days) / 31) * 10) / 10;
    expect(bars.map(([, tone, title, left, row]) => [tone, title, Number(left), row])).toEqual([
      ['waiting', 'InProgress', x(30 + 23 / 24), '31'],
      ['good', 'Successful to ami-2', x(20 + 4 / 24), '57'],
      ['bad', 'RollbackSuccessful to ami-3', x(29 + 4 / 24), '57'],
    ]);
  });

  test('lists them with what AWS says and when the group had least', () => {
    const text = page.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ');
    expect(text).toContain('2026-02-09 04:00 web ami-2 Successful 1 h 3 of 4 in service');
    expect(text).toContain('web ami-3 RollbackSuccessful ami-3 is unhealthy &lt;script&gt;');
    expect(text).toContain('db InProgress goes on');
  });

  test('draws capacity for each time in which it changed, first to last', () => {
    const titles = [...page.matchAll(/<h3>\s*(\S+)\s*<span class="soft"\s*>([^<]*)</g)];
    expect(titles.map(([, name, text]) => `${name}: ${text!.replace(/\s+/g, ' ')}`)).toEqual([
      'web: 2026-02-09 04:00, 1 h; lowest: 3 of 4 in service',
      'apps/api: 2026-02-09 04:15, 1 min; lowest: 2 running',
      'apps/api: 2026-02-12 00:00, 0 s; lowest: 3 running',
      'web: 2026-02-18 04:00, 1 h 30 min; lowest: 6 of 6 in service',
    ]);
  });

  test('draws what was in service, what was desired and what had to be healthy as steps', () => {
    const [picture] = [...page.matchAll(/aria-label="web: instances in service">([^]*?)<\/svg>/g)];
    const paths = Object.fromEntries(
      [...picture![1]!.matchAll(/class="line (\w+)" d="([^"]*)"/g)].map(([, kind, d]) => [kind, d]),
    );
    // An hour and 3 min on both sides is 860 wide from 50 on; 6 is at the top (36), none at the bottom (116).
    const x = (minute: number) => Math.round((50 + (860 * (minute + 3)) / 66) * 10) / 10;
    const y = (value: number) => Math.round((116 - (80 * value) / 6) * 10) / 10;
    expect(paths['running']).toBe(
      `M${x(-3)} ${y(4)}H${x(10)}V${y(3)}H${x(20)}V${y(4)}H${x(30)}V${y(4)}H${x(40)}V${y(6)}H910`,
    );
    expect(paths['desired']).toBe(
      `M${x(-3)} ${y(4)}H${x(10)}V${y(4)}H${x(20)}V${y(4)}H${x(30)}V${y(6)}H${x(40)}V${y(6)}H910`,
    );
    expect(paths['floor']).toBe(
      `M${x(0)} ${y(3)}H${x(10)}V${y(3)}H${x(20)}V${y(3)}H${x(30)}V${y(5)}H${x(40)}V${y(5)}H${x(60)}`,
    );
    expect(picture![1]).toContain(`x="${x(0)}"`);
    expect(picture![1]).toMatch(/<g class="good">\s*<title>Successful, 2026-02-09 04:00/);
  });

  test('shows the times in which most was missing where there are too many', () => {
    const points = [{ at: at(1, '00:00:00'), running: 9, desired: 10 }];
    for (let hour = 2; hour < 82; hour += 2) {
      const changed = new Date(Date.parse(at(1, '00:00:00')) + hour * 3_600_000);
      points.push({ at: changed.toISOString(), running: hour === 60 ? 1 : 10, desired: 10 });
    }
    const capacity = [{ kind: 'group' as const, name: 'web', points }];
    const many = renderHtml(result({ refreshes: undefined, capacity }));
    expect(many.match(/aria-label="web: instances in service"/g)).toHaveLength(30);
    expect(many).toMatch(/lowest:\s+1 of 10 in service/);
    expect(many).toContain('and 10 times more (the JSON has all)');
    const bad = { ...REFRESHES[1]!, startedAt: at(4, '05:30:00'), endedAt: at(4, '05:40:00') };
    expect(renderHtml(result({ refreshes: [bad], capacity }))).toMatch(
      /<title>RollbackSuccessful, 2026-02-04 05:30: [^<]*<\/title>\s*<rect\s+class="span"/,
    );
  });

  test('lists those that failed where there are too many', () => {
    const many = Array.from({ length: 250 }, (_, index) => ({
      ...REFRESHES[0]!,
      group: `web-${index}`,
      ...(index === 249 && { status: 'Failed', reason: 'no capacity' }),
    }));
    const listed = renderHtml(result({ refreshes: many, capacity: [] }));
    expect(listed).toContain('no capacity');
    expect(listed).toContain('and 50 more (the JSON has all)');
  });

  test('shows nothing of rollouts where there are none', () => {
    expect(renderHtml(sampleResult())).not.toMatch(/Instance refreshes|Capacity whenever/);
  });

  test('escapes every text of a rollout', () => {
    const poison = `x"><img src=x onload=y>${NASTY}`;
    const bad = renderHtml(
      result({
        refreshes: REFRESHES.map((refresh) => ({
          ...refresh,
          group: poison,
          status: poison,
          reason: poison,
          images: [poison],
        })),
        capacity: CAPACITY.map((one) => ({ ...one, name: poison })),
      }),
    );
    expect(bad.replace(/<style>[^]*?<\/style>/, '')).not.toMatch(/<script|<img|\u001b|\u202e/);
    expect(bad).toContain('&lt;img src=x onload=y&gt;');
  });
});

test('the timeline tells when a refresh starts and how it ends', () => {
  const lines = renderTimeline(result()).split('\n');
  const told = lines.filter((line) => line.includes('instance refresh'));
  expect(told.map((line) => line.trim())).toEqual([
    '2026-02-09 04:00  instance refresh of web to ami-2 starts',
    '2026-02-09 05:00  instance refresh of web ends Successful after 1 h, at least 3 of 4 in service',
    '2026-02-18 04:00  instance refresh of web to ami-3 starts',
    '2026-02-18 05:30  instance refresh of web ends RollbackSuccessful after 1 h 30 min',
    '2026-02-19 23:00  instance refresh of db starts',
    '2026-02-20 00:00  instance refresh of db is InProgress at the end',
  ]);
  const end = lines.findIndex((line) => line.includes('ends RollbackSuccessful'));
  expect(lines[end + 1]!.trim()).toMatch(/^ami-3 is unhealthy <script>/);
  const early = REFRESHES.map((one) => ({ ...one, startedAt: '2026-01-19T00:00:00.000Z' }));
  expect(renderTimeline(result({ refreshes: early }))).not.toMatch(/instance refresh.* starts/);
});

test('the JSON has them in the order of the contract, and keeps to its schema', () => {
  const written = JSON.parse(toJson(result()));
  expect(Object.keys(written).slice(-3)).toEqual(['refreshes', 'capacity', 'estate']);
  expect(Object.keys(written.refreshes[0]).join(' ')).toBe(
    'id group startedAt endedAt status reason images minHealthyPercentage lowest',
  );
  expect(Object.keys(written.capacity[0].points[0])).toEqual(['at', 'running', 'desired']);
  expect(written).toEqual(JSON.parse(JSON.stringify(result())));
  expect(schemaProblems(schema, written)).toEqual([]);
  written.refreshes[0].status = '';
  written.capacity[0].points[0].running = -1;
  expect(schemaProblems(schema, written)).toHaveLength(2);
});
