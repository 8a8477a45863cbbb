import * as fc from 'fast-check';

import type { Json } from '../../../../rehearsal/services/service';

export const HOLDERS = ['run-1', 'run-2'];
export const NUMBERS = [
  '0',
  '1',
  '-1',
  '2',
  '9',
  '10',
  '0.5',
  '-0.25',
  '1e3',
  '100000000000000000001',
  '-99.10',
];

export function text(...of: string[]): fc.Arbitrary<Json> {
  return fc.constantFrom(...of).map((S) => ({ S }));
}

export function number(...of: string[]): fc.Arbitrary<Json> {
  return fc.constantFrom(...of).map((N) => ({ N }));
}

export function blob(): fc.Arbitrary<Json> {
  return fc
    .constantFrom('\x01', '\x01\x02', '\x80', 'z')
    .map((bytes) => ({ B: Buffer.from(bytes, 'latin1') }));
}

export const scalar = fc.oneof(text('v', 'vw', 'w', 'item#a'), number(...NUMBERS), blob());
export const set = fc.oneof(
  fc.uniqueArray(fc.constantFrom('v', 'w', 'vw'), { minLength: 1 }).map((SS) => ({ SS })),
  fc.uniqueArray(fc.constantFrom('1', '2', '0.5', '10'), { minLength: 1 }).map((NS) => ({ NS })),
);
export const value: fc.Arbitrary<Json> = fc.oneof(
  { maxDepth: 2 },
  scalar,
  set,
  fc.constantFrom<Json>({ BOOL: true }, { NULL: true }),
  fc.letrec<{ list: Json; map: Json; any: Json }>((tie) => ({
    any: fc.oneof({ maxDepth: 2 }, scalar, set, tie('list'), tie('map')),
    list: fc.array(tie('any'), { maxLength: 3 }).map((L) => ({ L })),
    map: fc
      .dictionary(fc.constantFrom('x', 'y', 'c'), tie('any'), { maxKeys: 2 })
      .map((M) => ({ M })),
  })).any,
);
export const numeric = number(...NUMBERS);
export const strings = fc
  .uniqueArray(fc.constantFrom('v', 'w', 'vw'), { minLength: 1 })
  .map((SS) => ({ SS }));
export const numbers = fc
  .uniqueArray(fc.constantFrom('1', '2', '0.5', '10'), { minLength: 1 })
  .map((NS) => ({ NS }));
export const list = fc.array(value, { maxLength: 4 }).map((L) => ({ L }));
export const map = fc
  .dictionary(fc.constantFrom('x', 'y', 'c'), value, { maxKeys: 3 })
  .map((M) => ({ M }));

export const mostly = <T>(usual: fc.Arbitrary<T>, rare: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 19, arbitrary: usual }, { weight: 1, arbitrary: rare });
