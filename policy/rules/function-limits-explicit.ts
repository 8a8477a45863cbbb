import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/**
 * What the provider fills in before policies look, so that it cannot be told from a decision:
 * https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html
 */
const LAMBDA_DEFAULTS = { timeout: 3, memorySize: 128 };

/**
 * What a function may take is a decision. Lambda's own defaults are too little for a call of AWS that is retried. The
 * default role of a `CallbackFunction` is found by `iam-grants-exact`: managed policies of AWS are attached to it.
 */
export const functionLimitsExplicit: ResourceValidationPolicy = {
  name: 'function-limits-explicit',
  description: 'Every function says how long it may run and how much memory it has.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(
    aws.lambda.Function,
    ({ timeout, memorySize }, { name }, report) => {
      if ((timeout ?? LAMBDA_DEFAULTS.timeout) === LAMBDA_DEFAULTS.timeout) {
        report(`${name}: set timeout; the default of 3 seconds is over before a call is retried.`);
      }
      if ((memorySize ?? LAMBDA_DEFAULTS.memorySize) === LAMBDA_DEFAULTS.memorySize) {
        report(`${name}: set memorySize; the default of 128 MiB comes with the least of CPU.`);
      }
    },
  ),
};
