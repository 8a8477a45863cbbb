import * as aws from '@pulumi/aws';
import {
  UnknownValueError,
  validateResourceOfType,
  type ResourceValidationPolicy,
} from '@pulumi/policy';
import { checkKnown } from '../check';
import { variable } from '../environment';
import { statementsOf } from '../statements';

/** Domains that nobody can own, by https://www.rfc-editor.org/rfc/rfc2606 and https://www.rfc-editor.org/rfc/rfc6761. */
const RESERVED = /(^|[@.])(example\.(com|net|org)|example|test|invalid|localhost)$/i;

/** Words that stand for what somebody forgot to fill in. */
const UNFILLED =
  /(change[-_.]?me|placeholder|your[-_.]?(company|domain|email|name|org)|foo@|todo)|[<>{}]/i;

/** What the functions of this program call the addresses that they use, and where each is set. */
const VARIABLES = { EMAIL_FROM: 'emailFrom', EMAIL_TO: 'emailTo' };

/** A report that goes to an address that nobody has is a report that nobody gets. */
export const emailAddressesReal: ResourceValidationPolicy = {
  name: 'email-addresses-real',
  description: 'E-mail goes from and to addresses that exist.',
  enforcementLevel: 'advisory',
  validateResource: [
    validateResourceOfType(aws.lambda.Function, ({ environment }, { name }, report) => {
      checkKnown(
        Object.entries(VARIABLES).map(([key, setting]) => () => {
          const unreal = placeholders((variable(environment, key) ?? '').split(','));
          if (unreal.length === 0) return;
          report(
            `${name}: ${key} names ${unreal.join(', ')}: set ${setting} in the stack's config.`,
          );
        }),
      );
    }),
    validateResourceOfType(aws.iam.RolePolicy, (policy, { name }, report) => {
      for (const identity of placeholders(identitiesOf(policy))) {
        report(`${name}: it may send as ${identity}: set emailIdentity to one that SES verified.`);
      }
    }),
    validateResourceOfType(aws.sesv2.EmailIdentity, ({ emailIdentity }, { name }, report) => {
      for (const identity of placeholders([emailIdentity])) {
        report(`${name}: SES cannot verify ${identity}: set emailIdentity to one of yours.`);
      }
    }),
    validateResourceOfType(aws.sns.TopicSubscription, (subscription, { name }, report) => {
      if (!subscription.protocol.startsWith('email')) return;
      for (const address of placeholders([subscription.endpoint])) {
        report(`${name}: ${address} receives nothing: set endpoint to an address of yours.`);
      }
    }),
  ],
};

function placeholders(addresses: readonly string[]): readonly string[] {
  return addresses
    .map((address) => address.trim())
    .filter((address) => RESERVED.test(address) || UNFILLED.test(address));
}

/** The identities of SES that a policy names. What is no JSON, or not known yet, `iam-grants-exact` tells. */
function identitiesOf(args: { readonly policy: unknown }): readonly string[] {
  try {
    const resources = statementsOf(args.policy).flatMap((statement) => statement.resources);
    return resources.flatMap((arn) => /^arn:[^:]+:ses:.*:identity\/(.+)$/.exec(arn)?.[1] ?? []);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof UnknownValueError) return [];
    throw error;
  }
}
