import { RESERVED_WORDS } from './reserved-words';
import { type Path, showPath } from './syntax';
import { ExpressionError, syntaxError, type Token, tokenize } from './tokens';
import type { AttributeValue } from './values';

/** Looks up what the placeholders of a request stand for. Throws `ExpressionError` for an unknown one. */
export interface Placeholders {
  /** `#name` to the attribute's name. */
  name(placeholder: string): string;
  /** `:value` to the value. */
  value(placeholder: string): AttributeValue;
}

/** A function call as written; which functions exist is for the expression's own grammar to say. */
export interface FunctionCall<Argument> {
  readonly name: string;
  readonly operands: readonly Argument[];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html#limits-expression-parameters */
const MAXIMUM_BYTES = 4096;
const MAXIMUM_OPERATORS = 300;

/** What conditions, updates and projections have in common: a position in a list of tokens, and paths. */
export class Parser {
  private readonly tokens: readonly Token[];
  private position = 0;
  private operators = 0;

  constructor(
    private readonly expression: string,
    readonly placeholders: Placeholders,
  ) {
    if (expression.trim() === '') throw new ExpressionError('The expression can not be empty;');
    if (Buffer.byteLength(expression) > MAXIMUM_BYTES) {
      throw new ExpressionError(
        `Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(expression)}`,
      );
    }
    this.tokens = tokenize(expression);
  }

  /** The token at hand, or one further on. */
  peek(ahead = 0): Token {
    return this.tokens[this.position + ahead] ?? this.tokens[this.tokens.length - 1]!;
  }

  /** Takes the token at hand. */
  next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  atEnd(): boolean {
    return this.peek().kind === 'end';
  }

  isSymbol(...symbols: readonly string[]): boolean {
    return this.peek().kind === 'symbol' && symbols.includes(this.peek().text);
  }

  /** Takes the symbol if it is at hand. */
  accept(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.position++;
    return true;
  }

  expect(symbol: string): void {
    if (!this.accept(symbol)) throw this.unexpected();
  }

  /** Keywords know no case, function names do. */
  isKeyword(keyword: string): boolean {
    return this.peek().kind === 'name' && this.peek().text.toUpperCase() === keyword;
  }

  acceptKeyword(keyword: string): boolean {
    if (!this.isKeyword(keyword)) return false;
    this.position++;
    return true;
  }

  /** The error that the token at hand does not belong there. */
  unexpected(): ExpressionError {
    return syntaxError(this.expression, this.tokens, this.position);
  }

  /** Counts towards the limit of operators and functions in one expression. */
  countOperator(): void {
    if (++this.operators > MAXIMUM_OPERATORS) {
      throw new ExpressionError(
        `The expression contains more than ${MAXIMUM_OPERATORS} operators and functions;`,
      );
    }
  }

  /** `item , item , …`, at least one. */
  separated<T>(item: () => T): readonly T[] {
    const items = [item()];
    while (this.accept(',')) items.push(item());
    return items;
  }

  /** `name.name[0].#name` */
  path(): Path {
    const path: (string | number)[] = [this.attributeName()];
    for (;;) {
      if (this.accept('.')) path.push(this.attributeName());
      else if (this.accept('[')) {
        if (this.peek().kind !== 'index') throw this.unexpected();
        path.push(Number(this.next().text));
        this.expect(']');
      } else return path;
    }
  }

  /** `:value` */
  value(): AttributeValue {
    if (this.peek().kind !== ':') throw this.unexpected();
    return this.placeholders.value(this.next().text);
  }

  /** Whether a function call is at hand. */
  isCall(): boolean {
    return this.peek().kind === 'name' && this.peek(1).text === '(';
  }

  /** `name(argument, …)` */
  call<Argument>(argument: () => Argument): FunctionCall<Argument> {
    const name = this.next().text;
    this.countOperator();
    this.expect('(');
    const operands = this.separated(argument);
    this.expect(')');
    return { name, operands };
  }

  private attributeName(): string {
    const token = this.peek();
    if (token.kind === '#') return this.placeholders.name(this.next().text);
    if (token.kind !== 'name') throw this.unexpected();
    if (RESERVED_WORDS.has(token.text.toUpperCase())) {
      throw new ExpressionError(
        `Attribute name is a reserved keyword; reserved keyword: ${token.text}`,
      );
    }
    return this.next().text;
  }
}

/** Refuses paths of which one contains the other, or that take one value for a map and a list. */
export function checkPaths(paths: readonly Path[]): void {
  paths.forEach((second, index) => {
    for (const first of paths.slice(0, index)) {
      const shared = Math.min(first.length, second.length);
      const differs = first.slice(0, shared).findIndex((step, at) => step !== second[at]);
      const conflict = differs >= 0 && typeof first[differs] !== typeof second[differs];
      if (differs >= 0 && !conflict) continue;
      throw new ExpressionError(
        `Two document paths ${conflict ? 'conflict' : 'overlap'} with each other; ` +
          'must remove or rewrite one of these paths; ' +
          `path one: ${showPath(first)}, path two: ${showPath(second)}`,
      );
    }
  });
}

/** Parses a projection expression. */
export function parseProjection(expression: string, placeholders: Placeholders): readonly Path[] {
  const parser = new Parser(expression, placeholders);
  const paths = parser.separated(() => parser.path());
  if (!parser.atEnd()) throw parser.unexpected();
  checkPaths(paths);
  return paths;
}
