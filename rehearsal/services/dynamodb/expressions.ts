import type { AwsError, Json } from '../service';
import { invalid } from './errors';
import { parseCondition } from './parse-condition';
import { parseUpdate } from './parse-update';
import { parseProjection, type Placeholders } from './parser';
import type { Condition, Path, UpdateAction } from './syntax';
import { ExpressionError } from './tokens';
import { type AttributeValue, memberOf, readValue } from './values';

/** The expressions of one request, parsed, with every placeholder replaced. */
export interface Expressions {
  readonly update?: readonly UpdateAction[];
  readonly condition?: Condition;
  readonly keyCondition?: Condition;
  readonly filter?: Condition;
  readonly projection?: readonly Path[];
}

/** The expressions that can hold values, by the input member that carries them. */
const WITH_VALUES = [
  'UpdateExpression',
  'ConditionExpression',
  'KeyConditionExpression',
  'FilterExpression',
] as const;

/**
 * Reads the expressions of a request. `accepted` names those that the operation knows, of which messages tell.
 * Throws `ValidationException`: for the syntax, for placeholders that are unknown and for those that are unused.
 */
export function readExpressions(input: Json, accepted: readonly string[]): Expressions {
  const placeholders = new UsedPlaceholders(input, accepted);
  const parse = <T>(member: string, parser: (text: string, of: Placeholders) => T) => {
    if (input[member] === undefined) return undefined;
    try {
      return parser(input[member], placeholders);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw invalid(`Invalid ${member}: ${error.message}`);
    }
  };
  const update = parse('UpdateExpression', parseUpdate);
  const condition = parse('ConditionExpression', parseCondition);
  const keyCondition = parse('KeyConditionExpression', parseCondition);
  const filter = parse('FilterExpression', parseCondition);
  const projection = parse('ProjectionExpression', parseProjection);
  placeholders.checkUsed();
  return {
    ...(update && { update }),
    ...(condition && { condition }),
    ...(keyCondition && { keyCondition }),
    ...(filter && { filter }),
    ...(projection && { projection }),
  };
}

class UsedPlaceholders implements Placeholders {
  private readonly names: Readonly<Record<string, string>>;
  private readonly values: Readonly<Record<string, AttributeValue>>;
  private readonly used = new Set<string>();

  constructor(input: Json, accepted: readonly string[]) {
    const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = input;
    const present = accepted.filter((member) => input[member] !== undefined);
    if (names !== undefined) {
      if (present.length === 0) {
        throw invalid('ExpressionAttributeNames can only be specified when using expressions');
      }
      checkPlaceholders('ExpressionAttributeNames', names, /^#\w+$/);
    }
    if (values !== undefined) {
      const holders = WITH_VALUES.filter((member) => accepted.includes(member));
      if (!holders.some((member) => present.includes(member))) {
        throw invalid(
          'ExpressionAttributeValues can only be specified when using expressions: ' +
            `${holders.join(' and ')} ${holders.length > 1 ? 'are' : 'is'} null`,
        );
      }
      checkPlaceholders('ExpressionAttributeValues', values, /^:\w+$/);
    }
    this.names = names ?? {};
    this.values = Object.fromEntries(
      Object.entries(values ?? {}).map(([placeholder, value]) => [
        placeholder,
        readPlaceholderValue(placeholder, value),
      ]),
    );
  }

  name(placeholder: string): string {
    const name = memberOf(this.names, placeholder);
    if (name === undefined) {
      throw new ExpressionError(
        `An expression attribute name used in the document path is not defined; attribute name: ${placeholder}`,
      );
    }
    this.used.add(placeholder);
    return name;
  }

  value(placeholder: string): AttributeValue {
    const value = memberOf(this.values, placeholder);
    if (value === undefined) {
      throw new ExpressionError(
        `An expression attribute value used in expression is not defined; attribute value: ${placeholder}`,
      );
    }
    this.used.add(placeholder);
    return value;
  }

  checkUsed(): void {
    this.checkAllUsed('ExpressionAttributeNames', this.names);
    this.checkAllUsed('ExpressionAttributeValues', this.values);
  }

  private checkAllUsed(member: string, placeholders: Readonly<Record<string, unknown>>): void {
    const unused = Object.keys(placeholders).filter((placeholder) => !this.used.has(placeholder));
    if (unused.length > 0) {
      throw invalid(
        `Value provided in ${member} unused in expressions: keys: {${unused.join(', ')}}`,
      );
    }
  }
}

function checkPlaceholders(member: string, placeholders: Json, form: RegExp): void {
  const keys = Object.keys(placeholders);
  if (keys.length === 0) throw invalid(`${member} must not be empty`);
  const wrong = keys.find((key) => !form.test(key));
  if (wrong !== undefined) {
    throw invalid(`${member} contains invalid key: Syntax error; key: "${wrong}"`);
  }
}

function readPlaceholderValue(placeholder: string, value: Json): AttributeValue {
  try {
    return readValue(value);
  } catch (error) {
    throw invalid(
      `ExpressionAttributeValues contains invalid value: ${(error as AwsError).message} for key ${placeholder}`,
    );
  }
}
