import { AwsError, type Json, type Protocol } from '../services/service';
import type { ClientModel, OperationModel, Shape } from './client-model';
import { isObject } from './convert';
import { formName } from './form-values';
import { kindOf, membersOf, requiredOf } from './shape';

/** A step towards a value: the member of a structure, the item of a list, the entry of a map. */
export type Step =
  | { readonly member: string; readonly shape: Shape }
  | { readonly index: number }
  | { readonly key: string };

/** Where required members are missing in a value that otherwise fits its shape. */
export function missingMembers(value: Json, shape: Shape, at: readonly Step[] = []): Step[][] {
  switch (kindOf(shape)) {
    case 'structure':
      return isObject(value) ? missingInStructure(value, shape, at) : [];
    case 'list':
      return Array.isArray(value)
        ? value.flatMap((each, index) =>
            missingMembers(each, shape.getValueSchema(), [...at, { index }]),
          )
        : [];
    case 'map':
      return isObject(value)
        ? Object.entries(value).flatMap(([key, each]) =>
            missingMembers(each, shape.getValueSchema(), [...at, { key }]),
          )
        : [];
    default:
      return [];
  }
}

/**
 * Refuses an input that lacks required members as the service would, whoever calls it: over HTTP or from a
 * state machine.
 */
export function checkRequired(model: ClientModel, operation: OperationModel, input: Json): void {
  const missing = missingMembers(input, operation.input);
  if (missing.length > 0) throw missingError(model, missing);
}

function missingInStructure(
  value: Record<string, Json>,
  shape: Shape,
  at: readonly Step[],
): Step[][] {
  const required = new Set(requiredOf(shape));
  return membersOf(shape).flatMap(([name, member]) => {
    const step: Step = { member: name, shape: member };
    const item = value[name];
    if (item === undefined || item === null) return required.has(name) ? [[...at, step]] : [];
    return missingMembers(item, member, [...at, step]);
  });
}

const ERROR_CODES: Readonly<Record<Exclude<Protocol, 'ec2'>, string>> = {
  'json-1.0': 'ValidationException',
  'json-1.1': 'ValidationException',
  'rest-json': 'ValidationException',
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html
  query: 'ValidationError',
};

function missingError(model: ClientModel, missing: readonly Step[][]): AwsError {
  if (model.protocol === 'ec2') {
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
    const name = ec2Path(missing[0]!);
    return new AwsError('MissingParameter', `The request must contain the parameter ${name}`);
  }
  // As AWS answered `dynamodb:putItem` without an item: "1 validation error detected: Value null at 'item' failed
  // to satisfy constraint: Member must not be null" (LocalStack's snapshot of test_dynamodb_invalid_param).
  const count = `${missing.length} validation error${missing.length === 1 ? '' : 's'} detected`;
  const problems = missing.map(
    (path) =>
      `Value null at '${memberPath(path)}' failed to satisfy constraint: Member must not be null`,
  );
  return new AwsError(errorCode(model, model.protocol), `${count}: ${problems.join('; ')}`);
}

/** Services with a modelled `BadRequestException` and no `ValidationException`, such as SESv2, use it: assumed. */
function errorCode(model: ClientModel, protocol: Exclude<Protocol, 'ec2'>): string {
  const code = ERROR_CODES[protocol];
  const instead = protocol === 'rest-json' && !model.errors.has(code) && 'BadRequestException';
  return instead !== false && model.errors.has(instead) ? instead : code;
}

/** `filters.1.member.name` */
function memberPath(path: readonly Step[]): string {
  return path
    .map((step) => {
      if ('index' in step) return `${step.index + 1}.member`;
      if ('key' in step) return `${step.key}.member`;
      return step.member.charAt(0).toLowerCase() + step.member.slice(1);
    })
    .join('.');
}

/** `BlockDeviceMapping.1.DeviceName` */
function ec2Path(path: readonly Step[]): string {
  return path
    .map((step) => {
      if ('index' in step) return String(step.index + 1);
      return 'key' in step ? step.key : formName(step.member, step.shape, 'ec2');
    })
    .join('.');
}
