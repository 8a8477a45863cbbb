import { dollars, dollarsEach, duration, toneOf } from '../../../rehearsal/report/format';

const T0 = '2026-01-01T00:00:00.000Z';

test.each([
  [0, '0 s'],
  [59.9, '59 s'],
  [60, '1 min'],
  [61, '1 min 1 s'],
  [3_600, '1 h'],
  [3_660 + 59, '1 h 1 min'],
  [86_400, '1 day'],
  [2 * 86_400 + 3_600 * 3 + 60, '2 days 3 h'],
  [-5, '0 s'],
])('%d seconds read as %s', (seconds, text) => {
  expect(duration(T0, new Date(Date.parse(T0) + seconds * 1000).toISOString())).toBe(text);
});

test.each([
  [0, '$0.00'],
  [0.004, '< $0.01'],
  [0.01, '$0.01'],
  [1234.5, '$1,234.50'],
])('%d dollars read as %s', (amount, text) => {
  expect(dollars(amount)).toBe(text);
});

test.each([
  [0, '$0.00'],
  [0.003714, '$0.00371'],
  [0.5, '$0.50'],
  [12.345, '$12.35'],
])('%d dollars for each of many read as %s', (amount, text) => {
  expect(dollarsEach(amount)).toBe(text);
});

test('an outcome that is not known is neither good nor bad', () => {
  expect(['updated', 'failed', 'postponed', 'skipped', 'quux'].map(toneOf)).toEqual([
    'good',
    'bad',
    'waiting',
    'idle',
    'waiting',
  ]);
});
