import type { Json } from '../services/service';
import {
  compileArn,
  compileGlob,
  compileLiteral,
  PolicyError,
  type Matcher,
  type Variables,
} from './pattern';

/** One operator on one key; all conditions of a statement must hold. */
export interface Condition {
  /** As the policy writes it, such as `ForAnyValue:StringLike`. */
  readonly operator: string;
  /** Lower-cased: names of keys know no case. */
  readonly key: string;
  readonly holds: (values: ContextValue | undefined, variables: Variables) => boolean;
}

/** Keys that hold one value are strings, the others lists. */
export type ContextValue = string | readonly string[];

interface Operator {
  readonly compile: (value: string, variables: boolean) => Matcher;
  readonly negated: boolean;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const operators = new Map<string, Operator>();
function define(name: string, compile: Operator['compile'], negatedName?: string): void {
  operators.set(name, { compile, negated: false });
  if (negatedName !== undefined) operators.set(negatedName, { compile, negated: true });
}
define('StringEquals', (value, variables) => compileLiteral(value, variables), 'StringNotEquals');
define(
  'StringEqualsIgnoreCase',
  (value, variables) => compileLiteral(value, variables, true),
  'StringNotEqualsIgnoreCase',
);
define('StringLike', compileGlob, 'StringNotLike');
define('ArnEquals', compileArn, 'ArnNotEquals');
define('ArnLike', compileArn, 'ArnNotLike');
define('Bool', (value, variables) => {
  if (!['true', 'false'].includes(value) && !value.includes('${')) {
    throw new PolicyError(`Bool compares with "true" or "false", not with "${value}"`);
  }
  return compileLiteral(value, variables, true);
});
for (const [type, parse] of [
  ['Numeric', parseNumber],
  ['Date', parseDate],
] as const) {
  const comparison =
    (compare: (actual: number, wanted: number) => boolean): Operator['compile'] =>
    (value) => {
      const wanted = parse(value);
      if (wanted === undefined) throw new PolicyError(`${type} cannot compare with "${value}"`);
      return (actual) => {
        const parsed = parse(actual);
        return parsed !== undefined && compare(parsed, wanted);
      };
    };
  define(
    `${type}Equals`,
    comparison((a, b) => a === b),
    `${type}NotEquals`,
  );
  define(
    `${type}LessThan`,
    comparison((a, b) => a < b),
  );
  define(
    `${type}LessThanEquals`,
    comparison((a, b) => a <= b),
  );
  define(
    `${type}GreaterThan`,
    comparison((a, b) => a > b),
  );
  define(
    `${type}GreaterThanEquals`,
    comparison((a, b) => a >= b),
  );
}

/** Global keys of which AWS knows the value and a rehearsal does not; judging without them would be a guess. */
const NOT_EMULATED =
  /^aws:(calledvia|calledviafirst|calledvialast|viaawsservice|sourceip|sourcevpc|sourcevpce|sourcevpcarn|vpcsourceip|vpceaccount|vpceorgid|vpceorgpaths|useragent|referer|tokenissuetime|multifactorauthage|multifactorauthpresent|principalorgid|principalorgpaths|resourceorgid|resourceorgpaths|sourceorgid|sourceorgpaths|principalservicenameslist|userid|username|sourceidentity|federatedprovider|ec2instancesourcevpc|ec2instancesourceprivateipv4|chatbotsourcearn|assumedroot|signinsessionarn)$/;

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html */
const MULTIVALUED = /^(aws:tagkeys|dynamodb:attributes|dynamodb:leadingkeys|ses:recipients)$/;

/** The `Condition` element, compiled. @throws PolicyError on what AWS refuses and on what is not emulated */
export function compileConditions(element: Json, variables: boolean): Condition[] {
  return Object.entries<Json>(element ?? {}).flatMap(([operator, keys]) =>
    Object.entries<Json>(keys).map(([key, values]) =>
      compileCondition(operator, key.toLowerCase(), [values].flat().map(String), variables),
    ),
  );
}

function compileCondition(
  operator: string,
  key: string,
  values: readonly string[],
  variables: boolean,
): Condition {
  const [, set, base = '', ifExists] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator) ?? [];
  if (!key.includes(':')) throw new PolicyError(`Condition key "${key}" has no service prefix`);
  if (NOT_EMULATED.test(key)) {
    throw new PolicyError(`Condition key "${key}" is not emulated: its value is unknown here`);
  }
  if (base === 'Null') return nullCondition(operator, key, values, set ?? ifExists);
  const known = operators.get(base);
  if (known === undefined) {
    throw new PolicyError(`Condition operator "${operator}" is unknown or not emulated`);
  }
  if (set === undefined && MULTIVALUED.test(key)) {
    throw new PolicyError(
      `Condition key "${key}" holds several values: qualify ${operator} with ForAllValues or ForAnyValue`,
    );
  }
  if (set === 'ForAnyValue' && ifExists !== undefined) {
    throw new PolicyError(`What ${operator} does without the key is not documented by AWS`);
  }
  const matchers = values.map((value) => known.compile(value, variables));

  /** Values of the policy are alternatives; for a negated operator none of them may match. */
  const passes = (value: string, lookup: Variables): boolean => {
    const results = matchers.map((matches) => matches(value, lookup));
    if (known.negated) return results.every((result) => result === false);
    return results.includes(true);
  };
  return {
    operator,
    key,
    holds: (actual, lookup) => {
      if (set !== undefined) {
        // An empty string is an empty set to these two:
        // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
        const members = [actual ?? []].flat().filter((value) => value !== '');
        return set === 'ForAllValues'
          ? members.every((value) => passes(value, lookup))
          : members.some((value) => passes(value, lookup));
      }
      if (actual === undefined) return ifExists !== undefined || known.negated;
      if (typeof actual !== 'string') {
        throw new PolicyError(
          `"${key}" came with a list of values, which ${operator} cannot compare without ForAllValues or ForAnyValue`,
        );
      }
      return passes(actual, lookup);
    },
  };
}

/** `Null`: "true" wants the key to be absent, "false" to be there. */
function nullCondition(
  operator: string,
  key: string,
  values: readonly string[],
  qualifier: string | undefined,
): Condition {
  const [absent] = values;
  if (qualifier !== undefined || values.length !== 1 || !/^(true|false)$/.test(absent ?? '')) {
    throw new PolicyError(`${operator} of "${key}" takes one value, "true" or "false"`);
  }
  return {
    operator,
    key,
    holds: (actual) => (actual === undefined || actual.length === 0) === (absent === 'true'),
  };
}

function parseNumber(text: string): number | undefined {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/** Epoch milliseconds of an epoch in seconds, or of an ISO 8601 date that says its offset. */
function parseDate(text: string): number | undefined {
  if (/^\d{5,}$/.test(text)) return Number(text) * 1000;
  if (!/^\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?$/.test(text)) {
    return undefined;
  }
  const parsed = Date.parse(text);
  return Number.isNaN(parsed) ? undefined : parsed;
}
