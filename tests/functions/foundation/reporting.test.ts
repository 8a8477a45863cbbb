import { createHandler as createCloser } from '../../../functions/foundation/close-run';
import { createHandler as createFinder } from '../../../functions/foundation/find-runs';
import type { Outbox } from '../../../functions/foundation/delivery';
import {
  acquireLease,
  readWorkItem,
  recordIntent,
  settleWorkItem,
  type Ledger,
} from '../../../functions/foundation/ledger';
import { composeNotification, type ItemReport } from '../../../functions/foundation/notification';
import { createHandler as createReporter } from '../../../functions/foundation/report-run';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1';
const times = { startedAt: '2026-02-01T12:00:00.000Z', endedAt: '2026-02-01T16:00:00.000Z' };
const items: ItemReport[] = [
  { id: 'good', outcome: 'updated', reason: 'updated to good-2', ...times },
  { id: 'bad', outcome: 'failed', reason: 'bad-2 is FAILED. <b>KB1</b> & "KB2"', ...times },
];

function report(members: object = {}) {
  const run = { id: 'updater.run-1', workflow: 'updater', execution, ...times, items };
  return composeNotification({ ...run, ...members });
}

describe('a notification', () => {
  it('says in its subject what happened, and whether somebody must look', () => {
    expect(report().subject).toBe('Attention: updater: 1 failed, 1 updated');
    expect(report({ items: items.slice(0, 1) }).subject).toBe('updater: 1 updated');
    expect(report({ error: 'InvalidInput: x' }).subject).toBe(
      'Attention: updater: run ended early',
    );
  });

  it('names account, region, run and every item with its reason, and what to do next', () => {
    expect(report().text).toBe(
      [
        'Account: 111122223333, eu-west-1',
        `Run: ${execution}`,
        'Started: 2026-02-01T12:00:00.000Z',
        'Ended: 2026-02-01T16:00:00.000Z',
        '',
        'FAILED (1)',
        '  bad: bad-2 is FAILED. <b>KB1</b> & "KB2"',
        '',
        'UPDATED (1)',
        '  good: updated to good-2',
        '',
        'What to do next',
        '  The next run tries what failed again; if the reason persists, mend it first.',
        '',
        'Notification updater.run-1',
      ].join('\n'),
    );
  });

  it('escapes what comes from AWS and from people', () => {
    const { html } = report({ items: [{ ...items[1], id: '<script>' }] });
    expect(html).toContain('<b>&lt;script&gt;</b>');
    expect(html).toContain('&lt;b&gt;KB1&lt;/b&gt; &amp; &quot;KB2&quot;');
  });

  it('has a subject that SNS takes: less than 100 printable ASCII characters', () => {
    const { subject } = report({ workflow: `Übung ${'x'.repeat(120)}` });
    expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });
});

function prepare() {
  const account = emulateAccount({});
  const sent: { channel: string; id: string; text: string }[] = [];
  const broken = new Set<string>();
  const send = (channel: string, id: string, text: string) => {
    if (broken.has(channel)) throw namedError('MessageRejected', `${channel} is broken`);
    sent.push({ channel, id, text });
    return {};
  };
  const outbox: Outbox = {
    dynamodb: account.dynamodb,
    sns: {
      publish: async (input: never) => {
        const { MessageAttributes, Message } = input as {
          MessageAttributes: { notification: { StringValue: string } };
          Message: string;
        };
        return send('sns', MessageAttributes.notification.StringValue, Message);
      },
    } as never,
    ses: {
      sendEmail: async (input: never) => {
        const simple = (input as { Content: { Simple: Record<string, never> } }).Content.Simple as {
          Headers?: { Value: string }[];
          Body?: { Text: { Data: string } };
        };
        return send('email', simple.Headers?.[0]?.Value ?? '', simple.Body?.Text.Data ?? '');
      },
    } as never,
    table: LEDGER_TABLE,
    workflow: 'updater',
    topicArn: 'arn:aws:sns:eu-west-1:111122223333:topic',
    email: { from: 'a@example.com', to: ['b@example.com'] },
    retentionDays: 400,
  };
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const reporter = createReporter({ outbox, now: account.now });
  const event = { execution, run: 'run-1', startedAt: times.startedAt, items };
  return { account, sent, broken, ledger, reporter, event };
}

// Failing channels are logged, as they should be; not into the output of the tests.
beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

describe('reporting a run', () => {
  it('reaches every channel once, with one id, and returns what it reported', async () => {
    const { reporter, event, sent } = prepare();
    const leftOut = [
      { id: 'other', outcome: 'skipped' as const, reason: 'not opted in', ...times },
    ];
    expect(await reporter({ ...event, leftOut })).toEqual({
      items: [...items, ...leftOut],
      notification: { id: 'updater.run-1', deliveries: { sns: 'delivered', email: 'delivered' } },
    });
    expect(sent.map(({ channel, id }) => [channel, id])).toEqual([
      ['sns', 'updater.run-1'],
      ['email', 'updater.run-1'],
    ]);
  });

  it('sends nothing twice, however often it is called', async () => {
    const { reporter, event, sent } = prepare();
    await reporter(event);
    await reporter({ ...event, items: [] });
    expect(sent).toHaveLength(2);
  });

  it('repeats itself in the words of the first attempt', async () => {
    const { account, reporter, event, sent, broken } = prepare();
    broken.add('email');
    await reporter(event);
    broken.clear();
    account.advance(1);
    await reporter({ ...event, items: [] });
    const [topic, note, email] = sent;
    expect([topic?.channel, note?.id, email?.channel]).toEqual([
      'sns',
      'updater.run-1.undelivered',
      'email',
    ]);
    expect(email?.text).toBe(topic?.text);
  });

  it.each([
    ['sns', 'email'],
    ['email', 'sns'],
  ])('reports through the other channel that %s failed', async (bad, good) => {
    const { reporter, event, sent, broken } = prepare();
    broken.add(bad);
    const { notification } = await reporter(event);
    expect(notification.deliveries[bad]).toBe(`MessageRejected: ${bad} is broken`);
    expect(sent.map(({ channel, id }) => [channel, id])).toEqual([
      [good, 'updater.run-1'],
      [good, 'updater.run-1.undelivered'],
    ]);
    expect(sent[1]?.text).toContain(`${bad}: MessageRejected: ${bad} is broken`);
  });

  it('is silent about a quiet run that left everything alone, and only then', async () => {
    const { reporter, event, sent } = prepare();
    const idle = [{ id: 'a', outcome: 'skipped' as const, reason: 'busy', ...times }];
    expect((await reporter({ ...event, items: idle, quiet: true })).items).toEqual(idle);
    expect(sent).toEqual([]);
    await reporter({ ...event, quiet: true });
    expect(sent).toHaveLength(2);
  });

  it('fails by name when no channel takes it, so that the state machine can try again', async () => {
    const { reporter, event, broken } = prepare();
    broken.add('sns').add('email');
    await expect(reporter(event)).rejects.toMatchObject({ name: 'NotificationUndelivered' });
  });

  it('does not take a delivery for a failure that could only not be marked', async () => {
    const { account, reporter, event, sent } = prepare();
    account.failNext('UpdateItem', namedError('InternalServerError'), 1);
    const { notification } = await reporter(event);
    expect(notification.deliveries).toEqual({ sns: 'delivered', email: 'delivered' });
    expect(sent).toHaveLength(2);
  });
});

describe('finding the runs that are to be closed', () => {
  const executions = [
    { name: 'run-3', startDate: new Date('2026-01-31T12:00:00Z') },
    { name: 'run-2', startDate: new Date('2026-01-30T12:00:00Z') },
    { name: 'run-0', startDate: new Date('2026-01-01T12:00:00Z') },
  ].map((run) => ({ ...run, executionArn: `arn:${run.name}`, stopDate: run.startDate }));

  function finder(account: ReturnType<typeof emulateAccount>, listed = 'arn:machine') {
    return createFinder({
      sfn: {
        // A page for each.
        listExecutions: (async ({
          stateMachineArn,
          statusFilter,
          nextToken = '0',
        }: Record<string, string>) => ({
          executions:
            stateMachineArn === listed && statusFilter === 'ABORTED'
              ? executions.slice(+nextToken, +nextToken + 1)
              : [],
          ...(+nextToken < 2 ? { nextToken: String(+nextToken + 1) } : {}),
        })) as never,
      },
      dynamodb: account.dynamodb,
      table: LEDGER_TABLE,
      workflow: 'updater',
      stateMachineArn: 'arn:machine',
      lookBackDays: 21,
      now: account.now,
    });
  }

  it('takes the run of the event, and looks for no others', async () => {
    const detail = { name: 'run-9' } as never;
    expect(await finder(emulateAccount({}))({ event: { detail }, closer: 'arn:closer' })).toEqual({
      runs: [detail],
    });
  });

  it('finds what ended lately and was not reported', async () => {
    const { account, reporter, event } = prepare();
    await reporter({ ...event, run: 'run-3' });
    expect(await finder(account)({ event: {}, closer: 'arn:closer' })).toEqual({
      runs: [
        {
          executionArn: 'arn:run-2',
          name: 'run-2',
          status: 'ABORTED',
          startDate: Date.parse('2026-01-30T12:00:00Z'),
          stopDate: Date.parse('2026-01-30T12:00:00Z'),
        },
      ],
    });
  });

  it('finds runs of the closer itself', async () => {
    const { runs } = await finder(
      prepare().account,
      'arn:closer',
    )({ event: {}, closer: 'arn:closer' });
    expect(runs.map(({ name }) => name)).toEqual(['run-3', 'run-2']);
  });

  it('takes a report that reached nobody for none', async () => {
    const { account, reporter, event, broken } = prepare();
    broken.add('sns').add('email');
    await expect(reporter({ ...event, run: 'run-3' })).rejects.toThrow();
    const { runs } = await finder(account)({ event: null, closer: 'arn:closer' });
    expect(runs.map(({ name }) => name)).toEqual(['run-3', 'run-2']);
  });
});

describe('closing a run', () => {
  const detail = {
    executionArn: execution,
    name: 'run-1',
    status: 'ABORTED',
    startDate: Date.parse(times.startedAt),
    stopDate: Date.parse(times.endedAt),
    error: null,
    cause: null,
  };

  it('frees what the run held and reports all that it did', async () => {
    const { account, ledger } = prepare();
    for (const item of ['done', 'open', 'idle']) {
      await acquireLease(ledger, item, execution, async () => true);
    }
    await settleWorkItem(ledger, 'done', execution, {
      outcome: 'updated',
      reason: 'r',
      at: times.endedAt,
    });
    await recordIntent(ledger, 'open', execution, {
      target: 'next',
      attempt: 1,
      intendedAt: times.startedAt,
    });
    const closer = createCloser({ ledger, now: account.now });
    const expected = {
      execution,
      run: 'run-1',
      startedAt: times.startedAt,
      error: { Error: 'ABORTED', Cause: 'the run ended ABORTED' },
      items: [
        { id: 'done', outcome: 'updated', reason: 'r', ...times },
        {
          id: 'idle',
          outcome: 'interrupted',
          reason: 'the run ended ABORTED while it worked on it; nothing had been asked of AWS',
          ...times,
        },
        {
          id: 'open',
          outcome: 'interrupted',
          reason:
            'the run ended ABORTED while it worked on it; if AWS accepted next, a later run follows it up, and starts it if not',
          ...times,
        },
      ],
    };
    expect(await closer({ detail })).toEqual(expected);
    expect((await readWorkItem(ledger, 'open')).leaseOwner).toBeUndefined();
    // The target stays: the next run adopts it.
    expect((await readWorkItem(ledger, 'open')).target).toBe('next');
    expect(await closer({ detail })).toEqual(expected);
  });

  it("passes on the run's own error", async () => {
    const { account, ledger } = prepare();
    const closer = createCloser({ ledger, now: account.now });
    const failed = { ...detail, status: 'FAILED', error: 'InvalidInput', cause: 'mode is wrong' };
    expect((await closer({ detail: failed })).error).toEqual({
      Error: 'InvalidInput',
      Cause: 'the run ended FAILED: mode is wrong',
    });
  });
});
