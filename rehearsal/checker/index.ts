import type { InvariantResult } from '../result';
import { judge, type Evidence, type Invariant, type Limits } from './invariant';
import { nothingForgotten } from './invariant-1-nothing-forgotten';
import { nothingInUseDeleted } from './invariant-2-nothing-in-use-deleted';
import { nothingTemporaryLeft } from './invariant-3-nothing-temporary-left';
import { capacityUntouched } from './invariant-4-capacity-untouched';
import { oneNotification } from './invariant-5-one-notification';
import { rerunsConverge } from './invariant-6-reruns-converge';
import { noDowngrade } from './invariant-7-no-downgrade';
import { leastPrivilege } from './invariant-8-least-privilege';
import { limitsHold, limitsOf } from './invariant-9-limits-hold';

export type { Limits } from './invariant';

/** What is judged. Limits that are not given are AWS's, or the estate's quotas. */
export type CheckerInput = Omit<Evidence, 'limits'> & { readonly limits?: Partial<Limits> };

/** The nine invariants of the design, in order. */
export const INVARIANTS: readonly Invariant[] = [
  nothingForgotten,
  nothingInUseDeleted,
  nothingTemporaryLeft,
  capacityUntouched,
  oneNotification,
  rerunsConverge,
  noDowngrade,
  leastPrivilege,
  limitsHold,
];

/**
 * Judges a rehearsal: always nine results, in order. It knows AWS's calls and nothing of the program, so it
 * judges whatever program was rehearsed.
 */
export function checkInvariants(input: CheckerInput): InvariantResult[] {
  const evidence = { ...input, limits: { ...limitsOf(input.before), ...input.limits } };
  return INVARIANTS.map((invariant) => judge(invariant, evidence));
}
