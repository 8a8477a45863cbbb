import type { WorkItem } from '../foundation/ledger';

/**
 * Updates of an image that failed in a row before the one at hand. A person who set the tag of a blocked image to
 * Enabled again gave it all its attempts anew.
 */
export function failuresBefore({ failures = 0, blocked }: WorkItem): number {
  return blocked === true ? 0 : failures;
}
