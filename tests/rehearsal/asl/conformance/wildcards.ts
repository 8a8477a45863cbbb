import type { Json } from '../../../../rehearsal/services/service';

/** Compares recorded with actual values; a placeholder with a number stands for one value throughout a case. */
export class WildcardMatcher {
  private values = new Map<string, string>();
  private readonly inside: readonly string[];
  private readonly whole: ReadonlySet<string>;

  constructor(wildcards: readonly string[]) {
    const inside = wildcards.filter((name) => name.startsWith('<') || name === 'activity_arn');
    const nested = inside.flatMap((name) => [1, 2, 3].map((number) => `<${name}:${number}>`));
    this.inside = [...nested, ...inside].sort((left, right) => right.length - left.length);
    this.whole = new Set(wildcards.filter((name) => !name.startsWith('<')));
  }

  /** Whether the values agree. What placeholders stand for is remembered only if they do. */
  matches(recorded: Json, actual: Json): boolean {
    const before = new Map(this.values);
    if (this.compare(recorded, actual)) return true;
    this.values = before;
    return false;
  }

  private compare(recorded: Json, actual: Json): boolean {
    if (typeof recorded === 'string') return this.compareText(recorded, actual);
    if (typeof recorded !== 'object' || recorded === null) {
      return Object.is(recorded, actual) || recorded === actual;
    }
    if (typeof actual !== 'object' || actual === null) return false;
    if (Array.isArray(recorded) !== Array.isArray(actual)) return false;
    const keys = Object.keys(recorded);
    return (
      keys.length === Object.keys(actual).length &&
      keys.every((key) => key in actual && this.compare(recorded[key], actual[key]))
    );
  }

  private compareText(recorded: string, actual: Json): boolean {
    if (recorded === actual || this.whole.has(recorded)) return true;
    if (typeof actual !== 'string') return this.inside.includes(recorded);
    const used = this.inside.filter((name) => recorded.includes(name));
    if (used.length === 0) return false;
    const names: string[] = [];
    const source = splitAt(recorded, used)
      .map((part) => {
        if (!used.includes(part)) return escape(part);
        const known = this.values.get(part);
        if (known !== undefined) return escape(known);
        names.push(part);
        return '([^]*?)';
      })
      .join('');
    const found = new RegExp(`^${source}$`).exec(actual);
    if (found === null) return false;
    for (const [index, name] of names.entries()) {
      if (/:\d+>$/.test(name)) this.values.set(name, found[index + 1] ?? '');
    }
    return true;
  }
}

function splitAt(text: string, names: readonly string[]): readonly string[] {
  return text.split(new RegExp(`(${names.map(escape).join('|')})`)).filter((part) => part !== '');
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
}
