import type { TracedCall } from '../engine/trace';
import { appStreamDeletions } from './appstream-deletions';
import type { Evidence } from './invariant';
import { rolloutDeletions } from './rollout-deletions';

/**
 * Says why a deletion that took effect breaks invariant 2, or nothing where it was right.
 * A service gets a file of its own with the rules of its delete operations, and an entry below.
 */
export type DeletionRule = (call: TracedCall, evidence: Evidence) => readonly string[];

/** By IAM-style name, `service:Operation`. What has no rule here may not be deleted at all. */
export const DELETION_RULES: Readonly<Record<string, DeletionRule>> = {
  ...appStreamDeletions,
  ...rolloutDeletions,
};

/** Whether an operation takes something of the estate away for good. */
export function isDeletion({ operation }: TracedCall): boolean {
  return /^(Batch)?(Delete|Deregister|Terminate)/.test(operation);
}
