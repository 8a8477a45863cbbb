import { createHandler as createAlert } from '../../../functions/foundation/alert';
import { createHandler as createDeliver } from '../../../functions/foundation/deliver';
import type { Ledger } from '../../../functions/foundation/ledger';
import type { ItemReport } from '../../../functions/foundation/notification';
import { createHandler as createReporter } from '../../../functions/foundation/report-run';
import { recordOutcome } from '../../../functions/foundation/run-log';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, LEDGER_TABLE, namedError } from '../../support/emulated-clients';

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1';
const times = { startedAt: '2026-02-01T12:00:00.000Z', endedAt: '2026-02-01T16:00:00.000Z' };
const bad: ItemReport = { id: 'bad', outcome: 'failed', reason: 'bad-2 is FAILED. KB1', ...times };

interface Sent {
  readonly channel: string;
  readonly to: readonly string[];
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

function prepare(to: readonly string[] = ['b@example.com'], workflow = 'updater') {
  const account = emulateAccount({});
  const ledger: Ledger = { client: account.dynamodb, table: LEDGER_TABLE, workflow };
  const sent: Sent[] = [];
  /** By destination: the error of every attempt to send there. */
  const broken = new Map<string, string>();
  const send = (message: Sent) => {
    for (const one of [message.channel, ...message.to]) {
      const name = broken.get(one);
      if (name !== undefined) throw namedError(name, `${one} is broken`);
    }
    sent.push(message);
    return {};
  };
  const sns = {
    publish: async ({ TopicArn, Subject, Message, MessageAttributes }: Json) => {
      const attributes = Object.fromEntries(
        Object.entries<Json>(MessageAttributes).map(([name, { StringValue }]) => [
          name,
          StringValue,
        ]),
      );
      const id = attributes['notification'] as string;
      const message = { channel: 'sns', id, subject: Subject, text: Message, attributes };
      return send({ ...message, to: [TopicArn] });
    },
  };
  const ses = {
    sendEmail: async ({ FromEmailAddress, Destination, Content }: Json) => {
      expect(FromEmailAddress).toBe('a@example.com');
      const { Subject, Body, Headers } = Content.Simple;
      return send({
        channel: 'email',
        to: Destination.ToAddresses,
        id: Headers[0].Value,
        subject: Subject.Data,
        text: Body.Text.Data,
        html: Body.Html.Data,
      });
    },
  };
  const common = { ledger, retentionDays: 400, now: account.now };
  const report = createReporter({ ...common, print: () => undefined });
  const alert = createAlert(common);
  const addressees = {
    sns: sns as never,
    ses: ses as never,
    workflow: 'updater',
    topicArn: 'arn:topic',
    email: { from: 'a@example.com', to },
  };
  const deliver = createDeliver({ ...common, addressees });
  const event = { execution, run: 'run-1', startedAt: times.startedAt };
  const alarm = { execution, run: 'run-1', alert: 'first-failure', subject: 'bad', facts: [] };
  return {
    account,
    ledger,
    sent,
    broken,
    deliver,
    /** Reports the run, and delivers the report. */
    report: async (change: object = {}) =>
      deliver((await report({ ...event, ...change })).notification),
    /** The same with an alert about an item. */
    alert: async (item: ItemReport) =>
      deliver((await alert({ ...alarm, items: [item] })).notification),
    outcome: (item: ItemReport) => recordOutcome(ledger, 'run-1', item, account.now()),
  };
}

const channelsAndIds = (sent: readonly Sent[]) => sent.map(({ channel, id }) => [channel, id]);

// Failing channels are logged, as they should be; not into the output of the tests.
beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

describe('delivering the report of a run', () => {
  it('reaches every channel once, with one id and the same words', async () => {
    const { report, outcome, sent } = prepare(['b@example.com', 'c@example.com']);
    await outcome(bad);
    expect(await report()).toEqual({
      id: 'updater.run-1',
      deliveries: { sns: 'delivered', email: 'delivered' },
    });
    expect(channelsAndIds(sent)).toEqual([
      ['sns', 'updater.run-1'],
      ['email', 'updater.run-1'],
    ]);
    const [topic, email] = sent;
    expect(email?.to).toEqual(['b@example.com', 'c@example.com']);
    expect(email?.subject).toBe('Attention: updater: 1 failed');
    expect([topic?.subject, topic?.text]).toEqual([email?.subject, email?.text]);
    expect(email?.html).toContain('<b>bad</b> (4 h 0 min): bad-2 is FAILED. KB1');
  });

  it('gives subscribers of the topic something to filter by', async () => {
    const { report, outcome, sent } = prepare([]);
    await outcome(bad);
    await report({ mode: 'update' });
    expect(sent.map(({ attributes }) => attributes)).toEqual([
      {
        workflow: 'updater',
        notification: 'updater.run-1',
        kind: 'report',
        attention: 'true',
        outcome: 'failed',
        mode: 'update',
      },
    ]);
  });

  it('sends nothing twice, however often it is called', async () => {
    const { report, outcome, sent } = prepare();
    await report();
    await outcome(bad);
    await report();
    expect(sent).toHaveLength(2);
  });

  it('repeats itself in the words of the first attempt, and only where it has to', async () => {
    const { account, report, outcome, sent, broken } = prepare();
    broken.set('email', 'ServiceUnavailable');
    await report();
    broken.clear();
    account.advance(1);
    await outcome(bad);
    await report({ mode: 'plan' });
    expect(channelsAndIds(sent)).toEqual([
      ['sns', 'updater.run-1'],
      ['sns', 'updater.run-1.undelivered'],
      ['email', 'updater.run-1'],
    ]);
    expect(sent[2]?.text).toBe(sent[0]?.text);
  });

  it.each([
    ['sns', 'email'],
    ['email', 'sns'],
  ])('tells through the other channel that %s failed', async (failing, working) => {
    const { report, outcome, sent, broken } = prepare();
    broken.set(failing, 'ServiceUnavailable');
    await outcome(bad);
    const reason = `ServiceUnavailable: ${failing} is broken`;
    expect((await report()).deliveries).toEqual({ [failing]: reason, [working]: 'delivered' });
    expect(channelsAndIds(sent)).toEqual([
      [working, 'updater.run-1'],
      [working, 'updater.run-1.undelivered'],
    ]);
    expect(sent[1]?.text).toBe(
      `Notification updater.run-1 could not be delivered to\n${failing}: ${reason}`,
    );
  });

  it('says the same about a failed channel when it fails again in another way', async () => {
    const { report, sent, broken } = prepare();
    broken.set('email', 'ServiceUnavailable');
    await report();
    broken.set('email', 'AccountSuspendedException');
    const { deliveries } = await report();
    expect(deliveries['email']).toMatch(/^AccountSuspendedException/);
    expect(channelsAndIds(sent)).toEqual([
      ['sns', 'updater.run-1'],
      ['sns', 'updater.run-1.undelivered'],
    ]);
  });

  it('marks what it tells of a failed channel as such', async () => {
    const { report, outcome, sent, broken } = prepare();
    broken.set('email', 'ServiceUnavailable');
    await outcome(bad);
    await report({ mode: 'update' });
    expect(sent[1]?.attributes).toEqual({
      workflow: 'updater',
      notification: 'updater.run-1.undelivered',
      kind: 'undelivered',
      attention: 'true',
      outcome: 'failed',
      mode: 'update',
    });
  });

  it('has a subject that SNS takes, also when it tells of a failed channel', async () => {
    const { report, sent, broken } = prepare(['b@example.com'], `Übung-${'x'.repeat(120)}`);
    broken.set('email', 'ServiceUnavailable');
    await report();
    expect(sent).toHaveLength(2);
    for (const { subject } of sent) expect(subject).toMatch(/^[\x20-\x7e]{1,99}$/);
  });

  it('fails by name when no channel takes it, so that the state machine can try again', async () => {
    const { report, sent, broken } = prepare();
    broken.set('sns', 'ServiceUnavailable').set('email', 'ServiceUnavailable');
    await expect(report()).rejects.toMatchObject({
      name: 'NotificationUndelivered',
      message: 'sns: ServiceUnavailable: sns is broken\nemail: ServiceUnavailable: email is broken',
    });
    broken.clear();
    await report();
    expect(sent).toHaveLength(2);
  });

  it('does not take a delivery for a failure that could only not be marked', async () => {
    const { account, report, sent } = prepare();
    account.failNext('UpdateItem', namedError('InternalServerError'), 1);
    expect((await report()).deliveries).toEqual({ sns: 'delivered', email: 'delivered' });
    expect(sent).toHaveLength(2);
  });

  it('does nothing where there is nothing to tell, and names what it does not know', async () => {
    const { deliver, sent } = prepare();
    expect(await deliver({ id: '' })).toEqual({ id: '', deliveries: {} });
    await expect(deliver({ id: 'updater.run-2' })).rejects.toMatchObject({
      name: 'NotificationUnknown',
      message: 'There is no record of updater.run-2.',
    });
    expect(sent).toEqual([]);
  });
});

describe('several recipients', () => {
  const to = ['good@example.com', 'new@example.com', 'other@example.com'];

  it.each(['MessageRejected', 'BadRequestException'])(
    'hear each for himself when one makes SES refuse the message with %s',
    async (refusal) => {
      const { report, sent, broken } = prepare(to);
      broken.set('new@example.com', refusal);
      expect((await report()).deliveries).toEqual({
        sns: 'delivered',
        email: 'delivered',
        'email:new@example.com': `${refusal}: new@example.com is broken`,
      });
      expect(sent.map(({ channel, to, id }) => [channel, ...to, id])).toEqual([
        ['sns', 'arn:topic', 'updater.run-1'],
        ['email', 'good@example.com', 'updater.run-1'],
        ['email', 'other@example.com', 'updater.run-1'],
        ['sns', 'arn:topic', 'updater.run-1.undelivered'],
        ['email', 'good@example.com', 'other@example.com', 'updater.run-1.undelivered'],
      ]);
      expect(sent[3]?.text).toContain(
        `\nemail:new@example.com: ${refusal}: new@example.com is broken`,
      );
    },
  );

  it('are not asked one by one about what is no fault of theirs', async () => {
    const { report, sent, broken } = prepare(to);
    broken.set('new@example.com', 'TooManyRequestsException');
    expect((await report()).deliveries['email']).toMatch(/^TooManyRequestsException/);
    expect(sent.map(({ channel }) => channel)).toEqual(['sns', 'sns']);
  });

  it('do not get again what they have when the others are tried again', async () => {
    const { report, sent, broken } = prepare(to);
    broken.set('new@example.com', 'MessageRejected');
    await report();
    broken.clear();
    expect((await report()).deliveries).toEqual({ sns: 'delivered', email: 'delivered' });
    expect(sent.at(-1)).toMatchObject({ to: ['new@example.com'], id: 'updater.run-1' });
    expect(sent.filter(({ id }) => id === 'updater.run-1')).toHaveLength(4);
  });

  it('are reported as one channel when nobody of them could be reached', async () => {
    const { report, broken } = prepare(to);
    for (const one of to) broken.set(one, 'MessageRejected');
    expect((await report()).deliveries).toEqual({
      sns: 'delivered',
      email: 'MessageRejected: good@example.com is broken',
    });
  });

  it('get messages of at most fifty', async () => {
    const crowd = Array.from({ length: 120 }, (_, index) => `person-${index}@example.com`);
    const { report, sent } = prepare(crowd);
    await report();
    const mails = sent.filter(({ channel }) => channel === 'email');
    expect(mails.map((mail) => mail.to.length)).toEqual([50, 50, 20]);
    expect(mails.flatMap((mail) => mail.to)).toEqual(crowd);
  });
});

describe('an alert', () => {
  it('goes out at once, once, in the words of the first', async () => {
    const { alert, sent } = prepare();
    expect(await alert(bad)).toEqual({
      id: 'updater.run-1.first-failure',
      deliveries: { sns: 'delivered', email: 'delivered' },
    });
    await alert({ ...bad, id: 'worse' });
    expect(channelsAndIds(sent)).toEqual([
      ['sns', 'updater.run-1.first-failure'],
      ['email', 'updater.run-1.first-failure'],
    ]);
    expect(sent[0]?.text).toContain('  bad (4 h 0 min): bad-2 is FAILED. KB1');
    expect(sent[0]?.attributes).toMatchObject({ kind: 'alert', attention: 'true' });
  });

  it('takes nothing from the report of the run', async () => {
    const { alert, report, outcome, sent } = prepare([]);
    await alert(bad);
    await outcome(bad);
    await report();
    expect(channelsAndIds(sent)).toEqual([
      ['sns', 'updater.run-1.first-failure'],
      ['sns', 'updater.run-1'],
    ]);
  });

  it('tells of a failed channel under its own id', async () => {
    const { alert, sent, broken } = prepare();
    broken.set('email', 'ServiceUnavailable');
    await alert(bad);
    expect(sent.map(({ id }) => id)).toEqual([
      'updater.run-1.first-failure',
      'updater.run-1.first-failure.undelivered',
    ]);
  });
});
