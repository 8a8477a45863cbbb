import { errorMatches, runtimeFailure, StateFailure } from '../../../rehearsal/asl/failure';

describe('ErrorEquals', () => {
  const timeout = new StateFailure('States.Timeout', undefined);
  const heartbeat = new StateFailure('States.Timeout', undefined, {
    alsoNamed: 'States.HeartbeatTimeout',
  });
  const limit = new StateFailure('States.DataLimitExceeded', 'too much', { terminal: true });

  it.each([
    ['Broken', new StateFailure('Broken', ''), true],
    ['broken', new StateFailure('Broken', ''), false],
    ['States.ALL', new StateFailure('Broken', ''), true],
    ['States.ALL', new StateFailure(undefined, undefined), true],
    ['States.TaskFailed', new StateFailure('Broken', ''), true],
    ['States.TaskFailed', timeout, false],
    ['States.Timeout', timeout, true],
    ['States.HeartbeatTimeout', timeout, false],
    ['States.HeartbeatTimeout', heartbeat, true],
    ['States.Timeout', heartbeat, true],
    ['States.ALL', runtimeFailure('wrong path'), false],
    ['States.Runtime', runtimeFailure('wrong path'), false],
    ['States.TaskFailed', runtimeFailure('wrong path'), false],
    ['States.ALL', limit, false],
    ['States.DataLimitExceeded', limit, false],
  ])('%s against %s: %s', (pattern, failure, expected) => {
    expect(errorMatches(pattern, failure)).toBe(expected);
  });
});
