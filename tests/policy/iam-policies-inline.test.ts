import * as aws from '@pulumi/aws';
import { iamPoliciesInline } from '../../policy/rules/iam-policies-inline';
import { findings, UNKNOWN } from '../support/policy-args';

const OWN = 'arn:aws:iam::123456789012:policy/own';
const OF_AWS = 'arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore';
const INSTEAD = 'put its statements into a RolePolicy of the one role that needs them.';
const ATTACHED = `thing: instead of attaching ${OWN}, ${INSTEAD}`;

test.each<[string, Parameters<typeof findings>[1], object, string[]]>([
  ['a managed policy', aws.iam.Policy, { policy: '{}' }, [`thing: ${INSTEAD}`]],
  ['an attachment of one', aws.iam.RolePolicyAttachment, { role: 'r', policyArn: OWN }, [ATTACHED]],
  ['an attachment of one of AWS', aws.iam.RolePolicyAttachment, { policyArn: OF_AWS }, []],
  [
    'an attachment in China of one of AWS',
    aws.iam.RolePolicyAttachment,
    { policyArn: 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess' },
    [],
  ],
  [
    'an exclusive attachment',
    aws.iam.PolicyAttachment,
    { policyArn: OF_AWS, roles: ['r'] },
    [`thing: a PolicyAttachment detaches the policy from all others: ${INSTEAD}`],
  ],
  ['a role that lists one', aws.iam.Role, { managedPolicyArns: [OF_AWS, OWN] }, [ATTACHED]],
  ['a role without any', aws.iam.Role, {}, []],
  ['an inline policy', aws.iam.RolePolicy, { policy: '{}' }, []],
])('%s is judged', async (_case, type, props, violations) => {
  expect((await findings(iamPoliciesInline, type, props)).violations).toEqual(violations);
});

test('an ARN that is not known yet is no violation', async () => {
  expect(
    await findings(iamPoliciesInline, aws.iam.RolePolicyAttachment, { policyArn: UNKNOWN }),
  ).toEqual({ violations: [], applicable: true, unknown: true });
});
