import type { Json } from '../services/service';
import { runtimeFailure } from './failure';
import { PathNotFound } from './json-path';
import { resolvePath, type Scope } from './scope';
import { parseTimestamp } from './timestamp';

type Test = (value: Json, operand: Json) => boolean;

/**
 * Whether a rule of a JSONPath Choice state matches:
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html
 * @throws StateFailure `States.Runtime` where a path finds nothing
 */
export function ruleMatches(rule: Json, scope: Scope): boolean {
  if (rule.And !== undefined) return rule.And.every((inner: Json) => ruleMatches(inner, scope));
  if (rule.Or !== undefined) return rule.Or.some((inner: Json) => ruleMatches(inner, scope));
  if (rule.Not !== undefined) return !ruleMatches(rule.Not, scope);
  const operator = Object.keys(rule).find((key) => key !== 'Variable' && isOperator(key));
  if (operator === undefined) {
    throw new Error(`The Choice rule ${JSON.stringify(rule)} has no comparison that is known.`);
  }
  if (operator === 'IsPresent') return isPresent(rule.Variable, scope) === rule.IsPresent;
  const value = lookUp(rule.Variable, scope);
  const typeTest = typeTests[operator];
  if (typeTest !== undefined) return typeTest(value) === rule[operator];
  const byPath = operator.endsWith('Path');
  const comparison = comparisons[byPath ? operator.slice(0, -'Path'.length) : operator];
  const operand = byPath ? lookUp(rule[operator], scope) : rule[operator];
  return comparison?.(value, operand) ?? false;
}

function isOperator(key: string): boolean {
  const base = key.endsWith('Path') ? key.slice(0, -'Path'.length) : key;
  return (
    key === 'IsPresent' || key in typeTests || (base in comparisons && key !== 'StringMatchesPath')
  );
}

const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === 'number',
  IsString: (value) => typeof value === 'string',
  IsBoolean: (value) => typeof value === 'boolean',
  IsTimestamp: (value) => typeof value === 'string' && parseTimestamp(value) !== undefined,
};

const comparisons: Readonly<Record<string, Test>> = {
  ...ordered('Numeric', (value) => (typeof value === 'number' ? value : undefined)),
  ...ordered('String', (value) => (typeof value === 'string' ? value : undefined)),
  ...ordered('Timestamp', (value) =>
    typeof value === 'string' ? parseTimestamp(value) : undefined,
  ),
  BooleanEquals: (value, operand) => typeof value === 'boolean' && value === operand,
  StringMatches: (value, operand) => typeof value === 'string' && wildcard(operand).test(value),
};

/** The five comparisons of a type; `read` yields undefined for a value of another type, which never matches. */
function ordered(
  prefix: string,
  read: (value: Json) => number | string | undefined,
): Record<string, Test> {
  const test =
    (compare: (left: number | string, right: number | string) => boolean): Test =>
    (value, operand) => {
      const left = read(value);
      const right = read(operand);
      return left !== undefined && right !== undefined && compare(left, right);
    };
  return {
    [`${prefix}Equals`]: test((left, right) => left === right),
    [`${prefix}LessThan`]: test((left, right) => left < right),
    [`${prefix}GreaterThan`]: test((left, right) => left > right),
    [`${prefix}LessThanEquals`]: test((left, right) => left <= right),
    [`${prefix}GreaterThanEquals`]: test((left, right) => left >= right),
  };
}

/** `*` stands for any characters, `\*` for itself, `\\` for a backslash. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(
    /\\([\\*])|\*|[.+?^${}()|[\]\\]/g,
    (found, escaped: string | undefined) => {
      if (escaped !== undefined) return `\\${escaped}`;
      return found === '*' ? '.*' : `\\${found}`;
    },
  );
  return new RegExp(`^${source}$`, 's');
}

function isPresent(path: string, scope: Scope): boolean {
  try {
    resolvePath(path, scope);
    return true;
  } catch (error) {
    if (error instanceof PathNotFound) return false;
    throw error;
  }
}

function lookUp(path: string, scope: Scope): Json {
  try {
    return resolvePath(path, scope);
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    throw runtimeFailure(
      `Invalid path '${path}': The choice state's condition path references an invalid value.`,
    );
  }
}
