import { parseArgs } from 'node:util';

import { suggestion } from './nearest';

/** The options of a command by name, without the dashes. */
export type OptionTypes = Readonly<
  Record<string, { readonly type: 'string' | 'boolean'; readonly short?: string }>
>;

/**
 * The options with their values; flags have an empty one.
 *
 * @param argv the command line, without the interpreter and the script
 * @param problems gets a sentence for each unknown option and each missing, repeated or superfluous value
 */
export function readOptions<Options extends OptionTypes>(
  argv: readonly string[],
  options: Options,
  problems: string[],
): Map<keyof Options & string, string> {
  const { tokens } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<keyof Options & string, string>();
  const allowed = Object.keys(options).map((name) => `--${name}`);
  let swallowed = false;
  for (const token of tokens) {
    if (token.kind === 'positional' && !swallowed) {
      problems.push(`"${token.value}" belongs to no option; options look like --name value`);
    }
    if (token.kind !== 'option') {
      continue;
    }
    const { name } = token;
    if (!Object.hasOwn(options, name)) {
      problems.push(`${token.rawName} is no option${suggestion(token.rawName, allowed)}`);
      // What follows an unknown option is most likely its value: one mistake is reported once.
      swallowed = true;
      continue;
    }
    swallowed = false;
    if (given.has(name)) {
      problems.push(`--${name} is given more than once`);
    }
    if (options[name]?.type === 'boolean') {
      if (token.value !== undefined) {
        problems.push(`--${name} takes no value, but "${token.value}" is given`);
      }
      given.set(name, '');
    } else if (token.value === undefined || token.value === '') {
      problems.push(`--${name} needs a value`);
    } else if (token.inlineValue === false && /^-[^\d]/.test(token.value)) {
      problems.push(`--${name} needs a value, but is followed by ${token.value}`);
      swallowed = true;
    } else {
      given.set(name, token.value);
    }
  }
  return given;
}

/** Reads a whole number from `least` to `most`; tells `problems` of anything else. */
export function wholeNumber(
  name: string,
  text: string,
  least: number,
  most: number,
  problems: string[],
): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) {
    problems.push(`--${name} is "${text}"; it must be a whole number from ${least} to ${most}`);
  }
  return value;
}

/** What is wrong with the name of a Pulumi stack, with or without its organisation and project. */
export function stackProblems(stack: string): string[] {
  return /^([\w.-]+\/){0,2}[\w.-]{1,100}$/.test(stack)
    ? []
    : [`--stack is "${stack}"; a stack is named by letters, digits, "-", "_" and ".", at most 100`];
}
