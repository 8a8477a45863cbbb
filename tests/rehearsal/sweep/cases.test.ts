import type { TracedCall, Trace } from '../../../rehearsal/engine/trace';
import { callSites, planCases, type SweepCase } from '../../../rehearsal/sweep/cases';

const START = Date.parse('2026-02-01T00:00:00Z');

/** Calls a second apart, unless `at` (seconds) says otherwise. */
function traceOf(...calls: (Partial<TracedCall> & { seconds?: number })[]): Trace {
  return {
    calls: calls.map(({ seconds, ...call }, index) => ({
      index,
      at: new Date(START + (seconds ?? index) * 1000).toISOString(),
      principal: 'arn:aws:iam::111122223333:role/any',
      caller: 'function:f',
      service: 'appstream',
      operation: 'DescribeImages',
      action: 'appstream:DescribeImages',
      resource: '*',
      input: {},
      mutates: false,
      effect: true,
      ...call,
    })),
    executions: [],
    events: [],
    metrics: [],
  };
}

const inRun = { execution: 'arn:run' };
const change = { operation: 'TagResource', mutates: true };
/** Longer than any trace here. */
const END = START + 3_600_000;
const kindsOf = (cases: readonly SweepCase[]) =>
  cases.map(({ kind, faults }) => kind + (faults[0]?.restartAfterSeconds === undefined ? '' : '+'));

describe('call sites', () => {
  it('are told apart by caller and by operation', () => {
    const trace = traceOf({}, { caller: 'state:m/A' }, { operation: 'TagResource' }, {});
    const sites = [...callSites(trace)].map(({ site, calls }) => [
      site.caller,
      site.operation,
      calls.map(({ index }) => index),
    ]);
    expect(sites).toEqual([
      ['function:f', 'appstream:DescribeImages', [0, 3]],
      ['state:m/A', 'appstream:DescribeImages', [1]],
      ['function:f', 'appstream:TagResource', [2]],
    ]);
  });
});

describe('the cases of a sweep', () => {
  it('hit the first, a middle and the last call of each site, by their position in the trace', () => {
    const trace = traceOf({}, change, {}, {}, {}, {});
    const throttled = planCases(trace, END).filter(({ kind }) => kind === 'throttle');
    expect(throttled.map(({ call, occurrence, of }) => [call, occurrence, of])).toEqual([
      [0, 1, 5],
      [1, 1, 1],
      [3, 3, 5],
      [5, 5, 5],
    ]);
    for (const { call, faults } of throttled) {
      expect(faults).toEqual([{ kind: 'throttle', at: { call } }]);
    }
  });

  it('leave alone what comes after the end of the rehearsal', () => {
    const trace = traceOf({}, { seconds: 59 }, { seconds: 60 });
    const cases = planCases(trace, START + 60_000);
    expect(new Set(cases.map(({ call, of }) => `${call} of ${of}`))).toEqual(
      new Set(['0 of 2', '1 of 2']),
    );
  });

  it('have every kind that can hit a function of a run, which is killed with and without a restart', () => {
    expect(kindsOf(planCases(traceOf({ ...change, ...inRun }), END))).toEqual([
      'throttle',
      'serverError',
      'timeout',
      'lostAnswer',
      'accessDenied',
      'limitExceeded',
      'crashFunctionBefore',
      'crashFunctionAfter',
      'killExecution',
      'killExecution+',
    ]);
  });

  it('crash no state machine and stop no run where there is none', () => {
    const kinds = kindsOf(planCases(traceOf({ caller: 'state:m/A' }), END));
    expect(kinds).toEqual(expect.arrayContaining(['throttle', 'lostAnswer']));
    expect(kinds.filter((kind) => /crash|kill|Event/.test(kind))).toEqual([]);
  });

  it('let a read be stale only within a minute after a change of the same service', () => {
    const stale = (...calls: Parameters<typeof traceOf>) =>
      planCases(traceOf(...calls), END)
        .filter(({ kind }) => kind === 'staleRead')
        .map(({ call }) => call);
    expect(stale({ ...change, seconds: 0 }, { seconds: 60 }, { seconds: 61 })).toEqual([1]);
    expect(stale({ ...change, service: 'dynamodb' }, {})).toEqual([]);
    expect(stale({ ...change, effect: false }, {})).toEqual([]);
    expect(stale(change, { input: { ConsistentRead: true } })).toEqual([]);
  });

  it('send what a trigger starts twice, late or never, and once refuse it for good', () => {
    const start = { service: 'states', operation: 'StartExecution', mutates: true };
    const cases = planCases(traceOf({ ...start, caller: 'schedule:daily' }), END);
    expect(kindsOf(cases).slice(-4)).toEqual([
      'duplicateEvent',
      'lateEvent',
      'lostEvent',
      'accessDenied',
    ]);
    expect(cases.at(-1)).toMatchObject({
      passes: false,
      excused: ['5'],
      faults: [{ at: { caller: 'schedule:daily', occurrence: 'every' } }],
    });
  });

  it('expect the same end only of what passes or is made good', () => {
    const cases = planCases(traceOf({ ...change, ...inRun }), END);
    expect(kindsOf(cases.filter(({ passes }) => !passes))).toEqual([
      'accessDenied',
      'limitExceeded',
      'killExecution',
    ]);
  });
});
