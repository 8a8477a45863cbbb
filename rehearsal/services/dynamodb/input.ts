import type { Json } from '../service';
import { invalid, notEmulated } from './errors';

/** The members of an operation's input that this emulation understands. */
export interface InputShape {
  readonly required: readonly string[];
  readonly optional: readonly string[];
}

const RETURN_VALUES = ['ALL_NEW', 'UPDATED_OLD', 'ALL_OLD', 'NONE', 'UPDATED_NEW'];

const ENUMS: Readonly<Record<string, readonly string[]>> = {
  ReturnValues: RETURN_VALUES,
  ReturnValuesOnConditionCheckFailure: ['ALL_OLD', 'NONE'],
  Select: ['SPECIFIC_ATTRIBUTES', 'COUNT', 'ALL_ATTRIBUTES', 'ALL_PROJECTED_ATTRIBUTES'],
};

/** Members whose `NONE` is the default, and whose other values ask for what is not emulated. */
const ONLY_NONE = ['ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'];

/**
 * Refuses an input that lacks a member or has one outside its values, as DynamoDB does, and one that asks for
 * what is not emulated: the legacy parameters, of which AWS says to use expressions instead
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/LegacyConditionalParameters.html), and the
 * like.
 */
export function checkInput(operation: string, input: Json, shape: InputShape): void {
  for (const member of shape.required) {
    if (input[member] === undefined) {
      throw invalid(
        member === 'TableName'
          ? `The parameter '${member}' is required but was not present in the request`
          : violation(member, 'null', 'Member must not be null'),
      );
    }
  }
  const known = [...shape.required, ...shape.optional, ...ONLY_NONE];
  for (const [member, value] of Object.entries<Json>(input)) {
    if (value === undefined) continue;
    if (!known.includes(member) || (ONLY_NONE.includes(member) && value !== 'NONE')) {
      throw notEmulated(`${member} of ${operation}`);
    }
    const allowed = Object.hasOwn(ENUMS, member) ? ENUMS[member] : undefined;
    if (allowed !== undefined && !allowed.includes(value)) {
      const set = `Member must satisfy enum value set: [${allowed.join(', ')}]`;
      throw invalid(violation(member, `'${value}'`, set));
    }
  }
  if (input.Limit !== undefined && input.Limit < 1) {
    const least = 'Member must have value greater than or equal to 1';
    throw invalid(violation('Limit', `'${input.Limit}'`, least));
  }
}

/** Refuses a list or map that is too short or too long. */
export function checkLength(member: string, value: Json, least: number, most: number): void {
  const length = Array.isArray(value) ? value.length : Object.keys(value).length;
  if (length >= least && length <= most) return;
  const bound =
    length < least ? `greater than or equal to ${least}` : `less than or equal to ${most}`;
  throw invalid(
    violation(member, `'${JSON.stringify(value)}'`, `Member must have length ${bound}`),
  );
}

function violation(member: string, value: string, constraint: string): string {
  const at = member.charAt(0).toLowerCase() + member.slice(1);
  return `1 validation error detected: Value ${value} at '${at}' failed to satisfy constraint: ${constraint}`;
}
