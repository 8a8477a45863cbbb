import { createStatesService, noExecutions } from '../../../rehearsal/engine/states-service';
import { services } from '../../../rehearsal/services';
import type { Json, Scope, View } from '../../../rehearsal/services/service';
import { misfits, published } from '../../support/service-reference';
import { deployed } from '../services/support';

const ACCOUNT = 'eu-west-1:111122223333';
const IMAGE = `arn:aws:appstream:${ACCOUNT}:image/desktop`;
const QUEUE = `arn:aws:sqs:${ACCOUNT}:dead`;
const TEMPLATE = 'lt-0123456789abcdef0';
const FUNCTION = `arn:aws:lambda:${ACCOUNT}:function:claim`;
const table = { TableName: 'ledger' };
const key = { pk: { S: 'one' } };
const group = { AutoScalingGroupName: 'web' };
const named = {
  ConditionExpression: '#a = :a',
  ExpressionAttributeNames: { '#a': 'a' },
  ExpressionAttributeValues: { ':a': { S: 'x' } },
};
const stream = { logGroupName: '/aws/lambda/claim', logStreamName: '2026/01/20/[$LATEST]1' };

/** A call of every emulated operation that needs as many permissions and condition keys as it can. */
const CALLS: Readonly<Record<string, Json>> = {
  'appstream:DescribeImages': {},
  'appstream:CreateUpdatedImage': {
    existingImageName: 'desktop',
    newImageName: 'next',
    newImageTags: { Owner: 'me' },
  },
  'appstream:DescribeImageBuilders': {},
  'appstream:DescribeImagePermissions': { Name: 'desktop' },
  'appstream:DescribeFleets': {},
  'appstream:DeleteImage': { Name: 'desktop' },
  'appstream:UpdateImagePermissions': { Name: 'desktop' },
  'appstream:DeleteImagePermissions': { Name: 'desktop' },
  'appstream:ListTagsForResource': { ResourceArn: IMAGE },
  'appstream:TagResource': { ResourceArn: IMAGE, Tags: { Owner: 'me' } },
  'appstream:UntagResource': { ResourceArn: IMAGE, TagKeys: ['Owner'] },
  'autoscaling:DescribeAutoScalingGroups': {},
  'autoscaling:DescribeInstanceRefreshes': group,
  'autoscaling:DescribeScalingActivities': group,
  'autoscaling:DescribeLifecycleHooks': group,
  'autoscaling:DescribeWarmPool': group,
  'autoscaling:DescribeScheduledActions': group,
  'autoscaling:StartInstanceRefresh': {
    ...group,
    DesiredConfiguration: {
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateId: TEMPLATE, Version: '1' },
          Overrides: [
            { InstanceType: 'm5.large', ImageId: 'ami-00000000000000001' },
            { LaunchTemplateSpecification: { LaunchTemplateName: 'web', Version: '2' } },
          ],
        },
      },
    },
  },
  'autoscaling:CancelInstanceRefresh': group,
  'autoscaling:RollbackInstanceRefresh': group,
  'autoscaling:UpdateAutoScalingGroup': {
    ...group,
    MinSize: 1,
    MaxSize: 2,
    LaunchTemplate: { LaunchTemplateId: TEMPLATE, Version: '2' },
  },
  'autoscaling:PutScheduledUpdateGroupAction': { ...group, MinSize: 1, MaxSize: 2 },
  'autoscaling:DeleteScheduledAction': group,
  'autoscaling:SetInstanceProtection': group,
  'dynamodb:GetItem': { ...table, Key: key },
  'dynamodb:BatchGetItem': { RequestItems: { ledger: { Keys: [key] } } },
  'dynamodb:Query': {
    ...table,
    IndexName: 'byOwner',
    KeyConditionExpression: 'owner = :o',
    ExpressionAttributeValues: { ':o': { S: 'me' } },
  },
  'dynamodb:Scan': { ...table, IndexName: 'byOwner' },
  'dynamodb:DescribeTable': table,
  'dynamodb:PutItem': { ...table, Item: key, ...named },
  'dynamodb:UpdateItem': {
    ...table,
    Key: key,
    UpdateExpression: 'SET #a = :a',
    ReturnValues: 'ALL_NEW',
    ...named,
  },
  'dynamodb:DeleteItem': { ...table, Key: key, ...named },
  'dynamodb:TransactWriteItems': {
    TransactItems: [
      { Put: { ...table, Item: key } },
      { Update: { ...table, Key: key, UpdateExpression: 'REMOVE a' } },
      { Delete: { ...table, Key: key } },
      { ConditionCheck: { ...table, Key: key, ...named } },
    ],
  },
  'ec2:CreateLaunchTemplateVersion': {
    LaunchTemplateName: 'web',
    LaunchTemplateData: { ImageId: 'resolve:ssm:/golden/ami:3' },
  },
  'ec2:DeleteLaunchTemplateVersions': { LaunchTemplateId: TEMPLATE, Versions: ['1'] },
  'ec2:DescribeImages': {},
  'ec2:DescribeInstances': {},
  'ec2:DescribeInstanceStatus': {},
  'ec2:DescribeLaunchTemplates': {},
  'ec2:DescribeLaunchTemplateVersions': { LaunchTemplateId: TEMPLATE, ResolveAlias: true },
  'ec2:ModifyLaunchTemplate': { LaunchTemplateId: TEMPLATE, DefaultVersion: '1' },
  'ecs:DescribeClusters': { clusters: ['shop'] },
  'ecs:DescribeCapacityProviders': { capacityProviders: ['nodes'] },
  'ecs:ListContainerInstances': { cluster: 'shop' },
  'ecs:DescribeContainerInstances': { cluster: 'shop', containerInstances: ['1'] },
  'ecs:UpdateContainerInstancesState': { cluster: 'shop', containerInstances: ['1'] },
  'ecs:ListServices': { cluster: 'shop' },
  'ecs:DescribeServices': { cluster: 'shop', services: ['web'] },
  'ecs:ListTasks': { cluster: 'shop', containerInstance: '1' },
  'ecs:DescribeTasks': { cluster: 'shop', tasks: ['1'] },
  'events:PutEvents': { Entries: [{ Source: 'evergreen', DetailType: 'Outcome', Detail: '{}' }] },
  'lambda:Invoke': { FunctionName: FUNCTION },
  'logs:CreateLogStream': stream,
  'logs:PutLogEvents': { ...stream, logEvents: [] },
  'monitoring:DescribeAlarms': { AlarmNames: ['errors'] },
  'servicequotas:GetServiceQuota': { ServiceCode: 'appstream2', QuotaCode: 'L-E1182CCA' },
  'servicequotas:GetAWSDefaultServiceQuota': {
    ServiceCode: 'appstream2',
    QuotaCode: 'L-E1182CCA',
  },
  'servicequotas:ListServiceQuotas': { ServiceCode: 'appstream2' },
  'ses:SendEmail': {
    FromEmailAddress: 'Ops <ops@example.com>',
    FeedbackForwardingEmailAddress: 'bounces@example.com',
    Destination: { ToAddresses: ['you@example.com'] },
  },
  'sns:Publish': { TopicArn: `arn:aws:sns:${ACCOUNT}:ops`, Message: 'hello' },
  'sqs:SendMessage': { QueueUrl: QUEUE, MessageBody: 'dead' },
  'ssm:GetParameter': { Name: '/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended' },
  'ssm:GetParameters': { Names: ['/golden/ami:3', 'stage'] },
  'states:StartExecution': { stateMachineArn: `arn:aws:states:${ACCOUNT}:stateMachine:updater` },
  'states:ListExecutions': { stateMachineArn: `arn:aws:states:${ACCOUNT}:stateMachine:updater` },
  'states:SendTaskFailure': { taskToken: 'token' },
  'states:SendTaskHeartbeat': { taskToken: 'token' },
  'states:SendTaskSuccess': { taskToken: 'token', output: '{}' },
  'states:DescribeExecution': {
    executionArn: `arn:aws:states:${ACCOUNT}:execution:updater:first`,
  },
};

const scope: Scope = {
  account: '111122223333',
  region: 'eu-west-1',
  partition: 'aws',
  estate: {
    capturedAt: '2026-01-20T00:00:00Z',
    appstream: {
      images: [
        {
          Name: 'desktop',
          Arn: IMAGE,
          State: 'AVAILABLE',
          Visibility: 'PRIVATE',
          Tags: { CostCenter: '1' },
        },
      ],
    },
    ec2: {
      launchTemplates: [
        {
          LaunchTemplateId: TEMPLATE,
          LaunchTemplateName: 'web',
          DefaultVersionNumber: 1,
          Tags: [{ Key: 'Owner', Value: 'me' }],
          Versions: [
            {
              VersionNumber: 1,
              LaunchTemplateData: { ImageId: 'resolve:ssm:/aws/service/golden/ami' },
            },
            {
              VersionNumber: 2,
              LaunchTemplateData: {
                ImageId: 'ami-00000000000000002',
                KeyName: 'key',
                SecurityGroupIds: ['sg-1'],
                IamInstanceProfile: { Name: 'web' },
                TagSpecifications: [
                  { ResourceType: 'instance', Tags: [{ Key: 'Owner', Value: 'me' }] },
                ],
              },
            },
          ],
        },
      ],
    },
    autoscaling: {
      groups: [
        {
          AutoScalingGroupName: 'web',
          MinSize: 0,
          MaxSize: 2,
          DesiredCapacity: 0,
          AvailabilityZones: ['eu-west-1a'],
          VPCZoneIdentifier: 'subnet-1, subnet-2',
          Tags: [{ Key: 'Owner', Value: 'me', PropagateAtLaunch: true }],
          LaunchTemplate: { LaunchTemplateId: TEMPLATE, LaunchTemplateName: 'web', Version: '1' },
        },
      ],
    },
    ecs: {
      clusters: [
        {
          clusterArn: `arn:aws:ecs:${ACCOUNT}:cluster/shop`,
          clusterName: 'shop',
          tags: [{ key: 'CostCenter', value: '1' }],
        },
      ],
    },
    ses: { identities: [{ IdentityName: 'example.com', VerificationStatus: 'SUCCESS' }] },
  },
  resources: [
    deployed(
      'aws:dynamodb/table:Table',
      { name: 'ledger', arn: `arn:aws:dynamodb:${ACCOUNT}:table/ledger` },
      {
        attributes: [
          { name: 'pk', type: 'S' },
          { name: 'owner', type: 'S' },
        ],
        hashKey: 'pk',
        globalSecondaryIndexes: [{ name: 'byOwner', hashKey: 'owner', projectionType: 'ALL' }],
      },
    ),
    deployed('aws:sqs/queue:Queue', { arn: QUEUE, url: 'https://queue' }),
  ],
};

const emulated = [...services, createStatesService(noExecutions)];
const view: View = {
  now: Date.parse(scope.estate.capturedAt),
  scope,
  peer: <State>(id: string) =>
    emulated.find((service) => service.id === id)!.createState(scope) as State,
};
const operations = emulated.flatMap((service) =>
  Object.entries(service.operations).map(([name, operation]) => ({
    name: `${service.id}:${name}`,
    accesses: () =>
      operation.authorize(CALLS[`${service.id}:${name}`], service.createState(scope), scope, view),
  })),
);

it('has a call for every emulated operation', () => {
  expect(Object.keys(CALLS).sort()).toEqual(operations.map(({ name }) => name).sort());
});

describe('what an emulated operation asks of IAM is in the list that AWS publishes', () => {
  it.each(operations)('$name', ({ accesses }) => {
    const asked = accesses();
    expect(asked.length).toBeGreaterThan(0);
    expect(
      asked.flatMap(({ action, resource, context = {} }) =>
        misfits(action, resource, Object.keys(context)),
      ),
    ).toEqual([]);
  });
});

it('the services of the list are those that the rehearsal judges', () => {
  const prefixes = emulated.map(({ id, iamPrefix }) => iamPrefix ?? id);
  expect(Object.keys(published)).toEqual(expect.arrayContaining(prefixes));
});

describe('the comparison with the list', () => {
  it.each([
    ['sns:Publsh', `arn:aws:sns:${ACCOUNT}:ops`, [], 'there is no action sns:Publsh'],
    ['sns:Publish', '*', [], 'sns:Publish does not take *'],
    ['sns:Publish', QUEUE, [], `sns:Publish does not take ${QUEUE}`],
    ['appstream:DescribeImages', IMAGE, [], `appstream:DescribeImages does not take ${IMAGE}`],
    [
      'dynamodb:GetItem',
      `arn:aws:dynamodb:${ACCOUNT}:table/ledger/index/byOwner`,
      [],
      `dynamodb:GetItem does not take arn:aws:dynamodb:${ACCOUNT}:table/ledger/index/byOwner`,
    ],
    [
      'sns:Publish',
      'arn:aws:sns:*',
      ['ses:FromAddress'],
      'sns:Publish does not know ses:FromAddress',
    ],
    ['appstream:TagResource', IMAGE, ['aws:RequestTag/'], 'does not know aws:RequestTag/'],
    [
      'ssm:GetParameter',
      'arn:aws:ssm:eu-west-1::parameter/golden/ami',
      [],
      'ssm:GetParameter does not take arn:aws:ssm:eu-west-1::parameter/golden/ami',
    ],
  ])('refuses %s on %s with %j', (action, resource, keys, problem) => {
    expect(misfits(action, resource, keys)).toEqual([expect.stringContaining(problem)]);
  });

  it.each([
    ['dynamodb:Query', `arn:aws:dynamodb:${ACCOUNT}:table/ledger/index/*`, []],
    ['logs:PutLogEvents', `arn:aws:logs:${ACCOUNT}:log-group:/aws/lambda/claim:*`, []],
    ['states:DescribeExecution', `arn:aws:states:${ACCOUNT}:execution:updater-*`, []],
    ['appstream:TagResource', 'arn:aws:appstream:*:*:image/d?sktop', ['aws:RequestTag/Owner']],
    ['iam:PassRole', 'arn:aws:iam::111122223333:role/path/name', ['iam:PassedToService']],
    ['logs:CreateLogDelivery', '*', []],
  ])('accepts %s on %s with %j', (action, resource, keys) => {
    expect(misfits(action, resource, keys)).toEqual([]);
  });
});
