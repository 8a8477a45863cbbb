import * as fc from 'fast-check';

import {
  addDecimals,
  compareDecimals,
  formatDecimal,
  parseDecimal,
} from '../../../../rehearsal/services/dynamodb/decimal';

describe('numbers', () => {
  const decimal = fc.tuple(
    fc.bigInt(-(10n ** 38n) + 1n, 10n ** 38n - 1n),
    fc.integer({ min: -60, max: 60 }),
  );
  const parse = (text: string) => parseDecimal(text)!;

  it('keep 38 digits exactly when they are added', () => {
    fc.assert(
      fc.property(decimal, decimal, ([a, i], [b, j]) => {
        const sum = a * 10n ** BigInt(i + 60) + b * 10n ** BigInt(j + 60);
        expect(addDecimals(parse(`${a}e${i}`), parse(`${b}e${j}`))).toEqual(parse(`${sum}e-60`));
      }),
      { seed: 1 },
    );
  });

  it('are ordered by value, however they are written', () => {
    fc.assert(
      fc.property(decimal, decimal, ([a, i], [b, j]) => {
        const difference = a * 10n ** BigInt(i + 60) - b * 10n ** BigInt(j + 60);
        const order = compareDecimals(parse(`${a}e${i}`), parse(`${b}.000e${j}`));
        expect(Math.sign(order)).toBe(difference === 0n ? 0 : difference > 0n ? 1 : -1);
      }),
      { seed: 1 },
    );
  });

  it('have one plain notation that reads back as the same number', () => {
    fc.assert(
      fc.property(decimal, ([a, i]) => {
        const text = formatDecimal(parse(`${a}e${i}`));
        expect(text).toMatch(/^(0|-?(0|[1-9]\d*)(\.\d*[1-9])?)$/);
        expect(parse(text)).toEqual(parse(`${a}e${i}`));
      }),
      { seed: 1 },
    );
    expect(formatDecimal(parse('-0'))).toBe('0');
    expect(formatDecimal(parse('-1.50e-3'))).toBe('-0.0015');
  });
});
