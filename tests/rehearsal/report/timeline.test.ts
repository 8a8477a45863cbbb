import { renderTimeline } from '../../../rehearsal/report/timeline';
import { EXECUTION, invariants, NASTY, sampleResult } from './sample';

const lines = (change = {}) => renderTimeline(sampleResult(change)).split('\n');

/** The lines under a heading. */
function under(heading: string, change = {}): string[] {
  const all = lines(change);
  const start = all.findIndex((line) => line.startsWith(heading));
  expect(start).toBeGreaterThanOrEqual(0);
  return all.slice(start + 1, all.indexOf('', start)).map((line) => line.slice(2));
}

describe('renderTimeline', () => {
  test('tells what happened in order of time, each item with its times', () => {
    expect(lines()[0]).toBe('Rehearsal from 2026-01-20 00:00 to 2026-02-20 00:00 UTC (31 days)');
    const told = under('Rehearsal from').map((line) => line.slice(0, 130));
    expect(told.slice(0, 5)).toEqual([
      '2026-02-01 12:00  image-updates starts (schedule monthly)',
      '2026-02-01 17:21  notified by sns arn:aws:sns:eu-west-1:111122223333:images and email ' +
        'team@example.com: Attention: image-updates: ',
      '2026-02-01 17:21  image-updates ends SUCCEEDED after 5 h 21 min (312 transitions, 1,204 history events)',
      '                  updated    hr-desktop, 12:00 - 15:20 (3 h 20 min): updated to hr-desktop-Updated-20260201-1',
      '                  updated    finance-desktop, 12:00 - 16:02 (4 h 2 min): updated to finance-2',
    ]);
    expect(told[7]).toBe(
      '                  skipped    training: not opted in: it has no tag AutoUpdate',
    );
    expect(told.slice(8)).toEqual([
      '2026-02-10 03:00  image-updates starts (rule nightly)',
      '2026-02-10 03:00  image-updates ends FAILED after 41 s (3 transitions, 12 history events)',
      '                  InvalidInput: <script>alert("x")</script> & \'q\' ?[31mred?',
      '2026-02-19 23:00  reconciler starts (schedule hourly)',
      '2026-02-19 23:00  reconciler is still running at the end',
    ]);
  });

  test('puts runs that had nothing to do in one line', () => {
    const hourly = (hour: string, change = {}) => ({
      workflow: 'reconciler',
      id: `arn:aws:states:eu-west-1:111122223333:execution:reconciler:${hour}`,
      trigger: 'schedule hourly',
      startedAt: `2026-02-01T${hour}:00:00.000Z`,
      endedAt: `2026-02-01T${hour}:00:02.000Z`,
      status: 'SUCCEEDED',
      output: { items: [] },
      transitions: 2,
      historyEvents: 9,
      ...change,
    });
    const executions = [
      hourly('01'),
      hourly('02'),
      hourly('03'),
      hourly('04', { status: 'FAILED' }),
      hourly('05'),
      hourly('06', { id: EXECUTION }),
      hourly('07'),
      hourly('08', { output: { closed: 1 } }),
    ];
    const told = under('Rehearsal from', { executions, notifications: [] });
    expect(told.filter((line) => line.startsWith('2026')).map((line) => line.slice(11))).toEqual([
      '01:00  reconciler runs 3 times until 2026-02-01 03:00 and has nothing to do (schedule hourly)',
      '04:00  reconciler starts (schedule hourly)',
      '04:00  reconciler ends FAILED after 2 s (2 transitions, 9 history events)',
      '05:00  reconciler runs and has nothing to do (schedule hourly)',
      '06:00  reconciler starts (schedule hourly)',
      '06:00  reconciler ends SUCCEEDED after 2 s (2 transitions, 9 history events)',
      '07:00  reconciler runs and has nothing to do (schedule hourly)',
      '08:00  reconciler starts (schedule hourly)',
      '08:00  reconciler ends SUCCEEDED after 2 s (2 transitions, 9 history events)',
    ]);
  });

  test('tells a run that worked on something although nobody was notified', () => {
    const [first] = sampleResult().executions;
    const executions = [first!];
    const told = under('Rehearsal from', { executions, notifications: [] });
    expect(told[0]).toBe('2026-02-01 12:00  image-updates starts (schedule monthly)');
    const idle = under('Rehearsal from', { executions, notifications: [], items: [] });
    expect(idle).toEqual([
      '2026-02-01 12:00  image-updates runs and has nothing to do (schedule monthly)',
    ]);
    const notified = under('Rehearsal from', { executions, items: [] });
    expect(notified[0]).toBe('2026-02-01 12:00  image-updates starts (schedule monthly)');
  });

  test('counts the repetitions of a notification', () => {
    const { notifications } = sampleResult();
    const told = under('Rehearsal from', { notifications: [...notifications, notifications[0]] });
    expect(told[1]).toContain('and email team@example.com (1 repetition): ');
  });

  test('tells access, cost, assumptions and invariants', () => {
    expect(under('Access')).toEqual([
      '2 calls, 1 denial, 1 unused grant',
      'denied: updates: appstream:DeleteImage on ' +
        'arn:aws:appstream:eu-west-1:111122223333:image/web: ' +
        'no identity-based policy allows the appstream:DeleteImage action',
      'unused: updates, Untag: appstream:UntagResource on *',
    ]);
    expect(under('Cost')).toEqual([
      'Step Functions            80,000 transitions      $2.00',
      'AppStream image builders  18.25 hours         $1,234.50',
      'Control plane                                     $2.00',
      'All builders                                  $1,234.50',
      'Total                                         $1,236.50',
      'The control plane costs $1.00 per updated item.',
    ]);
    expect(under('Assumptions')[0]).toBe('- A new image is visible after 3 seconds.');
    expect(under('Invariants', { invariants: invariants(3) }).slice(1, 4)).toEqual([
      '2  held    Nothing in use is deleted: 7 looked at',
      '3  BROKEN  Temporary resources are gone, or named: 1 looked at; broken: web was lost',
      "4  held    A group's capacity is never written: 7 looked at",
    ]);
  });

  test('ends with what became of every item, the worst last, and then of the whole', () => {
    expect(
      lines()
        .slice(-9)
        .map((line) => line.replace(/ {3,}/g, '   ')),
    ).toEqual([
      'What became of every item',
      '  skipped   training   not opted in: it has no tag AutoUpdate',
      '  updated   finance-desktop   updated to finance-2',
      '  updated   hr-desktop   updated to hr-desktop-Updated-20260201-1',
      '  postponed  call-center-agents-emea-windows-server-2022-with-a-very-long-name  LimitExceeded',
      '  failed   cad-workstation   cad-2 is FAILED. <script>alert("x")</script> & \'q\' ?[31mred?',
      '',
      'Rehearsal OK: all 9 invariants held; 3 executions, 5 items (2 updated, 1 failed, 1 postponed, 1 skipped), ' +
        '2 notifications, 2 calls in 31 days, about $1,236.50',
      '',
    ]);
  });

  test('an item of several runs ends as the last run that acted on it left it', () => {
    const [first] = sampleResult().items;
    const at = (outcome: string, day: string, reason: string) => ({
      ...first!,
      outcome,
      reason,
      endedAt: `2026-02-${day}T00:00:00.000Z`,
    });
    const items = [
      at('updated', '03', 'second'),
      at('failed', '02', 'first'),
      at('skipped', '04', 'third'),
    ];
    expect(under('What became', { items })).toEqual(['updated  hr-desktop  second']);
    expect(
      under('What became', { items: [at('skipped', '02', 'a'), at('skipped', '03', 'b')] }),
    ).toEqual(['skipped  hr-desktop  b']);
  });

  test.each([
    [[3], 'Rehearsal BROKEN: invariant 3 did not hold; 3 executions'],
    [[3, 8], 'Rehearsal BROKEN: invariants 3, 8 did not hold; 3 executions'],
  ])('the last line says which invariants broke: %j', (broken, text) => {
    const last = lines({ ok: false, invariants: invariants(...broken) }).at(-2)!;
    expect(last.slice(0, text.length)).toBe(text);
  });

  test('a rehearsal that is not ok is never called so', () => {
    expect(lines({ ok: false }).at(-2)).toMatch(/^Rehearsal BROKEN: /);
  });

  test('an empty rehearsal says so', () => {
    const change = { executions: [], items: [], notifications: [], assumptions: [], calls: [] };
    expect(under('Rehearsal from', change)).toEqual([
      'Nothing happened: no schedule and no event fell in this time.',
    ]);
    expect(under('What became', change)).toEqual(['No execution reported an item.']);
    expect(under('Assumptions', change)).toEqual(['None was used.']);
  });

  test('holds no control character whatever texts hold', () => {
    expect(NASTY).toMatch(/\u001b/);
    expect(renderTimeline(sampleResult())).toMatch(
      /^[^\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]+$/,
    );
  });
});
