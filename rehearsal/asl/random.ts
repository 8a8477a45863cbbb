/**
 * A stream of numbers in [0, 1) whose whole state is `holder.random`, so that it is saved with its holder. The
 * generator is mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export function seededStream(holder: { random: number }): () => number {
  return () => {
    holder.random = (holder.random + 0x6d2b79f5) | 0;
    let mixed = Math.imul(holder.random ^ (holder.random >>> 15), holder.random | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A version 4 UUID of a stream. */
export function randomUuid(random: () => number): string {
  return 'xxxxxxxx-xxxx-4xxx-yxxx-xxxxxxxxxxxx'.replace(/[xy]/g, (place) => {
    const digit = Math.floor(random() * 16);
    return (place === 'x' ? digit : (digit & 3) | 8).toString(16);
  });
}
