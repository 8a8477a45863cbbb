/** A span of time as estates give it: one unit, with one number or the bounds of a uniform distribution. */
export type Duration = Readonly<Partial<Record<Unit, number | readonly [number, number]>>>;

type Unit = 'seconds' | 'minutes' | 'hours';

const MILLISECONDS: Readonly<Record<Unit, number>> = {
  seconds: 1000,
  minutes: 60_000,
  hours: 3_600_000,
};

/**
 * Draws from a duration.
 *
 * @param random seeded, uniform in [0, 1)
 * @returns milliseconds, in whole seconds
 */
export function drawDuration(duration: Duration, random: () => number): number {
  const [shortest, longest] = boundsOf(duration);
  return Math.round((shortest + random() * (longest - shortest)) / 1000) * 1000;
}

/** The middle of a duration in milliseconds: what to expect where nothing is drawn. */
export function middleOf(duration: Duration): number {
  return drawDuration(duration, () => 0.5);
}

function boundsOf(duration: Duration): readonly [number, number] {
  const [unit, amount] = Object.entries(duration)[0] as [Unit, number | [number, number]];
  const [shortest, longest] = typeof amount === 'number' ? [amount, amount] : amount;
  return [shortest * MILLISECONDS[unit], longest * MILLISECONDS[unit]];
}
