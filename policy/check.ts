import { UnknownValueError } from '@pulumi/policy';

/**
 * Runs every check, although in a preview some of them meet values that are not known yet: what is known is judged,
 * and only then is Pulumi told that the rest could not be.
 * @throws UnknownValueError the first one met, which Pulumi reports as advice
 */
export function checkKnown(checks: readonly (() => void)[]): void {
  const unknown: unknown[] = [];
  for (const check of checks) {
    try {
      check();
    } catch (error) {
      if (!(error instanceof UnknownValueError)) throw error;
      unknown.push(error);
    }
  }
  if (unknown.length > 0) throw unknown[0];
}
