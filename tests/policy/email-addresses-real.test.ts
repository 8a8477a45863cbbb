import * as aws from '@pulumi/aws';
import { emailAddressesReal } from '../../policy/rules/email-addresses-real';
import { findings, UNKNOWN } from '../support/policy-args';

type Type = Parameters<typeof findings>[1];
const judge = async (type: Type, props: object): Promise<readonly string[]> =>
  (await findings(emailAddressesReal, type, props)).violations;
const ofFunction = (variables: object) =>
  judge(aws.lambda.Function, { environment: { variables } });

test.each([
  'images@company.com',
  'platform-team@examples.com',
  'latest@contest.org',
  'ops@eu.company.example.company.com',
  '',
])('%j may exist', async (address) => {
  expect(await ofFunction({ EMAIL_FROM: address, EMAIL_TO: address })).toEqual([]);
});

test.each([
  'images@example.com',
  'images@EXAMPLE.org',
  'images@mail.example.net',
  'images@company.example',
  'images@ci.test',
  'images@host.invalid',
  'root@localhost',
  'changeme@company.com',
  'change-me@company.com',
  'ops@your-company.com',
  '<address>@company.com',
])('%s does not exist', async (address) => {
  expect(await ofFunction({ EMAIL_FROM: address })).toEqual([
    `thing: EMAIL_FROM names ${address}: set emailFrom in the stack's config.`,
  ]);
});

test('each recipient is looked at', async () => {
  const EMAIL_TO = 'ops@company.com, one@example.com,two@example.com';

  expect(await ofFunction({ EMAIL_FROM: 'images@company.com', EMAIL_TO })).toEqual([
    "thing: EMAIL_TO names one@example.com, two@example.com: set emailTo in the stack's config.",
  ]);
});

test('variables that are not known yet hide no others', async () => {
  const variables = { EMAIL_FROM: UNKNOWN, EMAIL_TO: 'ops@example.com', TOPIC_ARN: UNKNOWN };

  expect(
    await findings(emailAddressesReal, aws.lambda.Function, { environment: { variables } }),
  ).toEqual({
    violations: ["thing: EMAIL_TO names ops@example.com: set emailTo in the stack's config."],
    applicable: true,
    unknown: true,
  });
});

test.each<[string, unknown, string[]]>([
  [
    'a placeholder',
    'arn:aws:ses:eu-west-1:123456789012:identity/example.com',
    ['thing: it may send as example.com: set emailIdentity to one that SES verified.'],
  ],
  ['a real one', 'arn:aws:ses:eu-west-1:123456789012:identity/company.com', []],
  ['something else', 'arn:aws:s3:::example.com', []],
])('a policy that names %s as identity', async (_case, Resource, violations) => {
  const policy = JSON.stringify({
    Statement: { Effect: 'Allow', Action: 'ses:SendEmail', Resource },
  });

  expect(await judge(aws.iam.RolePolicy, { policy })).toEqual(violations);
});

test('policies that cannot be read are left to the rule about policies', async () => {
  const quiet = { violations: [], applicable: true, unknown: false };

  expect(await findings(emailAddressesReal, aws.iam.RolePolicy, { policy: '{' })).toEqual(quiet);
  expect(await findings(emailAddressesReal, aws.iam.RolePolicy, { policy: UNKNOWN })).toEqual(
    quiet,
  );
});

test.each<[string, Type, object, string[]]>([
  [
    'an identity that nobody can verify',
    aws.sesv2.EmailIdentity,
    { emailIdentity: 'example.com' },
    ['thing: SES cannot verify example.com: set emailIdentity to one of yours.'],
  ],
  ['an identity', aws.sesv2.EmailIdentity, { emailIdentity: 'company.com' }, []],
  [
    'a subscription that nobody reads',
    aws.sns.TopicSubscription,
    { protocol: 'email-json', endpoint: 'ops@example.com' },
    ['thing: ops@example.com receives nothing: set endpoint to an address of yours.'],
  ],
  [
    'a subscription',
    aws.sns.TopicSubscription,
    { protocol: 'email', endpoint: 'ops@company.com' },
    [],
  ],
  [
    'a subscription of something else',
    aws.sns.TopicSubscription,
    { protocol: 'https', endpoint: 'https://hooks.example.com' },
    [],
  ],
])('%s is judged', async (_case, type, props, violations) => {
  expect(await judge(type, props)).toEqual(violations);
});
