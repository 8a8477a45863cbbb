import type { Trace, TracedCall, TracedExecution } from '../../rehearsal/engine/trace';
import { itemsOf } from '../../rehearsal/items';
import type { Json } from '../../rehearsal/services/service';

const arn = (name: string) => `arn:aws:states:eu-west-1:111122223333:execution:updates:${name}`;

const line = (id: string, outcome = 'updated') => ({
  id,
  outcome,
  reason: 'because',
  startedAt: '2026-02-01T12:00:00.000Z',
  endedAt: '2026-02-01T15:00:00.000Z',
});

function execution(name: string, output?: Json): TracedExecution {
  return {
    workflow: 'updates',
    id: arn(name),
    trigger: 'user',
    startedAt: '2026-02-01T12:00:00.000Z',
    status: output === undefined ? 'RUNNING' : 'SUCCEEDED',
    input: {},
    ...(output !== undefined && { output }),
    transitions: 1,
    historyEvents: 2,
  };
}

function trace(executions: TracedExecution[], rows: readonly (readonly [string, Json])[]): Trace {
  const calls = rows.map(([key, body], index): TracedCall => ({
    index,
    at: '2026-02-01T15:00:00.000Z',
    principal: 'role',
    caller: 'function:settle',
    service: 'dynamodb',
    operation: 'UpdateItem',
    action: 'dynamodb:UpdateItem',
    resource: 'ledger',
    input: {
      Key: { workflow: { S: 'updates' }, item: { S: key } },
      ExpressionAttributeValues: { ':body': { S: JSON.stringify(body) } },
    },
    mutates: true,
    effect: true,
  }));
  return { calls, executions, events: [], metrics: [] };
}

const outcomes = (of: Trace) => itemsOf(of).map(({ id, outcome }) => `${id} ${outcome}`);

describe('itemsOf', () => {
  test('takes the items of an output that has room for all, whatever the log says', () => {
    const run = execution('a', { items: [line('web')], furtherItems: 0 });
    const [item, ...others] = itemsOf(trace([run], [['outcome#a#db', line('db')]]));
    expect(others).toEqual([]);
    expect(item).toEqual({ ...line('web'), workflow: 'updates', execution: arn('a') });
  });

  test('adds from the log what the output had no room for, its latest line', () => {
    const run = execution('a', { items: [line('web', 'failed')], furtherItems: 3 });
    const of = trace(
      [run],
      [
        ['left-out#a#0000', [line('old', 'skipped'), line('tmp', 'skipped')]],
        ['outcome#a#web', line('web', 'failed')],
        ['outcome#a#db', line('db', 'interrupted')],
        ['outcome#a#db', line('db')],
        ['outcome#b#other', line('other')],
        ['queue#a#0000', ['web', 'db']],
      ],
    );
    expect(outcomes(of)).toEqual(['web failed', 'old skipped', 'tmp skipped', 'db updated']);
  });

  test('knows from the log what a run did that has no output', () => {
    expect(outcomes(trace([execution('a')], [['outcome#a#web', line('web')]]))).toEqual([
      'web updated',
    ]);
  });

  test('does not believe a write that took no effect', () => {
    const of = trace([execution('a')], [['outcome#a#web', line('web')]]);
    const calls = of.calls.map((call) => ({ ...call, effect: false }));
    expect(outcomes({ ...of, calls })).toEqual([]);
  });
});
