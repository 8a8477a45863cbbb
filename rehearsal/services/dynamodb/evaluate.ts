import type { Comparator, Condition, Operand, Path } from './syntax';
import {
  type AttributeValue,
  bytes,
  compareValues,
  type Item,
  memberOf,
  sameValue,
  typeOf,
} from './values';

/** The value at a path, or `undefined` where the item has none. */
export function valueAt(path: Path, item: Item): AttributeValue | undefined {
  let value: AttributeValue | undefined = { M: item };
  for (const step of path) {
    value = typeof step === 'number' ? value.L?.[step] : value.M && memberOf(value.M, step);
    if (value === undefined) return undefined;
  }
  return value;
}

/** Whether a condition holds for an item; an item that does not exist is an empty one. */
export function holds(condition: Condition, item: Item): boolean {
  const valueOf = (operand: Operand) => operandValue(operand, item);
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item) && holds(condition.right, item);
    case 'or':
      return holds(condition.left, item) || holds(condition.right, item);
    case 'not':
      return !holds(condition.condition, item);
    case 'compare':
      return compare(condition.operator, valueOf(condition.left), valueOf(condition.right));
    case 'between': {
      const value = valueOf(condition.operand);
      return (
        compare('>=', value, valueOf(condition.low)) &&
        compare('<=', value, valueOf(condition.high))
      );
    }
    case 'in': {
      const value = valueOf(condition.operand);
      return condition.candidates.some((candidate) => compare('=', value, valueOf(candidate)));
    }
    case 'attribute_exists':
      return valueAt(condition.path, item) !== undefined;
    case 'attribute_not_exists':
      return valueAt(condition.path, item) === undefined;
    case 'attribute_type': {
      const value = valueOf(condition.operand);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case 'begins_with':
      return beginsWith(valueOf(condition.operand), valueOf(condition.argument));
    case 'contains':
      return contains(valueOf(condition.operand), valueOf(condition.argument));
  }
}

/**
 * A value that is missing, or of another type, is unequal to everything, even to another missing one, and
 * stands in no order.
 */
export function compare(
  operator: Comparator,
  left: AttributeValue | undefined,
  right: AttributeValue | undefined,
): boolean {
  const equal = left !== undefined && right !== undefined && sameValue(left, right);
  if (operator === '=') return equal;
  if (operator === '<>') return !equal;
  if (left === undefined || right === undefined) return false;
  const order = compareValues(left, right);
  if (order === undefined) return false;
  switch (operator) {
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

/** Whether a string or binary begins with another one. */
export function beginsWith(
  value: AttributeValue | undefined,
  prefix: AttributeValue | undefined,
): boolean {
  if (value?.S !== undefined && prefix?.S !== undefined) return value.S.startsWith(prefix.S);
  if (value?.B !== undefined && prefix?.B !== undefined) {
    const start = bytes(prefix.B);
    return bytes(value.B).subarray(0, start.length).equals(start);
  }
  return false;
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value === undefined || part === undefined) return false;
  if (value.S !== undefined && part.S !== undefined) return value.S.includes(part.S);
  if (value.B !== undefined && part.B !== undefined) return bytes(value.B).includes(bytes(part.B));
  if (value.SS !== undefined && part.S !== undefined) return value.SS.includes(part.S);
  if (value.NS !== undefined && part.N !== undefined) return value.NS.includes(part.N);
  if (value.BS !== undefined && part.B !== undefined) return value.BS.includes(part.B);
  return value.L !== undefined && value.L.some((member) => sameValue(member, part));
}

function operandValue(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === 'value') return operand.value;
  if (operand.kind === 'path') return valueAt(operand.path, item);
  const value = operandValue(operand.of, item);
  const size = value === undefined ? undefined : lengthOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** What `size` tells: characters, bytes or members; nothing of numbers, booleans and nulls. */
function lengthOf(value: AttributeValue): number | undefined {
  if (value.B !== undefined) return bytes(value.B).length;
  if (value.M !== undefined) return Object.keys(value.M).length;
  return (value.S ?? value.SS ?? value.NS ?? value.BS ?? value.L)?.length;
}
