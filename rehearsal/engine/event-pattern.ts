import type { BusEvent, Json } from '../services/service';

/**
 * Whether an event matches an EventBridge event pattern:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns-content-based-filtering.html.
 * An operator that is not known here throws: a rule that silently never fires is worse.
 */
export function matchesPattern(pattern: Json, event: BusEvent): boolean {
  return matchesObject(pattern, event);
}

function matchesObject(pattern: Json, value: Json): boolean {
  return Object.entries(pattern as Record<string, Json>).every(([key, expected]) => {
    if (key === '$or') {
      return (expected as Json[]).some((branch) => matchesObject(branch, value));
    }
    const actual = isObject(value) ? value[key] : undefined;
    return Array.isArray(expected)
      ? matchesField(expected, actual)
      : matchesObject(expected, actual);
  });
}

/** A field matches when one of its values satisfies one of the conditions; `exists: false` matches its absence. */
function matchesField(conditions: readonly Json[], actual: Json): boolean {
  const values: readonly Json[] = Array.isArray(actual) ? actual : [actual];
  return conditions.some((condition) => {
    if (isObject(condition) && 'exists' in condition) {
      return (actual !== undefined) === condition['exists'];
    }
    return actual !== undefined && values.some((value) => matchesValue(condition, value));
  });
}

function matchesValue(condition: Json, value: Json): boolean {
  if (!isObject(condition)) return condition === value;
  const entries = Object.entries(condition);
  return entries.every(([operator, operand]) => {
    switch (operator) {
      case 'prefix':
        return typeof value === 'string' && value.startsWith(operand);
      case 'suffix':
        return typeof value === 'string' && value.endsWith(operand);
      case 'equals-ignore-case':
        return typeof value === 'string' && value.toLowerCase() === operand.toLowerCase();
      case 'wildcard':
        return typeof value === 'string' && wildcard(operand).test(value);
      case 'anything-but':
        return ([] as Json[]).concat(operand).every((one) => !matchesValue(one, value));
      case 'numeric':
        return typeof value === 'number' && comparisons(operand).every((holds) => holds(value));
      default:
        throw new Error(`The event pattern operator "${operator}" is not implemented.`);
    }
  });
}

function wildcard(text: string): RegExp {
  const parts = text.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}

function comparisons(operand: readonly Json[]): ((value: number) => boolean)[] {
  const holds: ((value: number) => boolean)[] = [];
  for (let index = 0; index < operand.length; index += 2) {
    const operator = operand[index] as string;
    const bound = operand[index + 1] as number;
    const compare = {
      '=': (value: number) => value === bound,
      '<': (value: number) => value < bound,
      '<=': (value: number) => value <= bound,
      '>': (value: number) => value > bound,
      '>=': (value: number) => value >= bound,
    }[operator];
    if (compare === undefined) throw new Error(`Unknown numeric comparison "${operator}".`);
    holds.push(compare);
  }
  return holds;
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
