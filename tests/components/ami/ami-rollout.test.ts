import * as vm from 'node:vm';
import { AmiRollout } from '../../../components/ami/ami-rollout';
import { toSettings } from '../../../components/ami/ami-rollout/arguments';
import { EcsAmiRefresher, ecsGroups } from '../../../components/ami/ecs-ami-refresher';
import { Ledger } from '../../../components/foundation/ledger';
import type { Json } from '../../../rehearsal/services/service';
import {
  ACCOUNT,
  BAD,
  EXECUTION,
  fleetOf,
  group,
  NEW,
  RUN,
  START,
  template,
  type Fleet,
} from '../../functions/ami/support';
import { LEDGER_TABLE } from '../../support/emulated-clients';
import { find, record, shippedCode, type Recorded } from '../../support/pulumi-mocks';

const email = { from: 'images@example.com', to: ['one@example.com'] };
const clusters = [
  { cluster: 'apps', groups: ['apps'], drainMinutes: 30 },
  {
    cluster: 'a-cluster-with-a-name-of-37-characters',
    groups: ['long'],
    parameter: '/golden/ecs',
    schedule: 'Patch Tuesday + 2 days at 4:30',
    timeZone: 'Europe/Berlin',
    notifyWhenCurrent: true,
  },
];
const groups = {
  web: {},
  batch: { strategy: 'scheduledActions' },
  ...ecsGroups(clusters),
} as const;

let recorded: Recorded[];
let outputs: string[];

beforeAll(async () => {
  recorded = await record(async () => {
    const ledger = new Ledger('ledger');
    const first = new AmiRollout('first', {
      ledger,
      groups,
      follow: [
        { name: 'linux', parameter: '/golden/linux', waves: [{ groups: ['web'], approval: true }] },
        {
          name: 'public',
          parameter: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
          schedule: '0 4 ? * MON *',
          timeZone: 'Europe/Berlin',
          waves: [{ groups: ['batch'] }],
          notifyWhenCurrent: true,
        },
      ],
      parameters: ['unrooted', '/golden/ecs'],
      instanceRoles: ['web-role'],
      attempts: 2,
      startHours: 5,
      finishHours: 6,
      timeZone: 'Asia/Tokyo',
      email,
    });
    new EcsAmiRefresher('refresher', { rollout: first, clusters });
    const second = new AmiRollout('second', { ledger, groups: { api: {} } });
    outputs = await Promise.all(
      [first.workflowArn, first.topicArn, second.workflowArn].map(
        (output) => new Promise<string>((resolve) => output.apply(resolve)),
      ),
    );
  });
}, 900_000);

const inputsOf = (type: string) =>
  recorded.filter((one) => one.type === type).map(({ inputs }) => inputs);

/** What a function or the state machine may do, without writing its own log. */
/** With what the role may do to the runs of the machine, which comes later. */
function grants(policy: string): Json[] {
  const later = ['runs', 'children'].map((purpose) =>
    policy.replace(/policy$/, `${purpose}-policy`),
  );
  return recorded
    .filter(({ type }) => type === 'aws:iam/rolePolicy:RolePolicy')
    .filter(({ name }) => name === policy || later.includes(name))
    .flatMap(({ inputs }) => JSON.parse(inputs.policy).Statement)
    .filter(({ Sid }: Json) => Sid !== 'WriteOwnLog' && Sid !== 'DeliverLog');
}

function schedule(suffix: string): Json {
  const { inputs } = find(recorded, 'aws:scheduler/schedule:Schedule', suffix);
  const { scheduleExpression, scheduleExpressionTimezone, target } = inputs;
  return [scheduleExpression, scheduleExpressionTimezone, target.arn, JSON.parse(target.input)];
}

const machine = 'arn:aws:mock:::first-machine';

describe('AmiRollout', () => {
  it('gives every resource a name of its own, also when it is used twice, after its component', () => {
    const names = recorded.map(({ type, name }) => `${type} ${name}`);
    expect(new Set(names).size).toBe(names.length);
    const own = ['first', 'second', 'refresher', 'ledger'];
    for (const { name } of recorded) {
      expect(own.some((prefix) => name === prefix || name.startsWith(`${prefix}-`))).toBe(true);
    }
    const components = recorded.filter(({ type }) => type.startsWith('evergreen:ami:'));
    expect(components.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'evergreen:ami:AmiRollout first',
      'evergreen:ami:EcsAmiRefresher refresher',
      'evergreen:ami:AmiRollout second',
    ]);
  });

  it('exports the workflow and the topic', () => {
    expect(outputs).toEqual([
      'arn:aws:mock:::first-machine',
      'arn:aws:mock:::first-notifier-topic',
      'arn:aws:mock:::second-machine',
    ]);
  });

  it('follows each parameter on its schedule, and looks for unfinished work every day', () => {
    expect(schedule('first-follow-linux-schedule')).toEqual([
      'cron(0 3 * * ? *)',
      'UTC',
      machine,
      {
        parameter: '/golden/linux',
        waves: [{ groups: ['web'], approval: true }],
        trigger: 'schedule',
      },
    ]);
    expect(schedule('first-follow-public-schedule')).toEqual([
      'cron(0 4 ? * MON *)',
      'Europe/Berlin',
      machine,
      {
        parameter: '/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64',
        waves: [{ groups: ['batch'] }],
        notifyWhenCurrent: true,
        trigger: 'schedule',
      },
    ]);
    expect(schedule('first-daily-schedule')).toEqual([
      'cron(30 6 * * ? *)',
      'Asia/Tokyo',
      machine,
      { mode: 'reconcile', trigger: 'reconciler' },
    ]);
    expect(schedule('second-daily-schedule').slice(0, 2)).toEqual(['cron(30 6 * * ? *)', 'UTC']);
    const second = recorded.filter(
      ({ type, name }) =>
        type === 'aws:scheduler/schedule:Schedule' && name.startsWith('second-follow'),
    );
    expect(second).toEqual([]);
  });

  it('has the end of a refresh wake the run that waits for it, and keeps what cannot be delivered', () => {
    const rule = find(recorded, 'aws:cloudwatch/eventRule:EventRule', 'first-refresh-ended-rule');
    const pattern = JSON.parse(rule.inputs.eventPattern);
    expect(pattern.source).toEqual(['aws.autoscaling']);
    expect(pattern.detail).toEqual({ AutoScalingGroupName: Object.keys(groups) });
    const type = 'aws:cloudwatch/eventTarget:EventTarget';
    const { inputs } = find(recorded, type, 'first-refresh-ended-target');
    expect([inputs.arn, inputs.rule]).toEqual([machine, 'first-refresh-ended-rule']);
    const queue = find(
      recorded,
      'aws:sqs/queuePolicy:QueuePolicy',
      'first-refresh-ended-queue-policy',
    );
    expect(JSON.parse(queue.inputs.policy).Statement).toMatchObject([
      { Action: 'sqs:SendMessage', Resource: inputs.deadLetterConfig.arn },
    ]);
    expect(grants('first-refresh-ended-policy')).toEqual([
      {
        Sid: 'StartWorkflow',
        Effect: 'Allow',
        Action: ['states:StartExecution'],
        Resource: [machine],
      },
    ]);
  });

  it('has the state machine leave its tokens in the ledger under its own name', () => {
    const { definition } = find(
      recorded,
      'aws:sfn/stateMachine:StateMachine',
      'second-machine',
    ).inputs;
    const { WhoWaits, MoveGroups } = JSON.parse(definition).States;
    const { WaitForRefresh } = MoveGroups.ItemProcessor.States;
    for (const { Parameters } of [WhoWaits, WaitForRefresh]) {
      expect(Parameters).toMatchObject({
        TableName: 'ledger-table',
        Key: { workflow: { S: 'second' } },
      });
    }
  });

  it('grants each function exactly what it calls', () => {
    const groups = 'autoscaling:DescribeAutoScalingGroups';
    const versions = 'ec2:DescribeLaunchTemplateVersions';
    const instances = 'ec2:DescribeInstances';
    const read = [groups, versions, instances];
    const refreshes = 'autoscaling:DescribeInstanceRefreshes';
    const machine = 'arn:aws:mock:::first-machine';
    const templates = [`arn:aws:ec2:eu-west-1:${ACCOUNT}:launch-template/*`];
    const table = (...operations: string[]) => [
      operations.map((operation) => `dynamodb:${operation}`),
      ['arn:aws:mock:::ledger-table'],
    ];
    const ecs = (type: string, tail: string) =>
      clusters.map(({ cluster }) => `arn:aws:ecs:eu-west-1:${ACCOUNT}:${type}/${cluster}${tail}`);
    const containerInstances = {
      ListContainerInstances: [['ecs:ListContainerInstances'], ecs('cluster', '')],
      ReadContainerInstances: [['ecs:DescribeContainerInstances'], ecs('container-instance', '/*')],
    };
    const capacity = {
      ReadClusters: [['ecs:DescribeClusters'], ecs('cluster', '')],
      ReadCapacityProviders: [
        ['ecs:DescribeCapacityProviders'],
        [`arn:aws:ecs:eu-west-1:${ACCOUNT}:capacity-provider/*`],
      ],
    };
    const batch = [
      `arn:aws:autoscaling:eu-west-1:${ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/batch`,
    ];
    // The bounds of a group are never touched.
    const withoutBounds = {
      Null: { 'autoscaling:MinSize': 'true', 'autoscaling:MaxSize': 'true' },
    };
    const functions = inputsOf('aws:lambda/function:Function').length / 2;
    const expected: Record<string, Json> = {
      'resolve-image': {
        ReadImages: [['ec2:DescribeImages'], ['*']],
        ReadParameters: [
          ['ssm:GetParameter'],
          [
            'arn:aws:ssm:eu-west-1::parameter/aws/service/*',
            ...['unrooted', 'golden/ecs', 'golden/linux'].map(
              (name) => `arn:aws:ssm:eu-west-1:${ACCOUNT}:parameter/${name}`,
            ),
          ],
        ],
      },
      'survey-groups': {
        ReadGroups: [[...read, 'ec2:DescribeImages'], ['*']],
        ReadAttempts: table('GetItem'),
      },
      'vet-groups': { ReadGroups: [[...read, 'ec2:DescribeImages'], ['*']] },
      'vet-clusters': {
        ReadGroups: [[groups, 'autoscaling:DescribeLifecycleHooks'], ['*']],
        ...capacity,
        ReadServices: [['ecs:DescribeServices'], ecs('service', '/*')],
        ListServices: [
          ['ecs:ListServices'],
          ['*'],
          { ArnEquals: { 'ecs:cluster': ecs('cluster', '') } },
        ],
      },
      'queue-groups': {
        ListRuns: [['states:ListExecutions'], [machine]],
        WriteQueue: table('GetItem', 'Query', 'UpdateItem'),
      },
      'follow-up': {
        ListRuns: [['states:ListExecutions'], [machine]],
        FindUnfinished: table('GetItem', 'Query', 'UpdateItem'),
      },
      'open-wave': {
        ReadAlarms: [
          ['cloudwatch:DescribeAlarms'],
          [`arn:aws:cloudwatch:eu-west-1:${ACCOUNT}:alarm:*`],
        ],
        ReadOutcomes: table('GetItem', 'Query', 'UpdateItem'),
      },
      'claim-group': {
        TakeLease: table('GetItem', 'UpdateItem'),
        SeeOtherRuns: [['states:DescribeExecution'], [`${machine}:*`]],
      },
      'inspect-group': {
        ReadGroups: [[...read, refreshes, 'ec2:DescribeImages'], ['*']],
      },
      'ensure-version': {
        ReadGroups: [[groups, versions, 'ec2:DescribeImages'], ['*']],
        CreateVersions: [['ec2:CreateLaunchTemplateVersion'], templates],
        WriteIntent: table('UpdateItem'),
      },
      'watch-refresh': { ReadRefreshes: [[refreshes], ['*']] },
      'begin-scaling': {
        ReadGroups: [[groups, instances, refreshes], ['*']],
        RememberScaling: table('GetItem', 'UpdateItem'),
      },
      'arrange-group': {
        ReadGroups: [[groups, instances, refreshes], ['*']],
        ConfigureGroups: [['autoscaling:UpdateAutoScalingGroup'], batch, withoutBounds],
        ProtectInstances: [['autoscaling:SetInstanceProtection'], batch],
        ...launching,
        RememberScaling: table('GetItem', 'UpdateItem'),
      },
      'change-capacity': {
        ReadGroups: [[groups, instances, refreshes, 'autoscaling:DescribeScheduledActions'], ['*']],
        PlanCapacity: [['autoscaling:PutScheduledUpdateGroupAction'], batch, withoutBounds],
        CancelPlans: [['autoscaling:DeleteScheduledAction'], batch],
        RememberScaling: table('GetItem', 'UpdateItem'),
      },
      'await-instances': {
        ReadGroups: [
          [
            groups,
            instances,
            refreshes,
            'autoscaling:DescribeScalingActivities',
            'ec2:DescribeInstanceStatus',
          ],
          ['*'],
        ],
        RememberScaling: table('GetItem', 'UpdateItem'),
      },
      'commit-group': {
        ReadGroups: [[...read, refreshes], ['*']],
        MoveDefaultAndPrune: [
          ['ec2:ModifyLaunchTemplate', 'ec2:DeleteLaunchTemplateVersions'],
          templates,
        ],
      },
      'undo-group': {
        ReadGroups: [[...read, refreshes], ['*']],
        DeleteVersions: [['ec2:DeleteLaunchTemplateVersions'], templates],
      },
      'settle-group': { RecordOutcome: table('GetItem', 'UpdateItem') },
      'ready-cluster': {
        ReadGroups: [[groups, instances, 'autoscaling:DescribeLifecycleHooks'], ['*']],
        ...containerInstances,
        ...capacity,
        ReadTasks: [['ecs:DescribeTasks'], ecs('task', '/*')],
        ListTasks: [['ecs:ListTasks'], ecs('container-instance', '/*')],
      },
      'tend-cluster': {
        ReadGroups: [[groups, instances, refreshes], ['*']],
        ...containerInstances,
        DrainContainerInstances: [
          ['ecs:UpdateContainerInstancesState'],
          ecs('container-instance', '/*'),
        ],
        RememberDrained: table('GetItem', 'UpdateItem'),
      },
    };
    for (const [name, statements] of Object.entries(expected)) {
      const given = grants(`first-${name}-policy`).map(({ Sid, Action, Resource, Condition }) => [
        Sid,
        [Action, Resource, ...(Condition === undefined ? [] : [Condition])],
      ]);
      expect([name, Object.fromEntries(given)]).toEqual([name, statements]);
    }
    // Besides those: the notifier's three, and the two that close runs.
    expect(Object.keys(expected)).toHaveLength(functions - 5);
  });

  /** What instances need, of whoever has a group launch them. */
  const owned = (type: string) => `arn:aws:ec2:eu-west-1:${ACCOUNT}:${type}/*`;
  const tagged = ['instance', 'network-interface', 'spot-instances-request', 'volume'].map(owned);
  const launching = {
    LaunchFromTemplates: [
      ['ec2:RunInstances'],
      [
        owned('launch-template'),
        'arn:aws:ec2:eu-west-1::image/*',
        'arn:aws:ec2:eu-west-1::snapshot/*',
        ...tagged,
        ...['key-pair', 'placement-group', 'security-group', 'subnet'].map(owned),
      ],
      { ArnLike: { 'ec2:LaunchTemplate': owned('launch-template') } },
    ],
    TagWhatIsLaunched: [
      ['ec2:CreateTags'],
      tagged,
      { StringEquals: { 'ec2:CreateAction': 'RunInstances' } },
    ],
    PassInstanceRoles: [
      ['iam:PassRole'],
      [`arn:aws:iam::${ACCOUNT}:role/web-role`],
      { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
    ],
  };

  const groupArn = (name: string) =>
    `arn:aws:autoscaling:eu-west-1:${ACCOUNT}:autoScalingGroup:*:autoScalingGroupName/${name}`;

  it('grants the state machine the refresh of its groups, and what their instances need', () => {
    const statements = grants('first-policy');
    const named = Object.fromEntries(
      statements.map(({ Sid, Action, Resource, Condition }) => [
        Sid,
        [Action, Resource, ...(Condition === undefined ? [] : [Condition])],
      ]),
    );
    const { CallFunctions, ...others } = named;
    // A group that is moved by scheduled actions is not refreshed.
    expect(others).toEqual({
      LeaveTokens: [['dynamodb:GetItem', 'dynamodb:UpdateItem'], ['arn:aws:mock:::ledger-table']],
      HandTokensBack: [['states:SendTaskSuccess'], ['*']],
      RefreshGroups: [['autoscaling:StartInstanceRefresh'], ['web', 'apps', 'long'].map(groupArn)],
      // Only tasks that do not leave their instances end one.
      EndRefreshes: [
        ['autoscaling:RollbackInstanceRefresh', 'autoscaling:CancelInstanceRefresh'],
        ['apps', 'long'].map(groupArn),
      ],
      ...launching,
      StartChildren: [['states:StartExecution'], ['arn:aws:mock:::first-machine']],
      WatchChildren: [
        ['states:DescribeExecution', 'states:StopExecution'],
        ['arn:aws:mock:::first-machine:*'],
      ],
    });
    const { definition } = find(
      recorded,
      'aws:sfn/stateMachine:StateMachine',
      'first-machine',
    ).inputs;
    const called = [...definition.matchAll(/"FunctionName": ?"([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(called)).toEqual(new Set(CallFunctions?.[1]));
  });

  it('passes no role, moves no cluster and scales nothing where nothing asks for it', () => {
    const sids = (policy: string) => grants(policy).map(({ Sid }) => Sid as string);
    expect(sids('second-policy')).not.toContain('PassInstanceRoles');
    for (const name of [
      'vet-clusters',
      'ready-cluster',
      'tend-cluster',
      'begin-scaling',
      'arrange-group',
      'change-capacity',
      'await-instances',
    ]) {
      expect(sids(`second-${name}-policy`)).toEqual([]);
    }
  });

  it('lets only one function each make, default and drain; only two delete', () => {
    const holders = (action: string) =>
      recorded
        .filter(
          ({ type, inputs }) =>
            type === 'aws:iam/rolePolicy:RolePolicy' && inputs.policy.includes(`"${action}"`),
        )
        .map(({ name }) => name.replace(/-policy$/, ''))
        .filter((name) => name.startsWith('first'))
        .sort();
    expect(holders('ec2:CreateLaunchTemplateVersion')).toEqual(['first-ensure-version']);
    expect(holders('ec2:ModifyLaunchTemplate')).toEqual(['first-commit-group']);
    expect(holders('ec2:DeleteLaunchTemplateVersions')).toEqual([
      'first-commit-group',
      'first-undo-group',
    ]);
    expect(holders('ecs:UpdateContainerInstancesState')).toEqual(['first-tend-cluster']);
    expect(holders('autoscaling:UpdateAutoScalingGroup')).toEqual(['first-arrange-group']);
    expect(holders('autoscaling:PutScheduledUpdateGroupAction')).toEqual(['first-change-capacity']);
    expect(holders('autoscaling:StartInstanceRefresh')).toEqual(['first']);
    expect(holders('autoscaling:SetDesiredCapacity')).toEqual([]);
    expect(holders('autoscaling:TerminateInstanceInAutoScalingGroup')).toEqual([]);
  });

  it('tells the functions its settings', () => {
    const variables = (name: string) =>
      find(recorded, 'aws:lambda/function:Function', `${name}-function`).inputs.environment
        .variables;
    const ledger = { LEDGER_TABLE: 'ledger-table', WORKFLOW: 'first' };
    expect(variables('first-claim-group')).toEqual(ledger);
    expect(variables('first-inspect-group')).toEqual({ START_HOURS: '5' });
    expect(variables('first-watch-refresh')).toEqual({ FINISH_HOURS: '6' });
    for (const name of ['arrange-group', 'change-capacity', 'await-instances']) {
      expect(variables(`first-${name}`)).toEqual({ ...ledger, FINISH_HOURS: '6' });
    }
    expect(variables('first-settle-group')).toEqual({ ...ledger, ATTEMPTS: '2' });
    expect(variables('first-resolve-image')).toEqual({ ACCOUNT });
    expect(variables('second-settle-group')).toMatchObject({ ATTEMPTS: '1', WORKFLOW: 'second' });
  });

  it('encrypts its topic and its queues', () => {
    for (const topic of inputsOf('aws:sns/topic:Topic')) {
      expect(topic.kmsMasterKeyId).toBeTruthy();
    }
    const queues = inputsOf('aws:sqs/queue:Queue');
    for (const queue of queues) expect(queue.sqsManagedSseEnabled).toBe(true);
    // Two of each rollout for its closer, one for its events, its schedules' own, and the refresher's.
    expect(queues).toHaveLength(2 * 2 + 2 + 3 + 1 + 2);
  });

  it('ships each function as one file of at most 20 KB that requires the SDK by name only', async () => {
    const functions = recorded.filter(({ type }) => type === 'aws:lambda/function:Function');
    expect(functions).toHaveLength(2 * 25);
    for (const lambda of functions) {
      const files = await shippedCode(lambda);
      expect(Object.keys(files)).toEqual(['__index.js']);
      const text = files['__index.js'] ?? '';
      expect([lambda.name, Buffer.byteLength(text) <= 20_000]).toEqual([lambda.name, true]);
      const required = [...text.matchAll(/require\(([^)]*)\)/g)].map((match) => match[1] ?? '');
      for (const name of required) expect(name).toMatch(/^'@aws-sdk\/client-[a-z0-9-]+'$/);
    }
  });
});

describe('EcsAmiRefresher', () => {
  it('has the rollout look at the parameter of each cluster, every day or as it is told', () => {
    expect(schedule('refresher-apps-schedule')).toEqual([
      'cron(0 3 * * ? *)',
      'UTC',
      machine,
      {
        parameter: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended',
        groups: ['apps'],
        trigger: 'schedule',
      },
    ]);
    expect(schedule('refresher-a-cluster-with-a-nam-6ee4f22-schedule')).toEqual([
      'cron(30 4 10-16 * ? *)',
      'Europe/Berlin',
      machine,
      {
        parameter: '/golden/ecs',
        groups: ['long'],
        notifyWhenCurrent: true,
        trigger: 'schedule',
        patchTuesdayPlusDays: 2,
        timeZone: 'Europe/Berlin',
        scheduledTime: '<aws.scheduler.scheduled-time>',
      },
    ]);
  });

  it('keeps the names of schedules within what EventBridge allows, with what Pulumi adds', () => {
    const names = recorded
      .filter(({ type }) => type === 'aws:scheduler/schedule:Schedule')
      .map(({ name }) => name.replace(/^refresher-/, 'ecs-ami-refresher-'));
    for (const name of names) expect(`${name}-0123abc`.length).toBeLessThanOrEqual(64);
  });

  it('does none of the work itself', () => {
    const own = recorded.filter(({ name }) => name.startsWith('refresher-'));
    expect(new Set(own.map(({ type }) => type.split(':')[0]))).toEqual(
      new Set(['aws', 'evergreen']),
    );
    expect(own.filter(({ type }) => /lambda|sfn/.test(type))).toEqual([]);
  });
});

/** Runs the text that is deployed, with its own environment and the clients of an emulated account, at its time. */
async function shipped({ account, dependencies }: Fleet) {
  const client = (methods: Json) =>
    function () {
      return methods;
    };
  const modules: Record<string, Json> = {
    '@aws-sdk/client-auto-scaling': { AutoScaling: client(account.autoscaling) },
    '@aws-sdk/client-cloudwatch': { CloudWatch: client(account.cloudwatch) },
    '@aws-sdk/client-dynamodb': { DynamoDB: client(account.dynamodb) },
    '@aws-sdk/client-ec2': { EC2: client(account.ec2) },
    '@aws-sdk/client-ecs': { ECS: client(account.ecs) },
    '@aws-sdk/client-sfn': { SFN: client(dependencies.sfn) },
    '@aws-sdk/client-ssm': { SSM: client(account.ssm) },
  };
  const VirtualDate = class extends Date {
    constructor(...given: [] | [string]) {
      super(given.length === 0 ? account.now() : given[0]);
    }
  };
  return async (name: string, event: Json): Promise<Json> => {
    const lambda = find(recorded, 'aws:lambda/function:Function', `first-${name}-function`);
    const { '__index.js': text = '' } = await shippedCode(lambda);
    const { variables } = lambda.inputs.environment;
    const exported: Json = {};
    vm.compileFunction(text, ['exports', 'require', 'process', 'Date'])(
      exported,
      (module: string) => modules[module],
      { env: { ...variables, LEDGER_TABLE } },
      VirtualDate,
    );
    return exported.handler(event);
  };
}

describe('what is deployed', () => {
  const settings = toSettings({ ledger: undefined as never, groups });
  const run = {
    execution: EXECUTION,
    run: RUN,
    startedAt: START,
    machine: `arn:aws:states:eu-west-1:${ACCOUNT}:stateMachine:first-machine`,
  };

  /** The life of a group, as the workflow has it, from the input of a run to the line of its report. */
  async function move(fleet: Fleet, name: 'web' | 'apps' | 'batch', ami: string) {
    const call = await shipped(fleet);
    const { autoscaling } = fleet.account;
    const input = { parameter: '/golden/linux', groups: [name] };
    const resolved = await call('resolve-image', { ...run, input, settings });
    const survey = await call('survey-groups', { ...resolved, settings });
    const { image } = resolved;
    const vet = (by: string, groups: readonly string[]) =>
      call(by, { image, groups, settings }).then((vetted) => vetted.groups);
    const vetted = await vet('vet-groups', survey.behind);
    const clusters = await vet('vet-clusters', survey.clustered);
    const surveyed = await call('queue-groups', { ...run, ...resolved, survey, vetted, clusters });
    const wave = { waves: surveyed.waves, index: 0, waitingSince: '', settings };
    const opened = await call('open-wave', { ...run, ...wave });
    expect(opened).toMatchObject({ next: 'roll', groups: [{ name }] });
    const [{ settings: own }] = opened.groups;
    const child = { ...run, mode: 'rollout', group: name, ami, settings: own };
    const claim = await call('claim-group', child);
    expect(claim).toMatchObject({ decision: 'inspect', attempt: 1 });
    const createdAt = resolved.newerThan;
    expect(
      await call('inspect-group', { ...child, claim, createdAt, waitingSince: '' }),
    ).toMatchObject({ decision: 'prepare' });
    const ecs = own.ecs;
    if (ecs !== undefined) {
      expect(await call('ready-cluster', { ...child, ecs, waitingSince: '' })).toMatchObject({
        decision: 'ready',
      });
    }
    const version = await call('ensure-version', { ...child, attempt: claim.attempt });
    let watch: Json;
    let refreshId = '';
    if (own.strategy === 'scheduledActions') {
      const steps: Record<string, string> = {
        add: 'change-capacity',
        remove: 'change-capacity',
        await: 'await-instances',
      };
      watch = await call('begin-scaling', { ...child, attempt: 1, base: version.base });
      while (watch.decision === 'wait') {
        fleet.account.advance(watch.waitSeconds / 3600);
        const step = steps[watch.step] ?? 'arrange-group';
        watch = await call(step, { ...child, startedAt: claim.claimedAt });
      }
    } else {
      ({ InstanceRefreshId: refreshId } = await autoscaling.startInstanceRefresh({
        AutoScalingGroupName: name,
        DesiredConfiguration: version.desiredConfiguration,
        Preferences: version.preferences,
      }));
      fleet.account.advance(0.05);
      const decisions = [];
      if (ecs !== undefined) {
        decisions.push((await call('tend-cluster', { ...child, ecs, phase: 'drain' })).decision);
      }
      expect(decisions).toEqual(ecs === undefined ? [] : ['going']);
      fleet.account.advance(6);
      const refreshStartedAt = claim.claimedAt;
      watch = await call('watch-refresh', { group: name, refreshId, refreshStartedAt, tasks: '' });
      if (ecs !== undefined) await call('tend-cluster', { ...child, ecs, phase: 'release' });
    }
    const undo = { done: false, left: '' };
    const settled =
      watch.decision === 'succeeded'
        ? { outcome: 'updated', undo, ...(await call('commit-group', child)) }
        : { outcome: 'undone', reason: watch.reason, undo: await call('undo-group', child) };
    const line = await call('settle-group', { ...child, ...settled, refreshId });
    const followed = await call('follow-up', { ...run, input: { mode: 'reconcile' }, settings });
    expect(followed.groups).toEqual([]);
    return line;
  }

  const parameter = (Value: string) => ({
    ssm: { parameters: [{ Name: '/golden/linux', Type: 'String', Value }] },
  });

  it('moves a group to an AMI, and the default version of its template', async () => {
    const fleet = fleetOf(parameter(NEW));
    expect(await move(fleet, 'web', NEW)).toMatchObject({
      outcome: 'updated',
      reason: `runs ${NEW} (web version 2); the default of web went from version 1 to 2`,
    });
    expect(await fleet.images()).toEqual([NEW, NEW]);
  });

  it('leaves a group as it was when the AMI is bad, with the words of AWS', async () => {
    const fleet = fleetOf(parameter(BAD));
    const line = await move(fleet, 'web', BAD);
    expect(line.outcome).toBe('failed');
    expect(line.reason).toContain((await fleet.refresh()).RollbackDetails.RollbackReason);
    expect(line.reason).toContain('Attempt 1 of 2 that failed');
    expect(await fleet.versions()).toHaveLength(1);
    expect(await fleet.images()).not.toContain(BAD);
  });

  it('moves a group with the tasks that run on it', async () => {
    const fleet = fleetOf({
      ...parameter(NEW),
      groups: [group('apps')],
      templates: [template('apps')],
      ecs: {
        clusters: [{ clusterName: 'apps', capacityProviders: ['nodes'] }],
        capacityProviders: [
          {
            name: 'nodes',
            autoScalingGroupProvider: { autoScalingGroupArn: 'apps', managedDraining: 'ENABLED' },
          },
        ],
        taskDefinitions: [{ family: 'api', revision: 1, cpu: '256', memory: '512' }],
        services: [
          { serviceName: 'api', clusterArn: 'apps', taskDefinition: 'api:1', desiredCount: 4 },
        ],
      },
    });
    expect(await move(fleet, 'apps', NEW)).toMatchObject({ outcome: 'updated' });
    expect(await fleet.images('apps')).toEqual([NEW, NEW]);
    expect(fleet.account.calls).toContain('UpdateContainerInstancesState');
  });

  it('moves a group by scheduled actions', async () => {
    const fleet = fleetOf({
      ...parameter(NEW),
      groups: [group('batch')],
      templates: [template('batch')],
    });
    expect(await move(fleet, 'batch', NEW)).toMatchObject({ outcome: 'updated' });
    expect(await fleet.images('batch')).toEqual([NEW, NEW]);
    expect((await fleet.group('batch')).DesiredCapacity).toBe(2);
  });
});
