import { authorize } from '../../../rehearsal/iam/authorize';
import { collectPrincipals } from '../../../rehearsal/iam/principals';
import { InputError } from '../../../rehearsal/input-error';
import type { DeployedResource, Json } from '../../../rehearsal/services/service';
import { ACCOUNT, ROLE, allow, document, resource, role, rolePolicy, trusting } from './account';

function problemsOf(...resources: DeployedResource[]): readonly string[] {
  try {
    collectPrincipals(resources);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

const attachment = (policyArn: string): DeployedResource =>
  resource('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'attachment', {
    role: 'worker',
    policyArn,
  });

test('a complete program has no problems', () => {
  expect(
    problemsOf(
      role(),
      rolePolicy(allow('sns:Publish', '*')),
      attachment('arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'),
      resource('aws:iam/instanceProfile:InstanceProfile', 'profile', { role: 'worker' }),
      resource('aws:s3/bucket:Bucket', 'bucket', {}),
    ),
  ).toEqual([]);
});

test.each<[string, DeployedResource[], string]>([
  [
    'an AWS managed policy',
    [role(), attachment('arn:aws:iam::aws:policy/AmazonS3FullAccess')],
    'attachment: the text of arn:aws:iam::aws:policy/AmazonS3FullAccess is not known here: declare exactly what the role needs in a RolePolicy',
  ],
  [
    'an AWS managed policy on the role',
    [role({ managedPolicyArns: ['arn:aws:iam::aws:policy/AdministratorAccess'] })],
    'worker: the text of arn:aws:iam::aws:policy/AdministratorAccess is not known here: declare exactly what the role needs in a RolePolicy',
  ],
  [
    'a permissions boundary',
    [role({ permissionsBoundary: 'arn:aws:iam::aws:policy/x' })],
    'worker: permissionsBoundary is not emulated',
  ],
  [
    'a policy for a role that is not there',
    [rolePolicy(allow('sns:Publish', '*'))],
    'grants: role "worker" is not part of the program',
  ],
  [
    'an IAM resource that is not emulated',
    [resource('aws:iam/userPolicy:UserPolicy', 'user', {})],
    'user: aws:iam/userPolicy:UserPolicy is not emulated',
  ],
  [
    'a resource policy that is not emulated',
    [resource('aws:s3/bucketPolicy:BucketPolicy', 'bucket', {})],
    'bucket: aws:s3/bucketPolicy:BucketPolicy is not emulated',
  ],
  [
    'a permission for a function that is not there',
    [resource('aws:lambda/permission:Permission', 'permission', { function: 'x' })],
    'permission: function "x" is not part of the program',
  ],
  [
    'a policy for a queue that is not there',
    [resource('aws:sqs/queuePolicy:QueuePolicy', 'queue', { queueUrl: 'https://x' })],
    'queue: queue "https://x" is not part of the program',
  ],
  [
    'more inline policies than IAM stores',
    [role(), rolePolicy(allow('sns:Publish', `arn:aws:sns:a:b:${'x'.repeat(10_240)}`))],
    'worker: 10350 characters are too many for the inline policies of one role: IAM allows 10240',
  ],
  [
    'a longer trust policy than IAM stores',
    [role({ assumeRolePolicy: trusting(`${'x'.repeat(2_048)}.amazonaws.com`) })],
    'worker: 2172 characters are too many for a trust policy: IAM allows 2048',
  ],
  [
    'a longer managed policy than IAM stores',
    [
      resource('aws:iam/policy:Policy', 'shared', {
        policy: document(allow('sns:Publish', `arn:aws:sns:a:b:${'x'.repeat(6_144)}`)),
      }),
    ],
    'shared: 6254 characters are too many for a managed policy: IAM allows 6144',
  ],
])('%s is refused', (_case, resources, problem) => {
  expect(problemsOf(...resources)).toEqual([problem]);
});

test('white space does not count towards the size of a policy', () => {
  const policy = document(allow('sns:Publish', '*')) + ' '.repeat(10_240);

  expect(problemsOf(role({ inlinePolicies: [{ name: 'wide', policy }] }))).toEqual([]);
});

test.each<[string, Json, string]>([
  ['no JSON', '{', 'grants: not JSON: '],
  ['no object', '[]', 'grants: A policy document is a JSON object'],
  [
    'an unknown version',
    { Version: '2020-01-01', Statement: [] },
    'Version "2020-01-01" does not exist',
  ],
  ['no statement', { Version: '2012-10-17' }, 'A policy document needs a Statement'],
  ['a misspelt element', statement({ Resources: '*' }), 'Resources is not an element of IAM'],
  ['a misspelt effect', statement({ Effect: 'allow' }), 'Effect is "Allow" or "Deny", not "allow"'],
  [
    'a Sid with spaces',
    statement({ Sid: 'Write log' }),
    'IAM allows only letters and digits in a Sid',
  ],
  ['a principal', statement({ Principal: '*' }), 'Principal is not allowed in a policy of a role'],
  [
    'both Action and NotAction',
    statement({ NotAction: 'sns:*' }),
    'Either Action or NotAction is needed',
  ],
  ['no resource', statement({ Resource: undefined }), 'Either Resource or NotResource is needed'],
  ['an empty resource', statement({ Resource: [] }), 'Resource is empty'],
  ['the same Sid twice', { Statement: [sid('A'), sid('A')] }, 'Sid "A" is used twice'],
  [
    'a condition that is not emulated',
    statement({ Condition: { IpAddress: { 'aws:x': '1' } } }),
    'IpAddress',
  ],
])('a policy of a role with %s is refused', (_case, policy, problem) => {
  const source = typeof policy === 'string' ? policy : JSON.stringify(policy);

  const problems = problemsOf(
    role(),
    resource('aws:iam/rolePolicy:RolePolicy', 'grants', { role: 'worker', policy: source }),
  );

  expect(problems).toEqual([expect.stringContaining(problem)]);
});

function statement(more: Json): Json {
  return { Version: '2012-10-17', Statement: [{ ...allow('sns:Publish', '*'), ...more }] };
}

function sid(Sid: string): Json {
  return { Sid, ...allow('sns:Publish', '*') };
}

test.each<[string, Json, string]>([
  ['no principal', { Principal: undefined }, 'Principal is missing'],
  ['a resource', { Resource: '*' }, 'Resource is not allowed in a trust policy'],
  ['NotPrincipal', { NotPrincipal: '*' }, 'NotPrincipal is not emulated'],
  [
    'a pattern as principal',
    { Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/*` } },
    'is neither an account nor an ARN without wildcards',
  ],
  [
    'an unknown kind of principal',
    { Principal: { Services: 'x' } },
    'Services is not an element of IAM',
  ],
])('a trust policy with %s is refused', (_case, more, problem) => {
  const [trust] = JSON.parse(trusting('lambda.amazonaws.com')).Statement;

  expect(problemsOf(role({ assumeRolePolicy: document({ ...trust, ...more }) }))).toEqual([
    expect.stringContaining(problem),
  ]);
});

test('a role that only machines take may have policies that are not known, as long as it calls nothing', () => {
  const core = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
  const takenBy = (Principal: Json): DeployedResource =>
    role({
      assumeRolePolicy: document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }),
      managedPolicyArns: [core],
    });
  const machines = { Service: 'ec2.amazonaws.com' };

  expect(problemsOf(takenBy(machines))).toEqual([]);
  expect(
    problemsOf(takenBy({ Service: ['ec2.amazonaws.com', 'lambda.amazonaws.com'] })),
  ).toHaveLength(1);
  expect(problemsOf(takenBy({ ...machines, AWS: ACCOUNT }))).toHaveLength(1);
  expect(problemsOf(takenBy('*'))).toHaveLength(1);
  expect(() =>
    authorize(collectPrincipals([takenBy(machines)]), {
      principal: { roleArn: ROLE },
      action: 'ssm:GetParameter',
      resource: '*',
    }),
  ).toThrow(`worker: the text of ${core} is not known here`);
});

test('everything that is wrong is told at once', () => {
  expect(
    problemsOf(
      role({ permissionsBoundary: 'x' }),
      attachment('arn:aws:iam::aws:policy/AmazonS3FullAccess'),
      rolePolicy(allow('publish', '*')),
    ),
  ).toHaveLength(3);
});
