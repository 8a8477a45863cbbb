import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { eachVariable } from '../environment';

/** A name that says what it holds, and not only where that is. */
const SECRET_NAME =
  /(password|passwd|secret|token|credentials?|api_?key|access_?key|private_?key)s?$/i;

/** Values that are keys, whatever their name. */
const SECRET_VALUE: Readonly<Record<string, RegExp>> = {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
  'an access key of AWS': /\b(AKIA|ASIA)[A-Z0-9]{16}\b/,
  'a private key': /-----BEGIN ([A-Z]+ )?PRIVATE KEY-----/,
  'a JSON Web Token': /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./,
  // https://docs.github.com/en/authentication/keeping-your-account-and-data-secure/about-authentication-to-github#githubs-token-formats
  'a token of GitHub': /\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{22,})/,
  // https://www.pulumi.com/docs/pulumi-cloud/access-management/access-tokens/
  'a token of Pulumi': /\bpul-[0-9a-f]{40}\b/,
};

/** Where a secret is, which may be said: an ARN, or a path such as that of a parameter. */
const REFERENCE = /^(arn:|\/)/;

/**
 * Variables of a function are plain text for everybody who may read its configuration, and a secret of Pulumi's is no
 * longer one there: https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-retrieve
 */
export const functionEnvironmentNoSecrets: ResourceValidationPolicy = {
  name: 'function-environment-no-secrets',
  description: 'Variables of functions hold no secrets, only where these are.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(
    aws.lambda.Function,
    ({ environment }, { name: resource }, report) => {
      eachVariable(environment, (name, value) => {
        const [kind] = Object.entries(SECRET_VALUE).find(([, form]) => form.test(value)) ?? [];
        const named = SECRET_NAME.test(name) && value !== '' && !REFERENCE.test(value);
        if (kind === undefined && !named) return;
        // Never the value itself: it would be in the log of whoever runs the policy.
        report(
          `${resource}: the variable ${name} holds ${kind ?? 'what its name calls a secret'}: put it into Secrets Manager, pass its ARN, and read it at run time.`,
        );
      });
    },
  ),
};
