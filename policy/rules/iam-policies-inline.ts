import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

const INSTEAD = 'put its statements into a RolePolicy of the one role that needs them';

/**
 * What a role may do stands beside the role and goes with it. A managed policy can be attached elsewhere, by hand, and
 * then be widened for all: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-vs-inline.html.
 * Those of AWS are judged by `iam-grants-exact`.
 */
export const iamPoliciesInline: ResourceValidationPolicy = {
  name: 'iam-policies-inline',
  description: 'Grants are inline policies of the role that needs them.',
  enforcementLevel: 'mandatory',
  validateResource: [
    validateResourceOfType(aws.iam.Policy, (_policy, { name }, report) => {
      report(`${name}: ${INSTEAD}.`);
    }),
    validateResourceOfType(aws.iam.RolePolicyAttachment, ({ policyArn }, { name }, report) => {
      if (!isOfAws(policyArn)) report(`${name}: instead of attaching ${policyArn}, ${INSTEAD}.`);
    }),
    // Its attachments are exclusive: it takes the policy away from whomever it does not name.
    // https://www.pulumi.com/registry/packages/aws/api-docs/iam/policyattachment/
    validateResourceOfType(aws.iam.PolicyAttachment, (_attachment, { name }, report) => {
      report(`${name}: a PolicyAttachment detaches the policy from all others: ${INSTEAD}.`);
    }),
    validateResourceOfType(aws.iam.Role, ({ managedPolicyArns = [] }, { name }, report) => {
      for (const arn of managedPolicyArns) {
        if (!isOfAws(arn)) report(`${name}: instead of attaching ${arn}, ${INSTEAD}.`);
      }
    }),
  ],
};

/** Managed by AWS: not of an account, but of `aws`. */
function isOfAws(arn: string): boolean {
  return /^arn:[^:]+:iam::aws:policy\//.test(arn);
}
