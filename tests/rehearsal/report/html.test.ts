import { html } from '../../../rehearsal/report/markup';
import { renderHtml } from '../../../rehearsal/report/html';
import type { RehearsalResult } from '../../../rehearsal/result';
import { invariants, NASTY, sampleResult } from './sample';

const FORBIDDEN = /<script|\u001b|\u202e|onload=/;

/** The result with every text, at whatever depth, replaced. */
function poisoned(value: unknown): unknown {
  if (typeof value === 'string') {
    return Number.isNaN(Date.parse(value)) ? `${value}"><img src=x onload=y>${NASTY}` : value;
  }
  if (Array.isArray(value)) {
    return value.map(poisoned);
  }
  return value !== null && typeof value === 'object'
    ? Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, poisoned(entry)]))
    : value;
}

/** What a reader sees of the page. */
function textOf(page: string): string {
  return page
    .replace(/<style>[^]*?<\/style>/, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ');
}

/** Whether every element that is opened is closed, in order; void elements aside. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  for (const [, closing, name, attributes] of page.matchAll(
    /<(\/?)([a-z][a-z0-9]*)((?:"[^"]*"|[^">])*)>/g,
  )) {
    if (closing) {
      if (open.pop() !== name) return [`</${name}>`];
    } else if (!attributes!.endsWith('/') && !['meta', 'br', 'link'].includes(name!)) {
      open.push(name!);
    }
  }
  return open;
}

describe('renderHtml', () => {
  const page = renderHtml(sampleResult());
  const text = textOf(page);

  test('shows the verdict, every item, execution, notification, invariant, denial, grant and cost', () => {
    const result = sampleResult();
    expect(text).toContain('OK all invariants held');
    for (const { id, outcome } of result.items) {
      expect(text).toContain(id);
      expect(text).toContain(outcome);
    }
    for (const { title, detail } of result.invariants) {
      expect(text).toContain(`${title} ${detail}`);
    }
    expect(text).toContain('5 h 21 min 312 1,204');
    expect(text).toContain('UPDATED (2) hr-desktop: updated FAILED (1)');
    expect(text).toContain('appstream:DeleteImage');
    expect(text).toContain('appstream:UntagResource');
    expect(text).toContain('1 LimitExceededException');
    expect(text).toContain('AppStream image builders 18.25 hours $1,234.50');
    expect(text).toContain('A new image is visible after 3 seconds.');
  });

  test('shows which invariants broke', () => {
    const broken = textOf(renderHtml(sampleResult({ ok: false, invariants: invariants(3, 8) })));
    expect(broken).toContain('BROKEN invariants 3, 8');
    expect(broken).not.toContain('all invariants held');
  });

  test('draws a bar per item that took time, in its tone, to scale', () => {
    const bars = [
      ...page.matchAll(
        /<g class="(\w+)">\s*<title>[^<]*<\/title>\s*<rect class="bar" x="([\d.]+)" y="\d+" width="([\d.]+)"/g,
      ),
    ];
    const [runs, gantt] = [bars.slice(0, 3), bars.slice(3, 7)];
    expect(runs.map(([, tone]) => tone)).toEqual(['good', 'bad', 'waiting']);
    expect(gantt.map(([, tone]) => tone)).toEqual(['good', 'good', 'bad', 'waiting']);
    // 580 units are 5 h 21.5 min; finance-desktop took 4 h 2 min from the start, hr-desktop 3 h 20 min.
    expect(gantt.map(([, , x]) => Number(x)).slice(0, 2)).toEqual([330, 330]);
    expect(Number(gantt[0]![3])).toBeCloseTo((580 * 242) / 321.5, 0);
    expect(Number(gantt[1]![3])).toBeCloseTo((580 * 200) / 321.5, 0);
    expect(Number(gantt[2]![2])).toBeCloseTo(330 + 580 / 321.5, 0);
  });

  test("draws the ages of the account's own images, the oldest first", () => {
    const ages = text.slice(text.indexOf('Age of the images at the end'));
    expect(ages).toMatch(/108 days.*53 days.*18 days/);
    expect(ages).not.toContain('theirs');
    expect(renderHtml(sampleResult({ estate: {} }))).not.toContain('Age of the images');
  });

  test('bars of ages end at a year', () => {
    const images = ['2020-01-01', '2025-08-20'].map((CreatedTime) => ({
      Name: CreatedTime,
      State: 'AVAILABLE',
      CreatedTime,
    }));
    const aged = renderHtml(
      sampleResult({ executions: [], items: [], estate: { appstream: { images } } }),
    );
    const widths = [...aged.matchAll(/class="bar" x="330" y="\d+" width="([\d.]+)"/g)];
    expect(widths.map(([, width]) => Number(width))).toEqual([580, 292.4]);
  });

  test('draws runs that had nothing to do in their own tone', () => {
    const [first] = sampleResult().executions;
    const idle = renderHtml(sampleResult({ executions: [first!], items: [], notifications: [] }));
    expect(idle).toMatch(
      /<g class="idle">\s*<title>SUCCEEDED, 2026-02-01 12:00, 5 h 21 min<\/title>/,
    );
    expect(idle).toContain('nothing to do');
  });

  test('colours ages: a month, a quarter, older', () => {
    const created = (days: number) => ({
      Name: `age-${days}`,
      State: 'AVAILABLE',
      CreatedTime: new Date(Date.parse('2026-02-20') - days * 86_400_000).toISOString(),
    });
    const images = [0, 35, 36, 90, 91].map(created);
    const aged = renderHtml(sampleResult({ estate: { appstream: { images } } }));
    const tones = [...aged.matchAll(/<g class="(\w+)">\s*<title>age-(\d+):/g)];
    expect(tones.map(([, tone, days]) => `${days} ${tone}`)).toEqual([
      '91 bad',
      '90 waiting',
      '36 waiting',
      '35 good',
      '0 good',
    ]);
  });

  test('cuts names that are too long for the chart, and shows them whole under the pointer', () => {
    const name = 'call-center-agents-emea-windows-server-2022-with-a-very-long-name';
    const cut = `${name.slice(0, 28)}…${name.slice(-17)}`;
    expect(page).toContain(cut);
    expect(page).toMatch(new RegExp(`<title>${name}</title>`));
    expect(text).toContain(' hr-desktop ');
  });

  test.each([
    ['2026-02-01T02:00:00.000Z', '00:15'],
    ['2026-02-01T04:00:00.000Z', '03:00'],
    ['2026-02-02T00:00:00.000Z', '06:00'],
    ['2026-02-09T00:00:00.000Z', '02-02'],
    ['2027-02-01T00:00:00.000Z', '04-09'],
  ])('marks round times until %s, neither few nor many', (to, mark) => {
    const change = { from: '2026-02-01T00:00:00.000Z', to, executions: [], items: [] };
    const drawn = renderHtml(sampleResult(change));
    const marks = [...drawn.matchAll(/text-anchor="middle">\s*([\d:-]+)\s*</g)].map(([, at]) => at);
    expect(marks.length).toBeGreaterThanOrEqual(4);
    expect(marks.length).toBeLessThanOrEqual(9);
    expect(marks).toContain(mark);
  });

  test('is one well-formed page that loads nothing', () => {
    expect(unbalanced(page)).toEqual([]);
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/\b(src|href)=|url\(|@import|<script|<link/);
    expect(page).toContain(`default-src 'none'`);
    expect(page).toContain('prefers-color-scheme: dark');
  });

  test('escapes every text that comes from the rehearsal', () => {
    const result = poisoned(sampleResult()) as RehearsalResult;
    const poison = renderHtml(result).replace(/<style>[^]*?<\/style>/, '');
    expect(poison.replace(/&lt;[^]*?&gt;/g, '')).not.toMatch(FORBIDDEN);
    expect(unbalanced(poison)).toEqual([]);
    // The poison is there, and it is text.
    expect(poison).toContain('&lt;img src=x onload=y&gt;&lt;script&gt;alert(&quot;x&quot;)');
    expect(poison.match(/<[a-z][^>]*onload/g)).toBeNull();
  });

  test('shows an empty rehearsal', () => {
    const empty = textOf(
      renderHtml(
        sampleResult({
          executions: [],
          items: [],
          notifications: [],
          calls: [],
          assumptions: [],
          iam: { denied: [], unused: [] },
          cost: { total: 0, groups: [], lines: [] },
        }),
      ),
    );
    expect(empty).toContain('Nothing was started.');
    expect(empty).toContain('Nobody was notified.');
    expect(empty).toContain('No execution reported an item.');
    expect(empty).toContain('No call was denied.');
    expect(empty).toContain('Every grant was used.');
  });
});

test('html escapes what is put in, and puts markup and lists together', () => {
  const inner = html`<b title="${'"'}">${'<&>'}</b>`;
  expect(html`<p>${[inner, ' ', 7]}</p>`.markup).toBe(
    '<p><b title="&quot;">&lt;&amp;&gt;</b> 7</p>',
  );
});
