import {
  composeAlert,
  composeNotification,
  sortByAttention,
  type ItemReport,
  type Outcome,
} from '../../../functions/foundation/notification';
import { renderHtml } from '../../../functions/foundation/notification-html';
import { spellCount, spellDuration } from '../../../functions/foundation/notification-text';

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1';
const times = { startedAt: '2026-02-01T12:00:00.000Z', endedAt: '2026-02-01T16:12:00.000Z' };
const items: ItemReport[] = [
  { id: 'bad', outcome: 'failed', reason: 'bad-2 is FAILED. <b>KB1</b> & "KB2"', ...times },
  { id: 'good', outcome: 'updated', reason: 'updated to good-2', ...times },
];

function report(members: object = {}) {
  const run = { id: 'updater.run-1', workflow: 'updater', execution, ...times, items };
  return composeNotification({ ...run, ...members });
}

function many(count: number, outcome: Outcome, reason = `updated to something newer`) {
  return Array.from({ length: count }, (_, index) => ({
    id: `${outcome}-${index}`,
    outcome,
    reason,
    ...times,
  }));
}

const headings = (text: string) => text.split('\n').filter((line) => /^[A-Z]+ \(/.test(line));
const counts = (text: string) => text.split('\n').filter((line) => line.startsWith('  and '));
const namesIn = (text: string, outcome: Outcome) =>
  text.split('\n').filter((line) => line.startsWith(`  ${outcome}-`)).length;

describe('a notification', () => {
  it.each([
    [{}, 'Attention: updater: 1 failed, 1 updated'],
    [{ items: items.slice(1) }, 'updater: 1 updated'],
    [{ items: many(1_234, 'updated') }, 'updater: 1,234 updated'],
    [{ items: many(1, 'blocked') }, 'Attention: updater: 1 blocked'],
    [{ items: many(1, 'interrupted') }, 'Attention: updater: 1 interrupted'],
    [{ items: many(1, 'unfinished') }, 'Attention: updater: 1 unfinished'],
    [{ items: many(1, 'postponed') }, 'updater: 1 postponed'],
    [{ items: [] }, 'updater: nothing to do'],
    [{ items: [], error: 'InvalidInput: x' }, 'Attention: updater: run ended early'],
    [
      { items: items.slice(1), error: 'InvalidInput: x' },
      'Attention: updater: run ended early, 1 updated',
    ],
  ])('says in its subject what happened, and whether somebody must look: %#', (run, subject) => {
    expect(report(run).subject).toBe(subject);
  });

  it('names account, region, run and every item with its time and reason, and what to do next', () => {
    const facts = [{ name: 'Quota', value: '5 updates\nat a time' }];
    expect(report({ facts, error: 'States.Timeout: too long' }).text).toBe(
      [
        'Account: 111122223333',
        'Region: eu-west-1',
        'Run: run-1',
        `Console: https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${execution}`,
        'Started: 2026-02-01T12:00:00.000Z',
        'Ended: 2026-02-01T16:12:00.000Z',
        'Duration: 4 h 12 min',
        'Error: States.Timeout: too long',
        'Quota: 5 updates at a time',
        '',
        'FAILED (1)',
        '  bad (4 h 12 min): bad-2 is FAILED. <b>KB1</b> & "KB2"',
        '',
        'UPDATED (1)',
        '  good (4 h 12 min): updated to good-2',
        '',
        'What to do next',
        '  Look at the run in Step Functions; start it again, it continues where it ended.',
        '  The next run tries what failed again; if the reason persists, mend it first.',
        '',
        'Notification updater.run-1',
      ].join('\n'),
    );
  });

  it.each([
    ['failed', 'tries what failed again'],
    ['blocked', 'until somebody has done what its line says'],
    ['interrupted', 'follows up what AWS had not finished'],
    ['unfinished', 'follows up what AWS had not finished'],
    ['postponed', 'have it raised'],
    ['planned', 'Nothing was changed'],
  ] as const)('says what to do next about what is %s, and only then', (outcome, advice) => {
    expect(report({ items: many(1, outcome) }).text).toContain(advice);
    expect(report({ items: many(1, 'updated') }).text).not.toContain(advice);
  });

  it.each([
    ['aws-cn', 'cn-north-1', 'https://console.amazonaws.cn/states/home?region=cn-north-1#'],
    ['aws-us-gov', 'us-gov-west-1', 'https://console.amazonaws-us-gov.com/states/home?region='],
  ])('links to the console of the partition %s', (partition, region, link) => {
    const arn = `arn:${partition}:states:${region}:111122223333:execution:updater:run-1`;
    expect(report({ execution: arn }).text).toContain(link);
  });

  it('says nothing of the time of what took none', () => {
    const idle = { ...items[1]!, endedAt: times.startedAt };
    expect(report({ items: [idle] }).text).toContain('  good: updated to good-2');
  });

  it('has what a subscriber may filter by', () => {
    expect(report({ mode: 'update' }).labels).toEqual({
      kind: 'report',
      attention: 'true',
      outcome: 'failed',
      mode: 'update',
    });
    expect(report({ items: items.slice(1), mode: '' }).labels).toEqual({
      kind: 'report',
      attention: 'false',
      outcome: 'updated',
    });
    const worst = (run: object) => report(run).labels['outcome'];
    expect(worst({ items: [] })).toBe('skipped');
    expect(worst({ items: [], error: 'x' })).toBe('failed');
    expect(worst({ items: [...many(1, 'skipped'), ...many(1, 'blocked')] })).toBe('blocked');
  });

  it('has a subject that SNS takes: less than 100 printable ASCII characters', () => {
    const { subject } = report({ workflow: `Übung ${'x'.repeat(120)}` });
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it('keeps each item on one line that can be sent, whatever is in its reason', () => {
    const reason = `a\n\nUPDATED (9)\n  and 5 more updated\u0000\ud800 ${'y'.repeat(5_000)}`;
    const { text } = report({ items: [{ ...items[0]!, reason }] });
    expect(headings(text)).toEqual(['FAILED (1)']);
    expect(counts(text)).toEqual([]);
    expect(text).toContain('and 5 more updated?? yyy');
    expect(text).toContain('... (shortened)');
    expect(() => encodeURIComponent(text)).not.toThrow();
    expect(Buffer.byteLength(text)).toBeLessThan(4_000);
  });
});

describe('a notification of any number of items', () => {
  const size = (text: string) => Buffer.byteLength(text);

  it('names as many as fit, what needs attention first, and counts the others exactly', () => {
    const all = sortByAttention([
      ...many(9_000, 'skipped', 'not opted in: it has no tag'),
      ...many(2_500, 'updated'),
      ...many(30, 'failed', 'x'.repeat(1_000)),
      ...many(3, 'blocked'),
    ]);
    const { text } = report({ items: all });
    expect(size(text)).toBeLessThanOrEqual(100_000);
    expect(size(text)).toBeGreaterThan(96_000);
    expect(headings(text)).toEqual([
      'FAILED (30)',
      'BLOCKED (3)',
      'UPDATED (2,500)',
      'SKIPPED (9,000)',
    ]);
    expect(namesIn(text, 'failed')).toBe(30);
    expect(namesIn(text, 'blocked')).toBe(3);
    const updated = namesIn(text, 'updated');
    expect(updated).toBeGreaterThan(900);
    expect(counts(text)).toEqual([
      `  and ${spellCount(2_500 - updated)} more updated`,
      `  and 9,000 more skipped: 9,000 not opted in`,
    ]);
  });

  it('keeps to its size when a thousand failed with long reasons in letters of three bytes', () => {
    const { text } = report({ items: many(1_000, 'failed', '映'.repeat(1_900)) });
    expect(size(text)).toBeLessThanOrEqual(100_000);
    const named = namesIn(text, 'failed');
    expect(named).toBeGreaterThan(10);
    expect(counts(text)).toEqual([`  and ${spellCount(1_000 - named)} more failed`]);
  });

  it('lets a long line not keep short ones of other outcomes out', () => {
    const long = many(100, 'failed', 'x'.repeat(1_900));
    const { text } = report({ items: [...long, ...many(5, 'updated', 'new')] });
    expect(namesIn(text, 'failed')).toBeLessThan(100);
    expect(namesIn(text, 'updated')).toBe(5);
  });

  it('tells of the skipped that do not fit by kind of reason', () => {
    const of = (reason: string, index: number): ItemReport => ({
      ...many(1, 'skipped', reason)[0]!,
      id: `skipped-${index}`,
    });
    const all = [
      ...Array.from({ length: 3_000 }, (_, index) => of(`superseded by web-${index}`, index)),
      ...Array.from({ length: 20 }, (_, index) => of('up to date', index)),
      ...Array.from({ length: 10 }, (_, index) => of('not opted in: no tag', index)),
      ...Array.from({ length: 5 }, (_, index) => of(`its state is ODD${index}`, index)),
      of('3 things', 0),
    ];
    const { text } = report({ items: all, nameable: 10 });
    expect(counts(text)).toEqual([
      '  and 3,026 more skipped: 2,990 superseded by ..., 20 up to date, 10 not opted in, 5 its state is ..., ' +
        '1 for other reasons',
    ]);
  });

  it('puts no more kinds of reasons into a line than a person reads, and loses none', () => {
    const letters = 'abcdefghijklmnopqrst'.split('');
    const all = letters.map((letter) => many(1, 'skipped', `gone ${letter}`)[0]!);
    const [line = ''] = counts(report({ items: all, nameable: 0 }).text);
    expect(line.startsWith('  and 20 more skipped: ')).toBe(true);
    expect(line).toContain('12 for other reasons');
    const sum = [...line.matchAll(/(\d+) (?:gone|for)/g)].map(([, count]) => Number(count));
    expect(sum.reduce((one, other) => one + other)).toBe(20);
  });

  it('names no item beyond those that it may name, across all outcomes', () => {
    const all = [...many(3, 'failed'), ...many(3, 'updated'), ...many(3, 'skipped')];
    const { text } = report({ items: all, nameable: 4 });
    expect([namesIn(text, 'failed'), namesIn(text, 'updated'), namesIn(text, 'skipped')]).toEqual([
      3, 1, 0,
    ]);
    expect(counts(text)).toEqual([
      '  and 2 more updated',
      '  and 3 more skipped: 3 updated to something newer',
    ]);
  });
});

describe('the HTML of a notification', () => {
  it('has the words of the text, and escapes what comes from AWS and from people', () => {
    const facts = [{ name: 'Trigger', value: '<img src=x> & more: "all"' }];
    const { text } = report({ items: [{ ...items[0]!, id: '<script>' }], facts });
    const html = renderHtml(text);
    expect(html).not.toMatch(/<script|<img|<b>KB1/);
    expect(html).toContain('<td>&lt;img src=x&gt; &amp; more: &quot;all&quot;</td>');
    expect(html).toContain(
      '<li><b>&lt;script&gt;</b> (4 h 12 min): bad-2 is FAILED. &lt;b&gt;KB1&lt;/b&gt; &amp; &quot;KB2&quot;</li>',
    );
    expect(html).toContain('<h3>FAILED (1)</h3>');
    const words = html
      .replace(/<[^>]*>/g, '')
      .replace(/&lt;/g, '<')
      .replace(/&gt;/g, '>')
      .replace(/&quot;/g, '"')
      .replace(/&amp;/g, '&')
      .replace(/\s/g, '');
    expect(words).toBe(text.replace(/^(\w+): /gm, '$1').replace(/\s/g, ''));
  });

  it('links to the run, and to nothing that a reason names', () => {
    const reason = 'see https://evil.example/';
    const html = renderHtml(report({ items: [{ ...items[0]!, reason }] }).text);
    expect(html.match(/<a href="[^"]*"/g)).toEqual([
      `<a href="https://eu-west-1.console.aws.amazon.com/states/home?region=eu-west-1#/v2/executions/details/${execution}"`,
    ]);
  });
});

describe('an alert', () => {
  it('names run, facts and items, and says that the run goes on', () => {
    const { id, subject, text, labels } = composeAlert({
      id: 'updater.run-1.first-failure',
      workflow: 'updater',
      execution,
      subject: 'the update of bad failed',
      facts: [{ name: 'Attempt', value: '1 of 3' }],
      items: items.slice(0, 1),
    });
    expect(id).toBe('updater.run-1.first-failure');
    expect(subject).toBe('Attention: updater: the update of bad failed');
    expect(text.split('\n').slice(4)).toEqual([
      'Attempt: 1 of 3',
      '',
      'FAILED (1)',
      '  bad (4 h 12 min): bad-2 is FAILED. <b>KB1</b> & "KB2"',
      '',
      'What to do next',
      '  The run goes on; its report follows when it ends.',
      '',
      'Notification updater.run-1.first-failure',
    ]);
    expect(labels).toEqual({ kind: 'alert', attention: 'true', outcome: 'failed' });
  });
});

test.each([
  ['2026-02-01T12:00:00Z', '0 s'],
  ['2026-02-01T12:00:59Z', '59 s'],
  ['2026-02-01T12:05:10Z', '5 min'],
  ['2026-02-01T15:12:00Z', '3 h 12 min'],
  ['2026-02-03T16:00:00Z', '2 d 4 h'],
  ['2026-02-01T11:00:00Z', '0 s'],
])('the time until %s is %s', (end, spelled) => {
  expect(spellDuration('2026-02-01T12:00:00Z', end)).toBe(spelled);
});
