import { invalid, invalidParameter } from './errors';
import { beginsWith, compare } from './evaluate';
import type { Comparator, Condition, Operand } from './syntax';
import type { KeySchema } from './table';
import { type AttributeValue, type Item, memberOf } from './values';

/** A condition on one key attribute, the attribute being the left operand. */
interface KeyTest {
  readonly operator: Comparator | 'BETWEEN' | 'begins_with';
  readonly values: readonly AttributeValue[];
}

/** A key condition expression, checked against the keys of a table or an index. */
export interface KeyCondition {
  /** The value that the partition key equals. */
  readonly hash: AttributeValue;
  /** The least value of the sort key that may meet the condition; the values that do follow each other. */
  readonly from?: AttributeValue;
  /** Whether the sort key of an item meets the condition; true where there is none. */
  readonly matchesRange: (item: Item) => boolean;
}

const MIRRORED: Readonly<Record<Comparator, Comparator>> = {
  '=': '=',
  '<>': '<>',
  '<': '>',
  '<=': '>=',
  '>': '<',
  '>=': '<=',
};

/**
 * Reads a key condition. Throws `ValidationException` where it is not one equality on the partition key and at
 * most one condition on the sort key:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Query.KeyConditionExpressions.html
 */
export function readKeyCondition(condition: Condition, schema: KeySchema): KeyCondition {
  const tests: Record<string, KeyTest> = {};
  collect(condition, tests);
  const names = Object.keys(tests);
  if (names.length > 2) throw invalid('Conditions can be of length 1 or 2 only');
  const { hash, range } = schema;
  if (range === undefined && names.length > 1) throw invalid('Query key condition not supported');
  const hashTest = memberOf(tests, hash.name);
  if (hashTest === undefined) throw missing(hash.name);
  const rangeTest = range && memberOf(tests, range.name);
  if (range !== undefined && rangeTest === undefined && names.length > 1) throw missing(range.name);
  checkTypes(hashTest, hash.type);
  const value = hashTest.values[0];
  if (hashTest.operator !== '=' || value === undefined) {
    throw invalid('Query key condition not supported');
  }
  if (range === undefined || rangeTest === undefined)
    return { hash: value, matchesRange: () => true };
  checkTypes(rangeTest, range.type);
  const from = rangeTest.operator.startsWith('<') ? undefined : rangeTest.values[0];
  return {
    hash: value,
    ...(from !== undefined && { from }),
    matchesRange: (item) => matches(rangeTest, item[range.name]),
  };
}

function matches({ operator, values }: KeyTest, value: AttributeValue | undefined): boolean {
  const [first, second] = values;
  if (operator === 'begins_with') return beginsWith(value, first);
  if (operator !== 'BETWEEN') return compare(operator, value, first);
  return compare('>=', value, first) && compare('<=', value, second);
}

function collect(condition: Condition, tests: Record<string, KeyTest>): void {
  switch (condition.kind) {
    case 'and':
      collect(condition.left, tests);
      collect(condition.right, tests);
      return;
    case 'compare': {
      const { left, right, operator } = condition;
      if (operator === '<>') throw unusable('<>');
      const mirrored = left.kind === 'value';
      add(
        tests,
        mirrored ? MIRRORED[operator] : operator,
        mirrored ? [right, left] : [left, right],
      );
      return;
    }
    case 'between':
      add(tests, 'BETWEEN', [condition.operand, condition.low, condition.high]);
      return;
    case 'begins_with':
      add(tests, condition.kind, [condition.operand, condition.argument]);
      return;
    case 'or':
    case 'not':
    case 'in':
      throw unusable(condition.kind.toUpperCase());
    default:
      throw unusable(condition.kind);
  }
}

function add(
  tests: Record<string, KeyTest>,
  operator: KeyTest['operator'],
  [attribute, ...others]: readonly Operand[],
): void {
  const operands = [attribute, ...others];
  if (operands.some((operand) => operand?.kind === 'size')) {
    throw invalid('KeyConditionExpressions cannot contain nested operations');
  }
  const paths = operands.flatMap((operand) => (operand?.kind === 'path' ? [operand.path] : []));
  const where = 'Invalid condition in KeyConditionExpression: ';
  if (paths.length === 0) throw invalid(`${where}No key attribute specified`);
  if (paths.length > 1) throw invalid(`${where}Multiple attribute names used in one condition`);
  if (attribute?.kind !== 'path') {
    throw invalid(`${where}${operator} operator must have the key attribute as its first operand`);
  }
  if (attribute.path.length > 1) {
    throw invalid('KeyConditionExpressions cannot have conditions on nested attributes');
  }
  const name = String(attribute.path[0]);
  if (Object.hasOwn(tests, name)) {
    throw invalid('KeyConditionExpressions must only contain one condition per key');
  }
  const values = others.flatMap((operand) => (operand.kind === 'value' ? [operand.value] : []));
  tests[name] = { operator, values };
}

function checkTypes({ values }: KeyTest, type: 'S' | 'N' | 'B'): void {
  if (values.some((value) => value[type] === undefined)) {
    throw invalidParameter('Condition parameter type does not match schema type');
  }
}

function missing(name: string): Error {
  return invalid(`Query condition missed key schema element: ${name}`);
}

function unusable(operator: string): Error {
  return invalid(`Invalid operator used in KeyConditionExpression: ${operator}`);
}
