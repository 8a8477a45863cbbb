import {
  findScheduleMistake,
  isTimeZone,
  parseSchedule,
} from '../../../components/foundation/schedule-time';

describe('a schedule that a person wrote', () => {
  it.each([
    '0 12 1 * ? *',
    '0/15 * * * ? *',
    '*/5 8-18/2 1,15,20-25 1-6 ? 2026-2030',
    '59 23 31 12 ? 2199',
    '0 0 L * ? *',
    '0 0 15W JAN,JUL ? *',
    '0 4 ? * WED#2 *',
    '0 4 ? JAN-MAR 4#5 1970',
    '0 4 ? * MON-FRI *',
    '0 4 ? * FRIL *',
    '0 4 ? * 6L *',
    '0 4 ? * L *',
    '0 4 ? * 1,7 *',
  ])('may be the six fields %s', (fields) => {
    expect(parseSchedule(fields)).toBe(`cron(${fields})`);
  });

  it('may be written in lower case and with more space', () => {
    expect(parseSchedule('  0 4  ? jan wed#2 * ')).toBe('cron(0 4 ? JAN WED#2 *)');
    expect(parseSchedule(' patch  TUESDAY +1 day at 6:05 ')).toEqual(
      parseSchedule('Patch Tuesday + 1 days at 06:05'),
    );
  });

  it.each([
    ['Patch Tuesday at 18:00', 0, 18, 0],
    ['Patch Tuesday + 0 days at 0:00', 0, 0, 0],
    ['Patch Tuesday + 1 day at 6:05', 1, 6, 5],
    ['Patch Tuesday + 14 days at 23:59', 14, 23, 59],
  ])('may be %s', (text, patchTuesdayPlusDays, hour, minute) => {
    expect(parseSchedule(text)).toEqual({ patchTuesdayPlusDays, hour, minute });
  });

  const dayOfMonth =
    '1 to 31, or alone ?, L (the last day) or 15W (the weekday nearest to the 15th)';
  const dayOfWeek =
    '1 to 7 or SUN to SAT, or alone ?, L (Saturday), FRIL (the last Friday) or TUE#2 (the second Tuesday)';
  const month = '1 to 12 or JAN to DEC';

  it.each([
    ['60 12 1 * ? *', 'minute', '60', '0 to 59'],
    ['? 12 1 * ? *', 'minute', '?', '0 to 59'],
    ['0/0 12 1 * ? *', 'minute', '0/0', '0 to 59'],
    ['/5 12 1 * ? *', 'minute', '/5', '0 to 59'],
    ['0 25 1 * ? *', 'hour', '25', '0 to 23'],
    ['0 1,24 1 * ? *', 'hour', '24', '0 to 23'],
    ['0 18-8 1 * ? *', 'hour', '18-8', '0 to 23'],
    ['0 1- 1 * ? *', 'hour', '1-', '0 to 23'],
    ['0 1, 1 * ? *', 'hour', '', '0 to 23'],
    ['0 -1 1 * ? *', 'hour', '-1', '0 to 23'],
    ['0 0/24 1 * ? *', 'hour', '0/24', '0 to 23'],
    ['0 12 0 * ? *', 'day of month', '0', dayOfMonth],
    ['0 12 32 * ? *', 'day of month', '32', dayOfMonth],
    ['0 12 32W * ? *', 'day of month', '32W', dayOfMonth],
    ['0 12 1,L * ? *', 'day of month', 'L', dayOfMonth],
    ['0 12 3#2 * ? *', 'day of month', '3#2', dayOfMonth],
    ['0 12 1 13 ? *', 'month', '13', month],
    ['0 12 1 0 ? *', 'month', '0', month],
    ['0 12 1 JANUARY ? *', 'month', 'JANUARY', month],
    ['0 12 1 MON ? *', 'month', 'MON', month],
    ['0 12 ? * 0 *', 'day of week', '0', dayOfWeek],
    ['0 12 ? * 8 *', 'day of week', '8', dayOfWeek],
    ['0 12 ? * TUE#6 *', 'day of week', 'TUE#6', dayOfWeek],
    ['0 12 ? * 3#1,6#3 *', 'day of week', '3#1', dayOfWeek],
    ['0 12 ? * FRI-MON *', 'day of week', 'FRI-MON', dayOfWeek],
    ['0 12 ? * 2/2 *', 'day of week', '2/2', dayOfWeek],
    ['0 12 ? * 15W *', 'day of week', '15W', dayOfWeek],
    ['0 12 1 * ? 1969', 'year', '1969', '1970 to 2199'],
    ['0 12 1 * ? 2200', 'year', '2200', '1970 to 2199'],
    ['0 12 1 * * *', 'day of week', '*', '? where day of month is 1'],
    ['0 12 ? * ? *', 'day of week', '?', 'anything but ? where day of month is ?'],
    ['Patch Tuesday + 15 days at 18:00', 'days after Patch Tuesday', '15', '0 to 14'],
    ['Patch Tuesday at 24:00', 'hour', '24', '0 to 23'],
    ['Patch Tuesday at 18:60', 'minute', '60', '0 to 59'],
  ])('cannot be %s: the %s', (text, part, given, allowed) => {
    expect(findScheduleMistake(text)).toEqual({ part, given, allowed });
    expect(() => parseSchedule(text)).toThrow(
      `The ${part} of the schedule is ${given}; allowed is ${allowed}.`,
    );
  });

  it.each([
    '',
    '0 12 1 * ?',
    '0 12 1 * ? * *',
    'cron(0 12 1 * ? *)',
    'rate(1 day)',
    'Patch Tuesday',
    'Patch Tuesday + 3 at 18:00',
    'Patch Tuesday - 3 days at 18:00',
    'Patch Tuesday + 3 days at 6',
    'Patch Tuesday + 3 days at 18:0',
  ])('cannot be %j, and the message shows what can', (text) => {
    const mistake = findScheduleMistake(text);
    expect(mistake).toEqual({ given: text, allowed: expect.any(String) });
    const [, cron, patchTuesday] = /such as (.*), or .* such as (.*)$/.exec(
      mistake?.allowed ?? '',
    ) ?? ['', '', ''];
    expect(parseSchedule(cron ?? '')).toBe('cron(0 12 1 * ? *)');
    expect(parseSchedule(patchTuesday ?? '')).toMatchObject({ patchTuesdayPlusDays: 3 });
    expect(() => parseSchedule(text)).toThrow('The schedule is');
  });
});

describe('a time zone', () => {
  it.each(['UTC', 'Europe/Berlin', 'America/Argentina/Ushuaia', 'Asia/Calcutta', 'US/Pacific'])(
    'may be %s',
    (name) => expect(isTimeZone(name)).toBe(true),
  );

  it.each(['', 'Mars/Olympus', 'utc', 'europe/Berlin', '+01:00', 'Europe/Berlin '])(
    'cannot be %j',
    (name) => expect(isTimeZone(name)).toBe(false),
  );
});
