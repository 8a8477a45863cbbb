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
    ['every(1 day)', 'Unknown schedule expression'],
  ])('refuses %s', (expression, message) => {
    expect(() => next(expression, 'UTC', '2026-02-01T00:00:00Z')).toThrow(message);
  });
});
