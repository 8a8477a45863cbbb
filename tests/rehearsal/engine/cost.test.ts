import { costOf, functionLogBytes, workflowLogBytes } from '../../../rehearsal/engine/cost';
import type { Trace, TracedCall, TracedExecution } from '../../../rehearsal/engine/trace';
import type { ItemResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';

const nothing = { invocations: 0, gigabyteSeconds: 0, functionLogBytes: 0, workflowLogBytes: 0 };

function call(name: string, input: Json, more: Partial<TracedCall> = {}): TracedCall {
  const [service = '', operation = ''] = name.split(':');
  return {
    index: 0,
    at: '2026-02-01T12:00:00.000Z',
    principal: 'role',
    caller: 'function:one',
    service,
    operation,
    action: name,
    resource: '*',
    input,
    mutates: false,
    effect: true,
    ...more,
  };
}

function execution(more: Partial<TracedExecution> = {}): TracedExecution {
  return {
    workflow: 'updates',
    id: 'arn:updates:a',
    trigger: 'user',
    startedAt: '2026-02-01T12:00:00.000Z',
    status: 'SUCCEEDED',
    input: {},
    transitions: 0,
    historyEvents: 0,
    ...more,
  };
}

function trace(calls: TracedCall[], executions: TracedExecution[] = []): Trace {
  return { calls, executions, events: [], metrics: [] };
}

/** Quantities by item of the bill. */
function quantities(calls: TracedCall[]): Record<string, number> {
  const { lines } = costOf(trace(calls), nothing, [], []);
  return Object.fromEntries(lines.map(({ item, quantity }) => [item, quantity]));
}

describe('costOf', () => {
  test('sums by group, and tells what the control plane costs per updated item', () => {
    const item = (id: string, outcome: string) => ({ id, outcome }) as ItemResult;
    const cost = costOf(
      trace([], [execution({ transitions: 40_000 }), execution({ transitions: 40_000 })]),
      { ...nothing, functionLogBytes: 3e9, workflowLogBytes: 1e9 },
      [{ item: 'builders', quantity: 10, unit: 'hours', price: 0.1, group: 'builders' }],
      [item('a', 'updated'), item('b', 'updated'), item('c', 'skipped')],
    );
    expect(cost).toEqual({
      total: 5,
      groups: [
        { group: 'control plane', amount: 4 },
        { group: 'builders', amount: 1 },
      ],
      controlPlanePerUpdatedItem: 2,
      lines: [
        {
          group: 'control plane',
          item: 'Step Functions state transitions',
          quantity: 80_000,
          unit: 'transitions',
          amount: 2,
        },
        {
          group: 'control plane',
          item: 'Logs of functions and workflows',
          quantity: 4_000,
          unit: 'MB',
          amount: 2,
        },
        { group: 'builders', item: 'builders', quantity: 10, unit: 'hours', amount: 1 },
      ],
    });
  });

  test('has no cost per item where none was updated', () => {
    expect(costOf(trace([]), nothing, [], [])).toEqual({ total: 0, groups: [], lines: [] });
  });

  test('counts units of the ledger by size: a kilobyte written, four read, half where it may lag', () => {
    const text = (bytes: number) => ({ S: 'x'.repeat(bytes) });
    const key = { Key: { item: text(16) } };
    expect(
      quantities([
        call('dynamodb:UpdateItem', { ...key, ExpressionAttributeValues: { ':b': text(2_500) } }),
        call('dynamodb:UpdateItem', key, {
          effect: false,
          error: { code: 'ConditionalCheckFailedException', message: '' },
        }),
        call('dynamodb:UpdateItem', key, {
          effect: false,
          error: { code: 'ThrottlingException', message: '' },
        }),
        call('dynamodb:GetItem', { ...key, ConsistentRead: true }, { output: {} }),
        call('dynamodb:Query', {}, { output: { Items: [{ body: text(9_000) }] } }),
      ]),
    ).toEqual({ 'Ledger writes': 4, 'Ledger reads': 2.5 });
  });

  test('counts e-mails by recipient, queue requests, starts by schedules', () => {
    expect(
      quantities([
        call('ses:SendEmail', { Destination: { ToAddresses: ['a', 'b'], CcAddresses: ['c'] } }),
        call('ses:SendEmail', { Destination: { ToAddresses: ['a'] } }, { effect: false }),
        call('sqs:SendMessage', {}),
        call('states:StartExecution', {}, { caller: 'schedule:monthly' }),
      ]),
    ).toEqual({ 'E-mails': 3, 'Queue requests': 1, 'Scheduled starts': 1 });
  });

  test('counts events of its own that were taken, by 64 KB', () => {
    const entries = [{ Detail: '{}' }, { Detail: 'x'.repeat(70_000) }, { Detail: '{}' }];
    const output = { Entries: [{ EventId: 'a' }, { EventId: 'b' }, { ErrorCode: 'Malformed' }] };
    expect(quantities([call('events:PutEvents', { Entries: entries }, { output })])).toEqual({
      'Events of its own': 3,
    });
  });
});

describe('logs', () => {
  test('of a function grow with every line that it prints', () => {
    expect(functionLogBytes(['grüße']) - functionLogBytes([])).toBe(120 + 7);
    expect(functionLogBytes([])).toBeGreaterThan(0);
  });

  test('of a workflow hold everything, what failed, or nothing', () => {
    const failed = { error: { code: 'Throttling', message: '' }, caller: 'state:updates/Check' };
    const of = trace(
      [call('appstream:DescribeImages', {}, failed), call('sns:Publish', {}, { caller: 'user' })],
      [execution({ transitions: 5 }), execution({ status: 'FAILED', transitions: 5 })],
    );
    const events = (level: 'ALL' | 'ERROR' | 'FATAL' | 'OFF') =>
      workflowLogBytes(of, () => level) / 400;
    expect([events('ALL'), events('ERROR'), events('FATAL'), events('OFF')]).toEqual([27, 2, 1, 0]);
  });
});
