import { AwsError } from '../service';

/** A `ValidationException`, DynamoDB's answer to any request that is wrong in itself. */
export function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

/** A value of the wrong kind or missing, in the words that open most of DynamoDB's validation messages. */
export function invalidParameter(detail: string): AwsError {
  return invalid(`One or more parameter values were invalid: ${detail}`);
}

/** What DynamoDB has and this emulation has not: never answered with a guess. */
export function notEmulated(what: string): AwsError {
  return new AwsError('NotImplemented', `DynamoDB: ${what} is not emulated.`, 501);
}
