import { VirtualClock } from '../../../rehearsal/engine/clock';
import { Cloud } from '../../../rehearsal/engine/cloud';
import { Schedules } from '../../../rehearsal/engine/schedules';
import type { Trace } from '../../../rehearsal/engine/trace';
import { AwsError, type Json, type Service } from '../../../rehearsal/services/service';

const START = Date.parse('2026-02-01T00:00:00Z');
const hour = 3_600_000;
const arn = 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/s';

/** What a schedule with this input starts within a day; the first `failures` starts are refused. */
async function startsOf(input: string | undefined, failures = 0, more: Json = {}) {
  const starts: { at: number; input: string }[] = [];
  let refused = 0;
  const states: Service<object> = {
    id: 'states',
    clientPackage: 'none',
    protocol: 'json-1.0',
    behaviours: [],
    createState: () => ({}),
    operations: {
      StartExecution: {
        mutates: true,
        authorize: () => [],
        handle: (given, _, call) => {
          starts.push({ at: call.now, input: given.input });
          if (refused < failures) {
            refused += 1;
            throw new AwsError('ThrottlingException', 'Slow down', 400);
          }
          return {};
        },
      },
    },
    toEstate: () => ({}),
  };
  const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  const clock = new VirtualClock({ start: START });
  const scope = { account: '1', region: 'r', partition: 'aws', estate: {}, resources: [] } as const;
  const cloud = new Cloud({
    scope,
    services: [states] as Service[],
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    trace,
    now: () => clock.now,
    random: () => 0,
    nextFault: () => undefined,
    emit: () => undefined,
  });
  const schedule = {
    urn: '',
    type: 'aws:scheduler/schedule:Schedule',
    name: 's',
    outputs: { arn },
    inputs: {
      scheduleExpression: 'cron(30 6 * * ? *)',
      scheduleExpressionTimezone: 'Europe/Berlin',
      flexibleTimeWindow: { mode: 'OFF' },
      target: {
        arn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:m',
        roleArn: 'r',
        ...(input === undefined ? {} : { input }),
      },
      ...more,
    },
  };
  new Schedules({ clock, cloud, schedules: [schedule], canAssume: () => true });
  await clock.runUntil(START + 23 * hour);
  return starts;
}

describe('a schedule', () => {
  it('fills the attributes of its context into the input', async () => {
    const input = JSON.stringify({
      time: '<aws.scheduler.scheduled-time>',
      schedule: '<aws.scheduler.schedule-arn>',
      attempt: '<aws.scheduler.attempt-number>',
      execution: '<aws.scheduler.execution-id>',
      text: 'at <aws.scheduler.scheduled-time>, again <aws.scheduler.scheduled-time>, a < b > c',
    });
    const [start, ...others] = await startsOf(input);
    expect(others).toEqual([]);
    expect(JSON.parse(start?.input ?? '')).toEqual({
      time: '2026-02-01T05:30:00Z',
      schedule: arn,
      attempt: '1',
      execution: expect.stringMatching(/^[0-9a-f]{16}$/),
      text: 'at 2026-02-01T05:30:00Z, again 2026-02-01T05:30:00Z, a < b > c',
    });
  });

  it('keeps the scheduled time when it starts late, and counts and names the attempts', async () => {
    const keywords = ['scheduled-time', 'attempt-number', 'execution-id'];
    const input = JSON.stringify(keywords.map((keyword) => `<aws.scheduler.${keyword}>`));
    const starts = await startsOf(input, 2);
    const parsed = starts.map((start) => JSON.parse(start.input) as string[]);
    expect(starts.map(({ at }) => at)).toEqual(
      [0, 1, 3].map((minutes) => Date.parse('2026-02-01T05:30:00Z') + minutes * 60_000),
    );
    expect(parsed.map(([time]) => time)).toEqual(Array(3).fill('2026-02-01T05:30:00Z'));
    expect(parsed.map(([, attempt]) => attempt)).toEqual(['1', '2', '3']);
    expect(new Set(parsed.map(([, , execution]) => execution)).size).toBe(3);
    // The same each time that it is rehearsed.
    expect(await startsOf(input, 2)).toEqual(starts);
  });

  it('starts with an empty object where no input is given', async () => {
    expect((await startsOf(undefined)).map(({ input }) => input)).toEqual(['{}']);
  });

  it('refuses a keyword that AWS does not know', async () => {
    await expect(startsOf('"<aws.scheduler.sheduled-time>"')).rejects.toThrow(
      'Schedule s: <aws.scheduler.sheduled-time> is unknown to AWS; known are schedule-arn, ' +
        'scheduled-time, execution-id, attempt-number.',
    );
  });

  it.each([
    ['startDate', { startDate: '2026-02-02T00:00:00Z' }],
    ['endDate', { endDate: '2026-02-02T00:00:00Z' }],
    ['a flexible time window', { flexibleTimeWindow: { mode: 'FLEXIBLE' } }],
  ])('refuses what it would not rehearse: %s', async (what, more) => {
    await expect(startsOf('{}', 0, more)).rejects.toThrow(`${what} is not implemented`);
  });
});
