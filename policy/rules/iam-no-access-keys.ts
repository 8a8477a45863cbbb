import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

const INSTEAD =
  'let the workload take a role: a service by its trust policy, CI by OpenID Connect, people by IAM Identity Center';

/** Keys that do not expire leak: https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html#bp-workloads-use-roles */
export const iamNoAccessKeys: ResourceValidationPolicy = {
  name: 'iam-no-access-keys',
  description: 'Nothing has credentials that do not expire: no IAM users, no access keys.',
  enforcementLevel: 'mandatory',
  validateResource: [aws.iam.User, aws.iam.UserLoginProfile, aws.iam.AccessKey].map((type) =>
    validateResourceOfType(type as typeof aws.iam.User, (_props, { name }, report) => {
      report(`${name}: ${INSTEAD}.`);
    }),
  ),
};
