import * as aws from '@pulumi/aws';
import { iamTrustExact } from '../../policy/rules/iam-trust-exact';
import { findings, UNKNOWN } from '../support/policy-args';

const bound = { StringEquals: { 'aws:SourceAccount': '123456789012' } };
const trust = (Principal: unknown, Condition?: object, more: object = {}): object => ({
  Sid: 'Trust',
  Effect: 'Allow',
  Action: 'sts:AssumeRole',
  Principal,
  ...(Condition === undefined ? {} : { Condition }),
  ...more,
});
const service = (...names: string[]): object => ({ Service: names });
const ofRole = async (statements: unknown, config?: object): Promise<readonly string[]> =>
  (
    await findings(
      iamTrustExact,
      aws.iam.Role,
      { assumeRolePolicy: JSON.stringify({ Statement: statements }) },
      config,
    )
  ).violations;

const unbound = (name: string): string =>
  `thing: ${name} takes it on behalf of any account: add the condition { StringEquals: { 'aws:SourceAccount': <account> } }.`;
const stranger = (value: string): string =>
  `thing: ${value} may take it: name one service in Principal, or allow it in allowedPrincipals of the policy's config.`;

test.each<[string, object]>([
  ['one service for this account', trust({ Service: 'states.amazonaws.com' }, bound)],
  [
    'one service for one resource',
    trust(service('events.amazonaws.com'), {
      ArnLike: { 'AWS:sourcearn': 'arn:aws:events:eu-west-1:123456789012:rule/*' },
    }),
  ],
  [
    'a bucket, whose ARN has no account',
    trust(service('s3.amazonaws.com'), { ArnEquals: { 'aws:SourceArn': 'arn:aws:s3:::bucket' } }),
  ],
  ['Lambda, which names no source', trust({ Service: 'lambda.amazonaws.com' })],
  ['EC2, which names no source', trust({ Service: 'ec2.amazonaws.com' })],
  ['a denial', trust('*', undefined, { Effect: 'Deny' })],
])('%s is trusted', async (_case, statement) => {
  expect(await ofRole(statement)).toEqual([]);
});

test.each<[string, object | undefined]>([
  ['no condition', undefined],
  [
    'a condition that holds without the key',
    { StringEqualsIfExists: { 'aws:SourceAccount': '123456789012' } },
  ],
  ['a condition that only excludes', { StringNotEquals: { 'aws:SourceAccount': '123456789012' } }],
  ['a condition on something else', { StringEquals: { 'aws:PrincipalAccount': '123456789012' } }],
  [
    'a condition on all of no values',
    { 'ForAllValues:StringEquals': { 'aws:SourceAccount': '123456789012' } },
  ],
  ['any account', { StringLike: { 'aws:SourceAccount': '*' } }],
  ['one account or any', { StringLike: { 'aws:SourceAccount': ['123456789012', '*'] } }],
  ['no account', { StringEquals: { 'aws:SourceAccount': [] } }],
  ['any ARN', { ArnLike: { 'aws:SourceArn': 'arn:*' } }],
  ['an ARN of any account', { ArnLike: { 'aws:SourceArn': 'arn:aws:states:eu-west-1:*:x' } }],
])('a service with %s could act for any account', async (_case, condition) => {
  expect(await ofRole(trust(service('states.amazonaws.com'), condition))).toEqual([
    unbound('states.amazonaws.com'),
  ]);
});

test.each<[string, unknown, string]>([
  ['everybody', '*', '*'],
  ['everybody, as a list', { AWS: ['*'] }, '*'],
  ['an account', { AWS: 'arn:aws:iam::210987654321:root' }, 'arn:aws:iam::210987654321:root'],
  ['an identity provider', { Federated: 'accounts.google.com' }, 'accounts.google.com'],
])('%s is no service', async (_case, principal, value) => {
  expect(await ofRole(trust(principal, bound))).toEqual([stranger(value)]);
});

test('a role of two services is one too few, in one statement or in two', async () => {
  const shared =
    'thing: it is shared by lambda.amazonaws.com, states.amazonaws.com: make a role for each of them.';

  expect(
    await ofRole(trust(service('lambda.amazonaws.com', 'states.amazonaws.com'), bound)),
  ).toEqual([shared]);
  expect(
    await ofRole([
      trust(service('lambda.amazonaws.com')),
      trust(service('states.amazonaws.com'), bound),
    ]),
  ).toEqual([shared]);
});

test('all but some are too many', async () => {
  const statement = trust(undefined, bound, { NotPrincipal: { AWS: '*' } });

  expect(await ofRole(statement)).toEqual([
    'thing: statement "Trust" trusts all but some: name the service in Principal.',
  ]);
});

test('config allows others by name, and services without a source', async () => {
  const provider = 'arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com';
  const federated = trust({ Federated: provider });
  const service_ = trust({ Service: 'states.amazonaws.com' });

  expect(await ofRole(federated, { allowedPrincipals: [provider] })).toEqual([]);
  expect(await ofRole(federated, { allowedPrincipals: [`${provider}2`] })).toHaveLength(1);
  expect(await ofRole(service_, { servicesWithoutSource: ['states.amazonaws.com'] })).toEqual([]);
});

test('a trust policy that is no JSON is a violation, and one that is not known yet is none', async () => {
  const broken = await findings(iamTrustExact, aws.iam.Role, { assumeRolePolicy: '{' });
  const unknown = await findings(iamTrustExact, aws.iam.Role, { assumeRolePolicy: UNKNOWN });

  expect(broken.violations).toEqual([expect.stringMatching(/^thing: its policy is not JSON \(/)]);
  expect(unknown).toEqual({ violations: [], applicable: true, unknown: true });
});
