import { type FunctionCall, Parser, type Placeholders } from './parser';
import { type Comparator, type Condition, type Operand, showPath } from './syntax';
import { ExpressionError } from './tokens';
import {
  ATTRIBUTE_TYPES,
  type AttributeType,
  type AttributeValue,
  compareValues,
  typeOf,
} from './values';

/** Parts of a condition may be operands or conditions; which was meant shows only after parsing them. */
type Node = Operand | Condition;

const COMPARATORS = ['=', '<>', '<', '<=', '>', '>='];

/** Number of operands of each function. */
const FUNCTIONS: Readonly<Record<string, number>> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};

/** `IN` takes 100 operands with the one that it looks for. */
const MAXIMUM_IN = 100;

/**
 * Parses a condition, key condition or filter expression. The grammar:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function parseCondition(expression: string, placeholders: Placeholders): Condition {
  const parser = new ConditionParser(expression, placeholders);
  const condition = parser.condition(parser.or());
  if (!parser.atEnd()) throw parser.unexpected();
  return condition;
}

class ConditionParser extends Parser {
  /** Nodes that were written in parentheses: one pair is fine, two are refused. */
  private readonly parenthesized = new Set<Node>();

  or(): Node {
    let left = this.and();
    while (this.acceptKeyword('OR')) {
      this.countOperator();
      left = { kind: 'or', left: this.condition(left), right: this.condition(this.and()) };
    }
    return left;
  }

  condition(node: Node): Condition {
    if (!isOperand(node)) return node;
    if (node.kind === 'size') throw misused('size');
    throw this.unexpected();
  }

  private and(): Node {
    let left = this.not();
    while (this.acceptKeyword('AND')) {
      this.countOperator();
      left = { kind: 'and', left: this.condition(left), right: this.condition(this.not()) };
    }
    return left;
  }

  private not(): Node {
    if (!this.acceptKeyword('NOT')) return this.comparison();
    this.countOperator();
    return { kind: 'not', condition: this.condition(this.not()) };
  }

  private comparison(): Node {
    const first = this.primary();
    if (this.isSymbol(...COMPARATORS)) {
      const left = this.operand(first);
      this.countOperator();
      const operator = this.next().text as Comparator;
      const right = this.operand(this.primary());
      checkDistinct(operator, left, right);
      if (operator !== '=' && operator !== '<>') checkOrdered(operator, [left, right]);
      return { kind: 'compare', operator, left, right };
    }
    if (this.acceptKeyword('BETWEEN')) {
      this.countOperator();
      const low = this.operand(this.primary());
      if (!this.acceptKeyword('AND')) throw this.unexpected();
      const high = this.operand(this.primary());
      checkOrdered('BETWEEN', [this.operand(first), low, high]);
      checkBounds(low, high);
      return { kind: 'between', operand: this.operand(first), low, high };
    }
    if (this.acceptKeyword('IN')) {
      this.countOperator();
      this.expect('(');
      const candidates = this.separated(() => this.operand(this.primary()));
      this.expect(')');
      if (candidates.length + 1 > MAXIMUM_IN) throw wrongCount('IN', candidates.length + 1);
      return { kind: 'in', operand: this.operand(first), candidates };
    }
    return first;
  }

  private operand(node: Node): Operand {
    if (isOperand(node)) return node;
    throw Object.hasOwn(FUNCTIONS, node.kind) ? misused(node.kind) : this.unexpected();
  }

  private primary(): Node {
    if (this.accept('(')) {
      const inner = this.or();
      this.expect(')');
      if (this.parenthesized.has(inner)) {
        throw new ExpressionError('The expression has redundant parentheses;');
      }
      this.parenthesized.add(inner);
      return inner;
    }
    if (this.isCall()) return toFunction(this.call(() => this.operand(this.primary())));
    if (this.peek().kind === ':') return { kind: 'value', value: this.value() };
    return { kind: 'path', path: this.path() };
  }
}

function isOperand(node: Node): node is Operand {
  return node.kind === 'path' || node.kind === 'value' || node.kind === 'size';
}

function toFunction({ name, operands }: FunctionCall<Operand>): Node {
  // An update's functions are known to DynamoDB here too, but not allowed.
  if (name === 'if_not_exists' || name === 'list_append') throw misused(name);
  const expected = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (expected === undefined) throw new ExpressionError(`Invalid function name; function: ${name}`);
  const [first, second] = operands;
  if (operands.length !== expected || first === undefined) throw wrongCount(name, operands.length);
  if (name === 'size') {
    const type = literalType(first);
    if (type === 'N' || type === 'BOOL' || type === 'NULL') throw wrongType(name, type);
    return { kind: 'size', of: first };
  }
  if (name === 'attribute_exists' || name === 'attribute_not_exists') {
    if (first.kind !== 'path') {
      throw new ExpressionError(
        `Operator or function requires a document path; operator or function: ${name}`,
      );
    }
    return { kind: name, path: first.path };
  }
  if (second === undefined) throw wrongCount(name, operands.length);
  checkDistinct(name, first, second);
  if (name === 'attribute_type') return { kind: name, operand: first, type: attributeType(second) };
  if (name === 'begins_with') {
    for (const type of operands.map(literalType)) {
      if (type !== undefined && type !== 'S' && type !== 'B') throw wrongType(name, type);
    }
  }
  return { kind: name === 'begins_with' ? name : 'contains', operand: first, argument: second };
}

function attributeType(argument: Operand): AttributeType {
  const type = argument.kind === 'value' ? argument.value.S : undefined;
  if (type === undefined) {
    throw wrongType('attribute_type', literalType(argument) ?? '{NS,SS,L,BS,N,M,B,BOOL,NULL,S}');
  }
  if (!(ATTRIBUTE_TYPES as readonly string[]).includes(type)) {
    throw new ExpressionError(
      `Invalid attribute type name found; type: ${type}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
    );
  }
  return type as AttributeType;
}

/** The type of an operand where the request itself says it. */
function literalType(of: Operand): AttributeType | undefined {
  if (of.kind === 'size') return 'N';
  return of.kind === 'value' ? typeOf(of.value) : undefined;
}

function checkOrdered(operator: string, operands: readonly Operand[]): void {
  for (const type of operands.map(literalType)) {
    if (type !== undefined && type !== 'S' && type !== 'N' && type !== 'B') {
      throw new ExpressionError(
        `Incorrect operand type for operator or function; operator: ${operator}, operand type: ${type}`,
      );
    }
  }
}

function checkDistinct(operator: string, left: Operand, right: Operand): void {
  if (left.kind !== 'path' || right.kind !== 'path') return;
  if (showPath(left.path) !== showPath(right.path)) return;
  throw new ExpressionError(
    'The first operand must be distinct from the remaining operands for this operator or function; ' +
      `operator: ${operator}, first operand: ${showPath(left.path)}`,
  );
}

function checkBounds(low: Operand, high: Operand): void {
  if (low.kind !== 'value' || high.kind !== 'value') return;
  const order = compareValues(low.value, high.value);
  if (order !== undefined && order <= 0) return;
  const show = (value: AttributeValue) => {
    const type = typeOf(value);
    return `AttributeValue: {${type}:${JSON.stringify(value[type]).replace(/^"|"$/g, '')}}`;
  };
  throw new ExpressionError(
    (order === undefined
      ? 'The BETWEEN operator requires same data type for lower and upper bounds; '
      : 'The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ') +
      `lower bound operand: ${show(low.value)}, upper bound operand: ${show(high.value)}`,
  );
}

function misused(name: string): ExpressionError {
  return new ExpressionError(
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}

function wrongType(name: string, type: string): ExpressionError {
  return new ExpressionError(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${type}`,
  );
}

function wrongCount(name: string, count: number): ExpressionError {
  return new ExpressionError(
    `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${count}`,
  );
}
