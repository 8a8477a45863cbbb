import { nextOccurrence } from '../../../rehearsal/engine/schedule-expression';

function next(expression: string, zone: string, after: string): string | undefined {
  const found = nextOccurrence(expression, zone, Date.parse(after), Date.parse(after));
  return found === undefined ? undefined : new Date(found).toISOString();
}

describe('the next occurrence of a schedule', () => {
  it.each([
    [
      'the first of the month at noon',
      'cron(0 12 1 * ? *)',
      'UTC',
      '2026-01-20T00:00:00Z',
      '2026-02-01T12:00:00.000Z',
    ],
    [
      'an instant is never its own successor',
      'cron(0 12 1 * ? *)',
      'UTC',
      '2026-02-01T12:00:00Z',
      '2026-03-01T12:00:00.000Z',
    ],
    [
      'summer time of the zone is respected',
      'cron(0 12 1 * ? *)',
      'Europe/Berlin',
      '2026-06-20T00:00:00Z',
      '2026-07-01T10:00:00.000Z',
    ],
    [
      'winter time of the zone is respected',
      'cron(0 12 1 * ? *)',
      'Europe/Berlin',
      '2026-01-20T00:00:00Z',
      '2026-02-01T11:00:00.000Z',
    ],
    [
      'days of the week count from Sunday as 1',
      'cron(0 3 ? * 2 *)',
      'UTC',
      '2026-01-20T00:00:00Z',
      '2026-01-26T03:00:00.000Z',
    ],
    [
      'the second Tuesday of the month, by number',
      'cron(0 3 ? * 3#2 *)',
      'UTC',
      '2026-01-20T00:00:00Z',
      '2026-02-10T03:00:00.000Z',
    ],
    [
      'the second Tuesday of the month, by name',
      'cron(0 3 ? * TUE#2 *)',
      'UTC',
      '2026-01-20T00:00:00Z',
      '2026-02-10T03:00:00.000Z',
    ],
    [
      'the last day of the month',
      'cron(0 3 L * ? *)',
      'UTC',
      '2026-02-01T00:00:00Z',
      '2026-02-28T03:00:00.000Z',
    ],
    [
      'a year field',
      'cron(0 3 1 1 ? 2028)',
      'UTC',
      '2026-02-01T00:00:00Z',
      '2028-01-01T03:00:00.000Z',
    ],
    [
      'steps of minutes',
      'cron(0/20 * * * ? *)',
      'UTC',
      '2026-02-01T00:00:01Z',
      '2026-02-01T00:20:00.000Z',
    ],
    [
      'the last day of the week is Saturday',
      'cron(0 3 ? * L *)',
      'UTC',
      '2026-02-01T00:00:00Z',
      '2026-02-07T03:00:00.000Z',
    ],
    [
      'the last Friday of the month, counted from Sunday as 1',
      'cron(0 3 ? * 6L *)',
      'UTC',
      '2026-02-01T00:00:00Z',
      '2026-02-27T03:00:00.000Z',
    ],
    [
      'the weekday nearest to the 15th, a Sunday',
      'cron(0 3 15W * ? *)',
      'UTC',
      '2026-02-01T00:00:00Z',
      '2026-02-16T03:00:00.000Z',
    ],
    [
      'a time that the clocks leave out in spring is skipped',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-03-28T12:00:00Z',
      '2026-03-30T00:30:00.000Z',
    ],
    [
      'a midnight that the clocks leave out is skipped, too',
      'cron(30 0 * * ? *)',
      'America/Santiago',
      '2026-09-05T12:00:00Z',
      '2026-09-07T03:30:00.000Z',
    ],
    [
      'a time that comes twice in autumn fires at the first',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-10-24T12:00:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    [
      'and not at the second',
      'cron(30 2 * * ? *)',
      'Europe/Berlin',
      '2026-10-25T00:30:00Z',
      '2026-10-26T01:30:00.000Z',
    ],
    [
      'nor from between the two',
      'cron(0/30 * * * ? *)',
      'Europe/Berlin',
      '2026-10-25T01:10:00Z',
      '2026-10-25T02:00:00.000Z',
    ],
    [
      'a rate counts from the creation',
      'rate(12 hours)',
      'UTC',
      '2026-02-01T05:00:00Z',
      '2026-02-01T17:00:00.000Z',
    ],
    [
      'a time of day in its zone',
      'at(2026-07-01T12:00:00)',
      'Europe/Berlin',
      '2026-02-01T00:00:00Z',
      '2026-07-01T10:00:00.000Z',
    ],
  ])('%s', (_, expression, zone, after, expected) => {
    expect(next(expression, zone, after)).toBe(expected);
  });

  it('ends after its last occurrence', () => {
    expect(next('at(2026-01-01T12:00:00)', 'UTC', '2026-02-01T00:00:00Z')).toBeUndefined();
    expect(next('cron(0 3 1 1 ? 2025)', 'UTC', '2026-02-01T00:00:00Z')).toBeUndefined();
  });

  it.each([
    ['cron(0 12 1 * * *)', 'must be ?'],
    ['cron(0 12 1 * ?)', 'six fields'],
    ['rate(0 days)', 'Unknown rate'],
    ['cron(? 12 1 * ? *)', 'minute cannot be ?'],
    ['cron(0 12 15W,20 * ? *)', 'day-of-month cannot be 15W,20'],
    ['cron(0 12 ? * 3#1,6#3 *)', 'day-of-week cannot be 3#1,6#3'],
    ['cron(0 12 ? * 0 *)', 'day-of-week cannot be 0'],
    ['cron(0 12 ? * 2/2 *)', 'day-of-week cannot be 2/2'],
    ['cron(61 12 1 * ? *)', '61'],
    ['at(2026-02-10T12:00)', 'Unknown time'],
    ['at(2026-02-30T12:00:00)', 'Unknown time'],
    ['at(2026-13-01T12:00:00)', 'Unknown time'],
    ['every(1 day)', 'Unknown schedule expression'],
  ])('refuses %s', (expression, message) => {
    expect(() => next(expression, 'UTC', '2026-02-01T00:00:00Z')).toThrow(message);
  });

  it('cannot be at a time that does not exist in its zone', () => {
    const at = 'at(2026-03-29T02:30:00)';
    expect(() => next(at, 'Europe/Berlin', '2026-02-01T00:00:00Z')).toThrow('There is no');
    expect(next(at, 'UTC', '2026-02-01T00:00:00Z')).toBe('2026-03-29T02:30:00.000Z');
  });

  it('fires as often as the clocks show the time, whatever the zone', () => {
    const zones = ['UTC', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'];
    for (const zone of zones) {
      const format = new Intl.DateTimeFormat('sv', { timeZone: zone, dateStyle: 'short' });
      const dates: string[] = [];
      let at: number | undefined = Date.parse('2026-01-01T00:00:00Z');
      for (;;) {
        at = nextOccurrence('cron(45 1 * * ? *)', zone, at, at);
        if (at === undefined || at > Date.parse('2027-01-01T00:00:00Z')) break;
        dates.push(format.format(at));
      }
      // 01:45 exists on every day in all of them, and twice on one.
      expect([zone, dates.length, new Set(dates).size]).toEqual([zone, 365, 365]);
    }
  });
});
