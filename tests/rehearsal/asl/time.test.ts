import { Driver, machine, startTime, task } from './driver';

describe('a task that is watched', () => {
  it('is given up after TimeoutSeconds', () => {
    const driver = new Driver(machine({ Work: task({ TimeoutSeconds: 30 }) }));
    const late = driver.tasks[0]?.task ?? '';
    expect(driver.pass()).toBe(30);
    expect(driver.execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(driver.cancelled).toEqual([late]);
    expect(driver.tell({ kind: 'taskSucceeded', task: late, output: 'too late' })).toEqual([]);
    expect(driver.execution.status).toBe('FAILED');
  });

  it('lives as long as its heart beats, but not beyond its timeout', () => {
    const Resource = 'arn:aws:states:::sqs:sendMessage.waitForTaskToken';
    const driver = new Driver(
      machine({ Work: task({ Resource, TimeoutSeconds: 25, HeartbeatSeconds: 10 }) }),
    );
    const id = driver.tasks[0]?.task ?? '';
    for (const second of [9, 18]) {
      driver.now = startTime + second * 1000;
      driver.tell({ kind: 'heartbeat', task: id });
    }
    expect(Math.min(...driver.timers.values())).toBe(startTime + 25_000);
    driver.pass();
    expect(driver.execution).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('can be caught by the name of the heartbeat', () => {
    const Catch = [{ ErrorEquals: ['States.HeartbeatTimeout'], Next: 'Silent' }];
    const work = task({ TimeoutSeconds: 60, HeartbeatSeconds: 5, Catch });
    const driver = new Driver(machine({ Work: work, Silent: { Type: 'Succeed' } }));
    expect(driver.pass()).toBe(5);
    expect(driver.execution).toMatchObject({
      status: 'SUCCEEDED',
      output: { Error: 'States.Timeout', Cause: '' },
    });
    expect(driver.timers.size).toBe(0);
  });
});

describe('a whole execution', () => {
  const wait = { Type: 'Wait', Seconds: 10_000, End: true };

  it('times out after its TimeoutSeconds, which nothing catches', () => {
    const driver = new Driver(machine({ Work: task() }, { TimeoutSeconds: 600 }));
    expect(driver.pass()).toBe(600);
    expect(driver.execution).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(driver.events.at(-1)).toBe('ExecutionTimedOut');
    expect(driver.tasks).toEqual([]);
  });

  it('of the type EXPRESS lasts five minutes at most', () => {
    const driver = new Driver(machine({ Pause: wait }), { type: 'EXPRESS' });
    expect(driver.pass()).toBe(300);
    expect(driver.execution.status).toBe('TIMED_OUT');
  });

  it('of the type STANDARD lasts a year at most', () => {
    const driver = new Driver(machine({ Work: task() }));
    expect(driver.pass()).toBe(365 * 24 * 3600);
  });
});

describe('a Wait', () => {
  it('ends at the time stamp that it is given, in any offset', () => {
    const pause = { Type: 'Wait', TimestampPath: '$.until', End: true };
    const input = { until: '2026-01-01T03:00:00+02:00' };
    expect(new Driver(machine({ Pause: pause }), { input }).pass()).toBe(3600);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-04-31T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:00Z',
  ])('does not take %s for a time', (until) => {
    const pause = { Type: 'Wait', TimestampPath: '$.until', End: true };
    const { execution } = new Driver(machine({ Pause: pause }), { input: { until } });
    expect(execution).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });

  it('of a time that is past ends at once', () => {
    const pause = { Type: 'Wait', Timestamp: '2020-01-01T00:00:00Z', End: true };
    const driver = new Driver(machine({ Pause: pause }));
    expect(driver.pass()).toBe(0);
    expect(driver.execution.status).toBe('SUCCEEDED');
  });
});
