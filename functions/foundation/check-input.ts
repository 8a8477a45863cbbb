import { namedError } from './environment';

/** For each key of an input: what is allowed, in words, and whether a value is. */
export type InputRules<Input> = Readonly<
  Record<keyof Input & string, readonly [allowed: string, accepts: (value: unknown) => boolean]>
>;

/**
 * The input of a run; none is an empty one.
 *
 * @throws InvalidInput that names every mistake, what was given and what is allowed
 */
export function checkInput<Input extends object>(
  given: unknown,
  rules: InputRules<Input>,
): Partial<Input> {
  if (given === null || given === undefined) return {};
  if (typeof given !== 'object' || Array.isArray(given)) {
    throw namedError('InvalidInput', 'The input of a run is an object, such as {"mode": "plan"}.');
  }
  const problems = Object.entries(given).flatMap(([key, value]) => {
    const rule = Object.entries<InputRules<Input>[keyof Input & string]>(rules).find(
      ([known]) => known === key,
    )?.[1];
    if (rule === undefined) {
      return [`unknown key ${key}; known are ${Object.keys(rules).join(', ')}`];
    }
    return rule[1](value) ? [] : [`${key} is ${JSON.stringify(value)}; allowed is ${rule[0]}`];
  });
  if (problems.length > 0) {
    throw namedError('InvalidInput', `The input of the run is wrong: ${problems.join('; ')}.`);
  }
  return given;
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

export function isTime(value: unknown): boolean {
  return isText(value) && !Number.isNaN(Date.parse(value));
}

export function isWhole(value: unknown, from: number, to: number): boolean {
  return Number.isInteger(value) && (value as number) >= from && (value as number) <= to;
}

/** A list of so many texts, each once. */
export function isListOfTexts(value: unknown, from: number, to: number): value is string[] {
  return (
    Array.isArray(value) &&
    value.length >= from &&
    value.length <= to &&
    value.every(isText) &&
    value.every((text, index) => value.indexOf(text) === index)
  );
}
