/** An exact decimal number, `coefficient * 10 ** exponent`; the coefficient never ends in a zero, zero has exponent 0. */
export interface Decimal {
  readonly coefficient: bigint;
  readonly exponent: number;
}

/** Significant digits that DynamoDB keeps. */
export const MAXIMUM_DIGITS = 38;
/** Exponents of the leading digit that DynamoDB keeps: 1E-130 to 9.9…E+125. */
export const MINIMUM_MAGNITUDE = -130;
export const MAXIMUM_MAGNITUDE = 125;

const NUMERIC = /^([+-]?)(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d+))?$/;

/** Reads a number as DynamoDB's wire format writes it; `undefined` where the text is none. */
export function parseDecimal(text: string): Decimal | undefined {
  const [, sign, mantissa, exponent] = NUMERIC.exec(text) ?? [];
  if (mantissa === undefined) return undefined;
  const [whole = '', fraction = ''] = mantissa.split('.');
  const coefficient = BigInt(whole + fraction);
  return normalize(
    sign === '-' ? -coefficient : coefficient,
    Number(exponent ?? 0) - fraction.length,
  );
}

/** Plain notation without an exponent or superfluous zeros: how DynamoDB answers. */
export function formatDecimal({ coefficient, exponent }: Decimal): string {
  const sign = coefficient < 0n ? '-' : '';
  const digits = digitsOf(coefficient);
  if (exponent >= 0) return sign + digits + '0'.repeat(exponent);
  const padded = digits.padStart(1 - exponent, '0');
  return `${sign}${padded.slice(0, exponent)}.${padded.slice(exponent)}`;
}

export function addDecimals(a: Decimal, b: Decimal): Decimal {
  const exponent = Math.min(a.exponent, b.exponent);
  return normalize(scaled(a, exponent) + scaled(b, exponent), exponent);
}

export function negate({ coefficient, exponent }: Decimal): Decimal {
  return { coefficient: -coefficient, exponent };
}

/** Negative, zero or positive, as for `Array.sort`. */
export function compareDecimals(a: Decimal, b: Decimal): number {
  const difference = addDecimals(a, negate(b)).coefficient;
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** Number of significant digits. */
export function precisionOf({ coefficient }: Decimal): number {
  return digitsOf(coefficient).length;
}

/** Exponent of the leading digit: 2 for 123, -1 for 0.5. */
export function magnitudeOf(decimal: Decimal): number {
  return precisionOf(decimal) - 1 + decimal.exponent;
}

function normalize(coefficient: bigint, exponent: number): Decimal {
  if (coefficient === 0n) return { coefficient, exponent: 0 };
  const text = coefficient.toString();
  const zeros = text.length - text.replace(/0+$/, '').length;
  return { coefficient: coefficient / 10n ** BigInt(zeros), exponent: exponent + zeros };
}

function digitsOf(coefficient: bigint): string {
  return (coefficient < 0n ? -coefficient : coefficient).toString();
}

function scaled({ coefficient, exponent }: Decimal, to: number): bigint {
  return coefficient * 10n ** BigInt(exponent - to);
}
