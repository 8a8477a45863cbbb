import * as fc from 'fast-check';
import { mostly } from './mostly';

/** Characters of every class that tags may have: letters, marks of separation, digits, and `_.:/=+-@`. */
const PARTS = [
  'a',
  'Z',
  '7',
  'é',
  'ß',
  'Ж',
  '東',
  '𝒳',
  'Ⅷ',
  ' ',
  '_',
  '.',
  ':',
  '/',
  '=',
  '+',
  '-',
  '@',
];

const value = fc.oneof(
  fc.constantFrom('', '4711', 'Köln / 東京 = Ⅷ'),
  fc.string({ unit: fc.constantFrom(...PARTS), maxLength: 40 }),
  // The longest; AWS counts characters.
  fc.constant('é'.repeat(256)),
);

/** Tags of people and of AWS itself: none, few, or up to the limit of 50 and just below it. */
export const foreignTags: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .record({
    count: fc.oneof(
      { withCrossShrink: true },
      { weight: 6, arbitrary: fc.constant(0) },
      { weight: 3, arbitrary: fc.integer({ min: 1, max: 6 }) },
      // With AutoUpdate, BaseName, NextVersion and evergreen:source: around 50.
      { weight: 2, arbitrary: fc.integer({ min: 44, max: 50 }) },
    ),
    isFromStack: mostly(false, 4, fc.boolean()),
    value,
  })
  .map(({ count, isFromStack, value }) => ({
    ...(isFromStack && { 'aws:cloudformation:stack-name': 'workplace' }),
    ...Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, value])),
  }));

/** An image's tags: the automation's own, and as many others as the limit of 50 leaves room for. */
export function withForeignTags(
  own: Readonly<Record<string, string>>,
  foreign: Readonly<Record<string, string>>,
): Record<string, string> {
  const room = Math.max(0, 50 - Object.keys(own).length);
  return { ...Object.fromEntries(Object.entries(foreign).slice(0, room)), ...own };
}
