import type { Json } from '../service';
import {
  compareDecimals,
  type Decimal,
  formatDecimal,
  magnitudeOf,
  MAXIMUM_DIGITS,
  MAXIMUM_MAGNITUDE,
  MINIMUM_MAGNITUDE,
  parseDecimal,
  precisionOf,
} from './decimal';
import { invalid, invalidParameter, notEmulated } from './errors';

/** DynamoDB's data types by their descriptors. */
export const ATTRIBUTE_TYPES = ['S', 'N', 'B', 'BOOL', 'NULL', 'SS', 'NS', 'BS', 'L', 'M'] as const;
export type AttributeType = (typeof ATTRIBUTE_TYPES)[number];

/**
 * A value in canonical form, plain JSON with exactly one member: numbers in plain notation, binary in base64,
 * sets sorted.
 */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

export type Item = Readonly<Record<string, AttributeValue>>;

/** Nesting that DynamoDB allows: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAXIMUM_NESTING = 32;

/** The descriptor of a value: its one member. */
export function typeOf(value: AttributeValue): AttributeType {
  return Object.keys(value)[0] as AttributeType;
}

/** A member of a map; names such as `constructor` are data like any other. */
export function memberOf<T>(map: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(map, name) ? map[name] : undefined;
}

/** Checks a map of values from a request and brings it into canonical form. Throws `ValidationException`. */
export function readItem(input: Json, depth = 0): Item {
  return Object.fromEntries(
    Object.entries(input ?? {}).map(([name, value]) => {
      // Plain objects cannot hold it as data, and nobody names an attribute so.
      if (name === '__proto__') throw notEmulated('an attribute named __proto__');
      return [name, readValue(value, depth)];
    }),
  );
}

/** Checks one value from a request and brings it into canonical form. Throws `ValidationException`. */
export function readValue(input: Json, depth = 0): AttributeValue {
  const types = Object.keys(input ?? {}).filter((type) => input[type] !== undefined);
  const type = types[0];
  if (type === undefined) {
    throw invalid(
      'Supplied AttributeValue is empty, must contain exactly one of the supported datatypes',
    );
  }
  if (types.length > 1) {
    throw invalid(
      'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
    );
  }
  if (depth > MAXIMUM_NESTING) throw invalid('Nesting Levels have exceeded supported limits');
  const content = input[type];
  switch (type as AttributeType) {
    case 'S':
      return { S: text(content) };
    case 'N':
      return { N: canonicalNumber(text(content)) };
    case 'B':
      return { B: base64(content) };
    case 'BOOL':
      if (typeof content !== 'boolean') throw malformed(content);
      return { BOOL: content };
    case 'NULL':
      if (content !== true)
        throw invalidParameter('Null attribute value types must have the value of true');
      return { NULL: true };
    case 'SS':
      return { SS: readSet('SS', content, text) };
    case 'NS':
      return { NS: readSet('NS', content, (member) => canonicalNumber(text(member))) };
    case 'BS':
      return { BS: readSet('BS', content, base64) };
    case 'L':
      return { L: list(content).map((member) => readValue(member, depth + 1)) };
    case 'M':
      return { M: readItem(content, depth + 1) };
    default:
      throw malformed(input);
  }
}

/** Makes a set from members that are known to be valid: sorted, without duplicates. */
export function toSet(type: 'SS' | 'NS' | 'BS', members: readonly string[]): AttributeValue {
  const element = type.slice(0, 1) as 'S' | 'N' | 'B';
  const sorted = [...new Set(members)].sort(
    (a, b) => compareValues({ [element]: a }, { [element]: b }) ?? 0,
  );
  return { [type]: sorted };
}

/** Makes a number, or throws where DynamoDB cannot hold it. */
export function toNumber(decimal: Decimal): AttributeValue {
  // Even a sum of too many digits is told as an overflow: seen at AWS by
  // https://github.com/scylladb/scylladb/blob/master/test/alternator/test_number.py
  if (magnitudeOf(decimal) > MAXIMUM_MAGNITUDE || precisionOf(decimal) > MAXIMUM_DIGITS)
    throw overflow();
  if (magnitudeOf(decimal) < MINIMUM_MAGNITUDE) throw underflow();
  return { N: formatDecimal(decimal) };
}

/** The decimal of a canonical number. */
export function decimalOf(canonical: string): Decimal {
  const decimal = parseDecimal(canonical);
  if (decimal === undefined) throw new Error(`not a canonical number: ${canonical}`);
  return decimal;
}

/** Whether two values are the same to `=`, `IN` and `contains`: maps whatever the order of their members. */
export function sameValue(a: AttributeValue, b: AttributeValue): boolean {
  if (a.M !== undefined && b.M !== undefined) {
    const [left, right] = [a.M, b.M];
    const names = Object.keys(left);
    return (
      names.length === Object.keys(right).length &&
      names.every((name) => Object.hasOwn(right, name) && sameValue(left[name]!, right[name]!))
    );
  }
  if (a.L !== undefined && b.L !== undefined) {
    const [left, right] = [a.L, b.L];
    return (
      left.length === right.length && left.every((value, index) => sameValue(value, right[index]!))
    );
  }
  return JSON.stringify(a) === JSON.stringify(b);
}

/**
 * Order of two values, as for `Array.sort`: numbers by value, strings by UTF-8 bytes, binary by unsigned bytes.
 * `undefined` where DynamoDB knows no order between them.
 */
export function compareValues(a: AttributeValue, b: AttributeValue): number | undefined {
  if (a.N !== undefined && b.N !== undefined)
    return compareDecimals(decimalOf(a.N), decimalOf(b.N));
  if (a.S !== undefined && b.S !== undefined)
    return Buffer.compare(Buffer.from(a.S), Buffer.from(b.S));
  if (a.B !== undefined && b.B !== undefined) return Buffer.compare(bytes(a.B), bytes(b.B));
  return undefined;
}

/** The bytes behind base64 text. */
export function bytes(encoded: string): Buffer {
  return Buffer.from(encoded, 'base64');
}

/** A fresh copy in the shape of the SDK, where binary is `Uint8Array`. */
export function toWire(item: Item): Json {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [name, valueToWire(value)]),
  );
}

function valueToWire(value: AttributeValue): Json {
  if (value.B !== undefined) return { B: new Uint8Array(bytes(value.B)) };
  if (value.BS !== undefined)
    return { BS: value.BS.map((member) => new Uint8Array(bytes(member))) };
  if (value.L !== undefined) return { L: value.L.map(valueToWire) };
  if (value.M !== undefined) return { M: toWire(value.M) };
  if (value.SS !== undefined) return { SS: [...value.SS] };
  if (value.NS !== undefined) return { NS: [...value.NS] };
  return { ...value };
}

/**
 * Size in bytes as DynamoDB counts it towards the limits of an item and a page:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function sizeOf(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + sizeOfValue(value),
    0,
  );
}

function sizeOfValue(value: AttributeValue): number {
  const total = (sizes: number[]) => sizes.reduce((sum, size) => sum + size, 0);
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  // "approximately (length of attribute name) + (1 byte per two significant digits) + (1 byte)"
  if (value.N !== undefined) return Math.ceil(precisionOf(decimalOf(value.N)) / 2) + 1;
  if (value.B !== undefined) return bytes(value.B).length;
  if (value.SS !== undefined) return total(value.SS.map((S) => sizeOfValue({ S })));
  if (value.NS !== undefined) return total(value.NS.map((N) => sizeOfValue({ N })));
  if (value.BS !== undefined) return total(value.BS.map((B) => sizeOfValue({ B })));
  if (value.L !== undefined) return 3 + total(value.L.map((member) => 1 + sizeOfValue(member)));
  if (value.M !== undefined) return 3 + Object.keys(value.M).length + sizeOf(value.M);
  return 1;
}

function canonicalNumber(input: string): string {
  const decimal = parseDecimal(input);
  if (decimal === undefined) {
    const detail = input === '' ? '' : `: ${input}`;
    throw invalid(`The parameter cannot be converted to a numeric value${detail}`);
  }
  if (magnitudeOf(decimal) > MAXIMUM_MAGNITUDE) throw overflow();
  if (magnitudeOf(decimal) < MINIMUM_MAGNITUDE) throw underflow();
  if (precisionOf(decimal) > MAXIMUM_DIGITS) {
    throw invalid('Attempting to store more than 38 significant digits in a Number');
  }
  return formatDecimal(decimal);
}

const EMPTY_SET = {
  SS: 'An string set  may not be empty',
  NS: 'An number set  may not be empty',
  BS: 'Binary sets should not be empty',
};

function readSet(
  type: 'SS' | 'NS' | 'BS',
  content: Json,
  read: (member: Json) => string,
): readonly string[] {
  const members = list(content).map(read);
  if (members.length === 0) throw invalidParameter(EMPTY_SET[type]);
  const set = toSet(type, members)[type] ?? [];
  if (set.length < members.length) {
    if (type === 'NS') throw invalid('Input collection contains duplicates');
    const of = type === 'BS' ? 'of type BS ' : ' ';
    throw invalidParameter(`Input collection [${members.join(', ')}]${of}contains duplicates.`);
  }
  return set;
}

function text(content: Json): string {
  if (typeof content !== 'string') throw malformed(content);
  return content;
}

function list(content: Json): Json[] {
  if (!Array.isArray(content)) throw malformed(content);
  return content;
}

/** Binary comes as bytes from an SDK and as base64 from a file or a state machine. */
function base64(content: Json): string {
  if (ArrayBuffer.isView(content)) {
    return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('base64');
  }
  const encoded = text(content);
  if (bytes(encoded).toString('base64') !== encoded) throw malformed(content);
  return encoded;
}

function malformed(content: Json): Error {
  return invalid(`Supplied AttributeValue is malformed: ${JSON.stringify(content)}`);
}

function overflow(): Error {
  return invalid(
    'Number overflow. Attempting to store a number with magnitude larger than supported range',
  );
}

function underflow(): Error {
  return invalid(
    'Number underflow. Attempting to store a number with magnitude smaller than supported range',
  );
}
