/**
 * The time that greedy list scheduling needs: each job, in order, starts on the machine that is free first. What is
 * compared with it starts the same jobs in the same order, but has to find out when one has ended.
 */
export function greedyMakespan(durations: readonly number[], machines: number): number {
  const freeAt = new Array<number>(machines).fill(0);
  for (const duration of durations) {
    const first = freeAt.indexOf(Math.min(...freeAt));
    freeAt[first] = (freeAt[first] ?? 0) + duration;
  }
  return Math.max(...freeAt);
}
