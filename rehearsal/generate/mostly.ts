import * as fc from 'fast-check';

/**
 * Mostly one value, sometimes another. It shrinks to the first, so that a small scenario holds nothing special that
 * its failure does not need.
 *
 * @param weight how many times as often as each of the others
 */
export function mostly<T>(
  value: T,
  weight: number,
  ...others: readonly fc.Arbitrary<T>[]
): fc.Arbitrary<T> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight, arbitrary: fc.constant(value) },
    ...others.map((arbitrary) => ({ weight: 1, arbitrary })),
  );
}
