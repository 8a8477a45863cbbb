import * as reference from '../../rehearsal/iam/service-reference.json';

interface Action {
  readonly accessLevel: string;
  /** ARNs with `${Variables}`; empty where AWS offers no resource-level permission. */
  readonly resources: readonly string[];
  readonly conditionKeys: readonly string[];
}

/** AWS's own list of actions, by service and name. */
export const published = reference.services as Readonly<
  Record<string, Readonly<Record<string, Action>>>
>;

/** Keys that AWS sets for calls of services, whatever the action: reference_policies_condition-keys.html of IAM. */
const GLOBAL_KEYS = ['aws:sourceaccount', 'aws:sourcearn', 'aws:sourceorgid', 'aws:principaltag/'];

/**
 * Keys that the list leaves out and other documents of AWS show: a condition check takes part in transactions only,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
const SHOWN_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'dynamodb:ConditionCheckItem': ['dynamodb:enclosingoperation'],
};

/**
 * Resources that the list leaves out and other documents of AWS show: AWS's own parameters belong to no account,
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters.html
 */
const PUBLIC_PARAMETERS =
  'arn:${Partition}:ssm:${Region}::parameter/aws/service/${ParameterNameWithoutLeadingSlash}';
const RESOURCES_ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'ssm:GetParameter': [PUBLIC_PARAMETERS],
  'ssm:GetParameters': [PUBLIC_PARAMETERS],
};

/** What AWS's list has against a permission, one sentence each. */
export function misfits(
  action: string,
  resource: string,
  conditionKeys: readonly string[] = [],
): string[] {
  const [service = '', name = ''] = action.split(':');
  const found = published[service]?.[name];
  if (found === undefined) return [`there is no action ${action}`];
  const resources = [...found.resources, ...(RESOURCES_ELSEWHERE[action] ?? [])];
  const keys = found.conditionKeys.map((key) => key.toLowerCase().replace(/\$\{.*/, ''));
  const supported = [...keys, ...GLOBAL_KEYS, ...(SHOWN_ELSEWHERE[action] ?? [])];
  return [
    ...(fits(resource, resources) ? [] : [`${action} does not take ${resource}`]),
    ...conditionKeys
      .filter((key) => !supported.some((known) => matchesKey(key.toLowerCase(), known)))
      .map((key) => `${action} does not know ${key}`),
  ];
}

function fits(resource: string, formats: readonly string[]): boolean {
  if (formats.length === 0 || resource === '*') return formats.length === 0 && resource === '*';
  return formats.some((format) => overlap(tokensOf(resource), tokensOf(format)));
}

/** `aws:RequestTag/${TagKey}` has been cut to `aws:requesttag/`. */
function matchesKey(key: string, known: string): boolean {
  return known.endsWith('/') ? key.startsWith(known) && key !== known : key === known;
}

/** One character of a set, or with `repeats` none or more of them. */
interface Token {
  readonly set: RegExp;
  /** The only character of the set, if it has but one. */
  readonly character?: string;
  readonly repeats: boolean;
}

const WITH_SLASHES =
  /^(LogGroupName|LogStreamName|RoleNameWithPath|ParameterNameWithoutLeadingSlash)$/;

/** Of policies: `*` and `?`. Of published formats: `${Variables}`, few of which hold slashes, and none colons. */
function tokensOf(pattern: string): Token[] {
  return [...pattern.matchAll(/\$\{(\w+)\}|./g)].flatMap(([text, variable]): Token[] => {
    if (variable !== undefined) {
      const set = WITH_SLASHES.test(variable) ? /[^:]/ : /[^:/]/;
      return [
        { set, repeats: false },
        { set, repeats: true },
      ];
    }
    if (text === '*' || text === '?') return [{ set: /./, repeats: text === '*' }];
    return [{ set: /$^/, character: text, repeats: false }];
  });
}

/** Whether some text matches both patterns. */
function overlap(a: readonly Token[], b: readonly Token[]): boolean {
  const known = new Map<string, boolean>();
  const from = (i: number, j: number): boolean => {
    const place = `${i} ${j}`;
    const before = known.get(place);
    if (before !== undefined) return before;
    const [x, y] = [a[i], b[j]];
    const answer =
      (x === undefined && y === undefined) ||
      (x?.repeats === true && from(i + 1, j)) ||
      (y?.repeats === true && from(i, j + 1)) ||
      (x !== undefined &&
        y !== undefined &&
        !(x.repeats && y.repeats) &&
        meet(x, y) &&
        from(x.repeats ? i : i + 1, y.repeats ? j : j + 1));
    known.set(place, answer);
    return answer;
  };
  return from(0, 0);
}

function meet(x: Token, y: Token): boolean {
  if (x.character !== undefined) return holds(y, x.character);
  return y.character === undefined || holds(x, y.character);
}

function holds({ set, character }: Token, text: string): boolean {
  return character === undefined ? set.test(text) : character === text;
}
