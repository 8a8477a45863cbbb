import * as aws from '@pulumi/aws';
import { endpointsPrivate } from '../../policy/rules/endpoints-private';
import { findings, UNKNOWN } from '../support/policy-args';

type Type = Parameters<typeof findings>[1];
const RULE = 'arn:aws:events:eu-west-1:123456789012:rule/r';
const policyOf = (statement: object): string =>
  JSON.stringify({ Statement: [{ Sid: 'Send', Effect: 'Allow', ...statement }] });
const EVERYBODY =
  'thing: statement "Send" admits everybody: name who may in Principal, or add a condition on aws:PrincipalAccount or aws:SourceArn.';
const SERVICE =
  'thing: statement "Send" admits events.amazonaws.com on behalf of any account: add a condition on aws:SourceArn or aws:SourceAccount.';

const holders: [string, Type][] = [
  ['a queue', aws.sqs.Queue],
  ['a queue policy', aws.sqs.QueuePolicy],
  ['a topic', aws.sns.Topic],
  ['a topic policy', aws.sns.TopicPolicy],
];
const statements: [string, object, string[]][] = [
  ['everybody', { Principal: '*' }, [EVERYBODY]],
  ['everybody, as a list', { Principal: { AWS: ['*'] } }, [EVERYBODY]],
  [
    'everybody in the account',
    { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': '123456789012' } } },
    [],
  ],
  [
    'everybody from an address',
    { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } } },
    [EVERYBODY],
  ],
  ['one account', { Principal: { AWS: '123456789012' } }, []],
  ['a service for anybody', { Principal: { Service: 'events.amazonaws.com' } }, [SERVICE]],
  [
    'a service for one rule',
    {
      Principal: { Service: 'events.amazonaws.com' },
      Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
    },
    [],
  ],
  [
    'all but some',
    { NotPrincipal: { AWS: '123456789012' } },
    ['thing: statement "Send" admits all but some: name who may in Principal.'],
  ],
  ['nobody', { Effect: 'Deny', Principal: '*' }, []],
];

test.each(
  holders.flatMap(([holder, type]) =>
    statements.map(([who, statement, violations]) => ({
      holder,
      who,
      type,
      statement,
      violations,
    })),
  ),
)('$holder that admits $who is judged', async ({ type, statement, violations }) => {
  const { violations: found } = await findings(endpointsPrivate, type, {
    policy: policyOf(statement),
  });

  expect(found).toEqual(violations);
});

test.each(holders)('%s: no policy, broken JSON, an unknown policy', async (_case, type) => {
  const judge = (props: object) => findings(endpointsPrivate, type, props);

  expect((await judge({})).violations).toEqual([]);
  expect((await judge({ policy: '{' })).violations).toEqual([
    expect.stringMatching(/^thing: its policy is not JSON \(/),
  ]);
  expect(await judge({ policy: UNKNOWN })).toEqual({
    violations: [],
    applicable: true,
    unknown: true,
  });
});

test.each<[string, Type, object, string[]]>([
  [
    'a URL for all',
    aws.lambda.FunctionUrl,
    { authorizationType: 'NONE' },
    ['thing: set authorizationType to AWS_IAM.'],
  ],
  ['a URL with IAM', aws.lambda.FunctionUrl, { authorizationType: 'AWS_IAM' }, []],
  [
    'a route without',
    aws.apigatewayv2.Route,
    {},
    ['thing: set authorizationType to AWS_IAM, JWT or CUSTOM.'],
  ],
  [
    'a route with none',
    aws.apigatewayv2.Route,
    { authorizationType: 'NONE' },
    ['thing: set authorizationType to AWS_IAM, JWT or CUSTOM.'],
  ],
  ['a route with tokens', aws.apigatewayv2.Route, { authorizationType: 'JWT' }, []],
  [
    'a permission for all',
    aws.lambda.Permission,
    { principal: '*' },
    ['thing: * may call the function for any account: set sourceArn, or sourceAccount.'],
  ],
  [
    'a permission for a service',
    aws.lambda.Permission,
    { principal: 'sns.amazonaws.com' },
    [
      'thing: sns.amazonaws.com may call the function for any account: set sourceArn, or sourceAccount.',
    ],
  ],
  [
    'a permission for a service in China',
    aws.lambda.Permission,
    { principal: 'sns.amazonaws.com.cn' },
    [
      'thing: sns.amazonaws.com.cn may call the function for any account: set sourceArn, or sourceAccount.',
    ],
  ],
  [
    'a permission for one topic that is not there yet',
    aws.lambda.Permission,
    { principal: 'sns.amazonaws.com', sourceArn: UNKNOWN },
    [],
  ],
  [
    'a permission for one account',
    aws.lambda.Permission,
    { principal: 'sns.amazonaws.com', sourceAccount: '123456789012' },
    [],
  ],
  [
    'a permission for an organization',
    aws.lambda.Permission,
    { principal: '*', principalOrgId: 'o-1' },
    [],
  ],
  ['a permission for an account', aws.lambda.Permission, { principal: '123456789012' }, []],
])('%s is judged', async (_case, type, props, violations) => {
  expect(await findings(endpointsPrivate, type, props)).toEqual({
    violations,
    applicable: true,
    unknown: false,
  });
});
