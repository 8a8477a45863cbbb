import { Schedule, type ScheduleArgs } from '../../../components/foundation/schedule';
import { isPatchDay } from '../../../functions/foundation/patch-tuesday';
import { nextOccurrence } from '../../../rehearsal/engine/schedule-expression';
import { find, record } from '../../support/pulumi-mocks';

const target = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';

async function deploy(args: Pick<ScheduleArgs, 'expression' | 'timeZone'>) {
  const recorded = await record(() => {
    new Schedule('s', { description: 'Starts', target, input: { mode: 'update' }, ...args });
  });
  const { inputs } = find(recorded, 'aws:scheduler/schedule:Schedule', 's-schedule');
  return { ...inputs, input: JSON.parse(inputs.target.input) };
}

describe('Schedule', () => {
  it.each(['cron(0 12 1 * ? *)', 'rate(1 day)', 'at(2026-02-01T12:00:00)'] as const)(
    'hands %s to EventBridge as it is',
    async (expression) => {
      expect(await deploy({ expression })).toMatchObject({
        scheduleExpression: expression,
        scheduleExpressionTimezone: 'UTC',
        flexibleTimeWindow: { mode: 'OFF' },
        input: { mode: 'update' },
      });
      expect((await deploy({ expression })).input).toEqual({ mode: 'update' });
    },
  );

  it('fires on each day that a day after Patch Tuesday can be, and tells the workflow which one is meant', async () => {
    const expression = { patchTuesdayPlusDays: 3, hour: 18, minute: 5 };
    expect(await deploy({ expression, timeZone: 'Europe/Berlin' })).toMatchObject({
      scheduleExpression: 'cron(5 18 11-17 * ? *)',
      scheduleExpressionTimezone: 'Europe/Berlin',
      input: {
        mode: 'update',
        patchTuesdayPlusDays: 3,
        timeZone: 'Europe/Berlin',
        scheduledTime: '<aws.scheduler.scheduled-time>',
      },
    });
    expect((await deploy({ expression })).input.timeZone).toBe('UTC');
  });

  it.each(['UTC', 'America/New_York', 'Europe/Berlin', 'Pacific/Kiritimati'])(
    'meets each day after Patch Tuesday exactly once a month in %s, close to midnight, too',
    async (timeZone) => {
      for (const patchTuesdayPlusDays of [0, 1, 7, 13, 14]) {
        for (const hour of [0, 23]) {
          const expression = { patchTuesdayPlusDays, hour, minute: 30 };
          const deployed = await deploy({ expression, timeZone });
          const met: string[] = [];
          let at: number | undefined = Date.parse('2026-01-02T00:00:00Z');
          for (;;) {
            at = nextOccurrence(deployed.scheduleExpression, timeZone, at, at);
            if (at === undefined || at > Date.parse('2026-12-31T00:00:00Z')) break;
            if (isPatchDay(new Date(at), patchTuesdayPlusDays, timeZone)) {
              met.push(new Date(at).toISOString().slice(0, 7));
            }
          }
          expect(met).toEqual(
            Array.from({ length: 12 }, (_, month) => `2026-${String(month + 1).padStart(2, '0')}`),
          );
        }
      }
    },
  );
});
