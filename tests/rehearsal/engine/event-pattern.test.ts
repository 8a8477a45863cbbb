import { matchesPattern } from '../../../rehearsal/engine/event-pattern';

const event = {
  source: 'aws.states',
  'detail-type': 'Step Functions Execution Status Change',
  resources: ['arn:one', 'arn:two'],
  detail: { status: 'FAILED', name: 'run-1', count: 7, nothing: null },
};

describe('an event pattern', () => {
  it.each([
    ['one of several values', { detail: { status: ['ABORTED', 'FAILED'] } }, true],
    ['no listed value', { detail: { status: ['ABORTED'] } }, false],
    ['every field must match', { source: ['aws.states'], detail: { status: ['ABORTED'] } }, false],
    ['any element of an array', { resources: ['arn:two'] }, true],
    ['a prefix', { detail: { name: [{ prefix: 'run-' }] } }, true],
    ['a prefix within an array', { resources: [{ prefix: 'arn:three' }] }, false],
    ['a suffix', { detail: { name: [{ suffix: '-1' }] } }, true],
    ['another case', { detail: { status: [{ 'equals-ignore-case': 'failed' }] } }, true],
    ['a wildcard', { detail: { name: [{ wildcard: 'r*1' }] } }, true],
    ['a wildcard matches the whole value', { detail: { name: [{ wildcard: 'r*n' }] } }, false],
    ['anything but a value', { detail: { status: [{ 'anything-but': ['SUCCEEDED'] }] } }, true],
    ['anything but that value', { detail: { status: [{ 'anything-but': 'FAILED' }] } }, false],
    ['anything but a prefix', { detail: { name: [{ 'anything-but': { prefix: 'run' } }] } }, false],
    ['a numeric range', { detail: { count: [{ numeric: ['>', 5, '<=', 7] }] } }, true],
    ['outside a numeric range', { detail: { count: [{ numeric: ['<', 7] }] } }, false],
    ['a field that exists', { detail: { name: [{ exists: true }] } }, true],
    ['a field that is absent', { detail: { other: [{ exists: false }] } }, true],
    ['a null', { detail: { nothing: [null] } }, true],
    ['either branch', { $or: [{ source: ['x'] }, { detail: { count: [7] } }] }, true],
    ['neither branch', { $or: [{ source: ['x'] }, { detail: { count: [8] } }] }, false],
    ['a field deeper than the event goes', { detail: { status: { code: ['1'] } } }, false],
  ])('matches by %s', (_, pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it('refuses an operator that it does not know, by name', () => {
    expect(() => matchesPattern({ detail: { name: [{ cidr: '10.0.0.0/8' }] } }, event)).toThrow(
      'cidr',
    );
  });
});
