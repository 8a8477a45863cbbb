import type { AwsError } from '../services/service';
import { suggestion } from '../nearest';
import { clientModel } from './client-model';
import { exceptionName, serviceName } from './java-names';

/** A service as `arn:aws:states:::aws-sdk:<key>:<action>` names it. */
export interface IntegrationService {
  /** Package of the AWS SDK for Java 2: `autoscaling`. */
  readonly key: string;
  /** npm package of the JavaScript client with the same model. */
  readonly clientPackage: string;
  /** SigV4 signing name, which is the service in traces: `states` for the key `sfn`. */
  readonly signingName: string;
  /** First part of its error names: `AutoScaling`. */
  readonly errorPrefix: string;
}

/** Keys: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html */
const CLIENT_PACKAGES: Readonly<Record<string, string>> = {
  appstream: '@aws-sdk/client-appstream',
  autoscaling: '@aws-sdk/client-auto-scaling',
  cloudwatch: '@aws-sdk/client-cloudwatch',
  dynamodb: '@aws-sdk/client-dynamodb',
  ec2: '@aws-sdk/client-ec2',
  ecs: '@aws-sdk/client-ecs',
  eventbridge: '@aws-sdk/client-eventbridge',
  sesv2: '@aws-sdk/client-sesv2',
  sfn: '@aws-sdk/client-sfn',
  sns: '@aws-sdk/client-sns',
  sqs: '@aws-sdk/client-sqs',
  ssm: '@aws-sdk/client-ssm',
  sts: '@aws-sdk/client-sts',
};

/** Keys of the services that `integrationService` knows. */
export const integrationKeys: readonly string[] = Object.keys(CLIENT_PACKAGES);

/** The service behind a key. Throws for one that is not listed above, naming it. */
export function integrationService(key: string): IntegrationService {
  const clientPackage = CLIENT_PACKAGES[key];
  if (clientPackage === undefined) {
    throw new Error(`aws-sdk:${key} is not implemented${suggestion(key, integrationKeys)}`);
  }
  const { signingName, serviceId } = clientModel(clientPackage);
  return { key, clientPackage, signingName, errorPrefix: serviceName(serviceId) };
}

/** API name of an action, which Step Functions spells in camelCase: `describeImages` -> `DescribeImages`. */
export function apiOperation(action: string): string {
  return action.charAt(0).toUpperCase() + action.slice(1);
}

/**
 * What a state catches: `AppStream.ResourceNotFoundException`. Names without the suffix get it
 * (`Ssm.ParameterNotFoundException`), and a code that the model does not declare becomes the service's own
 * exception, as AWS recorded `DynamoDb.DynamoDbException` for a `ValidationException`:
 * https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function stepFunctionsErrorName(key: string, code: string): string {
  const { clientPackage, errorPrefix } = integrationService(key);
  const modelled = clientModel(clientPackage).errors.get(code);
  return `${errorPrefix}.${modelled === undefined ? `${errorPrefix}Exception` : exceptionName(modelled.name)}`;
}

/** The cause beside it, in the form that AWS recorded in November 2025 (LocalStack's snapshots). */
export function stepFunctionsErrorCause(key: string, error: AwsError, requestId: string): string {
  const { errorPrefix } = integrationService(key);
  const details = `Service: ${errorPrefix}, Status Code: ${error.status}, Request ID: ${requestId}`;
  return `${error.message} (${details}) (SDK Attempt Count: 1)`;
}
