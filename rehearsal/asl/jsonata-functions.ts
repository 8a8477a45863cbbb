import { createHash } from 'node:crypto';
import type { Json } from '../services/service';
import { intrinsicFunctions } from './intrinsic-functions';
import { randomUuid, seededStream } from './random';

/**
 * The functions that AWS adds to JSONata, and `$eval`, which it takes away:
 * https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html#jsonata-functions-provided-by-sfn
 */
export function jsonataFunctions(
  random: () => number,
): Record<string, (...values: Json[]) => Json> {
  return {
    partition: (array, size) =>
      orUndefined([array, size], () => intrinsic('ArrayPartition', [array, size])),
    range: (first, last, step) =>
      orUndefined([first, last, step], () =>
        sequence(intrinsic('ArrayRange', [first, last, step])),
      ),
    hash: (data, algorithm = 'SHA-256') =>
      orUndefined([data], () => createHash(algorithmName(algorithm)).update(data).digest('hex')),
    random: (seed) => (seed === undefined ? random() : seededStream({ random: Number(seed) })()),
    uuid: () => randomUuid(random),
    parse: (text) => orUndefined([text], () => JSON.parse(text)),
    eval: () => {
      throw new Error('$eval is not supported in Step Functions');
    },
  };
}

function intrinsic(name: string, values: readonly Json[]): Json {
  const implementation = intrinsicFunctions[name];
  if (implementation === undefined) throw new Error(`No intrinsic function ${name}.`);
  return implementation(values, () => 0);
}

/** Marks an array as what JSONata unwraps where it has a single item, as AWS was seen to do with ranges. */
function sequence(items: Json[]): Json[] {
  return Object.defineProperty(items, 'sequence', { value: true, enumerable: false });
}

function orUndefined(values: readonly Json[], compute: () => Json): Json {
  return values.includes(undefined) ? undefined : compute();
}

function algorithmName(name: string): string {
  if (!['MD5', 'SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'].includes(name)) {
    throw new Error(`Unknown hash algorithm ${name}`);
  }
  return name.replace('-', '').toLowerCase();
}
