import { AwsError, type Activity, type Json, type Operation, type Scope } from '../service';

/** https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html */
const MOST_VERSIONS = 100;

/** Parameter Store, by name. */
export interface Parameters {
  readonly parameters: Record<string, ParameterRecord>;
}

interface ParameterRecord {
  readonly name: string;
  readonly arn: string;
  readonly type: string;
  readonly dataType: string;
  /** Deployed by the program: no part of the estate. */
  readonly deployed: boolean;
  /** The oldest first, the current one last. */
  readonly versions: ParameterVersion[];
}

interface ParameterVersion {
  readonly version: number;
  readonly value: string;
  /** Epoch milliseconds. */
  readonly modifiedAt: number;
  readonly labels: readonly string[];
}

/** A version of a parameter as `GetParameter` shows it. */
export interface ParameterValue {
  readonly Name: string;
  readonly Type: string;
  readonly Value: string;
  readonly Version: number;
  /** `:3` or `:label`, where a version was asked for. */
  readonly Selector?: string;
  readonly LastModifiedDate: Date;
  readonly ARN: string;
  readonly DataType: string;
}

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html */
export const getParameter: Operation<Parameters> = {
  mutates: false,
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssystemsmanager.html
  authorize: ({ Name }, _state, scope) => [
    { action: 'ssm:GetParameter', resource: requestedArn(Name, scope) },
  ],
  handle: ({ Name }, state, { uses }) => {
    checkName(Name);
    const parameter = readParameter(state, Name);
    if (parameter === undefined) throw notFound(state, Name);
    noteUse(parameter, uses);
    return { Parameter: parameter };
  },
};

/** https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html */
export const getParameters: Operation<Parameters> = {
  mutates: false,
  authorize: ({ Names }, _state, scope) =>
    (Names as string[]).map((name) => ({
      action: 'ssm:GetParameters',
      resource: requestedArn(name, scope),
    })),
  handle: ({ Names }, state, { uses }) => {
    if (Names.length < 1 || Names.length > 10) {
      throw invalid(`Value at 'names' must have 1 to 10 entries`);
    }
    for (const name of Names) checkName(name);
    if (new Set(Names).size < Names.length) throw notImplemented('equal Names of GetParameters');
    const names = [...(Names as string[])].sort();
    const found = names.flatMap((name) => readParameter(state, name) ?? []);
    for (const parameter of found) noteUse(parameter, uses);
    uses('invalid-parameters');
    return {
      Parameters: found,
      InvalidParameters: names.filter((name) => readParameter(state, name) === undefined),
    };
  },
};

/**
 * Reads a parameter.
 *
 * @param asked a name or an ARN, each perhaps with `:version` or `:label` behind it
 * @returns `undefined` where there is no such parameter or no such version
 */
export function readParameter(state: Parameters, asked: string): ParameterValue | undefined {
  const { name, selector } = partsOf(asked);
  const record = recordOf(state, name);
  const version =
    selector === undefined
      ? record?.versions.at(-1)
      : record?.versions.find(
          (one) => String(one.version) === selector || one.labels.includes(selector),
        );
  if (record === undefined || version === undefined) return undefined;
  return {
    Name: record.name,
    Type: record.type,
    Value: version.value,
    Version: version.version,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    LastModifiedDate: new Date(version.modifiedAt),
    ARN: record.arn,
    DataType: record.dataType,
  };
}

/**
 * ARN of a parameter. AWS's public ones belong to no account:
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-finding-public-parameters.html
 */
export function parameterArn(
  { partition, region, account }: Pick<Scope, 'partition' | 'region' | 'account'>,
  name: string,
): string {
  const owner = isPublic(name) ? '' : account;
  return `arn:${partition}:ssm:${region}:${owner}:parameter/${name.replace(/^\//, '')}`;
}

function isPublic(name: string): boolean {
  return name.startsWith('/aws/service/');
}

function recordOf({ parameters }: Parameters, name: string): ParameterRecord | undefined {
  if (Object.hasOwn(parameters, name)) return parameters[name];
  return name.startsWith('arn:')
    ? Object.values(parameters).find(({ arn }) => arn === name)
    : undefined;
}

/** A name has no colon of its own, an ARN has five. */
function partsOf(asked: string): { readonly name: string; readonly selector?: string } {
  const [, name, selector] = /^(arn(?::[^:]*){5}|[^:]*)(?::(.*))?$/.exec(asked) ?? [];
  return { name: name ?? asked, ...(selector !== undefined && { selector }) };
}

function requestedArn(asked: string, scope: Scope): string {
  const { name } = partsOf(asked);
  return name.startsWith('arn:') ? name : parameterArn(scope, name);
}

function checkName(name: string): void {
  if (!/^(arn:aws:ssm:[a-z0-9-]*:\d*:parameter\/)?[a-zA-Z0-9_.\-/]+(:[^:]+)?$/.test(name)) {
    throw invalid(
      `Parameter name: can't be prefixed with "ssm" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_`,
    );
  }
}

function noteUse({ Type, Name, Selector }: ParameterValue, uses: Activity['uses']): void {
  if (Type === 'SecureString') throw notImplemented('SecureString parameters');
  if (Selector !== undefined) uses('selector');
  if (isPublic(Name)) uses('public-parameters');
}

function notFound(state: Parameters, asked: string): AwsError {
  const { name, selector } = partsOf(asked);
  return recordOf(state, name) === undefined
    ? new AwsError('ParameterNotFound', `Parameter ${name} not found.`)
    : new AwsError(
        'ParameterVersionNotFound',
        `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
      );
}

/** Those of the estate, and those that the program deployed. */
export function createParameters(scope: Scope): Parameters['parameters'] {
  const given = (scope.estate.ssm?.parameters ?? []).map((one: Json) => givenParameter(one));
  const deployed = scope.resources
    .filter(({ type }) => type === 'aws:ssm/parameter:Parameter')
    .map(({ inputs, outputs }) => deployedParameter(inputs, outputs, scope));
  const records: ParameterRecord[] = [...given, ...deployed];
  return Object.fromEntries(records.map((record) => [record.name, record]));
}

/** Those that the program did not deploy, in the shape of the estate. */
export function parametersToEstate({ parameters }: Parameters): Json[] {
  return Object.values(parameters)
    .filter(({ deployed }) => !deployed)
    .map(estateOf);
}

function givenParameter(given: Json): ParameterRecord {
  const versions = [...(given.History ?? []), given] as Json[];
  return {
    name: given.Name,
    arn: given.ARN,
    type: given.Type,
    dataType: given.DataType,
    deployed: false,
    versions: versions.map(({ Version, Value, LastModifiedDate, Labels = [] }) => ({
      version: Version,
      value: Value,
      modifiedAt: Date.parse(LastModifiedDate),
      labels: Labels,
    })),
  };
}

function deployedParameter(inputs: Json, outputs: Json, scope: Scope): ParameterRecord {
  return {
    name: outputs.name,
    arn: outputs.arn,
    type: inputs.type,
    dataType: inputs.dataType ?? 'text',
    deployed: true,
    versions: [
      {
        version: 1,
        value: inputs.value ?? inputs.insecureValue ?? '',
        modifiedAt: Date.parse(scope.estate.capturedAt),
        labels: [],
      },
    ],
  };
}

function estateOf({ name, arn, type, dataType, versions }: ParameterRecord): Json {
  const told = versions.map(({ version, value, modifiedAt, labels }) => ({
    Value: value,
    Version: version,
    LastModifiedDate: new Date(modifiedAt).toISOString(),
    ...(labels.length > 0 && { Labels: [...labels] }),
  }));
  const History = told.slice(0, -1);
  return {
    Name: name,
    ARN: arn,
    Type: type,
    DataType: dataType,
    ...told.at(-1),
    ...(History.length > 0 && { History }),
  };
}

/** Somebody, or AWS, puts a new value. */
export function changeParameter(
  state: Parameters,
  { at, name, value }: Json,
  activity: Activity,
): void {
  const record = recordOf(state, name);
  const last = record?.versions.at(-1);
  if (record === undefined || last === undefined) return;
  activity.uses('change');
  if (record.versions.length === MOST_VERSIONS) {
    if (record.versions[0]!.labels.length > 0) return;
    record.versions.shift();
  }
  record.versions.push({
    version: last.version + 1,
    value,
    modifiedAt: Date.parse(at),
    labels: [],
  });
  if (isPublic(name)) return activity.uses('public-parameters');
  activity.emit({
    source: 'aws.ssm',
    'detail-type': 'Parameter Store Change',
    resources: [record.arn],
    detail: { operation: 'Update', name, type: record.type },
  });
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The rehearsal does not implement ${what}.`, 501);
}
