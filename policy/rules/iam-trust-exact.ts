import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { isBound, statementsIn } from '../statements';

interface Config {
  /** Who may take a role besides one AWS service: ARNs of roles, of identity providers. */
  readonly allowedPrincipals: readonly string[];
  /** Services that say nothing of whom they take a role for, so that a condition would lock them out. */
  readonly servicesWithoutSource: readonly string[];
}

const defaults: Config = {
  allowedPrincipals: [],
  // Lambda and EC2 take only a role that a caller of the same account has passed to them with iam:PassRole, and give
  // no source: https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
  servicesWithoutSource: ['ec2.amazonaws.com', 'lambda.amazonaws.com'],
};

/** A role is taken by one service, and on behalf of this account only: no confused deputy, no sharing. */
export const iamTrustExact: ResourceValidationPolicy = {
  name: 'iam-trust-exact',
  description: 'A role is taken by one AWS service, on behalf of this account.',
  enforcementLevel: 'mandatory',
  configSchema: {
    properties: {
      allowedPrincipals: {
        type: 'array',
        items: { type: 'string' },
        default: [...defaults.allowedPrincipals],
        description: 'ARNs of who may take a role besides a service.',
      },
      servicesWithoutSource: {
        type: 'array',
        items: { type: 'string' },
        default: [...defaults.servicesWithoutSource],
        description: 'Services that take a role without saying for whom.',
      },
    },
  },
  validateResource: validateResourceOfType(aws.iam.Role, (role, args, report) => {
    const { allowedPrincipals, servicesWithoutSource } = args.getConfig<Config>();
    const say = (problem: string): void => report(`${args.name}: ${problem}`);
    const trusted = statementsIn(role.assumeRolePolicy, say).filter(
      ({ effect }) => effect === 'Allow',
    );
    const services = new Set<string>();
    for (const statement of trusted) {
      if (statement.negated === 'NotPrincipal') {
        say(`statement ${statement.name} trusts all but some: name the service in Principal.`);
      }
      for (const { type, value } of statement.principals) {
        if (type === 'Service') {
          services.add(value);
          if (servicesWithoutSource.includes(value) || isBound(statement, 'source')) continue;
          say(
            `${value} takes it on behalf of any account: add the condition { StringEquals: { 'aws:SourceAccount': <account> } }.`,
          );
        } else if (!allowedPrincipals.includes(value)) {
          say(
            `${value} may take it: name one service in Principal, or allow it in allowedPrincipals of the policy's config.`,
          );
        }
      }
    }
    if (services.size > 1) {
      say(`it is shared by ${[...services].join(', ')}: make a role for each of them.`);
    }
  }),
};
