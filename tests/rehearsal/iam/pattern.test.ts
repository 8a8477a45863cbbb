import {
  compileAction,
  compileArn,
  compileGlob,
  compileLiteral,
  compileResource,
} from '../../../rehearsal/iam/pattern';

const tags: Record<string, string> = {
  'aws:username': 'carlos',
  'aws:principaltag/team': 'red',
  'aws:principaltag/wild': '*',
};
const variables = (key: string): string | undefined => tags[key];

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
test.each([
  ['ec2:StartInstances', 'ec2:StartInstances', true],
  ['iam:*AccessKey*', 'iam:CreateAccessKey', true],
  ['iam:*AccessKey*', 'iam:CreateUser', false],
  ['IAM:LISTACCESSKEYS', 'iam:ListAccessKeys', true],
  ['sqs:*', 'sqs:SendMessage', true],
  ['sqs:*', 'sns:Publish', false],
  ['sqs:Send', 'sqs:SendMessage', false],
  ['sqs:SendMessage?', 'sqs:SendMessages', true],
  ['sqs:SendMessage?', 'sqs:SendMessage', false],
  ['*', 'anything:AtAll', true],
])('action %s against %s is %s', (pattern, action, expected) => {
  expect(compileAction(pattern)(action, variables)).toBe(expected);
});

test.each(['SendMessage', 's*s:SendMessage', 'sqs:', 'sqs:Send Message', ''])(
  'action "%s" is refused as AWS refuses it',
  (pattern) => {
    expect(() => compileAction(pattern)).toThrow(`Action "${pattern}" is not of the form`);
  },
);

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
test.each([
  ['arn:aws:sqs:us-east-2:123456789012:queue1', 'arn:aws:sqs:us-east-2:123456789012:queue1', true],
  [
    'arn:aws:sqs:us-east-2:123456789012:queue1',
    'arn:aws:sqs:us-east-2:123456789012:queue10',
    false,
  ],
  ['arn:aws:sqs:us-east-2:123456789012:queue1', 'arn:aws:sqs:us-east-2:123456789012:Queue1', false],
  [
    'arn:aws:iam::123456789012:user/accounting/*',
    'arn:aws:iam::123456789012:user/accounting/a/b',
    true,
  ],
  ['arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/1/2/test/3/object.jpg', true],
  ['arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/1-2-3/test/object.jpg', true],
  ['arn:aws:s3:::bucket/*/test/*', 'arn:aws:s3:::bucket/test/object.jpg', false],
  // A `*` at the end of its segment goes on over the next colons, others do not.
  ['arn:aws:ec2:*', 'arn:aws:ec2:eu-west-1:123456789012:instance/i-1', true],
  ['arn:aws:logs:*:log-group:x', 'arn:aws:logs:eu-west-1:123456789012:log-group:x', true],
  ['arn:aws:logs:e*1:1:log-group:x', 'arn:aws:logs:eu-west:1:1:log-group:x', false],
  ['arn:aws:sns:eu-west-1:12345678901?:t', 'arn:aws:sns:eu-west-1:123456789012:t', true],
  ['arn:aws:sns:eu-west-1:?:t', 'arn:aws:sns:eu-west-1:::t', false],
  ['arn:aws:sns:eu-west-1:1:a.c', 'arn:aws:sns:eu-west-1:1:abc', false],
  ['*', 'arn:aws:sns:eu-west-1:1:t', true],
  ['*', '*', true],
  // Where AWS offers no resource-level permission only `*` grants anything.
  ['arn:aws:ec2:*:*:*', '*', false],
])('resource %s against %s is %s', (pattern, arn, expected) => {
  expect(compileResource(pattern, true)(arn, variables)).toBe(expected);
});

test.each([
  ['queue1', 'is neither an ARN nor "*"'],
  ['arn:aws:s*:::bucket', 'has a wildcard in its service'],
  ['arn:aws:s3:${aws:username}::bucket', 'has a variable before its fifth colon'],
])('resource %s is refused: %s', (pattern, message) => {
  expect(() => compileResource(pattern, true)).toThrow(message);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
test.each([
  ['arn:aws:s3:::bucket/${aws:username}/*', 'arn:aws:s3:::bucket/carlos/a', true],
  ['arn:aws:s3:::bucket/${AWS:UserName}/*', 'arn:aws:s3:::bucket/carlos/a', true],
  ['arn:aws:s3:::bucket/${aws:username}/*', 'arn:aws:s3:::bucket/david/a', false],
  ['arn:aws:s3:::bucket/${aws:PrincipalTag/team}', 'arn:aws:s3:::bucket/red', true],
  ['arn:aws:s3:::bucket/${aws:PrincipalTag/none}', 'arn:aws:s3:::bucket/', undefined],
  ["arn:aws:s3:::bucket/${aws:PrincipalTag/none, 'blue'}", 'arn:aws:s3:::bucket/blue', true],
  ["arn:aws:s3:::bucket/${aws:PrincipalTag/team, 'blue'}", 'arn:aws:s3:::bucket/blue', false],
  ['arn:aws:s3:::bucket/${*}', 'arn:aws:s3:::bucket/*', true],
  ['arn:aws:s3:::bucket/${*}', 'arn:aws:s3:::bucket/a', false],
  // The value of a variable is no pattern.
  ['arn:aws:s3:::bucket/${aws:PrincipalTag/wild}', 'arn:aws:s3:::bucket/a', false],
])('resource %s with variables against %s is %s', (pattern, arn, expected) => {
  expect(compileResource(pattern, true)(arn, variables)).toBe(expected);
});

test('without version 2012-10-17 a variable is text', () => {
  const matches = compileLiteral('${aws:username}', false);

  expect(matches('carlos', variables)).toBe(false);
  expect(matches('${aws:username}', variables)).toBe(true);
});

test('a literal knows no wildcards, a glob lets them cross everything', () => {
  expect(compileLiteral('a*', true)('ab', variables)).toBe(false);
  expect(compileGlob('a*d', true)('a:b/c\nd', variables)).toBe(true);
  expect(compileGlob('a?c', true)('a:c', variables)).toBe(true);
});

// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
test.each([
  ['arn:aws:events:*:123456789012:rule/*', 'arn:aws:events:eu-west-1:123456789012:rule/a/b', true],
  ['arn:aws:events:*:rule/x', 'arn:aws:events:eu-west-1:123456789012:rule/x', 'refused'],
  ['arn:aws:sns:*:*:t', 'arn:aws:sns:eu-west-1:1:u', false],
  ['arn:aws:sns:e*:1:t', 'arn:aws:sns:eu:x:1:t', false],
  ['arn:aws:logs:r:1:log-group:*', 'arn:aws:logs:r:1:log-group:a:b', true],
  ['${aws:username}', 'carlos', false],
] as const)('ArnLike %s against %s is %s', (pattern, arn, expected) => {
  if (expected === 'refused') {
    expect(() => compileArn(pattern, true)).toThrow('has not the six components of an ARN');
  } else {
    expect(compileArn(pattern, true)(arn, variables)).toBe(expected);
  }
});
