import * as fc from 'fast-check';

/** How an image is called: enough to make its name, once its position in the account makes it unique. */
export interface NamePlan {
  readonly style: 'plain' | 'dotted' | 'prefix' | 'digit' | 'capital';
  /** Characters to fill the name up to, where the style has less; at most 100, AppStream's own limit. */
  readonly length: number;
}

/** The longest name that AppStream gives an image: `NamePlan.length` and the names of an estate end here. */
export const LONGEST_NAME = 100;

/**
 * Short names, names of any length, and those at the limits: a successor's name is longer by `-Updated-20260201-1`,
 * 19 characters, so 80 to 82 characters end at 99 to 101.
 */
export const namePlans: fc.Arbitrary<NamePlan> = fc.record({
  style: fc.constantFrom(...(['plain', 'dotted', 'prefix', 'digit', 'capital'] as const)),
  length: fc.oneof(
    { withCrossShrink: true },
    { weight: 8, arbitrary: fc.constant(1) },
    { weight: 2, arbitrary: fc.integer({ min: 2, max: 79 }) },
    { weight: 3, arbitrary: fc.constantFrom(80, 81, 82) },
    { weight: 1, arbitrary: fc.constantFrom(99, LONGEST_NAME) },
  ),
});

/**
 * The name of the image at a position: unique among names of the same function, and close to those of its
 * neighbours, so that who searches for `web-1` must not find `web-10`, `web.1` or `Web-1`.
 */
export function nameOf({ style, length }: NamePlan, position: number): string {
  const stem = {
    // One character where there are few images: the shortest name.
    plain: position < 26 ? String.fromCharCode(97 + position) : `p${position}`,
    dotted: `web.${position}`,
    prefix: `web-${position}`,
    digit: `${position}_web`,
    capital: `Web-${position}`,
  }[style];
  return stem.length >= length ? stem : `${stem}-`.padEnd(length, 'abc-def_ghi.');
}
