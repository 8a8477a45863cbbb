import { deliverNotification } from '../../../components/foundation/deliver-notification';
import { Ledger } from '../../../components/foundation/ledger';
import { Notifier } from '../../../components/foundation/notifier';
import { invokeFunction } from '../../../components/foundation/state-language';
import { Workflow } from '../../../components/foundation/workflow';
import { find, record, shippedCode, type Recorded } from '../../support/pulumi-mocks';

const email = { from: 'images@example.com', to: ['one@example.com', 'two@example.com'] };
const ledgerArn = 'arn:aws:mock:::ledger-table';

/** What a role may do besides writing its own log, as `Sid: actions on resources`. */
function grants(recorded: readonly Recorded[], policy: string): string[] {
  const { inputs } = find(recorded, 'aws:iam/rolePolicy:RolePolicy', `${policy}-policy`);
  const statements: { Sid: string; Action: string[]; Resource: string[] }[] = JSON.parse(
    inputs.policy,
  ).Statement;
  return statements
    .filter(({ Sid }) => Sid !== 'WriteOwnLog')
    .map(({ Sid, Action, Resource }) => `${Sid}: ${Action.join()} on ${Resource.join()}`);
}

function variables(recorded: readonly Recorded[], name: string) {
  return find(recorded, 'aws:lambda/function:Function', `${name}-function`).inputs.environment
    .variables;
}

/** Two notifiers, one of them with e-mail, and a workflow that uses it. */
let recorded: Recorded[];

beforeAll(async () => {
  recorded = await record(() => {
    const ledger = new Ledger('ledger');
    const notifier = new Notifier('loud', {
      ledger,
      workflow: 'updates',
      email: { ...email, identity: 'example.com' },
      recordRetentionDays: 30,
    });
    new Notifier('topic-only', { ledger, workflow: 'others' });
    new Workflow('updates', {
      description: 'Reports at once',
      functions: { report: notifier.reportRun, deliver: notifier.deliver },
      definition: (functions) => ({
        Comment: 'Reports at once',
        StartAt: 'Report',
        TimeoutSeconds: 3600,
        States: {
          Report: invokeFunction({
            comment: 'Compose',
            functionArn: functions.report,
            payload: {},
            fields: ['notification'],
            resultPath: '$',
            catch: [],
            next: 'Deliver',
          }),
          Deliver: deliverNotification({ functionArn: functions.deliver, catch: [], next: null }),
        },
      }),
      ledger,
      notifier,
      longestRunDays: 1,
    });
  });
});

describe('Notifier', () => {
  it('lets who composes only write, and who delivers only read what was written', () => {
    expect(grants(recorded, 'loud-report-run')).toEqual([
      `ReadRunLog: dynamodb:Query on ${ledgerArn}`,
      `WriteReport: dynamodb:UpdateItem on ${ledgerArn}`,
    ]);
    expect(grants(recorded, 'loud-alert')).toEqual([
      `WriteAlert: dynamodb:UpdateItem on ${ledgerArn}`,
    ]);
    expect(grants(recorded, 'loud-deliver')).toEqual([
      `ReadAndMarkRecord: dynamodb:GetItem,dynamodb:UpdateItem on ${ledgerArn}`,
      'PublishNotification: sns:Publish on arn:aws:mock:::loud-topic',
      'SendEmail: ses:SendEmail on arn:aws:ses:eu-west-1:111122223333:identity/example.com',
    ]);
    const { inputs } = find(recorded, 'aws:iam/rolePolicy:RolePolicy', 'loud-deliver-policy');
    expect(JSON.parse(inputs.policy).Statement.at(-1).Condition).toEqual({
      StringEquals: { 'ses:FromAddress': 'images@example.com' },
    });
  });

  it('sends no e-mail where there is no address', () => {
    expect(grants(recorded, 'topic-only-deliver')).toEqual([
      `ReadAndMarkRecord: dynamodb:GetItem,dynamodb:UpdateItem on ${ledgerArn}`,
      'PublishNotification: sns:Publish on arn:aws:mock:::topic-only-topic',
    ]);
    expect(variables(recorded, 'topic-only-deliver')).toMatchObject({
      EMAIL_FROM: '',
      EMAIL_TO: '',
    });
  });

  it('tells each function no more than it needs', () => {
    const common = { LEDGER_TABLE: 'ledger-table', WORKFLOW: 'updates' };
    const composing = { ...common, RECORD_RETENTION_DAYS: '30' };
    expect(variables(recorded, 'loud-report-run')).toEqual(composing);
    expect(variables(recorded, 'loud-alert')).toEqual(composing);
    expect(variables(recorded, 'loud-deliver')).toEqual({
      ...composing,
      TOPIC_ARN: 'arn:aws:mock:::loud-topic',
      EMAIL_FROM: 'images@example.com',
      EMAIL_TO: 'one@example.com,two@example.com',
    });
    expect(variables(recorded, 'topic-only-alert')['RECORD_RETENTION_DAYS']).toBe('400');
  });

  it.each(['report-run', 'alert', 'deliver', 'find-runs', 'close-run'])(
    'ships %s as one file of at most 20 KB that requires the SDK by name only',
    async (name) => {
      const owner = name.endsWith('runs') || name === 'close-run' ? 'updates' : 'loud';
      const lambda = find(recorded, 'aws:lambda/function:Function', `${owner}-${name}-function`);
      const { '__index.js': text = '', ...others } = await shippedCode(lambda);
      expect(others).toEqual({});
      expect(Buffer.byteLength(text)).toBeGreaterThan(1_000);
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_000);
      const required = [...text.matchAll(/require\(([^)]*)\)/g)].map((match) => match[1] ?? '');
      expect(required.length).toBeGreaterThan(0);
      for (const module of required) expect(module).toMatch(/^'@aws-sdk\/client-[a-z0-9]+'$/);
    },
  );
});

describe('the closer of a workflow', () => {
  interface Task {
    readonly Parameters: { readonly Payload: Record<string, unknown> };
    readonly ResultSelector: Record<string, unknown>;
    readonly ResultPath: string;
    readonly Next?: string;
    readonly End?: boolean;
  }

  async function states(): Promise<Record<'CloseRun' | 'ReportRun' | 'DeliverReport', Task>> {
    const machine = find(recorded, 'aws:sfn/stateMachine:StateMachine', 'closer-machine');
    const definition = JSON.parse(machine.inputs.definition);
    return definition.States.CloseRuns.ItemProcessor.States;
  }

  it('frees what a run held, then reports it, then delivers the report', async () => {
    const { CloseRun, ReportRun, DeliverReport } = await states();
    expect([CloseRun.Next, ReportRun.Next, DeliverReport.End]).toEqual([
      'ReportRun',
      'DeliverReport',
      true,
    ]);
    expect(DeliverReport.Parameters.Payload).toEqual({ 'id.$': '$.notification.id' });
    expect(ReportRun.ResultPath).toBe('$');
    expect(DeliverReport.ResultPath).toBe('$.notification');
  });

  it('hands on all that it knows of the run, and takes no list of items into a state', async () => {
    const { CloseRun, ReportRun } = await states();
    const known = ['execution', 'run', 'startedAt', 'endedAt', 'error'];
    expect(Object.keys(CloseRun.ResultSelector)).toEqual(known.map((field) => `${field}.$`));
    expect(ReportRun.Parameters.Payload).toEqual(
      Object.fromEntries(known.map((field) => [`${field}.$`, `$.closed.${field}`])),
    );
    expect(ReportRun.ResultSelector).toEqual({ 'notification.$': '$.Payload.notification' });
  });

  it('may call exactly its four functions', () => {
    expect(grants(recorded, 'updates-closer')[0]).toBe(
      'CallFunctions: lambda:InvokeFunction on ' +
        ['updates-find-runs', 'updates-close-run', 'loud-report-run', 'loud-deliver']
          .map((name) => `arn:aws:mock:::${name}-function`)
          .join(),
    );
  });
});

test('the task that delivers finds the notification where it is told to', () => {
  const task = deliverNotification({ functionArn: 'arn', at: '$.alert', catch: [], next: 'Done' });
  expect(task.Parameters['Payload']).toEqual({ 'id.$': '$.alert.id' });
  expect(task.ResultPath).toBe('$.alert');
});
