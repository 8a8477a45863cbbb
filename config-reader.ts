import type { NumberRange } from './components/appstream/auto-updater/arguments';
import type { ArgumentProblem } from './components/foundation/argument-error';
import { findScheduleMistake } from './components/foundation/schedule-time';

/** The raw configuration of the project: keys without namespace, values as Pulumi stores them. */
export type RawConfig = Readonly<Record<string, string>>;

/** Takes typed values out of the raw ones, and remembers what was asked for and what was wrong. */
export class SettingsReader {
  readonly mistakes: string[] = [];
  private readonly known: string[] = [];

  constructor(private readonly raw: RawConfig) {}

  text(
    key: string,
    fallback: string,
    accepts: (value: string) => boolean,
    allowed: string,
  ): string {
    const value = this.take(key);
    if (value === undefined) return fallback;
    return accepts(value) ? value : this.mistake(key, value, allowed, fallback);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.take(key);
    if (value === undefined) return fallback;
    if (value === 'true' || value === 'false') return value === 'true';
    return this.mistake(key, value, 'true or false', fallback);
  }

  oneOf<Value extends string>(key: string, allowed: readonly Value[], fallback: Value): Value {
    const value = this.take(key);
    if (value === undefined) return fallback;
    return (
      allowed.find((one) => one === value) ??
      this.mistake(key, value, `one of ${allowed.join(', ')}`, fallback)
    );
  }

  schedule(key: string, fallback: string): string {
    const value = this.take(key);
    if (value === undefined) return fallback;
    const mistake = findScheduleMistake(value);
    if (mistake === undefined) return value;
    const { part, given, allowed } = mistake;
    if (part === undefined) return this.mistake(key, given, allowed, fallback);
    this.mistakes.push(`${key}: ${part} is ${given}; allowed is ${allowed}`);
    return fallback;
  }

  wholeNumber(key: string, { minimum, maximum, fallback }: NumberRange): number {
    const value = this.take(key);
    if (value === undefined) return fallback;
    const number = Number(value);
    return /^-?\d+$/.test(value) && number >= minimum && number <= maximum
      ? number
      : this.mistake(key, value, `a whole number from ${minimum} to ${maximum}`, fallback);
  }

  addresses(key: string): readonly string[] {
    const value = this.take(key);
    if (value === undefined) return [];
    const allowed = 'a list of e-mail addresses, each once, at most 50';
    let list: unknown;
    try {
      list = JSON.parse(value);
    } catch {
      return this.mistake(key, value, allowed, []);
    }
    return Array.isArray(list) &&
      // SES: https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html
      list.length <= 50 &&
      new Set(list).size === list.length &&
      list.every((entry) => typeof entry === 'string' && isEmailAddress(entry))
      ? (list as string[])
      : this.mistake(key, value, allowed, []);
  }

  /** A list of texts, each once. */
  texts(
    key: string,
    fallback: readonly string[],
    pattern: RegExp,
    allowed: string,
  ): readonly string[] {
    const list = this.json(key, `a list of ${allowed}, each once`, Array.isArray);
    if (list === undefined) return fallback;
    const texts = list as unknown[];
    return texts.length === new Set(texts).size &&
      texts.every((text) => typeof text === 'string' && pattern.test(text))
      ? (texts as string[])
      : this.mistake(key, JSON.stringify(list), `a list of ${allowed}, each once`, fallback);
  }

  /** A list of objects, each judged by itself. */
  entries<Entry>(
    key: string,
    check: (entry: Entry, index: number) => readonly ArgumentProblem[],
  ): readonly Entry[] {
    const isList = (value: unknown) => Array.isArray(value) && value.every(isObject);
    const list = (this.json(key, 'a list of objects', isList) ?? []) as readonly Entry[];
    return this.judged(list.map((entry, index) => [entry, check(entry, index)] as const));
  }

  /** An object whose members are objects, each judged by itself. */
  members<Member>(
    key: string,
    check: (member: Member, name: string) => readonly ArgumentProblem[],
  ): Readonly<Record<string, Member>> {
    const isMap = (value: unknown) => isObject(value) && Object.values(value).every(isObject);
    const map = (this.json(key, 'an object of objects', isMap) ?? {}) as Record<string, Member>;
    const names = Object.keys(map);
    const sound = this.judged(
      names.map((name) => [name, check(map[name] as Member, name)] as const),
    );
    return Object.fromEntries(sound.map((name) => [name, map[name] as Member]));
  }

  /** Those without problems. */
  private judged<Entry>(
    entries: readonly (readonly [Entry, readonly ArgumentProblem[]])[],
  ): readonly Entry[] {
    return entries.flatMap(([entry, problems]) => {
      for (const { argument, given, accepted } of problems) {
        this.mistakes.push(`${argument}: given ${JSON.stringify(given)}; allowed is ${accepted}`);
      }
      return problems.length === 0 ? [entry] : [];
    });
  }

  private json(key: string, allowed: string, accepts: (value: unknown) => boolean): unknown {
    const value = this.take(key);
    if (value === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      if (accepts(parsed)) return parsed;
    } catch {
      // Told below, as it was given.
    }
    return this.mistake(key, value, allowed, undefined);
  }

  refuseUnknown(): void {
    for (const key of Object.keys(this.raw)) {
      if (this.known.includes(key)) continue;
      this.mistakes.push(`${key}: unknown key; known are ${this.known.join(', ')}`);
    }
  }

  private take(key: string): string | undefined {
    this.known.push(key);
    // Pulumi.yaml cannot declare a value without a default: an empty one is none.
    return this.raw[key] === '' ? undefined : this.raw[key];
  }

  private mistake<Value>(key: string, given: string, allowed: string, fallback: Value): Value {
    this.mistakes.push(`${key}: given ${JSON.stringify(given)}; allowed is ${allowed}`);
    return fallback;
  }
}

/** Whether a text looks like an e-mail address. */
export function isEmailAddress(value: string): boolean {
  return /^[^\s@<>,;"]+@[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
