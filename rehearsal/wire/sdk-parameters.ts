import type { Json } from '../services/service';
import { suggestion } from '../nearest';
import { clientModel, operationNames, schemaOf, type Shape } from './client-model';
import { convert, type Conversion, isObject, type MemberKey } from './convert';
import { pascalMember } from './java-names';
import { checkedScalar, strictOutput } from './output-check';
import { missingMembers, type Step } from './required';
import { isoInstant, kindOf, membersOf, readTimestamp } from './shape';

/** An input for a service, and what Step Functions would refuse in it. */
export interface SdkInput {
  /** In the casing and types of the JavaScript SDK; complete only where `errors` is empty. */
  readonly input: Json;
  /** In the words of Step Functions; it fails the state with `States.Runtime` and all of them. */
  readonly errors: readonly string[];
}

/**
 * Members that the Java SDK renames: `customization.config` of each service in github.com/aws/aws-sdk-java-v2.
 * `Nul` and `Bool` are what Step Functions returns: https://github.com/boto/boto3/issues/4253
 */
const RENAMED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  '@aws-sdk/client-dynamodb': { 'AttributeValue.NULL': 'NUL' },
  '@aws-sdk/client-ec2': {
    'Image.Public': 'PublicLaunchPermissions',
    'FpgaImage.Public': 'isPublic',
  },
  '@aws-sdk/client-sns': {
    'AddPermissionInput.AWSAccountId': 'AWSAccountIds',
    'AddPermissionInput.ActionName': 'ActionNames',
  },
};

/** Text parameters that also take JSON, which is sent as text: recorded on AWS for `aws-sdk:sfn:startExecution`. */
const JSON_TEXT = new Set(['@aws-sdk/client-sfn StartExecution Input']);

/** Stands for a value that is known only when the state runs. */
const DYNAMIC = Symbol('dynamic');

/**
 * A Task's resolved parameters as the SDK wants them: PascalCase to the names of the API, ISO 8601 text to dates,
 * blobs from text (JSON values as their compact text: so do the MD5 sums that AWS recorded for `s3:putObject`).
 * `null` counts as absent. Required members are for the service to miss: `checkRequired`.
 */
export function toSdkCasing(clientPackage: string, operation: string, parameters: Json): SdkInput {
  const errors: string[] = [];
  const { input: shape } = schemaOf(clientPackage, operation);
  const input = convert(parameters ?? {}, shape, reader(clientPackage, operation, errors));
  return { input, errors };
}

/**
 * An output in the SDK's casing as the state gets it: PascalCase, dates as ISO 8601 text, blobs as text.
 * Throws for what the model does not have: a mistake of the emulation.
 */
export function fromSdkCasing(clientPackage: string, operation: string, output: Json): Json {
  const { output: shape } = schemaOf(clientPackage, operation);
  if (kindOf(shape) === 'unit') return {};
  return convert(output ?? {}, shape, {
    ...strictOutput,
    to: pascalNames(clientPackage),
    scalar(value, member, path) {
      const checked = checkedScalar(value, member, path);
      if (checked instanceof Date) return isoInstant(checked);
      return checked instanceof Uint8Array ? Buffer.from(checked).toString('utf8') : checked;
    },
  });
}

/**
 * What is wrong with a Task's parameters as they stand in a definition: an operation that does not exist, a
 * parameter that it does not have, a literal of the wrong type, a required one that is missing. Of values that
 * are computed (`key.$`, or `{% ... %}` text) only the name is checked.
 */
export function checkParameters(
  clientPackage: string,
  operation: string,
  template: Json,
): readonly string[] {
  const { operations, serviceId } = clientModel(clientPackage);
  const found = operations.get(operation);
  if (found === undefined) {
    const hint = suggestion(operation, operationNames(clientPackage));
    return [`${serviceId} has no operation ${operation}${hint}`];
  }
  const known = withoutExpressions(template ?? {});
  if (known === DYNAMIC) return [];
  const errors: string[] = [];
  const input = convert(known, found.input, {
    ...reader(clientPackage, operation, errors),
    opaque: (value) => value === DYNAMIC,
  });
  const missing = missingMembers(input, found.input)
    .map((path) => stepPath(clientPackage, found.input, path))
    .map((path) => `The field "${path}" is required but was missing`);
  return [...errors, ...missing];
}

function reader(clientPackage: string, operation: string, errors: string[]): Conversion {
  const names = pascalNames(clientPackage);
  return {
    from: names,
    scalar(value, shape, path) {
      const json = isObject(value) && JSON_TEXT.has(`${clientPackage} ${operation} ${path}`);
      const read = json ? JSON.stringify(value) : readScalar(value, shape);
      return read === undefined ? this.misfit(value, shape, path) : read;
    },
    misfit(_value, shape, path) {
      errors.push(`The value for the field '${path}' must be ${EXPECTED[kindOf(shape)]}`);
      return undefined;
    },
    unknown(key, shape, path) {
      const candidates = membersOf(shape).map(([name, member]) => names(name, member, shape));
      const field = path === '' ? key : `${path}.${key}`;
      const hint = suggestion(key, candidates);
      errors.push(`The field "${field}" is not supported by Step Functions${hint}`);
    },
  };
}

const EXPECTED: Readonly<Record<string, string>> = {
  structure: 'an OBJECT',
  unit: 'an OBJECT',
  map: 'an OBJECT',
  list: 'an ARRAY',
  string: 'a STRING',
  boolean: 'a BOOLEAN',
  number: 'a NUMBER',
  timestamp: 'a STRING with an ISO 8601 timestamp',
};

function readScalar(value: Json, shape: Shape): Json {
  switch (kindOf(shape)) {
    case 'timestamp':
      return typeof value === 'string' ? readTimestamp(value, 'date-time') : undefined;
    case 'blob':
      return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value), 'utf8');
    default:
      return typeof value === kindOf(shape) ? value : undefined;
  }
}

function pascalNames(clientPackage: string): MemberKey {
  const renamed = RENAMED[clientPackage] ?? {};
  return (name, _member, structure) =>
    pascalMember(renamed[`${structure.getName()}.${name}`] ?? name);
}

/** A template without what is computed at run time: `Name.$` becomes `Name`, its value `DYNAMIC`. */
function withoutExpressions(value: Json): Json {
  if (typeof value === 'string' && value.startsWith('{%')) return DYNAMIC;
  if (Array.isArray(value)) return value.map(withoutExpressions);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) =>
      key.endsWith('.$') ? [key.slice(0, -2), DYNAMIC] : [key, withoutExpressions(each)],
    ),
  );
}

/** `Filters[0].Name`, in Step Functions' casing. */
function stepPath(clientPackage: string, root: Shape, path: readonly Step[]): string {
  const names = pascalNames(clientPackage);
  let structure = root;
  let text = '';
  for (const step of path) {
    if ('index' in step) text += `[${step.index}]`;
    else if ('key' in step) text += `.${step.key}`;
    else text += `${text === '' ? '' : '.'}${names(step.member, step.shape, structure)}`;
    structure = 'member' in step ? step.shape : structure.getValueSchema();
  }
  return text;
}
