import { Driver, machine, task } from './driver';

/** Fails the task until the execution ends, and says how long it waited each time. */
function delays(retrier: object, seed = 1): readonly number[] {
  const driver = new Driver(
    machine({ Work: task({ Retry: [{ ErrorEquals: ['States.ALL'], ...retrier }] }) }),
    { seed },
  );
  const waited: number[] = [];
  while (driver.execution.status === 'RUNNING') {
    driver.fail('Broken');
    if (driver.execution.status === 'RUNNING') waited.push(driver.pass());
  }
  return waited;
}

describe('Retry', () => {
  it('waits 1, 2 and 4 seconds if nothing else is said', () => {
    expect(delays({})).toEqual([1, 2, 4]);
  });

  it('grows by BackoffRate from IntervalSeconds up to MaxDelaySeconds', () => {
    const retrier = { IntervalSeconds: 3, BackoffRate: 3, MaxAttempts: 4, MaxDelaySeconds: 20 };
    expect(delays(retrier)).toEqual([3, 9, 20, 20]);
  });

  it('does not try again with MaxAttempts 0', () => {
    expect(delays({ MaxAttempts: 0 })).toEqual([]);
  });

  it('spreads delays with full jitter, by the seed alone', () => {
    const retrier = { IntervalSeconds: 100, MaxAttempts: 5, JitterStrategy: 'FULL' };
    const waited = delays(retrier);
    for (const [index, seconds] of waited.entries()) {
      expect(seconds).toBeGreaterThanOrEqual(0);
      expect(seconds).toBeLessThanOrEqual(100 * 2 ** index);
    }
    expect(new Set(waited).size).toBe(5);
    expect(delays(retrier)).toEqual(waited);
    expect(delays(retrier, 2)).not.toEqual(waited);
  });

  it('counts the attempts of each retrier for itself', () => {
    const Retry = [
      { ErrorEquals: ['A'], MaxAttempts: 1 },
      { ErrorEquals: ['B'], MaxAttempts: 1 },
    ];
    const driver = new Driver(machine({ Work: task({ Retry }) }));
    driver.fail('A');
    driver.pass();
    driver.fail('B');
    driver.pass();
    expect(driver.execution.status).toBe('RUNNING');
    driver.fail('A');
    expect(driver.execution).toMatchObject({ status: 'FAILED', error: 'A' });
  });

  it('evaluates the input anew and counts each attempt as a transition', () => {
    const Retry = [{ ErrorEquals: ['States.ALL'] }];
    const Parameters = { 'attempt.$': '$$.State.RetryCount' };
    const driver = new Driver(machine({ Work: task({ Parameters, Retry }) }));
    expect(driver.tasks[0]?.input).toEqual({ attempt: 0 });
    expect(driver.execution.transitions).toBe(1);
    driver.fail('Broken');
    driver.pass();
    expect(driver.tasks[0]?.input).toEqual({ attempt: 1 });
    expect(driver.execution.transitions).toBe(2);
  });
});

describe('Catch', () => {
  it('does not catch its own failure for ever', () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], Output: '{% $missing %}', Next: 'Mend' }];
    const driver = new Driver(
      machine({ Work: task({ Catch }), Mend: { Type: 'Succeed' } }, { QueryLanguage: 'JSONata' }),
    );
    driver.fail('Broken');
    expect(driver.execution).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
    });
  });
});
