import * as aws from '@pulumi/aws';
import {
  validateResourceOfType,
  type ReportViolation,
  type ResourceValidationPolicy,
} from '@pulumi/policy';
import { isBound, statementsIn } from '../statements';

/**
 * Nothing can be called by everybody: no queue or topic that admits any account, no function or route without
 * authorization, no service that may act for any account (the confused deputy:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html).
 */
export const endpointsPrivate: ResourceValidationPolicy = {
  name: 'endpoints-private',
  description: 'No queue, topic, function or route is open to everybody.',
  enforcementLevel: 'mandatory',
  validateResource: [
    validateResourceOfType(aws.sqs.QueuePolicy, ({ policy }, { name }, report) => {
      judge(policy, name, report);
    }),
    validateResourceOfType(aws.sqs.Queue, ({ policy }, { name }, report) => {
      judge(policy, name, report);
    }),
    validateResourceOfType(aws.sns.TopicPolicy, ({ policy }, { name }, report) => {
      judge(policy, name, report);
    }),
    validateResourceOfType(aws.sns.Topic, ({ policy }, { name }, report) => {
      judge(policy, name, report);
    }),
    validateResourceOfType(aws.lambda.FunctionUrl, ({ authorizationType }, { name }, report) => {
      if (authorizationType === 'NONE') report(`${name}: set authorizationType to AWS_IAM.`);
    }),
    validateResourceOfType(aws.lambda.Permission, (permission, { name }, report) => {
      const bound = ['sourceAccount', 'sourceArn', 'principalOrgId'].some(
        (property) => property in permission,
      );
      const { principal } = permission;
      const isAnybody = principal === '*' || /\.amazonaws\.com(\.cn)?$/.test(principal);
      if (bound || !isAnybody) return;
      report(
        `${name}: ${principal} may call the function for any account: set sourceArn, or sourceAccount.`,
      );
    }),
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control.html
    validateResourceOfType(aws.apigatewayv2.Route, ({ authorizationType }, { name }, report) => {
      if ((authorizationType ?? 'NONE') === 'NONE') {
        report(`${name}: set authorizationType to AWS_IAM, JWT or CUSTOM.`);
      }
    }),
  ],
};

function judge(policy: unknown, resource: string, report: ReportViolation): void {
  if (policy === undefined) return;
  const say = (problem: string): void => report(`${resource}: ${problem}`);
  for (const statement of statementsIn(policy, say)) {
    if (statement.effect !== 'Allow') continue;
    if (statement.negated === 'NotPrincipal') {
      say(`statement ${statement.name} admits all but some: name who may in Principal.`);
    }
    if (isBound(statement)) continue;
    for (const { type, value } of statement.principals) {
      if (value === '*') {
        say(
          `statement ${statement.name} admits everybody: name who may in Principal, or add a condition on aws:PrincipalAccount or aws:SourceArn.`,
        );
      } else if (type === 'Service') {
        say(
          `statement ${statement.name} admits ${value} on behalf of any account: add a condition on aws:SourceArn or aws:SourceAccount.`,
        );
      }
    }
  }
}
