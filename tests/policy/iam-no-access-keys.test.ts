import * as aws from '@pulumi/aws';
import { iamNoAccessKeys } from '../../policy/rules/iam-no-access-keys';
import { findings, UNKNOWN } from '../support/policy-args';

const INSTEAD =
  'thing: let the workload take a role: a service by its trust policy, CI by OpenID Connect, people by IAM Identity Center.';

test.each<[string, Parameters<typeof findings>[1], object]>([
  ['a user', aws.iam.User, {}],
  ['an access key', aws.iam.AccessKey, { user: UNKNOWN }],
  ['a password', aws.iam.UserLoginProfile, { user: 'u' }],
])('%s is refused, whatever is known of it', async (_case, type, props) => {
  expect(await findings(iamNoAccessKeys, type, props)).toEqual({
    violations: [INSTEAD],
    applicable: true,
    unknown: false,
  });
});

test('roles are none of its business', async () => {
  expect((await findings(iamNoAccessKeys, aws.iam.Role, {})).applicable).toBe(false);
});
