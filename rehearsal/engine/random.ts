/**
 * A stream of numbers that a seed determines, uniform in [0, 1), with 32 bits each. Its state is one integer, so
 * that it can be saved. Not for secrets. The generator is mulberry32:
 * https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export class SeededRandom {
  /** The whole state; may be stored and given to another stream. */
  state: number;

  constructor(seed: number) {
    this.state = seed | 0;
  }

  readonly next = (): number => {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
