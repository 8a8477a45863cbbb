import type { AuthorizationRequest, Decision } from '../../../rehearsal/iam/authorize';
import { createIam } from '../../../rehearsal/iam/iam';
import type { DeployedResource, Json } from '../../../rehearsal/services/service';
import { ACCOUNT, ROLE, allow, deny, document, resource, role, rolePolicy } from './account';

const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:topic`;
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:queue`;
const FUNCTION = `arn:aws:lambda:eu-west-1:${ACCOUNT}:function:closer`;
const KEY = `arn:aws:kms:eu-west-1:${ACCOUNT}:key/1111`;
const RULE = `arn:aws:events:eu-west-1:${ACCOUNT}:rule/ended`;

function decide(
  resources: readonly DeployedResource[],
  request: Partial<AuthorizationRequest>,
): Decision {
  return createIam(resources).authorize({
    principal: { roleArn: ROLE },
    action: 'sns:Publish',
    resource: TOPIC,
    ...request,
  });
}

const allowed = (...args: Parameters<typeof decide>): boolean => decide(...args).allowed;

describe('policies of a role', () => {
  test.each<[string, Json[], boolean]>([
    ['nothing is said', [], false],
    ['action and resource are allowed', [allow('sns:Publish', TOPIC)], true],
    ['the action is allowed elsewhere', [allow('sns:Publish', `${TOPIC}2`)], false],
    ['another action is allowed', [allow('sns:Subscribe', TOPIC)], false],
    [
      'action and resource are allowed by different statements',
      [allow('sns:Publish', QUEUE), allow('sns:Subscribe', TOPIC)],
      false,
    ],
    ['it is also denied', [allow('*', '*'), deny('sns:*', TOPIC)], false],
    ['the deny has an unmet condition', [allow('*', '*'), deny('*', '*', tagged('x'))], true],
    ['the allow has an unmet condition', [allow('*', '*', tagged('x'))], false],
    ['NotAction leaves it in', [{ Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }], true],
    ['NotAction leaves it out', [{ Effect: 'Allow', NotAction: 'sns:*', Resource: '*' }], false],
    ['NotResource leaves it in', [{ Effect: 'Allow', Action: '*', NotResource: QUEUE }], true],
    [
      'NotResource leaves it out',
      [{ Effect: 'Allow', Action: '*', NotResource: [QUEUE, TOPIC] }],
      false,
    ],
    [
      'all but the own topics are denied',
      [allow('*', '*'), { Effect: 'Deny', Action: '*', NotResource: 'arn:aws:sns:*:*:topic' }],
      true,
    ],
  ])('when %s', (_case, statements, expected) => {
    const policies = statements.length === 0 ? [] : [rolePolicy(...statements)];

    expect(allowed([role(), ...policies], {})).toBe(expected);
  });

  function tagged(team: string): Json {
    return { Condition: { StringEquals: { 'aws:PrincipalTag/team': team } } };
  }

  test('a variable without a value makes its statement void, negated or not', () => {
    const own = `arn:aws:sns:eu-west-1:${ACCOUNT}:\${aws:PrincipalTag/team}`;
    const statements = [
      allow('*', own),
      { Effect: 'Allow', Action: '*', NotResource: own },
      allow('*', '*', { Condition: { StringEquals: { 'aws:PrincipalAccount': own } } }),
    ];

    expect(allowed([role(), rolePolicy(...statements)], {})).toBe(false);
    expect(allowed([role({ tags: { team: 'topic' } }), rolePolicy(...statements)], {})).toBe(true);
  });

  test('without version 2012-10-17 a variable is text', () => {
    const granting = (Version: string): DeployedResource[] => [
      role({
        tags: { team: 'topic' },
        inlinePolicies: [
          {
            policy: { Version, Statement: allow('*', 'arn:aws:sns:*:*:${aws:PrincipalTag/team}') },
          },
        ],
      }),
    ];

    expect(allowed(granting('2012-10-17'), {})).toBe(true);
    expect(allowed(granting('2008-10-17'), {})).toBe(false);
  });

  test('come from the role, from inline and from managed policies', () => {
    const managed = resource(
      'aws:iam/policy:Policy',
      'shared',
      { policy: document(allow('sns:Publish', TOPIC)) },
      { arn: `arn:aws:iam::${ACCOUNT}:policy/shared` },
    );
    const attachment = resource('aws:iam/rolePolicyAttachment:RolePolicyAttachment', 'attach', {
      role: 'worker',
      policyArn: managed.outputs.arn,
    });
    const inline = { inlinePolicies: [{ name: 'in', policy: document(allow('sns:*', TOPIC)) }] };

    expect(allowed([role(inline)], {})).toBe(true);
    expect(allowed([role(), managed, attachment], {})).toBe(true);
    expect(allowed([role({ managedPolicyArns: [managed.outputs.arn] }), managed], {})).toBe(true);
    expect(allowed([role(), managed], {})).toBe(false);
  });

  test('may be given as objects instead of text', () => {
    const policy = { Version: '2012-10-17', Statement: allow('sns:Publish', TOPIC) };

    expect(allowed([role({ inlinePolicies: [{ name: 'in', policy }] })], {})).toBe(true);
  });

  test('the role is found by ARN as well as by name', () => {
    const policy = resource('aws:iam/rolePolicy:RolePolicy', 'grants', {
      role: ROLE,
      policy: document(allow('sns:Publish', TOPIC)),
    });

    expect(allowed([role(), policy], {})).toBe(true);
  });

  test('tags of the role, its ARN and the time are part of the context', () => {
    const grant = (Condition: Json): DeployedResource[] => [
      role({ tags: { Team: 'red' } }),
      rolePolicy(allow('sns:Publish', TOPIC, { Condition })),
    ];
    const now = Date.UTC(2026, 0, 31);

    expect(allowed(grant({ StringEquals: { 'aws:PrincipalTag/team': 'red' } }), {})).toBe(true);
    expect(allowed(grant({ ArnEquals: { 'aws:PrincipalArn': ROLE } }), {})).toBe(true);
    expect(allowed(grant({ StringEquals: { 'aws:ResourceAccount': ACCOUNT } }), {})).toBe(true);
    expect(allowed(grant({ Bool: { 'aws:SecureTransport': 'true' } }), {})).toBe(true);
    const before = { DateLessThan: { 'aws:CurrentTime': '2026-02-01' } };
    expect(allowed(grant(before), { now })).toBe(true);
    expect(allowed(grant(before), { now: Date.UTC(2026, 1, 1) })).toBe(false);
    expect(() => allowed(grant(before), {})).toThrow('the request has no time');
  });

  test('keys of the call are matched whatever their case', () => {
    const resources = [
      role(),
      rolePolicy(
        allow('ses:SendEmail', '*', {
          Condition: { StringEquals: { 'ses:FromAddress': 'ops@example.com' } },
        }),
      ),
    ];
    const send = (from: string): Partial<AuthorizationRequest> => ({
      action: 'ses:SendEmail',
      resource: `arn:aws:ses:eu-west-1:${ACCOUNT}:identity/example.com`,
      context: { 'SES:fromAddress': from },
    });

    expect(allowed(resources, send('ops@example.com'))).toBe(true);
    expect(allowed(resources, send('ceo@example.com'))).toBe(false);
  });

  // Carlos's example: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics.html
  test('the example of AWS: listing is allowed everywhere, writing in one bucket, its log bucket is denied', () => {
    const resources = [
      role(),
      rolePolicy(
        { Sid: 'AllowS3ListRead', ...allow(['s3:GetBucketLocation', 's3:ListAllMyBuckets'], '*') },
        { Sid: 'AllowS3Self', ...allow('s3:*', ['arn:aws:s3:::carlos', 'arn:aws:s3:::carlos/*']) },
        { Sid: 'DenyS3Logs', ...deny('s3:*', 'arn:aws:s3:::*log*') },
      ),
    ];
    const does = (action: string, on: string): boolean =>
      allowed(resources, { action, resource: on });

    expect(does('s3:ListAllMyBuckets', '*')).toBe(true);
    expect(does('s3:PutObject', 'arn:aws:s3:::carlos/a')).toBe(true);
    expect(does('s3:PutObject', 'arn:aws:s3:::david/a')).toBe(false);
    expect(does('s3:GetObject', 'arn:aws:s3:::carlos/logs/1')).toBe(false);
  });
});

describe('policies of resources', () => {
  const topic = (policy?: string): DeployedResource =>
    resource('aws:sns/topic:Topic', 'topic', policy === undefined ? {} : { policy }, {
      arn: TOPIC,
    });
  const topicPolicy = (statement: Json): DeployedResource =>
    resource('aws:sns/topicPolicy:TopicPolicy', 'topic-policy', {
      arn: TOPIC,
      policy: document(statement),
    });
  const events = { Service: 'events.amazonaws.com' };
  const fromEvents: Partial<AuthorizationRequest> = {
    principal: { service: 'events.amazonaws.com', sourceArn: RULE },
  };

  test.each<[string, Json, boolean]>([
    ['the service', events, true],
    ['another service', { Service: 'sns.amazonaws.com' }, false],
    ['everyone', '*', true],
    ['the account', { AWS: ACCOUNT }, false],
  ])('a service is allowed by a topic that names %s: %#', (_case, Principal, expected) => {
    const policy = { ...allow('sns:Publish', TOPIC), Principal };

    expect(allowed([topic(), topicPolicy(policy)], fromEvents)).toBe(expected);
    expect(allowed([topic(document(policy))], fromEvents)).toBe(expected);
  });

  test.each<[string, Json, boolean]>([
    ['the role', { AWS: ROLE }, true],
    ['the session', { AWS: `arn:aws:sts::${ACCOUNT}:assumed-role/worker/rehearsal` }, true],
    ['another role', { AWS: `${ROLE}2` }, false],
    // An account passes the decision on to the policies of its roles.
    ['the account', { AWS: `arn:aws:iam::${ACCOUNT}:root` }, false],
    ['everyone', { AWS: '*' }, true],
  ])(
    'a role without grants is allowed by a topic that names %s: %#',
    (_case, Principal, expected) => {
      const policy = topicPolicy({ ...allow('sns:Publish', TOPIC), Principal });

      expect(allowed([role(), topic(), policy], {})).toBe(expected);
    },
  );

  test('a deny of the resource beats an allow of the role', () => {
    const policy = topicPolicy({ ...deny('sns:Publish', TOPIC), Principal: '*' });

    const decision = decide([role(), rolePolicy(allow('*', '*')), topic(), policy], {});

    expect(decision.reason).toBe(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/rehearsal is not authorized to perform: ` +
        `sns:Publish on resource: ${TOPIC} with an explicit deny in a resource-based policy`,
    );
  });

  test('a topic without a policy serves services that name its owner, and no others', () => {
    const alarm = {
      principal: { service: 'cloudwatch.amazonaws.com' },
      context: { 'aws:SourceOwner': ACCOUNT },
    };

    expect(allowed([topic()], alarm)).toBe(true);
    expect(allowed([topic()], { ...alarm, context: { 'aws:SourceOwner': '999999999999' } })).toBe(
      false,
    );
    expect(allowed([topic()], fromEvents)).toBe(false);
    expect(
      allowed([topic(), topicPolicy({ ...allow('sns:Publish', TOPIC), Principal: events })], alarm),
    ).toBe(false);
  });

  test('a queue takes messages of the rule that its policy names', () => {
    const queue = resource('aws:sqs/queue:Queue', 'queue', {}, { arn: QUEUE, url: 'https://q' });
    const policy = resource('aws:sqs/queuePolicy:QueuePolicy', 'queue-policy', {
      queueUrl: 'https://q',
      policy: document({
        ...allow('sqs:SendMessage', QUEUE),
        Principal: events,
        Condition: { ArnEquals: { 'aws:SourceArn': RULE } },
      }),
    });
    const send = (sourceArn: string): Partial<AuthorizationRequest> => ({
      principal: { service: 'events.amazonaws.com', sourceArn },
      action: 'sqs:SendMessage',
      resource: QUEUE,
    });

    expect(allowed([queue, policy], send(RULE))).toBe(true);
    expect(allowed([queue, policy], send(`${RULE}2`))).toBe(false);
    expect(allowed([queue], send(RULE))).toBe(false);
  });

  describe('functions', () => {
    const lambda = resource(
      'aws:lambda/function:Function',
      'closer',
      {},
      { arn: FUNCTION, name: 'closer' },
    );
    const permission = (inputs: Json): DeployedResource =>
      resource('aws:lambda/permission:Permission', 'permission', {
        action: 'lambda:InvokeFunction',
        function: 'closer',
        principal: 'events.amazonaws.com',
        ...inputs,
      });
    const invoke = (more: Json = {}): Partial<AuthorizationRequest> => ({
      principal: { service: 'events.amazonaws.com', sourceArn: RULE, ...more },
      action: 'lambda:InvokeFunction',
      resource: FUNCTION,
    });

    test.each<[Json, boolean]>([
      [{}, true],
      [{ function: FUNCTION }, true],
      [{ sourceArn: RULE }, true],
      [{ sourceArn: `arn:aws:events:eu-west-1:${ACCOUNT}:rule/*` }, true],
      [{ sourceArn: `${RULE}2` }, false],
      [{ sourceAccount: ACCOUNT }, true],
      [{ sourceAccount: '999999999999' }, false],
      [{ principal: 'sns.amazonaws.com' }, false],
      [{ action: 'lambda:GetFunction' }, false],
      [{ qualifier: 'live' }, false],
    ])('a permission with %j lets the rule invoke: %s', (inputs, expected) => {
      expect(allowed([lambda, permission(inputs)], invoke())).toBe(expected);
    });

    test('a permission for an alias is for that alias only', () => {
      const resources = [lambda, permission({ qualifier: 'live' })];

      expect(allowed(resources, { ...invoke(), resource: `${FUNCTION}:live` })).toBe(true);
      expect(allowed(resources, { ...invoke(), resource: `${FUNCTION}:test` })).toBe(false);
    });
  });

  // https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
  describe('keys', () => {
    const key = (policy?: string): DeployedResource =>
      resource('aws:kms/key:Key', 'key', policy === undefined ? {} : { policy }, {
        arn: KEY,
        keyId: '1111',
      });
    const decrypt = { action: 'kms:Decrypt', resource: KEY };
    const granted = [role(), rolePolicy(allow('kms:Decrypt', KEY))];
    const open = (Principal: Json): string => document({ ...allow('kms:*', '*'), Principal });

    test('a key must be opened by its own policy, whatever the role may do', () => {
      const other = key(open({ AWS: `${ROLE}2` }));

      expect(decide([...granted, other], decrypt).reason).toContain(
        'because no resource-based policy allows the kms:Decrypt action',
      );
    });

    test('a key that is open to the account is used by roles with a grant', () => {
      const accounts = key(open({ AWS: `arn:aws:iam::${ACCOUNT}:root` }));

      expect(allowed([...granted, accounts], decrypt)).toBe(true);
      expect(decide([role(), accounts], decrypt).reason).toContain(
        'because no identity-based policy allows the kms:Decrypt action',
      );
    });

    test('a key that names the role needs no grant', () => {
      expect(allowed([role(), key(open({ AWS: ROLE }))], decrypt)).toBe(true);
    });

    test('a key without a policy, or from elsewhere in the account, is open to the account', () => {
      expect(allowed([...granted, key()], decrypt)).toBe(true);
      expect(allowed(granted, decrypt)).toBe(true);
      expect(allowed([role()], decrypt)).toBe(false);
    });

    test('a key policy of its own replaces the default', () => {
      const policy = resource('aws:kms/keyPolicy:KeyPolicy', 'key-policy', {
        keyId: '1111',
        policy: open({ Service: 'sns.amazonaws.com' }),
      });

      expect(allowed([...granted, key(), policy], decrypt)).toBe(false);
    });
  });
});

describe('other accounts', () => {
  test('a resource of another account needs both sides', () => {
    const theirs = 'arn:aws:sns:eu-west-1:999999999999:topic';
    const grant = [role(), rolePolicy(allow('sns:Publish', theirs))];
    const open = resource('aws:sns/topicPolicy:TopicPolicy', 'theirs', {
      arn: theirs,
      policy: document({ ...allow('sns:Publish', theirs), Principal: { AWS: ROLE } }),
    });

    expect(decide(grant, { resource: theirs }).reason).toContain('no resource-based policy allows');
    expect(decide([role(), open], { resource: theirs }).reason).toContain(
      'no identity-based policy',
    );
    expect(allowed([...grant, open], { resource: theirs })).toBe(true);
  });

  test('public resources belong to no account', () => {
    const parameter = 'arn:aws:ssm:eu-west-1::parameter/aws/service/ami';
    const resources = [role(), rolePolicy(allow('ssm:GetParameter', parameter))];

    expect(allowed(resources, { action: 'ssm:GetParameter', resource: parameter })).toBe(true);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
describe('reasons', () => {
  test.each<[string, Json[], Partial<AuthorizationRequest>, string]>([
    [
      'nothing allows it',
      [],
      { principal: { roleArn: ROLE, sessionName: 'claim-image' } },
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/claim-image is not authorized to perform: sns:Publish on resource: ${TOPIC} because no identity-based policy allows the sns:Publish action`,
    ],
    [
      'the role denies it',
      [deny('*', '*')],
      {},
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/rehearsal is not authorized to perform: sns:Publish on resource: ${TOPIC} with an explicit deny in an identity-based policy`,
    ],
    [
      'a service is not let in',
      [],
      { principal: { service: 'events.amazonaws.com' } },
      `User: events.amazonaws.com is not authorized to perform: sns:Publish on resource: ${TOPIC} because no resource-based policy allows the sns:Publish action`,
    ],
  ])('are worded as by AWS when %s', (_case, statements, request, reason) => {
    const policies = statements.length === 0 ? [] : [rolePolicy(...statements)];

    expect(decide([role(), ...policies], request)).toEqual({ allowed: false, reason, matched: [] });
  });

  test('a session does not show the path of its role', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/service-role/worker`;
    const pathed = resource(
      'aws:iam/role:Role',
      'worker',
      { assumeRolePolicy: role().inputs.assumeRolePolicy },
      { name: 'worker', arn },
    );

    expect(decide([pathed], { principal: { roleArn: arn } }).reason).toContain(
      `User: arn:aws:sts::${ACCOUNT}:assumed-role/worker/rehearsal is`,
    );
  });

  test('a role that is not part of the program is not judged', () => {
    expect(() => decide([], {})).toThrow(`Role ${ROLE} is not part of the program`);
  });
});
