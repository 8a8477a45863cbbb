/** Reads a text from left to right, for the small parsers of paths and intrinsic functions. */
export class CharReader {
  private position = 0;

  constructor(
    private readonly text: string,
    /** What the text is, for error messages. */
    private readonly what: string,
  ) {}

  get done(): boolean {
    return this.position >= this.text.length;
  }

  peek(expected: string): boolean {
    return this.text.startsWith(expected, this.position);
  }

  /** Reads `expected` if it comes next. */
  take(expected: string): boolean {
    if (!this.peek(expected)) return false;
    this.position += expected.length;
    return true;
  }

  expect(expected: string): void {
    if (!this.take(expected)) this.fail(`expected ${expected}`);
  }

  /** Reads what a sticky expression matches here. */
  match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.position;
    const found = pattern.exec(this.text)?.[0];
    this.position += found?.length ?? 0;
    return found;
  }

  skipSpace(): void {
    this.match(/\s*/y);
  }

  /** Reads a string in single or double quotes. A backslash escapes the quote and itself; else it is a backslash. */
  quoted(): string {
    const quote = this.text[this.position];
    const start = ++this.position;
    let value = '';
    while (!this.done) {
      const char = this.text[this.position++] ?? '';
      if (char === quote) return value;
      const next = this.text[this.position] ?? '';
      const escapes = char === '\\' && (next === quote || next === '\\');
      value += escapes ? next : char;
      if (escapes) this.position += 1;
    }
    this.position = start - 1;
    return this.fail('a string is not closed');
  }

  /** Reads up to the first of `ends` that is outside of brackets and quotes. */
  until(ends: string): string {
    const start = this.position;
    let depth = 0;
    while (!this.done) {
      const char = this.text[this.position] ?? '';
      if (depth === 0 && ends.includes(char)) break;
      if (char === "'" || char === '"') {
        this.quoted();
        continue;
      }
      if (char === '[' || char === '(') depth += 1;
      if (char === ']' || char === ')') depth -= 1;
      this.position += 1;
    }
    return this.text.slice(start, this.position);
  }

  /** @throws Error always */
  fail(problem: string): never {
    throw new Error(`${this.what} '${this.text}', at character ${this.position + 1}: ${problem}.`);
  }
}
