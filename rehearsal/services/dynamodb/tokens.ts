/** A piece of an expression. `name` is a bare word, `#` and `:` are placeholders, `end` is the end. */
export interface Token {
  readonly kind: 'name' | '#' | ':' | 'index' | 'symbol' | 'end';
  readonly text: string;
  /** Position in the expression, from 0. */
  readonly start: number;
}

/** The message behind `Invalid …Expression: `, thrown while an expression is parsed. */
export class ExpressionError extends Error {}

// A bare word begins with a letter: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.Attributes.html
const TOKEN = /\s*(?:([A-Za-z]\w*)|(#\w+)|(:\w+)|(\d+)|(<=|>=|<>|[=<>()[\],.+-]))/y;
const KINDS = ['name', '#', ':', 'index', 'symbol'] as const;

/** Splits an expression; the last token is the `end`. Throws `ExpressionError` at what is no token. */
export function tokenize(expression: string): readonly Token[] {
  const tokens: Token[] = [];
  const scanner = new RegExp(TOKEN);
  const end = expression.trimEnd().length;
  while (scanner.lastIndex < end) {
    const from = scanner.lastIndex;
    const match = scanner.exec(expression);
    if (match === null) {
      const start = from + expression.slice(from).search(/\S/);
      const unknown: Token = { kind: 'symbol', text: expression.charAt(start), start };
      throw syntaxError(expression, [...tokens, unknown], tokens.length);
    }
    const group = match.slice(1).findIndex((found) => found !== undefined);
    const text = match[group + 1] ?? '';
    tokens.push({ kind: KINDS[group] ?? 'symbol', text, start: scanner.lastIndex - text.length });
  }
  return [...tokens, { kind: 'end', text: '<EOF>', start: end }];
}

/** The error at one token, with its neighbours for orientation, as DynamoDB words it. */
export function syntaxError(
  expression: string,
  tokens: readonly Token[],
  at: number,
): ExpressionError {
  const first = tokens[Math.max(at - 1, 0)];
  const last = tokens[Math.min(at + 1, tokens.length - 1)];
  const near = expression.slice(
    first?.start ?? 0,
    last === undefined || last.kind === 'end' ? undefined : last.start + last.text.length,
  );
  return new ExpressionError(
    `Syntax error; token: "${tokens[at]?.text ?? ''}", near: "${near.trimEnd()}"`,
  );
}
