import { createIam } from '../../../rehearsal/iam/iam';
import type { Json } from '../../../rehearsal/services/service';
import {
  ACCOUNT,
  ROLE,
  allow,
  deny,
  document,
  resource,
  role,
  rolePolicy,
  trusting,
} from './account';

const TOPIC = `arn:aws:sns:eu-west-1:${ACCOUNT}:topic`;
const QUEUE = `arn:aws:sqs:eu-west-1:${ACCOUNT}:queue`;
const SCHEDULE = `arn:aws:scheduler:eu-west-1:${ACCOUNT}:schedule/default/monthly`;

describe('assuming a role', () => {
  const scheduler = 'scheduler.amazonaws.com';
  const trusted = (condition?: Json) =>
    createIam([role({ assumeRolePolicy: trusting(scheduler, condition) })]);

  // https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
  test.each<[string, Json, Json, boolean]>([
    ['without conditions', undefined, {}, true],
    [
      'its account',
      { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      { sourceAccount: ACCOUNT },
      true,
    ],
    [
      'its account, taken from the source',
      { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      { sourceArn: SCHEDULE },
      true,
    ],
    [
      'another account',
      { StringEquals: { 'aws:SourceAccount': ACCOUNT } },
      { sourceAccount: '999999999999' },
      false,
    ],
    ['an unknown source', { StringEquals: { 'aws:SourceAccount': ACCOUNT } }, {}, false],
    [
      'its schedule',
      { ArnLike: { 'aws:SourceArn': 'arn:aws:scheduler:*:*:schedule/default/*' } },
      { sourceArn: SCHEDULE },
      true,
    ],
    [
      'another schedule',
      { ArnLike: { 'aws:SourceArn': `${SCHEDULE}2` } },
      { sourceArn: SCHEDULE },
      false,
    ],
  ])('is judged by the trust policy: %s', (_case, condition, source, expected) => {
    expect(trusted(condition).canAssume(ROLE, scheduler, source).allowed).toBe(expected);
  });

  test('another service is refused in the words of AWS', () => {
    expect(trusted().canAssume(ROLE, 'lambda.amazonaws.com', {}).reason).toBe(
      `User: lambda.amazonaws.com is not authorized to perform: sts:AssumeRole on resource: ${ROLE} because no role trust policy allows the sts:AssumeRole action`,
    );
  });

  test('a deny in the trust policy wins', () => {
    const iam = createIam([
      role({
        assumeRolePolicy: document(
          { Effect: 'Allow', Principal: '*', Action: 'sts:AssumeRole' },
          { Effect: 'Deny', Principal: { Service: scheduler }, Action: 'sts:*' },
        ),
      }),
    ]);

    expect(iam.canAssume(ROLE, scheduler, {}).reason).toContain(
      'with an explicit deny in the role trust policy',
    );
  });

  test('a role takes another one only if that one trusts it, by name or through the account', () => {
    const target = `arn:aws:iam::${ACCOUNT}:role/target`;
    const may = (Principal: Json, granted: boolean): boolean =>
      createIam([
        role(),
        ...(granted ? [rolePolicy(allow('sts:AssumeRole', target))] : []),
        role(
          { assumeRolePolicy: document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole' }) },
          'target',
        ),
      ]).authorize({ principal: { roleArn: ROLE }, action: 'sts:AssumeRole', resource: target })
        .allowed;

    expect(may({ AWS: ROLE }, false)).toBe(true);
    expect(may({ AWS: ACCOUNT }, true)).toBe(true);
    expect(may({ AWS: ACCOUNT }, false)).toBe(false);
    expect(may({ Service: scheduler }, true)).toBe(false);
  });
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
describe('passing a role', () => {
  const target = `arn:aws:iam::${ACCOUNT}:role/target`;
  const passing = (...statements: Json[]) =>
    createIam([
      role(),
      rolePolicy(...statements),
      role({ assumeRolePolicy: trusting('ec2.amazonaws.com') }, 'target'),
    ]);
  const pass = (iam: ReturnType<typeof passing>, service: string) =>
    iam.canPassRole({ roleArn: ROLE }, target, service);

  test('needs iam:PassRole for that service', () => {
    const iam = passing(
      allow('iam:PassRole', target, {
        Condition: { StringEquals: { 'iam:PassedToService': 'ec2.amazonaws.com' } },
      }),
    );

    expect(pass(iam, 'ec2.amazonaws.com').allowed).toBe(true);
    expect(pass(iam, 'lambda.amazonaws.com').reason).toContain(
      'no identity-based policy allows the iam:PassRole',
    );
    expect(pass(passing(allow('iam:PassRole', ROLE)), 'ec2.amazonaws.com').allowed).toBe(false);
  });

  test('is of no use for a service that the role does not trust', () => {
    expect(pass(passing(allow('iam:PassRole', target)), 'lambda.amazonaws.com').reason).toContain(
      'no role trust policy allows the sts:AssumeRole action',
    );
  });
});

describe('the ledger of grants', () => {
  const resources = [
    role(),
    rolePolicy(
      { Sid: 'Tell', ...allow(['sns:Publish', 'sns:Subscribe'], [TOPIC, `${TOPIC}2`]) },
      { Sid: 'TellAll', ...allow('SNS:publish', '*') },
      { Sid: 'Never', ...deny('sns:DeleteTopic', '*') },
      allow('sqs:SendMessage', QUEUE),
    ),
    resource('aws:sqs/queue:Queue', 'queue', {}, { arn: QUEUE, url: 'https://q' }),
    resource('aws:sqs/queuePolicy:QueuePolicy', 'queue-policy', {
      queueUrl: 'https://q',
      policy: document({
        Sid: 'KeepUndelivered',
        ...allow('sqs:SendMessage', QUEUE),
        Principal: { Service: 'events.amazonaws.com' },
      }),
    }),
    resource('aws:sns/topic:Topic', 'topic', {}, { arn: TOPIC }),
  ];
  const publish = { principal: { roleArn: ROLE }, action: 'sns:Publish', resource: TOPIC };
  const short = (grants: readonly { sid: string; action: string; resource: string }[]) =>
    grants.map(({ sid, action, resource }) => `${sid} ${action} ${resource.split(':').at(-1)}`);

  const all = [
    'Tell sns:Publish topic',
    'Tell sns:Publish topic2',
    'Tell sns:Subscribe topic',
    'Tell sns:Subscribe topic2',
    'TellAll SNS:publish *',
    'statement 4 sqs:SendMessage queue',
    'KeepUndelivered sqs:SendMessage queue',
  ];

  test('lists every allowed action on every resource, in the order of the program', () => {
    const grants = createIam(resources).grants();

    expect(short(grants)).toEqual(all);
    expect(grants.map(({ role }) => role)).toEqual([
      ...Array(6).fill(ROLE),
      'events.amazonaws.com',
    ]);
  });

  test('a call uses every grant that allows it, and only those', () => {
    const iam = createIam(resources);

    const decision = iam.authorize(publish);

    expect(decision.matched).toHaveLength(2);
    expect(short(iam.unused())).toEqual(
      all.filter((grant) => !['Tell sns:Publish topic', 'TellAll SNS:publish *'].includes(grant)),
    );
    expect(Object.keys(iam.unused()[0] ?? {})).toEqual(['role', 'sid', 'action', 'resource']);
  });

  test('the grant of a resource counts when the service uses it, not when the role does', () => {
    const iam = createIam(resources);
    const send = { action: 'sqs:SendMessage', resource: QUEUE };

    iam.authorize({ ...send, principal: { roleArn: ROLE } });
    expect(short(iam.unused())).toContain('KeepUndelivered sqs:SendMessage queue');
    iam.authorize({ ...send, principal: { service: 'events.amazonaws.com' } });
    expect(short(iam.unused())).not.toContain('KeepUndelivered sqs:SendMessage queue');
  });

  test('what is denied uses nothing', () => {
    const iam = createIam([role(), rolePolicy(allow('*', '*'), deny('sns:*', '*'))]);

    expect(iam.authorize(publish).allowed).toBe(false);
    expect(iam.used()).toEqual([]);
    expect(iam.unused()).toHaveLength(1);
  });

  test('goes on where a saved rehearsal ended', () => {
    const first = createIam(resources);
    first.authorize(publish);

    const resumed = createIam(resources, JSON.parse(JSON.stringify(first.used())));

    expect(resumed.unused()).toEqual(first.unused());
    expect(resumed.used()).toEqual(first.used());
  });

  test('a pattern that a statement repeats is one grant', () => {
    expect(
      createIam([
        role(),
        rolePolicy(allow(['sns:Publish', 'sns:Publish'], [TOPIC, TOPIC])),
      ]).grants(),
    ).toHaveLength(1);
  });
});
