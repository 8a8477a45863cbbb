import {
  checkArguments,
  defaultSchedule,
  numberArguments,
  type AppStreamAutoUpdaterArgs,
} from '../../../components/appstream/auto-updater/arguments';
import { parseSchedule } from '../../../components/foundation/schedule-time';

// Arguments are checked before any resource is created, and none of the checks looks at the ledger.
const ledger = {} as AppStreamAutoUpdaterArgs['ledger'];

describe('the arguments of the AppStreamAutoUpdater', () => {
  it('may all be left out', () => {
    expect(checkArguments({ ledger })).toEqual([]);
    expect(parseSchedule(defaultSchedule)).toBe('cron(0 12 1 * ? *)');
  });

  it.each(Object.entries(numberArguments))('have a range: %s', (argument, range) => {
    const { minimum, maximum, fallback } = range;
    for (const given of [minimum, fallback, maximum]) {
      expect(checkArguments({ ledger, [argument]: given })).toEqual([]);
    }
    for (const given of [minimum - 1, maximum + 1, fallback + 0.5, NaN]) {
      expect(checkArguments({ ledger, [argument]: given })).toEqual([
        { argument, given, accepted: `a whole number from ${minimum} to ${maximum}` },
      ]);
    }
  });

  it('take a schedule in each of its forms', () => {
    for (const schedule of ['0 4 ? * WED#2 *', 'Patch Tuesday + 3 days at 18:00']) {
      expect(checkArguments({ ledger, schedule })).toEqual([]);
    }
  });

  it.each([
    [
      { schedule: '0 25 1 * ? *' },
      { argument: 'schedule: hour', given: '25', accepted: '0 to 23' },
    ],
    [
      { schedule: 'monthly' },
      {
        argument: 'schedule',
        given: 'monthly',
        accepted:
          'six cron fields, such as 0 12 1 * ? *, or a day after Patch Tuesday, such as Patch Tuesday + 3 days at 18:00',
      },
    ],
    [
      { timeZone: 'Mars/Olympus' },
      {
        argument: 'timeZone',
        given: 'Mars/Olympus',
        accepted: 'an IANA time zone, such as Europe/Berlin',
      },
    ],
    [
      { email: { from: 'images@example.com', to: [] } },
      { argument: 'email.to', given: [], accepted: 'at least one address' },
    ],
  ])('are refused: %j', (wrong, problem) => {
    expect(checkArguments({ ledger, ...wrong })).toEqual([problem]);
  });

  it('are refused all at once', () => {
    const wrong = { batchSize: 201, attempts: 0, schedule: 'monthly', timeZone: 'CEST!' };
    expect(checkArguments({ ledger, ...wrong }).map(({ argument }) => argument)).toEqual([
      'batchSize',
      'attempts',
      'schedule',
      'timeZone',
    ]);
  });
});
