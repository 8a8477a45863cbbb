import { AppStreamAutoUpdater } from '../../../components/appstream/auto-updater';
import { Ledger as LedgerTable } from '../../../components/foundation/ledger';
import { createHandler as createCloser } from '../../../functions/foundation/close-run';
import { createHandler as createDeliver } from '../../../functions/foundation/deliver';
import { acquireLease, type Ledger } from '../../../functions/foundation/ledger';
import { createHandler as createReporter } from '../../../functions/foundation/report-run';
import { recordOutcome, recordQueue } from '../../../functions/foundation/run-log';
import type { RehearsalResult } from '../../../rehearsal/result';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, LEDGER_TABLE } from '../../support/emulated-clients';
import { find, record } from '../../support/pulumi-mocks';
import { rehearseScenarios, type ScenarioInput } from '../../support/scenarios';
import {
  broken,
  estate,
  failing,
  fault,
  imageOf,
  messages,
  monthlyRuns,
  optedIn,
  several,
  told,
} from './account';

const threats = `<script>alert("x")</script> & 'quotes'`;
const sender = { IdentityName: 'evergreen@example.com' };
const badAndGood = [optedIn('bad'), optedIn('good')];
const badFails = [failing('bad', 'No space left.', { duration: { minutes: 30 } })];

const scenarios = {
  allFail: {
    estate: estate(several(3), {
      outcomes: ['image-1', 'image-2', 'image-3'].map((name) => failing(name, threats)),
    }),
  },
  recipientNotVerified: {
    estate: estate(badAndGood, {
      outcomes: badFails,
      ses: { sandbox: true, identities: [sender] },
    }),
  },
  senderNotVerified: {
    estate: estate(badAndGood, { outcomes: badFails, ses: { sandbox: false, identities: [] } }),
  },
  emailThrottled: {
    estate: estate([optedIn('web')]),
    faults: [1, 2, 3].map((occurrence) => ({
      kind: 'throttle',
      at: { operation: 'ses:SendEmail', occurrence },
    })),
  },
  tooLong: {
    estate: estate([optedIn('web')], { durations: { appstream: { updateImage: { hours: 40 } } } }),
  },
  killed: {
    estate: estate([optedIn('web')]),
    faults: [fault('killExecution', 'StartUpdate')],
  },
} satisfies Record<string, ScenarioInput>;

let results: Record<keyof typeof scenarios, RehearsalResult>;

beforeAll(async () => {
  results = await rehearseScenarios<keyof typeof scenarios>(scenarios);
}, 900_000);

// Channels that fail are logged, as they should be; not into the output of the tests.
beforeEach(() => jest.spyOn(console, 'log').mockImplementation(() => undefined));
afterEach(() => jest.restoreAllMocks());

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updater:run-1';
const startedAt = '2026-02-01T12:00:00.000Z';

/** The functions that tell people, with channels that keep what they are given. */
function prepare(to: readonly string[]) {
  const { dynamodb, now } = emulateAccount({});
  const ledger: Ledger = { client: dynamodb, table: LEDGER_TABLE, workflow: 'updater' };
  const published: Json[] = [];
  const mailed: Json[] = [];
  const common = { ledger, retentionDays: 400, now };
  const report = createReporter({ ...common, print: () => undefined });
  const deliver = createDeliver({
    ...common,
    addressees: {
      sns: { publish: async (input: Json) => published.push(input) } as never,
      ses: { sendEmail: async (input: Json) => mailed.push(input) } as never,
      workflow: 'updater',
      topicArn: 'arn:topic',
      email: { from: 'images@example.com', to },
    },
  });
  const fail = (id: string, reason: string) => {
    const times = { startedAt, endedAt: '2026-02-01T16:12:00.000Z' };
    return recordOutcome(ledger, 'run-1', { id, outcome: 'failed', reason, ...times }, now());
  };
  return { ledger, now, report, deliver, fail, published, mailed };
}

describe('defect 26: what people read', () => {
  test('is escaped in HTML, with a list for people and not for Python, to all recipients at once', async () => {
    const to = ['one@example.com', 'two@example.com'];
    const { report, deliver, fail, mailed } = prepare(to);
    await fail('web', threats);
    await fail('db', 'No space left.');
    await deliver((await report({ execution, run: 'run-1', startedAt })).notification);
    const [mail, ...others] = mailed;
    expect(others).toEqual([]);
    expect(mail.Destination).toEqual({ ToAddresses: to });
    const { Html, Text } = mail.Content.Simple.Body;
    expect(Html.Data).not.toContain('<script>');
    expect(Html.Data).toContain(
      '<li><b>web</b> (4 h 12 min): &lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;quotes&#39;</li>',
    );
    expect(Html.Data).toContain('<li><b>db</b> (4 h 12 min): No space left.</li>');
    expect(Text.Data).toContain(`\n  db (4 h 12 min): No space left.\n`);
    expect(Text.Data).not.toMatch(/\[['"]/);
  });

  test('comes at the first failure and at the end, however many there are', () => {
    for (const channel of ['sns', 'email']) {
      expect(messages(results.allFail, channel).map(({ subject }) => subject)).toEqual([
        expect.stringMatching(/^Attention: appstream-auto-updater: the update of image-\d failed$/),
        'Attention: appstream-auto-updater: 3 failed',
      ]);
    }
  });

  test('says which account, Region and run it is about', () => {
    const run = monthlyRuns(results.allFail)[0]?.id.split(':').at(-1);
    expect(results.allFail.notifications).not.toEqual([]);
    for (const { text } of results.allFail.notifications) {
      expect(text.split('\n').slice(0, 3)).toEqual([
        'Account: 111122223333',
        'Region: eu-west-1',
        `Run: ${run}`,
      ]);
    }
  });
});

describe('defect 27: telling people', () => {
  test.each(['recipientNotVerified', 'senderNotVerified'] as const)(
    'changes no outcome when SES refuses, and the topic says that it did: %s',
    (scenario) => {
      const result = results[scenario];
      expect(monthlyRuns(result)[0]?.status).toBe('SUCCEEDED');
      expect(told(result)['bad']).toMatch(/^failed: .*No space left/);
      expect(told(result)['good']).toBe('updated: updated to good-Updated-20260201-1');
      expect(imageOf(result, 'good').Tags.AutoUpdate).toBe('Completed');
      expect(messages(result, 'email')).toEqual([]);
      expect(messages(result).map(({ subject }) => subject)).toEqual([
        'Attention: appstream-auto-updater: the update of bad failed',
        'Attention: appstream-auto-updater: a notification did not reach everybody',
        'Attention: appstream-auto-updater: 1 failed, 1 updated',
        'Attention: appstream-auto-updater: a notification did not reach everybody',
      ]);
      expect(messages(result)[1]?.text).toContain('MessageRejected');
      expect(broken(result)).toEqual([]);
    },
  );

  test('rides out the throttling of SES', () => {
    const { emailThrottled } = results;
    const attempts = emailThrottled.calls.filter(({ action }) => action === 'ses:SendEmail');
    expect(attempts.map(({ outcome }) => outcome)).toEqual([
      ...Array(3).fill('ThrottlingException'),
      'ok',
    ]);
    expect(messages(emailThrottled).map(({ subject }) => subject)).toEqual([
      'appstream-auto-updater: 1 updated',
    ]);
  });

  test('needs no address: without one the topic is told', async () => {
    const { report, deliver, fail, published, mailed } = prepare([]);
    await fail('web', 'No space left.');
    const { notification } = await report({ execution, run: 'run-1', startedAt });
    expect((await deliver(notification)).deliveries).toEqual({ sns: 'delivered' });
    expect([published.length, mailed.length]).toEqual([1, 0]);
  });

  test('includes updates that take longer than they may, and what becomes of them', () => {
    const { tooLong } = results;
    expect(told(tooLong)['web']).toMatch(/^unfinished: .*is not finished yet/);
    expect(messages(tooLong)[0]).toMatchObject({
      subject: 'Attention: appstream-auto-updater: 1 unfinished',
      text: expect.stringContaining('The next run follows up what AWS had not finished.'),
    });
    expect(imageOf(tooLong, 'web').Tags.AutoUpdate).toBe('Completed');
    expect(broken(tooLong)).toEqual([]);
  });

  test('includes runs that could not tell of their end themselves', () => {
    const [first] = messages(results.killed);
    expect(first?.subject).toBe(
      'Attention: appstream-auto-updater: run ended early, 1 interrupted',
    );
    expect(first?.text).toContain('the run ended ABORTED');
  });

  test('includes runs that took too long, in whose place another machine is started', async () => {
    const recorded = await record(() => {
      new AppStreamAutoUpdater('updater', { ledger: new LedgerTable('ledger') });
    });
    const rule = find(recorded, 'aws:cloudwatch/eventRule:EventRule', 'ended-early-rule');
    expect(JSON.parse(rule.inputs.eventPattern).detail).toEqual({
      stateMachineArn: ['arn:aws:mock:::updater-machine'],
      status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
    });
    const target = find(recorded, 'aws:cloudwatch/eventTarget:EventTarget', 'ended-early-target');
    expect(target.inputs.arn).toBe('arn:aws:mock:::updater-closer-machine');

    const { ledger, now, report, deliver, published } = prepare([]);
    await recordQueue(ledger, 'run-1', ['web', 'db'], now());
    await acquireLease(ledger, 'web', execution, async () => true, now());
    const detail = { executionArn: execution, name: 'run-1', status: 'TIMED_OUT' };
    const times = { startDate: Date.parse(startedAt), stopDate: now().getTime() };
    const closed = await createCloser({ ledger, now })({ detail: { ...detail, ...times } });
    await deliver((await report(closed)).notification);
    const [message] = published;
    expect(message.Subject).toBe('Attention: updater: run ended early, 1 interrupted, 1 postponed');
    expect(message.Message).toContain('Error: TIMED_OUT: the run ended TIMED_OUT');
    expect(message.Message).toMatch(/^ {2}web: the run ended TIMED_OUT while it worked on it/m);
    expect(message.Message).toMatch(/^ {2}db: the run ended before its turn/m);
  });
});
