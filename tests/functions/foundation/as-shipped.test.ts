import * as vm from 'node:vm';
import { Ledger } from '../../../components/foundation/ledger';
import { Notifier } from '../../../components/foundation/notifier';
import { acquireLease, type Ledger as LedgerTable } from '../../../functions/foundation/ledger';
import { recordOutcome, recordQueue } from '../../../functions/foundation/run-log';
import { embeddedMetrics } from '../../../rehearsal/services/embedded-metrics';
import type { Json } from '../../../rehearsal/services/service';
import { emulateAccount, LEDGER_TABLE } from '../../support/emulated-clients';
import { find, record, shippedCode, type Recorded } from '../../support/pulumi-mocks';

const execution = 'arn:aws:states:eu-west-1:111122223333:execution:updates:run-1';
const startedAt = '2026-02-01T12:00:00.000Z';

let recorded: Recorded[];

beforeAll(async () => {
  recorded = await record(() => {
    const email = { from: 'a@example.com', to: ['b@example.com'] };
    new Notifier('notifier', { ledger: new Ledger('ledger'), workflow: 'updates', email });
  });
});

/** Runs the text that is deployed, with the clients of an emulated account and with its own environment. */
async function deployed(account: Json, sent: Json[]) {
  const client = (methods: Json, settings: Json[] = []) =>
    function (given: Json) {
      settings.push(given);
      return methods;
    };
  const settings: Json[] = [];
  const modules: Record<string, Json> = {
    '@aws-sdk/client-dynamodb': { DynamoDB: client(account.dynamodb) },
    '@aws-sdk/client-sns': {
      SNS: client({ publish: async (input: Json) => sent.push(input) }, settings),
    },
    '@aws-sdk/client-sesv2': {
      SESv2: client({ sendEmail: async (input: Json) => sent.push(input) }, settings),
    },
  };
  const printed: string[] = [];
  const stdout = { write: (text: string) => printed.push(text) };
  const load = async (name: string): Promise<(event: Json) => Promise<Json>> => {
    const lambda = find(recorded, 'aws:lambda/function:Function', `notifier-${name}-function`);
    const { '__index.js': text = '' } = await shippedCode(lambda);
    const { variables } = lambda.inputs.environment;
    const exported: Json = {};
    vm.compileFunction(text, ['exports', 'require', 'process'])(
      exported,
      (module: string) => modules[module],
      { env: { ...variables, LEDGER_TABLE }, stdout },
    );
    return exported.handler;
  };
  return { load, settings, printed };
}

test('what is deployed composes from the log of a run, and delivers it, and alerts', async () => {
  const account = emulateAccount({});
  const ledger: LedgerTable = {
    client: account.dynamodb,
    table: LEDGER_TABLE,
    workflow: 'updates',
  };
  const sent: Json[] = [];
  const { load, settings, printed } = await deployed(account, sent);
  await recordQueue(ledger, 'run-1', ['web', 'db'], account.now());
  await acquireLease(ledger, 'db', execution, async () => true, account.now());
  const line = {
    id: 'web',
    outcome: 'failed',
    reason: 'KB1 <\u0000> is bad',
    startedAt,
    endedAt: startedAt,
  } as const;
  await recordOutcome(ledger, 'run-1', line, account.now());

  const [report, alert, deliver] = await Promise.all(['report-run', 'alert', 'deliver'].map(load));
  const run = { execution, run: 'run-1', startedAt };
  const alarm = { alert: 'first-failure', subject: 'web failed', facts: [], items: [line] };
  const { notification: first } = await alert!({ ...run, ...alarm });
  await deliver!(first);
  const { items, notification } = await report!(run);
  expect(items).toEqual([
    line,
    expect.objectContaining({ id: 'db', outcome: 'interrupted', startedAt }),
  ]);
  expect(await deliver!(notification)).toEqual({
    id: 'updates.run-1',
    deliveries: { sns: 'delivered', email: 'delivered' },
  });

  // Not by the console, of which Lambda wraps every line.
  expect(printed.flatMap((text) => embeddedMetrics(text))).toMatchObject([
    { namespace: 'Evergreen', name: 'FailedItems', dimensions: { Workflow: 'updates' }, value: 1 },
  ]);
  expect(sent.map((one) => one.Subject ?? one.Content.Simple.Subject.Data)).toEqual([
    'Attention: updates: web failed',
    'Attention: updates: web failed',
    'Attention: updates: 1 failed, 1 interrupted',
    'Attention: updates: 1 failed, 1 interrupted',
  ]);
  expect(sent[2].TopicArn).toBe('arn:aws:mock:::notifier-topic');
  expect(sent[2].Message).toContain('\n  web: KB1 <?> is bad\n');
  expect(sent[3].Destination.ToAddresses).toEqual(['b@example.com']);
  expect(sent[3].Content.Simple.Body.Html.Data).toContain('<b>web</b>: KB1 &lt;?&gt; is bad');
  // Throttling is ridden out by the clients that send.
  expect(settings).toEqual(
    Array.from({ length: 2 }, () => ({ retryMode: 'adaptive', maxAttempts: 8 })),
  );
});
