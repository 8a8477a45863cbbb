import { checkPaths, type FunctionCall, Parser, type Placeholders } from './parser';
import { showPath, type UpdateAction, type UpdateValue } from './syntax';
import { ExpressionError } from './tokens';
import { type AttributeType, typeOf } from './values';

const SECTIONS = ['SET', 'REMOVE', 'ADD', 'DELETE'] as const;
type Section = (typeof SECTIONS)[number];

/** How error messages of ADD and DELETE name the types that they do not take. */
const TYPE_NAMES: Readonly<Partial<Record<AttributeType, string>>> = {
  S: 'STRING',
  N: 'NUMBER',
  B: 'BINARY',
  NULL: 'NULL',
  BOOL: 'BOOLEAN',
  L: 'LIST',
  M: 'MAP',
};

/**
 * Parses an update expression. The grammar:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.UpdateExpressions.html
 */
export function parseUpdate(
  expression: string,
  placeholders: Placeholders,
): readonly UpdateAction[] {
  const parser = new UpdateParser(expression, placeholders);
  const actions: UpdateAction[] = [];
  const seen = new Set<Section>();
  do {
    const section = SECTIONS.find((keyword) => parser.acceptKeyword(keyword));
    if (section === undefined) throw parser.unexpected();
    if (seen.has(section)) {
      throw new ExpressionError(
        `The "${section}" section can only be used once in an update expression;`,
      );
    }
    seen.add(section);
    actions.push(...parser.separated(() => parser.action(section)));
  } while (!parser.atEnd());
  checkPaths(actions.map(({ path }) => path));
  return actions;
}

class UpdateParser extends Parser {
  action(section: Section): UpdateAction {
    const path = this.path();
    if (section === 'REMOVE') return { section, path };
    if (section === 'SET') {
      this.expect('=');
      this.countOperator();
      return { section, path, value: this.sum() };
    }
    const value = this.value();
    const refused =
      section === 'ADD' && value.N !== undefined ? undefined : TYPE_NAMES[typeOf(value)];
    if (refused !== undefined) {
      throw new ExpressionError(
        `Incorrect operand type for operator or function; operator: ${section}, operand type: ${refused}`,
      );
    }
    // "The ADD action only supports … top-level attributes, not nested attributes", and so DELETE:
    // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html
    if (path.length > 1) {
      throw new ExpressionError(
        `${section} can only be used on top-level attributes, not nested attributes; path: ${showPath(path)}`,
      );
    }
    return { section, path, value };
  }

  /** `operand`, `operand + operand` or `operand - operand`; DynamoDB allows no longer chain. */
  private sum(): UpdateValue {
    const left = this.operand();
    if (!this.isSymbol('+', '-')) return left;
    this.countOperator();
    const kind = this.next().text === '+' ? '+' : '-';
    const right = this.operand();
    for (const side of [left, right]) checkLiteral(kind, side, 'N');
    return { kind, left, right };
  }

  private operand(): UpdateValue {
    if (this.isCall()) return toFunction(this.call(() => this.operand()));
    if (this.peek().kind === ':') return { kind: 'value', value: this.value() };
    return { kind: 'path', path: this.path() };
  }
}

function toFunction({ name, operands }: FunctionCall<UpdateValue>): UpdateValue {
  if (
    [
      'attribute_exists',
      'attribute_not_exists',
      'attribute_type',
      'begins_with',
      'contains',
      'size',
    ].includes(name)
  ) {
    throw misused(name);
  }
  if (name !== 'if_not_exists' && name !== 'list_append') {
    throw new ExpressionError(`Invalid function name; function: ${name}`);
  }
  const [first, second] = operands;
  if (first === undefined || second === undefined || operands.length !== 2) {
    throw new ExpressionError(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  // Seen at AWS: https://github.com/scylladb/scylladb/blob/master/test/alternator/test_update_expression.py
  if (operands.some(({ kind }) => kind === 'list_append')) throw misused('list_append');
  if (name === 'list_append') {
    for (const side of operands) checkLiteral(name, side, 'L');
    return { kind: name, left: first, right: second };
  }
  if (first.kind !== 'path') {
    throw new ExpressionError(
      `Operator or function requires a document path; operator or function: ${name}`,
    );
  }
  return { kind: name, path: first.path, otherwise: second };
}

function checkLiteral(name: string, side: UpdateValue, wanted: AttributeType): void {
  if (side.kind !== 'value' || typeOf(side.value) === wanted) return;
  throw new ExpressionError(
    `Incorrect operand type for operator or function; operator or function: ${name}, operand type: ${typeOf(side.value)}`,
  );
}

function misused(name: string): ExpressionError {
  return new ExpressionError(
    `The function is not allowed to be used this way in an expression; function: ${name}`,
  );
}
