import * as aws from '@pulumi/aws';
import { iamGrantsExact } from '../../policy/rules/iam-grants-exact';
import { findings, UNKNOWN } from '../support/policy-args';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:topic';

const document = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });
const allow = (Action: unknown, Resource: unknown, more: object = {}): object => ({
  Sid: 'Tell',
  Effect: 'Allow',
  Action,
  Resource,
  ...more,
});
const ofRolePolicy = async (policy: unknown, config?: object): Promise<readonly string[]> =>
  (await findings(iamGrantsExact, aws.iam.RolePolicy, { role: 'r', policy }, config)).violations;

test.each<[string, object]>([
  ['one action on one resource', allow('sns:Publish', TOPIC)],
  ['several', allow(['sns:Publish', 'sns:Subscribe'], [TOPIC, `${TOPIC}2`])],
  [
    'a wildcard within a kind of resource',
    allow('appstream:CopyImage', 'arn:aws:appstream:eu-west-1:1:image/*'),
  ],
  ['a wildcard region', allow('sns:Publish', 'arn:aws:sns:*:123456789012:topic')],
  ['"*" where AWS knows no resources', allow(['ec2:DescribeImages', 'EC2:describeinstances'], '*')],
  [
    'the delivery of logs, as Step Functions asks for it',
    allow(['logs:CreateLogDelivery', 'logs:DescribeLogGroups', 'logs:PutResourcePolicy'], ['*']),
  ],
  ['a wide deny', { Effect: 'Deny', NotAction: 'sns:*', Resource: '*' }],
])('%s is exact', async (_case, statement) => {
  expect(await ofRolePolicy(document(statement))).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'all actions of a service',
    allow(['sns:*', 'sns:Publish'], TOPIC),
    'thing: statement "Tell" allows sns:*: name each action.',
  ],
  ['all actions', allow('*', TOPIC), 'thing: statement "Tell" allows *: name each action.'],
  [
    'a pattern of actions',
    allow('sns:Publis?', TOPIC),
    'thing: statement "Tell" allows sns:Publis?: name each action.',
  ],
  [
    '"*" where AWS knows resources',
    allow(['sns:Publish', 'sns:ListTopics'], '*'),
    'thing: statement "Tell" allows sns:Publish on *: set Resource to the ARNs that are needed.',
  ],
  [
    '"*" among other resources',
    allow('sns:Publish', [TOPIC, '*']),
    'thing: statement "Tell" allows sns:Publish on *: set Resource to the ARNs that are needed.',
  ],
  [
    'all resources of a service',
    allow('sns:Publish', 'arn:aws:sns:*:*:*'),
    'thing: statement "Tell" allows sns:Publish on arn:aws:sns:*:*:*: set Resource to the ARNs that are needed.',
  ],
  [
    'all resources of a service, in short',
    allow('sns:Publish', 'arn:aws:sns:*'),
    'thing: statement "Tell" allows sns:Publish on arn:aws:sns:*: set Resource to the ARNs that are needed.',
  ],
  [
    'a resource for an action that knows none',
    allow(['sns:ListTopics', 'sns:Publish'], TOPIC),
    'thing: statement "Tell" allows sns:ListTopics on named resources, but AWS offers no resource-level permission for it: set Resource to "*" in a statement of its own.',
  ],
  [
    'NotAction',
    { Effect: 'Allow', NotAction: 'iam:*', Resource: TOPIC },
    'thing: statement number 1 allows all but its NotAction: list what it allows in Action.',
  ],
  [
    'NotResource',
    { Effect: 'Allow', Action: 'sns:Publish', NotResource: TOPIC },
    'thing: statement number 1 allows all but its NotResource: list what it allows in Resource.',
  ],
])('%s is not exact', async (_case, statement, message) => {
  expect(await ofRolePolicy(document(statement))).toEqual([message]);
});

test('every statement is judged, and text or object makes no difference', async () => {
  const Statement = [allow('sns:*', TOPIC), allow('sns:Publish', TOPIC), allow('sqs:*', TOPIC)];

  expect(await ofRolePolicy({ Version: '2012-10-17', Statement })).toHaveLength(2);
  expect(await ofRolePolicy(document(...Statement))).toHaveLength(2);
  expect(await ofRolePolicy({ Statement: allow('sns:*', TOPIC) })).toHaveLength(1);
});

test('a policy that is no JSON is a violation, not a crash', async () => {
  expect(await ofRolePolicy('{')).toEqual([
    expect.stringMatching(/^thing: its policy is not JSON \(/),
  ]);
});

test('customer-managed and inline policies are judged as well', async () => {
  const policy = document(allow('sns:*', TOPIC));

  const managed = await findings(iamGrantsExact, aws.iam.Policy, { policy });
  const inline = await findings(iamGrantsExact, aws.iam.Role, {
    assumeRolePolicy: '{}',
    inlinePolicies: [
      { name: 'a', policy: document(allow('sns:Publish', TOPIC)) },
      { name: 'b', policy },
    ],
  });

  expect(managed.violations).toHaveLength(1);
  expect(inline.violations).toHaveLength(1);
});

describe('managed policies of AWS', () => {
  const refused = (arn: string): string =>
    `thing: ${arn} grants more than one program needs: set a RolePolicy with the exact actions and resources instead.`;
  // What a CallbackFunction without a role and policies gets.
  const defaults = [
    aws.iam.ManagedPolicy.LambdaFullAccess,
    aws.iam.ManagedPolicy.CloudWatchFullAccessV2,
    aws.iam.ManagedPolicy.CloudWatchEventsFullAccess,
    aws.iam.ManagedPolicy.AmazonS3FullAccess,
    aws.iam.ManagedPolicy.AmazonDynamoDBFullAccess,
    aws.iam.ManagedPolicy.AmazonSQSFullAccess,
    aws.iam.ManagedPolicy.AmazonKinesisFullAccess,
    aws.iam.ManagedPolicy.AmazonCognitoPowerUser,
    aws.iam.ManagedPolicy.AWSXrayWriteOnlyAccess,
  ];
  const attach = async (policyArn: string, config?: object): Promise<readonly string[]> =>
    (await findings(iamGrantsExact, aws.iam.RolePolicyAttachment, { role: 'r', policyArn }, config))
      .violations;

  test.each(defaults)(
    '%s, which Pulumi attaches to a CallbackFunction by default, is refused',
    async (arn) => {
      expect(await attach(arn)).toEqual([refused(arn)]);
    },
  );

  test('they are refused on the role and in a PolicyAttachment too', async () => {
    const arn = aws.iam.ManagedPolicy.AmazonS3FullAccess;
    const role = { assumeRolePolicy: '{}', managedPolicyArns: [arn] };

    expect((await findings(iamGrantsExact, aws.iam.Role, role)).violations).toEqual([refused(arn)]);
    const attachment = { roles: ['r'], policyArn: arn };
    expect(
      (await findings(iamGrantsExact, aws.iam.PolicyAttachment, attachment)).violations,
    ).toEqual([refused(arn)]);
  });

  test('those that instances need are allowed, and so is a policy of the account', async () => {
    expect(await attach('arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore')).toEqual([]);
    expect(await attach('arn:aws:iam::123456789012:policy/own')).toEqual([]);
  });

  test('config decides which are allowed', async () => {
    const arn = aws.iam.ManagedPolicy.AmazonS3FullAccess;

    expect(await attach(arn, { allowedManagedPolicies: [arn] })).toEqual([]);
    expect(
      await attach('arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore', {
        allowedManagedPolicies: [],
      }),
    ).toHaveLength(1);
  });
});

test('config allows further actions on "*"', async () => {
  const policy = document(allow('sns:Publish', '*'));

  expect(await ofRolePolicy(policy, { allowedWildcardActions: ['SNS:publish'] })).toEqual([]);
  expect(await ofRolePolicy(policy, { allowedWildcardActions: ['sns:Subscribe'] })).toHaveLength(1);
});

test('other types are none of its business', async () => {
  expect(await findings(iamGrantsExact, aws.sns.Topic, {})).toEqual({
    violations: [],
    applicable: false,
    unknown: false,
  });
});

describe('in a preview', () => {
  const wide = document(allow('sns:*', TOPIC));

  test.each<[string, Parameters<typeof findings>[1], object]>([
    ['a policy', aws.iam.RolePolicy, { policy: UNKNOWN }],
    ['a managed policy', aws.iam.Policy, { policy: UNKNOWN }],
    ['an attachment', aws.iam.RolePolicyAttachment, { policyArn: UNKNOWN }],
    ['an inline policy', aws.iam.Role, { inlinePolicies: [{ policy: UNKNOWN }] }],
    ['an ARN', aws.iam.Role, { managedPolicyArns: [UNKNOWN] }],
  ])('%s that is not known yet is no violation', async (_case, type, props) => {
    expect(await findings(iamGrantsExact, type, props)).toEqual({
      violations: [],
      applicable: true,
      unknown: true,
    });
  });

  test('what is known is judged, although something else is not', async () => {
    const role = {
      managedPolicyArns: UNKNOWN,
      inlinePolicies: [{ policy: UNKNOWN }, { policy: wide }],
    };

    const { violations, unknown } = await findings(iamGrantsExact, aws.iam.Role, role);

    expect(violations).toHaveLength(1);
    expect(unknown).toBe(true);
  });
});
