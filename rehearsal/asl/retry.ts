import type { Json } from '../services/service';

/**
 * Milliseconds until a retrier tries again, after it has done so `made` times:
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error
 */
export function retryDelay(retrier: Json, made: number, random: () => number): number {
  const seconds = (retrier.IntervalSeconds ?? 1) * (retrier.BackoffRate ?? 2) ** made;
  const capped = Math.min(seconds, retrier.MaxDelaySeconds ?? Infinity);
  const spread = retrier.JitterStrategy === 'FULL' ? random() : 1;
  return Math.round(capped * spread * 1000);
}
