/**
 * Step Functions calls services through the AWS SDK for Java 2, and takes its names. The rules are those of its
 * code generator (`DefaultNamingStrategy`, `Utils`, `CodegenNamingUtils` in github.com/aws/aws-sdk-java-v2);
 * that Step Functions follows them shows in `Rds.DbInstanceAlreadyExistsException`, `DbInstanceIdentifier` and
 * `Sfn.InvalidTokenException`, all as seen in definitions that run on AWS.
 */

const JAVA_KEYWORDS = new Set(
  (
    'abstract assert boolean break byte case catch char class const continue default do double else enum extends ' +
    'false final finally float for goto if implements import instanceof int interface long native new null package ' +
    'private protected public return short static strictfp super switch synchronized this throw throws transient ' +
    'true try void volatile while'
  ).split(' '),
);

const RESERVED_METHODS = new Set(
  (
    'equals finalize getClass hashCode notify notifyAll toString wait builder sdkFields toBuilder ' +
    'overrideConfiguration sdkHttpResponse'
  ).split(' '),
);

/**
 * A member of the API as Step Functions spells it: `existingImageName` -> `ExistingImageName`,
 * `VPCZoneIdentifier` -> `VpcZoneIdentifier`, `TargetGroupARNs` as it is, `Equals` -> `EqualsValue`.
 */
export function pascalMember(name: string): string {
  const known = members.get(name);
  if (known !== undefined) return known;
  const getter = unCapitalize(name);
  const taken = JAVA_KEYWORDS.has(getter.toLowerCase()) || RESERVED_METHODS.has(getter);
  const result = capitalize(taken ? `${getter}Value` : getter);
  members.set(name, result);
  return result;
}

// A description of instances asks for the same few hundred names again and again.
const members = new Map<string, string>();

/** Words as one PascalCase name: `Auto Scaling` -> `AutoScaling`, `DynamoDB` -> `DynamoDb`, `SESv2` -> `SesV2`. */
export function pascalCase(text: string): string {
  return words(text)
    .map((word) => capitalize(word.toLowerCase()))
    .join('');
}

/** The service in an error name: `pascalCase` of the service id, without `Amazon`, `Aws` and `Service`. */
export function serviceName(serviceId: string): string {
  return pascalCase(serviceId)
    .replace(/^Amazon/, '')
    .replace(/^Aws/, '')
    .replace(/Service$/, '');
}

/** `InstanceRefreshInProgressFault` -> `InstanceRefreshInProgressException`, `ParameterNotFound` likewise. */
export function exceptionName(shapeName: string): string {
  return `${pascalCase(shapeName.replace(/(Fault|Exception)$/, ''))}Exception`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Lower-cases the first letter, and those of an acronym up to its last: `DBInstance` -> `dbInstance`. */
function unCapitalize(name: string): string {
  let end = 1;
  while (isUpper(name[end]) && !isLower(name[end + 1])) end++;
  return name.slice(0, end).toLowerCase() + name.slice(end);
}

function words(text: string): readonly string[] {
  return text
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .replace(/([^a-z]{2,})v([0-9]+)/g, '$1 v$2 ')
    .replace(/([^A-Z]{2,})V([0-9]+)/g, '$1 V$2 ')
    .replace(/(?<=[a-z])(?=[A-Z]([a-zA-Z]|[0-9]))/g, ' ')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .replace(/([0-9])([a-zA-Z])/g, '$1 $2')
    .trim()
    .split(/ +/);
}

function isUpper(character: string | undefined): boolean {
  return character !== undefined && /[A-Z]/.test(character);
}

function isLower(character: string | undefined): boolean {
  return character !== undefined && /[a-z]/.test(character);
}
