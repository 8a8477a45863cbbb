import { checkedInputs, computeOutputs } from '../../../rehearsal/host/outputs';
import { RESOURCE_TYPES } from '../../../rehearsal/host/resource-types';
import { UNKNOWN } from '../../../rehearsal/host/wire-values';

const PLACE = { account: '111122223333', region: 'eu-west-1' };

function compute(type: string, inputs: object, options = {}, name = 'it') {
  const resource = { type, name, urn: `urn:pulumi:s::p::${type}::${name}`, inputs };
  return computeOutputs(resource, PLACE, { preview: false, ...options });
}

const ARN = 'arn:aws:sns:eu-west-1:111122223333:t';

// Formats from the service authorization reference, one row per type; names given, so that nothing is generated.
test.each([
  ['aws:iam/role:Role', { name: 'n' }, { id: 'n', arn: 'arn:aws:iam::111122223333:role/n' }],
  [
    'aws:iam/policy:Policy',
    { name: 'n', path: '/a/' },
    { arn: 'arn:aws:iam::111122223333:policy/a/n', id: 'arn:aws:iam::111122223333:policy/a/n' },
  ],
  ['aws:iam/rolePolicy:RolePolicy', { name: 'n', role: 'r' }, { id: 'r:n' }],
  [
    'aws:lambda/function:Function',
    { name: 'n', publish: true },
    { version: '1', qualifiedArn: 'arn:aws:lambda:eu-west-1:111122223333:function:n:1' },
  ],
  [
    'aws:cloudwatch/logGroup:LogGroup',
    { name: '/aws/n' },
    { arn: 'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/n' },
  ],
  [
    'aws:cloudwatch/eventRule:EventRule',
    { name: 'n' },
    { id: 'n', arn: 'arn:aws:events:eu-west-1:111122223333:rule/n' },
  ],
  [
    'aws:cloudwatch/eventRule:EventRule',
    { name: 'n', eventBusName: 'b' },
    { id: 'b/n', arn: 'arn:aws:events:eu-west-1:111122223333:rule/b/n' },
  ],
  [
    'aws:cloudwatch/eventTarget:EventTarget',
    { rule: 'r', targetId: 't', arn: ARN },
    { id: 'r-t', arn: ARN },
  ],
  [
    'aws:scheduler/schedule:Schedule',
    { name: 'n' },
    { id: 'default/n', arn: 'arn:aws:scheduler:eu-west-1:111122223333:schedule/default/n' },
  ],
  [
    'aws:sfn/stateMachine:StateMachine',
    { name: 'n' },
    { id: 'arn:aws:states:eu-west-1:111122223333:stateMachine:n' },
  ],
  [
    'aws:cloudwatch/metricAlarm:MetricAlarm',
    { name: 'n' },
    { arn: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:n' },
  ],
  ['aws:sns/topic:Topic', { name: 't' }, { id: ARN, arn: ARN, owner: '111122223333' }],
  [
    'aws:sns/topicSubscription:TopicSubscription',
    { topic: ARN, protocol: 'email' },
    { pendingConfirmation: true },
  ],
  [
    'aws:sqs/queue:Queue',
    { name: 'n' },
    {
      id: 'https://sqs.eu-west-1.amazonaws.com/111122223333/n',
      arn: 'arn:aws:sqs:eu-west-1:111122223333:n',
    },
  ],
  [
    'aws:dynamodb/table:Table',
    { name: 'n', streamEnabled: true },
    {
      arn: 'arn:aws:dynamodb:eu-west-1:111122223333:table/n',
      streamArn: expect.stringContaining('table/n/stream/'),
    },
  ],
  [
    'aws:kms/alias:Alias',
    { name: 'alias/n', targetKeyId: 'k' },
    {
      arn: 'arn:aws:kms:eu-west-1:111122223333:alias/n',
      targetKeyArn: 'arn:aws:kms:eu-west-1:111122223333:key/k',
    },
  ],
  [
    'aws:sesv2/emailIdentity:EmailIdentity',
    { emailIdentity: 'a@b.c' },
    { arn: 'arn:aws:ses:eu-west-1:111122223333:identity/a@b.c', identityType: 'EMAIL_ADDRESS' },
  ],
  [
    'aws:ssm/parameter:Parameter',
    { name: '/a/b' },
    { arn: 'arn:aws:ssm:eu-west-1:111122223333:parameter/a/b' },
  ],
  [
    'aws:ssm/parameter:Parameter',
    { name: 'a' },
    { arn: 'arn:aws:ssm:eu-west-1:111122223333:parameter/a' },
  ],
  [
    'aws:imagebuilder/imageRecipe:ImageRecipe',
    { name: 'My Recipe', version: '1.0.0' },
    { arn: 'arn:aws:imagebuilder:eu-west-1:111122223333:image-recipe/my-recipe/1.0.0' },
  ],
])('%s %j gets the outputs that AWS documents', (type, inputs, outputs) => {
  expect(compute(type, inputs).outputs).toMatchObject(outputs);
});

test.each(Object.keys(RESOURCE_TYPES))(
  '%s computes an id without name, in update and preview',
  (type) => {
    const inputs = {
      role: 'r',
      policyArn: ARN,
      policyName: 'p',
      alarmName: 'a',
      dashboardName: 'd',
      rule: 'r',
      arn: ARN,
      topic: ARN,
      queueUrl: 'https://q',
      targetKeyId: 'k',
      emailIdentity: 'a.b',
      configurationSetName: 'c',
      directoryName: 'corp.example.com',
      secretId: ARN,
      apiId: 'a',
      version: '1.0.0',
    };
    const { id, outputs } = compute(type, inputs);
    expect(`${id}${JSON.stringify(outputs)}`).not.toMatch(/undefined|null|NaN/);
    expect(id).not.toBe('');
    const preview = compute(type, inputs, { preview: true });
    expect(preview.id).toBe('');
    expect(preview.outputs.id).toBe(UNKNOWN);
  },
);

test('names are generated from the URN: stable, different per resource, with what the type demands', () => {
  const queue = (name: string) =>
    compute('aws:sqs/queue:Queue', { fifoQueue: true }, {}, name).outputs.name;
  expect(queue('jobs')).toMatch(/^jobs-[0-9a-f]{7}\.fifo$/);
  expect(queue('jobs')).toBe(queue('jobs'));
  expect(queue('jobs').slice(-12)).not.toBe(queue('work').slice(-12));
  expect(compute('aws:kms/alias:Alias', {}).outputs.name).toMatch(/^alias\/it-[0-9a-f]{7}$/);
  expect(compute('aws:iam/role:Role', { namePrefix: 'pre-' }).outputs.name).toMatch(
    /^pre-[0-9a-f]{26}$/,
  );
});

test('a name that gets longer than AWS allows is refused', () => {
  const role = (length: number) => compute('aws:iam/role:Role', {}, {}, 'r'.repeat(length));
  expect(role(56).id).toHaveLength(64);
  expect(() => role(57)).toThrow(/longer than maximum length 64/);
});

test('policies see inputs with the physical name and the default tags, but nothing computed', () => {
  const type = 'aws:sns/topic:Topic';
  const inputs = { displayName: 'd' };
  const { outputs } = compute(type, inputs, { defaultTags: { Stage: 'dev' } });
  expect(checkedInputs({ type, inputs, outputs })).toEqual({
    displayName: 'd',
    name: outputs.name,
    tags: { Stage: 'dev' },
  });
});
