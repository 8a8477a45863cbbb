import { VirtualClock } from '../../../rehearsal/engine/clock';
import { Cloud } from '../../../rehearsal/engine/cloud';
import { EventBus } from '../../../rehearsal/engine/event-bus';
import { Schedules } from '../../../rehearsal/engine/schedules';
import type { Trace } from '../../../rehearsal/engine/trace';
import { createFaultPlan, type Fault, type FaultTarget } from '../../../rehearsal/faults';
import type { Service } from '../../../rehearsal/services/service';

const START = Date.parse('2026-02-01T00:00:00Z');
const minute = 60_000;
const hour = 60 * minute;
const machine = 'arn:aws:states:eu-west-1:111122223333:stateMachine:m';
const scope = { account: '1', region: 'r', partition: 'aws', estate: {}, resources: [] } as const;

/** A service that holds one number, and one that can be started. */
const counter: Service<{ value: number }> = {
  id: 'counter',
  clientPackage: 'none',
  protocol: 'json-1.0',
  behaviours: [],
  createState: () => ({ value: 0 }),
  operations: {
    Set: {
      mutates: true,
      authorize: () => [],
      handle: ({ value }, state) => {
        state.value = value;
        return {};
      },
    },
    Get: { mutates: false, authorize: () => [], handle: (_, { value }) => ({ value }) },
  },
  toEstate: () => ({}),
};
const states: Service<{ value: number }> = {
  ...counter,
  id: 'states',
  operations: { StartExecution: { mutates: true, authorize: () => [], handle: () => ({}) } },
};

function account(...faults: Fault[]) {
  const trace: Trace = { calls: [], executions: [], events: [], metrics: [] };
  const clock = new VirtualClock({ start: START });
  const plan = createFaultPlan(faults, () => 0);
  const options = {
    scope,
    services: [counter, states] as Service[],
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    trace,
    now: () => clock.now,
    random: () => 0,
    nextFault: (target: FaultTarget) => plan.next(target),
    emit: () => undefined,
    keepsEarlier: true,
  };
  const cloud = new Cloud(options);
  const call = (operation: string, input: object = {}, to = cloud) =>
    to.call({ service: 'counter', operation, input, principal: { roleArn: 'r' }, caller: 'user' });
  return { trace, clock, cloud, call, options };
}

/** What the calls of a trigger were: minutes after the first one was due, and whether they started something. */
function startsOf({ calls }: Trace, due: number) {
  return calls.map(({ at, effect }) => [(Date.parse(at) - due) / minute, effect]);
}

/** What is not taken is tried once more. */
const target = { arn: machine, roleArn: 'r', retryPolicy: { maximumRetryAttempts: 1 } };

/** An account with a schedule, daily at six. */
function withSchedule(fault: Fault) {
  const { clock, cloud, trace } = account(fault);
  const inputs = {
    scheduleExpression: 'cron(0 6 * * ? *)',
    flexibleTimeWindow: { mode: 'OFF' },
    target: { ...target, input: '{}' },
  };
  const schedule = { urn: '', type: '', name: 's', inputs, outputs: {} };
  new Schedules({ clock, cloud, schedules: [schedule], canAssume: () => true });
  return { clock, trace };
}

/** An account with a rule, and an event that matches it. */
function withEvent(fault: Fault) {
  const { clock, cloud, trace } = account(fault);
  const rule = { inputs: { eventPattern: '{"source":["s"]}' }, outputs: { name: 'r', arn: 'a' } };
  const bus = new EventBus({
    clock,
    cloud,
    trace,
    account: '1',
    region: 'r',
    rules: [{ urn: '', type: '', name: 'rule', ...rule }],
    targets: [{ urn: '', type: '', name: 'target', inputs: { rule: 'r', ...target }, outputs: {} }],
    canAssume: () => true,
  });
  bus.emit({ source: 's', 'detail-type': 't', resources: [], detail: {} });
  return { clock, trace };
}

describe('a stale read', () => {
  const every: Fault = { kind: 'staleRead', at: { operation: 'counter:Get', occurrence: 'every' } };

  it('misses the latest change for a minute, and no change is lost by it', async () => {
    const { call, clock } = account(every);
    call('Set', { value: 1 });
    call('Set', { value: 2 });
    expect(call('Get')).toMatchObject({ output: { value: 1 } });
    await clock.runUntil(START + minute);
    expect(call('Get')).toMatchObject({ output: { value: 1 } });
    await clock.runUntil(START + minute + 1);
    expect(call('Get')).toMatchObject({ output: { value: 2 } });
  });

  it('is none where consistency is asked for', () => {
    const { call } = account(every);
    call('Set', { value: 1 });
    expect(call('Get', { ConsistentRead: true })).toEqual({ output: { value: 1 } });
  });

  it('is refused where nobody kept what was before', () => {
    const { options, call } = account(every);
    const forgetful = new Cloud({ ...options, keepsEarlier: false });
    expect(() => call('Get', {}, forgetful)).toThrow('keepsEarlier');
  });

  it('sees the same after the account was saved and restored', () => {
    const { call, cloud, options } = account(every);
    call('Set', { value: 1 });
    call('Set', { value: 2 });
    const restored = new Cloud(options);
    restored.restore(cloud.save());
    expect(call('Get', {}, restored)).toMatchObject({ output: { value: 1 } });
  });
});

describe.each([
  ['lostEvent', undefined, [[0, false]]],
  [
    'lateEvent',
    undefined,
    [
      [0, false],
      [60, true],
    ],
  ],
  [
    'lateEvent',
    600,
    [
      [0, false],
      [10, true],
    ],
  ],
  [
    'duplicateEvent',
    undefined,
    [
      [0, true],
      [1, true],
    ],
  ],
] as const)('%s after %s seconds', (kind, delaySeconds, expected) => {
  const fault: Fault = {
    kind,
    at: { operation: 'states:StartExecution' },
    ...(delaySeconds !== undefined && { delaySeconds }),
  };

  it('of a schedule', async () => {
    const { clock, trace } = withSchedule(fault);
    await clock.runUntil(START + 23 * hour);
    expect(startsOf(trace, START + 6 * hour)).toEqual(expected);
    // The next day comes as if nothing had been.
    await clock.runUntil(START + 47 * hour);
    expect(startsOf(trace, START + 30 * hour).slice(expected.length)).toEqual([[0, true]]);
  });

  it('of a rule', async () => {
    const { clock, trace } = withEvent(fault);
    await clock.runUntil(START + 23 * hour);
    expect(startsOf(trace, START + 500)).toEqual(expected);
  });
});

describe.each([
  // Each of two is no further two.
  [
    'duplicateEvent',
    [
      [0, true],
      [0, true],
    ],
  ],
  // What comes late and is not taken is retried, as anything else that was not.
  [
    'lateEvent',
    [
      [0, false],
      [0, false],
      [1, false],
    ],
  ],
] as const)('%s whenever it can be, at once', (kind, first) => {
  const fault: Fault = {
    kind,
    at: { operation: 'states:StartExecution', occurrence: 'every' },
    delaySeconds: 0,
  };
  it('of a schedule', async () => {
    const { clock, trace } = withSchedule(fault);
    await clock.runUntil(START + 23 * hour);
    expect(startsOf(trace, START + 6 * hour)).toEqual(first);
  });

  it('of a rule', async () => {
    const { clock, trace } = withEvent(fault);
    await clock.runUntil(START + 23 * hour);
    expect(startsOf(trace, START + 500)).toEqual(first);
  });
});
