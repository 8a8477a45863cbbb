/** Value of a policy variable by lower-cased key, such as `aws:principaltag/team`; `undefined` where it has none. */
export type Variables = (key: string) => string | undefined;

/**
 * Whether a value matches a pattern of a policy. `undefined` where the pattern holds a variable without a value,
 * which makes the whole statement void:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html#policy-vars-no-value
 */
export type Matcher = (value: string, variables: Variables) => boolean | undefined;

/** What is wrong with a policy, or what of it the rehearsal cannot judge; the message names the element. */
export class PolicyError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'PolicyError';
  }
}

/** How `*` and `?` become a regular expression, given the character that follows and the colons so far. */
type Wildcards = (wildcard: '*' | '?', next: string, colons: number) => string;

interface Options {
  /** Whether `${...}` is a variable: only in policies of version 2012-10-17. */
  readonly variables: boolean;
  readonly wildcards?: Wildcards;
  readonly ignoreCase?: boolean;
}

/** Actions know `*` and `?` and no case: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html */
export function compileAction(pattern: string): Matcher {
  if (!/^(\*|[a-z0-9-]+:[a-z0-9*?]+)$/i.test(pattern)) {
    throw new PolicyError(`Action "${pattern}" is not of the form service:Action`);
  }
  return compile(pattern, { variables: false, wildcards: anywhere, ignoreCase: true });
}

/**
 * Resources: a wildcard stays within its colons, except a `*` that ends its segment. Variables only after the
 * fifth colon. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
 */
export function compileResource(pattern: string, variables: boolean): Matcher {
  if (pattern === '*') return () => true;
  if (!pattern.startsWith('arn:')) {
    throw new PolicyError(`Resource "${pattern}" is neither an ARN nor "*"`);
  }
  const [, , service = ''] = pattern.split(':');
  if (/[*?]/.test(service)) {
    throw new PolicyError(`Resource "${pattern}" has a wildcard in its service, which AWS refuses`);
  }
  const variable = variables ? pattern.indexOf('${') : -1;
  if (variable >= 0 && colonsIn(pattern.slice(0, variable)) < 5) {
    throw new PolicyError(`Resource "${pattern}" has a variable before its fifth colon`);
  }
  return compile(pattern, {
    variables,
    wildcards: (wildcard, next) => {
      if (wildcard === '?') return '[^:]';
      return next === ':' || next === '' ? '.*' : '[^:]*';
    },
  });
}

/** The value itself; no wildcards. */
export function compileLiteral(value: string, variables: boolean, ignoreCase = false): Matcher {
  return compile(value, { variables, ignoreCase });
}

/** `StringLike`: wildcards anywhere. */
export function compileGlob(pattern: string, variables: boolean): Matcher {
  return compile(pattern, { variables, wildcards: anywhere });
}

/**
 * `ArnLike` and `ArnEquals`, which do the same: each of the six components is compared separately.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN
 */
export function compileArn(pattern: string, variables: boolean): Matcher {
  if (!(variables && pattern.includes('${')) && colonsIn(pattern) < 5) {
    throw new PolicyError(`"${pattern}" has not the six components of an ARN`);
  }
  const matches = compile(pattern, {
    variables,
    wildcards: (wildcard, _next, colons) => {
      const one = colons < 5 ? '[^:]' : '.';
      return wildcard === '*' ? `${one}*` : one;
    },
  });
  return (value, lookup) => (colonsIn(value) < 5 ? false : matches(value, lookup));
}

const anywhere: Wildcards = (wildcard) => (wildcard === '*' ? '.*' : '.');

const colonsIn = (text: string): number => text.split(':').length - 1;

function compile(pattern: string, options: Options): Matcher {
  const flags = options.ignoreCase === true ? 'si' : 's';
  if (!(options.variables && pattern.includes('${'))) {
    const expression = new RegExp(`^${sourceOf(pattern, options)}$`, flags);
    return (value) => expression.test(value);
  }
  const parts = pattern.split(/(\$\{[^}]*\})/);
  return (value, variables) => {
    let source = '';
    let before = '';
    for (const [index, part] of parts.entries()) {
      if (part.startsWith('${')) {
        const replacement = valueOf(part, variables);
        if (replacement === undefined) return undefined;
        source += escape(replacement);
      } else {
        source += sourceOf(part, options, before, parts[index + 1]);
      }
      before += part.startsWith('${') ? '' : part;
    }
    return new RegExp(`^${source}$`, flags).test(value);
  };
}

/** Part of a pattern as a regular expression; `before` and `after` are its surroundings. */
function sourceOf(part: string, { wildcards }: Options, before = '', after = ''): string {
  let colons = colonsIn(before);
  let source = '';
  for (const [index, character] of [...part].entries()) {
    if (character === ':') colons += 1;
    if (wildcards !== undefined && (character === '*' || character === '?')) {
      source += wildcards(character, [...part][index + 1] ?? after, colons);
    } else {
      source += escape(character);
    }
  }
  return source;
}

/** `${key}`, `${key, 'default'}`, and the escapes `${*}`, `${?}` and `${$}`. */
function valueOf(variable: string, variables: Variables): string | undefined {
  const inner = variable.slice(2, -1);
  if (['*', '?', '$'].includes(inner)) return inner;
  const [, key = '', fallback] = /^\s*([^,]*?)\s*(?:,\s*'(.*)'\s*)?$/s.exec(inner) ?? [];
  if (key === '') throw new PolicyError(`"${variable}" is not a policy variable`);
  return variables(key.toLowerCase()) ?? fallback;
}

const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&');
