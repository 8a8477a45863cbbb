import { AppStreamAutoUpdater } from '../../../components/appstream/auto-updater';
import { Ledger } from '../../../components/foundation/ledger';
import { find, record, shippedCode, type Recorded } from '../../support/pulumi-mocks';

const email = { from: 'images@example.com', to: ['one@example.com', 'two@example.com'] };

function statements(recorded: readonly Recorded[], policy: string) {
  return JSON.parse(find(recorded, 'aws:iam/rolePolicy:RolePolicy', policy).inputs.policy)
    .Statement;
}

describe('AppStreamAutoUpdater', () => {
  let recorded: Recorded[];
  let outputs: string[];

  beforeAll(async () => {
    recorded = await record(async () => {
      const ledger = new Ledger('ledger');
      const first = new AppStreamAutoUpdater('first', { ledger, batchSize: 3, email });
      const second = new AppStreamAutoUpdater('second', {
        ledger,
        schedule: '0 4 ? * WED#2 *',
        timeZone: 'Europe/Berlin',
      });
      outputs = await Promise.all(
        [first.workflowArn, first.topicArn, second.workflowArn].map(
          (output) => new Promise<string>((resolve) => output.apply(resolve)),
        ),
      );
    });
  });

  it('gives every resource a name of its own, also when it is used twice', () => {
    const names = recorded.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const components = recorded.filter(({ type }) => type.startsWith('evergreen:appstream:'));
    expect(components.map(({ name }) => name)).toEqual(['first', 'second']);
  });

  it('names every child after its component', () => {
    const own = ['first', 'second', 'ledger'];
    for (const { name } of recorded) {
      expect(own.some((prefix) => name === prefix || name.startsWith(`${prefix}-`))).toBe(true);
    }
  });

  it('exports the workflow and the topic', () => {
    expect(outputs).toEqual([
      'arn:aws:mock:::first-machine',
      'arn:aws:mock:::first-notifier-topic',
      'arn:aws:mock:::second-machine',
    ]);
  });

  it('is started on the first of the month at noon UTC unless told otherwise', () => {
    const type = 'aws:scheduler/schedule:Schedule';
    expect(find(recorded, type, 'first-monthly-schedule').inputs).toMatchObject({
      scheduleExpression: 'cron(0 12 1 * ? *)',
      scheduleExpressionTimezone: 'UTC',
      target: {
        arn: 'arn:aws:mock:::first-machine',
        input: '{"mode":"update","trigger":"schedule"}',
      },
    });
    expect(find(recorded, type, 'second-monthly-schedule').inputs).toMatchObject({
      scheduleExpression: 'cron(0 4 ? * WED#2 *)',
      scheduleExpressionTimezone: 'Europe/Berlin',
    });
  });

  it('grants the state machine its functions and the update of images, and nothing else', () => {
    const grants = statements(recorded, 'first-policy');
    expect(grants.map((grant: { Sid: string }) => grant.Sid)).toEqual([
      'CallFunctions',
      'UpdateImages',
      'DescribeImages',
      'TellOutcomes',
      'DeliverLog',
    ]);
    expect(grants[0]).toEqual({
      Effect: 'Allow',
      Sid: 'CallFunctions',
      Action: ['lambda:InvokeFunction'],
      Resource: [
        'survey-images',
        'follow-up',
        'choose-images',
        'measure-room',
        'claim-image',
        'prepare-update',
        'enter-window',
        'share-image',
        'commit-lineage',
        'settle-image',
        'notifier-alert',
        'notifier-report-run',
        'notifier-deliver',
      ].map((name) => `arn:aws:mock:::first-${name}-function`),
    });
    expect(grants[1]).toEqual({
      Effect: 'Allow',
      Sid: 'UpdateImages',
      Action: ['appstream:CreateUpdatedImage'],
      Resource: ['arn:aws:appstream:eu-west-1:111122223333:image/*'],
    });
    expect(grants[3]).toEqual({
      Effect: 'Allow',
      Sid: 'TellOutcomes',
      Action: ['events:PutEvents'],
      Resource: ['arn:aws:events:eu-west-1:111122223333:event-bus/default'],
      Condition: { StringEquals: { 'events:source': 'evergreen' } },
    });
    const machine = 'arn:aws:mock:::first-machine';
    expect(statements(recorded, 'first-children-policy')).toMatchObject([
      { Action: ['states:StartExecution'], Resource: [machine] },
      { Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: [`${machine}:*`] },
    ]);
  });

  it('calls in its definition exactly the functions that its role may call', () => {
    const { definition } = find(
      recorded,
      'aws:sfn/stateMachine:StateMachine',
      'first-machine',
    ).inputs;
    const called = [...definition.matchAll(/"FunctionName": "([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(called)).toEqual(new Set(statements(recorded, 'first-policy')[0].Resource));
  });

  it('lets only one function tag images, and no function update them', () => {
    const policies = recorded.filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy');
    const holders = (action: string) =>
      policies
        .filter(({ inputs }) => inputs.policy.includes(`"${action}"`))
        .map(({ name }) => name)
        .sort();
    expect(holders('appstream:TagResource')).toEqual([
      'first-commit-lineage-policy',
      'second-commit-lineage-policy',
    ]);
    expect(holders('appstream:CreateUpdatedImage')).toEqual(['first-policy', 'second-policy']);
  });

  it('sends e-mail only from the configured address, and only when there is one', () => {
    expect(statements(recorded, 'first-notifier-deliver-policy')).toContainEqual({
      Effect: 'Allow',
      Sid: 'SendEmail',
      Action: ['ses:SendEmail'],
      Resource: ['arn:aws:ses:eu-west-1:111122223333:identity/images@example.com'],
      Condition: { StringEquals: { 'ses:FromAddress': 'images@example.com' } },
    });
    const second = statements(recorded, 'second-notifier-report-run-policy');
    expect(second.map((grant: { Sid: string }) => grant.Sid)).not.toContain('SendEmail');
  });

  it('encrypts its topic, its queues and the ledger', () => {
    const inputs = (type: string) =>
      recorded.filter((one) => one.type === type).map((one) => one.inputs);
    for (const topic of inputs('aws:sns/topic:Topic')) expect(topic.kmsMasterKeyId).toBeTruthy();
    for (const queue of inputs('aws:sqs/queue:Queue'))
      expect(queue.sqsManagedSseEnabled).toBe(true);
    for (const table of inputs('aws:dynamodb/table:Table')) {
      expect(table.serverSideEncryption).toEqual({ enabled: true });
    }
    expect(inputs('aws:sqs/queue:Queue')).toHaveLength(8);
  });

  it('ships each function as one file of at most 20 KB that requires the SDK by name only', async () => {
    const functions = recorded.filter(({ type }) => type === 'aws:lambda/function:Function');
    expect(functions).toHaveLength(30);
    for (const lambda of functions) {
      const files = await shippedCode(lambda);
      expect(Object.keys(files)).toEqual(['__index.js']);
      const text = files['__index.js'] ?? '';
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(20_000);
      const required = [...text.matchAll(/require\(([^)]*)\)/g)].map((match) => match[1] ?? '');
      for (const name of required) expect(name).toMatch(/^'@aws-sdk\/client-[a-z0-9-]+'$/);
    }
  });

  it('gives every function a role, a log group, a timeout and a current runtime', () => {
    for (const { inputs } of recorded.filter(
      ({ type }) => type === 'aws:lambda/function:Function',
    )) {
      expect(inputs.role).toMatch(/-role$/);
      expect(inputs.loggingConfig.logGroup).toMatch(/-log$/);
      expect(inputs.timeout).toBeGreaterThan(0);
      expect(inputs.runtime).toBe('nodejs22.x');
    }
  });
});

describe('the arguments of AppStreamAutoUpdater', () => {
  it('are refused all at once, each with what was given and what is accepted', async () => {
    const create = record(() => {
      const ledger = new Ledger('ledger');
      new AppStreamAutoUpdater('wrong', {
        ledger,
        batchSize: 201,
        pollMinutes: 0,
        schedule: '0 12 1 * ?',
        email: { from: 'images@example.com', to: [] },
      });
    });
    await expect(create).rejects.toThrow(
      [
        'AppStreamAutoUpdater "wrong" has wrong arguments:',
        '  batchSize: given 201; accepted is a whole number from 1 to 200',
        '  pollMinutes: given 0; accepted is a whole number from 1 to 60',
        '  schedule: given "0 12 1 * ?"; accepted is six cron fields, such as 0 12 1 * ? *, or a day after Patch Tuesday, such as Patch Tuesday + 3 days at 18:00',
        '  email.to: given []; accepted is at least one address',
      ].join('\n'),
    );
  });
});
