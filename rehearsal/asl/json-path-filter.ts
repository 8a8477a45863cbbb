import type { Json } from '../services/service';
import type { CharReader } from './char-reader';

/** Whether an item is wanted; `select` evaluates a path against the item (`@`) or the document (`$`). */
export type Filter = (select: SelectPath) => boolean;

/** Yields the values that a path finds, none if it finds nothing. */
export type SelectPath = (root: '@' | '$', path: string) => readonly Json[];

/** Yields undefined for a path that finds nothing. */
type Operand = (select: SelectPath) => Json;

/**
 * Parses the parenthesis of a filter such as `?(@.size > 3 && !(@.name == 'x'))`.
 * @throws Error for operators of the dialect that are not implemented
 */
export function parseFilter(reader: CharReader): Filter {
  reader.skipSpace();
  reader.expect('(');
  const filter = parseOr(reader);
  reader.skipSpace();
  reader.expect(')');
  return filter;
}

function parseOr(reader: CharReader): Filter {
  const left = parseAnd(reader);
  reader.skipSpace();
  if (!reader.take('||')) return left;
  const right = parseOr(reader);
  return (select) => left(select) || right(select);
}

function parseAnd(reader: CharReader): Filter {
  const left = parseNot(reader);
  reader.skipSpace();
  if (!reader.take('&&')) return left;
  const right = parseAnd(reader);
  return (select) => left(select) && right(select);
}

function parseNot(reader: CharReader): Filter {
  reader.skipSpace();
  if (reader.take('!')) {
    const negated = parseNot(reader);
    return (select) => !negated(select);
  }
  if (reader.peek('(')) return parseFilter(reader);
  return parseComparison(reader);
}

function parseComparison(reader: CharReader): Filter {
  const left = parseOperand(reader);
  reader.skipSpace();
  const operator = reader.match(/==|!=|<=|>=|=~|<|>|(?:nin|in)\b/y);
  if (operator === undefined) return (select) => left(select) !== undefined;
  if (operator === '=~') {
    reader.skipSpace();
    const [, source = '', flags] =
      /^\/(.*)\/(i?)$/s.exec(reader.match(/\/(?:\\.|[^/])*\/i?/y) ?? '') ?? [];
    if (flags === undefined) return reader.fail('expected a regular expression');
    const expression = new RegExp(source, flags);
    return (select) => {
      const value = left(select);
      return typeof value === 'string' && expression.test(value);
    };
  }
  const right = parseOperand(reader);
  return (select) => compare(left(select), operator, right(select));
}

function compare(left: Json, operator: string, right: Json): boolean {
  if (operator === '==') return isSame(left, right);
  if (operator === '!=') return !isSame(left, right);
  if (operator === 'in' || operator === 'nin') {
    const contained = Array.isArray(right) && right.some((item) => isSame(left, item));
    return contained === (operator === 'in');
  }
  if (typeof left !== typeof right || !['number', 'string'].includes(typeof left)) return false;
  if (operator === '<') return left < right;
  if (operator === '<=') return left <= right;
  return operator === '>' ? left > right : left >= right;
}

function isSame(left: Json, right: Json): boolean {
  return left === right || JSON.stringify(left) === JSON.stringify(right);
}

function parseOperand(reader: CharReader): Operand {
  reader.skipSpace();
  if (reader.peek("'") || reader.peek('"')) {
    const text = reader.quoted();
    return () => text;
  }
  const root = reader.match(/[@$]/y) as '@' | '$' | undefined;
  if (root !== undefined) {
    const path = reader.until(' \t\n)=!<>&|,');
    return (select) => {
      const [value, ...more] = select(root, path);
      return more.length > 0 ? [value, ...more] : value;
    };
  }
  const literal = reader.peek('[')
    ? reader.until(' )')
    : reader.match(/-?\d+(?:\.\d+)?|true|false|null/y);
  if (literal === undefined) return reader.fail('expected a path or a literal');
  const value: Json = JSON.parse(literal.replaceAll("'", '"'));
  return () => value;
}
