import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { createFaultPlan, loadFaults, type Fault } from '../../rehearsal/faults';
import { InputError } from '../../rehearsal/input-error';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'faults-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

function fileWith(text: string, name = 'faults.yaml'): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, text);
  return file;
}

function problemsOf(text: string): string[] {
  try {
    loadFaults(fileWith(text));
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).problems;
  }
  throw new Error('the faults were accepted');
}

describe('loadFaults', () => {
  test('reads all forms of a place from YAML', () => {
    const text = `
      faults:
        - { kind: throttle, at: { call: 0 } }
        - kind: killExecution
          at: { operation: 'appstream:CreateUpdatedImage', occurrence: 2, caller: 'state:updates/Start' }
          restartAfterSeconds: 900
        - { kind: serverError, at: { operation: 'dynamodb:PutItem', occurrence: every } }
        - { kind: lostAnswer, at: { probability: 0.5, operation: 'sns:Publish' } }
        - { kind: timeout, at: { probability: 1 } }`;
    expect(loadFaults(fileWith(text))).toEqual([
      { kind: 'throttle', at: { call: 0 } },
      {
        kind: 'killExecution',
        at: {
          operation: 'appstream:CreateUpdatedImage',
          occurrence: 2,
          caller: 'state:updates/Start',
        },
        restartAfterSeconds: 900,
      },
      { kind: 'serverError', at: { operation: 'dynamodb:PutItem', occurrence: 'every' } },
      { kind: 'lostAnswer', at: { probability: 0.5, operation: 'sns:Publish' } },
      { kind: 'timeout', at: { probability: 1 } },
    ]);
  });

  test('reads JSON that is given instead of a file', () => {
    const text = '{"faults": [{"kind": "lateEvent", "at": {"call": 3}, "delaySeconds": 60}]}';
    expect(loadFaults(text)).toEqual([{ kind: 'lateEvent', at: { call: 3 }, delaySeconds: 60 }]);
    expect(() => loadFaults('{"faults": 1}')).toThrow('--faults cannot be used: faults is 1;');
  });

  test('reads JSON', () => {
    const file = fileWith('{"faults": [{"kind": "throttle", "at": {"call": 3}}]}', 'faults.json');
    expect(loadFaults(file)).toEqual([{ kind: 'throttle', at: { call: 3 } }]);
  });

  test.each([
    ['{}', 'faults is missing'],
    ['- 1', 'the file is [1]; it must be object'],
    ['', 'the file is null; it must be object'],
    ['{ faults: [], sweep: true }', 'sweep is unknown; allowed: faults'],
    ['{ faults: [{ at: { call: 1 } }] }', 'faults[0].kind is missing'],
    [
      '{ faults: [{ kind: throtle, at: { call: 1 } }] }',
      'faults[0].kind is "throtle"; did you mean "throttle"?; allowed: throttle, serverError, timeout, ' +
        'lostAnswer, accessDenied, limitExceeded, crashFunctionBefore, crashFunctionAfter, killExecution, ' +
        'staleRead, duplicateEvent, lateEvent, lostEvent',
    ],
    [
      '{ faults: [{ kind: throttle, at: { call: 1 } }, { kind: throttle, at: { operaton: "a:B", call: 1 } }] }',
      'faults[1].at.operaton is unknown; did you mean "operation"?; ' +
        'allowed: call, operation, occurrence, caller, probability',
    ],
    [
      '{ faults: [{ kind: throttle, at: { operation: CreateUpdatedImage } }] }',
      'faults[0].at.operation is "CreateUpdatedImage"; it must match ^[a-z][a-z0-9-]*:[A-Z][A-Za-z0-9]*$',
    ],
    [
      '{ faults: [{ kind: throttle, at: { probability: 1.5 } }] }',
      'faults[0].at.probability is 1.5; it must be <= 1',
    ],
    [
      '{ faults: [{ kind: throttle, at: { call: 1, probability: 1 } }] }',
      'faults[0].at.probability is not allowed beside the other keys',
    ],
    [
      '{ faults: [{ kind: throttle, at: { probability: 1, occurrence: 2, operation: "a:B" } }] }',
      'faults[0].at.occurrence is not allowed beside the other keys',
    ],
    [
      '{ faults: [{ kind: throttle, restartAfterSeconds: 1, at: { call: 1 } }] }',
      'faults[0].restartAfterSeconds is not allowed beside the other keys',
    ],
    [
      '{ faults: [{ kind: lostEvent, delaySeconds: 1, at: { call: 1 } }] }',
      'faults[0].delaySeconds is not allowed beside the other keys',
    ],
  ])('%s is refused, naming the key', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test.each([
    ['{ faults: [{ kind: throttle, at: {} }] }'],
    ['{ faults: [{ kind: throttle, at: { caller: user } }] }'],
  ])('a place without call, operation or probability is refused: %s', (text) => {
    expect(problemsOf(text)).toContain('faults[0].at fits none of the allowed forms');
  });

  test('every problem is told, after the name of the file', () => {
    const file = fileWith('{ faults: [{ kind: x, at: { call: -1 } }] }');
    expect(() => loadFaults(file)).toThrow(`${file} cannot be used:\n  - faults[0].kind is "x"; `);
    expect(problemsOf('{ faults: [{ kind: x, at: { call: -1 } }] }')).toHaveLength(2);
  });

  test('a missing file, bad syntax and a key given twice are told with the name of the file', () => {
    expect(() => loadFaults('none.yaml')).toThrow(
      'none.yaml cannot be read: there is no such file',
    );
    expect(() => loadFaults(fileWith('faults: [}'))).toThrow(
      /faults\.yaml is neither YAML nor JSON/,
    );
    expect(() => loadFaults(fileWith('faults: []\nfaults: []'))).toThrow(/Map keys must be unique/);
  });
});

describe('createFaultPlan', () => {
  const never = () => {
    throw new Error('no luck is involved');
  };
  const call = (index: number, name = 'sns:Publish', caller = 'function:notify') => {
    const [service = '', operation = ''] = name.split(':');
    return { index, service, operation, caller };
  };

  test('a fault by position hits that call only', () => {
    const fault: Fault = { kind: 'throttle', at: { call: 1 } };
    const plan = createFaultPlan([fault], never);
    expect([0, 1, 2].map((index) => plan.next(call(index)))).toEqual([undefined, fault, undefined]);
  });

  test('a trigger alone can be late, and a read alone be stale', () => {
    const at = { probability: 1 };
    const faults: Fault[] = [
      { kind: 'lateEvent', at },
      { kind: 'staleRead', at },
    ];
    const plan = createFaultPlan(faults, () => 0);
    const start = { index: 0, service: 'states', operation: 'StartExecution' };
    expect(plan.next({ ...start, caller: 'schedule:daily' })).toBe(faults[0]);
    expect(plan.next({ ...start, caller: 'function:f' })).toBeUndefined();
    expect(plan.next({ ...call(1), isRead: true })).toBe(faults[1]);
    expect(plan.next(call(2))).toBeUndefined();
  });

  test('a plan is resumed with its counters, and with a fault more', () => {
    const at = { operation: 'sns:Publish', occurrence: 2 };
    const known: Fault = { kind: 'throttle', at };
    const added: Fault = { kind: 'timeout', at: { call: 9 } };
    const plan = createFaultPlan([known], never);
    plan.next(call(0));
    const resumed = createFaultPlan([known, added], never, plan.state);
    expect([resumed.next(call(8)), resumed.next(call(9))]).toEqual([known, added]);
    expect(plan.unused()).toEqual([known]);
  });

  test('a fault by operation hits the first call, the nth, or every one', () => {
    const at = { operation: 'sns:Publish' };
    const first: Fault = { kind: 'throttle', at };
    const third: Fault = { kind: 'timeout', at: { ...at, occurrence: 3 } };
    const every: Fault = { kind: 'lostAnswer', at: { ...at, occurrence: 'every' } };
    const plan = createFaultPlan([first, third, every], never);
    const calls = [call(0), call(1, 'sns:ListTopics'), call(2), call(3)];
    expect(calls.map((one) => plan.next(one))).toEqual([first, undefined, every, third]);
  });

  test('occurrences are counted per caller, with * for any text', () => {
    const fault: Fault = {
      kind: 'throttle',
      at: { operation: 'sns:Publish', caller: 'state:*/Tell (all)', occurrence: 2 },
    };
    const plan = createFaultPlan([fault], never);
    const callers = [
      'state:a/Tell (all)',
      'state:a/Tell Xall)',
      'xstate:b/Tell (all)',
      'state:b/Tell (all)',
    ];
    const hits = callers.map((caller, index) => plan.next(call(index, 'sns:Publish', caller)));
    expect(hits).toEqual([undefined, undefined, undefined, fault]);
  });

  test('a probability is compared with one draw per call that fits', () => {
    const draws = [0.1, 0.9, 0.2999];
    const plan = createFaultPlan(
      [{ kind: 'throttle', at: { probability: 0.3, operation: 'sns:Publish' } }],
      () => draws.shift()!,
    );
    const calls = [call(0), call(1, 'sns:ListTopics'), call(2), call(3)];
    expect(calls.map((one) => plan.next(one)?.kind)).toEqual([
      'throttle',
      undefined,
      undefined,
      'throttle',
    ]);
    expect(draws).toEqual([]);
  });

  test('luck is drawn although an earlier fault hits already', () => {
    let draws = 0;
    const plan = createFaultPlan(
      [
        { kind: 'throttle', at: { call: 0 } },
        { kind: 'timeout', at: { probability: 0.5 } },
      ],
      () => (draws++, 0),
    );
    expect(plan.next(call(0))?.kind).toBe('throttle');
    expect(draws).toBe(1);
  });

  test('only a call by a function can crash its function', () => {
    const plan = createFaultPlan(
      [{ kind: 'crashFunctionAfter', at: { operation: 'sns:Publish' } }],
      never,
    );
    expect(plan.next(call(0, 'sns:Publish', 'state:updates/Tell'))).toBeUndefined();
    expect(plan.next(call(1))?.kind).toBe('crashFunctionAfter');
  });

  test('faults that hit nothing are unused, also where another one came first', () => {
    const faults: Fault[] = [
      { kind: 'throttle', at: { call: 0 } },
      { kind: 'timeout', at: { call: 0 } },
      { kind: 'timeout', at: { call: 9 } },
    ];
    const plan = createFaultPlan(faults, never);
    plan.next(call(0));
    expect(plan.unused()).toEqual([faults[1], faults[2]]);
  });

  test('a plan resumed from its saved counters goes on where it stopped', () => {
    const faults: Fault[] = [{ kind: 'throttle', at: { operation: 'sns:Publish', occurrence: 2 } }];
    const plan = createFaultPlan(faults, never);
    plan.next(call(0));
    const resumed = createFaultPlan(faults, never, JSON.parse(JSON.stringify(plan.state)));
    expect(resumed.next(call(1))).toEqual(faults[0]);
    expect(plan.unused()).toEqual(faults);
    expect(resumed.unused()).toEqual([]);
  });
});
