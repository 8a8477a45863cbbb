import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Json } from '../services/service';
import { randomUuid, seededStream } from './random';

type Intrinsic = (values: readonly Json[], random: () => number) => Json;

const maxArrayLength = 1000;
const maxHashedLength = 10_000;
const hashAlgorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** All intrinsic functions by the name after `States.`; each throws an Error for values that it cannot take. */
export const intrinsicFunctions: Readonly<Record<string, Intrinsic>> = {
  Array: (values) => [...values],

  ArrayPartition: (values) => {
    const [array, size] = take(values, 'array', 'integer');
    if (size < 1) throw new Error('the chunk size must be positive');
    const chunks: Json[] = [];
    for (let start = 0; start < array.length; start += size) {
      chunks.push(array.slice(start, start + size));
    }
    return chunks;
  },

  ArrayContains: (values) => {
    const [array, wanted] = take(values, 'array', 'any');
    return array.some((item: Json) => isDeepStrictEqual(item, wanted));
  },

  ArrayRange: (values) => {
    const [first, last, step] = take(values, 'integer', 'integer', 'integer');
    if (step === 0) throw new Error('the step must not be zero');
    const length = Math.max(0, Math.floor((last - first) / step) + 1);
    if (length > maxArrayLength) throw new Error(`the range exceeds ${maxArrayLength} items`);
    return Array.from({ length }, (_, index) => first + index * step);
  },

  ArrayGetItem: (values) => {
    const [array, index] = take(values, 'array', 'integer');
    if (index < 0 || index >= array.length) throw new Error(`the index ${index} is out of bounds`);
    return array[index];
  },

  ArrayLength: (values) => take(values, 'array')[0].length,

  ArrayUnique: (values) => {
    const [array] = take(values, 'array');
    return array.filter(
      (item: Json, index: number) =>
        array.findIndex((other: Json) => isDeepStrictEqual(item, other)) === index,
    );
  },

  Base64Encode: (values) => Buffer.from(short(take(values, 'string')[0])).toString('base64'),

  Base64Decode: (values) => {
    const text = short(take(values, 'string')[0]);
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw new Error('the text is not Base64');
    return Buffer.from(text, 'base64').toString();
  },

  Hash: (values) => {
    const [data, name] = take(values, 'any', 'string');
    const algorithm = hashAlgorithms[name];
    if (algorithm === undefined) {
      throw new Error(
        `the algorithm '${name}' is not one of ${Object.keys(hashAlgorithms).join(', ')}`,
      );
    }
    return createHash(algorithm)
      .update(short(typeof data === 'string' ? data : JSON.stringify(data)))
      .digest('hex');
  },

  JsonMerge: (values) => {
    const [first, second, deep] = take(values, 'object', 'object', 'boolean');
    if (deep) throw new Error('only the shallow merging mode is supported');
    return { ...first, ...second };
  },

  StringToJson: (values) => {
    const [text] = take(values, 'string');
    return text.trim() === '' ? null : JSON.parse(text);
  },

  JsonToString: (values) => JSON.stringify(take(values, 'any')[0]),

  MathRandom: (values, random) => {
    const seed = values[2];
    const [from, to] = take(values.slice(0, 2), 'integer', 'integer');
    if (to <= from) throw new Error('the end of the range must be greater than its start');
    if (seed !== undefined) take([seed], 'number');
    const next = seed === undefined ? random : seededStream({ random: Number(seed) });
    return from + Math.floor(next() * (to - from));
  },

  MathAdd: (values) => {
    const [first, second] = take(values, 'integer', 'integer');
    // Rounding may yield -0, which JSON does not know.
    return first + second + 0;
  },

  StringSplit: (values) => {
    const [text, delimiters] = take(values, 'string', 'string');
    const parts = [''];
    for (const char of text) {
      if (delimiters.includes(char)) parts.push('');
      else parts[parts.length - 1] += char;
    }
    return parts.filter((part) => part !== '');
  },

  UUID: (values, random) => {
    take(values);
    return randomUuid(random);
  },

  Format: ([template, ...values]) => {
    if (typeof template !== 'string') throw new Error('the template must be a string');
    let used = 0;
    const text = template.replace(/\\([{}])|\{\}/g, (_, escaped: string | undefined) => {
      if (escaped !== undefined) return escaped;
      if (used >= values.length) throw new Error('the template has more {} than there are values');
      return describe(values[used++]);
    });
    if (used < values.length) throw new Error('the template has fewer {} than there are values');
    return text;
  },
};

type Kind = 'any' | 'array' | 'boolean' | 'integer' | 'number' | 'object' | 'string';

/** Checks number and kinds of the values. A number that must be an integer is rounded, as AWS does. */
function take<const Kinds extends readonly Kind[]>(
  values: readonly Json[],
  ...kinds: Kinds
): { [Position in keyof Kinds]: Json } {
  if (values.length !== kinds.length) {
    throw new Error(`expected ${kinds.length} arguments, but there are ${values.length}`);
  }
  return kinds.map((kind, position) => {
    const value = values[position];
    if (!isKind(value, kind)) throw new Error(`argument ${position + 1} must be of type ${kind}`);
    return kind === 'integer' ? Math.round(value) : value;
  }) as { [Position in keyof Kinds]: Json };
}

function isKind(value: Json, kind: Kind): boolean {
  if (kind === 'any') return true;
  if (kind === 'array') return Array.isArray(value);
  if (kind === 'integer') return typeof value === 'number';
  if (kind === 'object') {
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  }
  return typeof value === kind;
}

function short(text: string): string {
  if (text.length > maxHashedLength) {
    throw new Error(`the text exceeds ${maxHashedLength} characters`);
  }
  return text;
}

/** AWS prints objects as Java does: `{Arg1=1, Arg2=[]}`. */
function describe(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(describe).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries<Json>(value)
    .map(([name, member]) => `${name}=${describe(member)}`)
    .join(', ')}}`;
}
