/** Namespace of what the workflows publish to CloudWatch. */
export const NAMESPACE = 'Evergreen';

/**
 * Items of a run that failed, or failed for the last allowed time: `failed` and `blocked`. By `Workflow`, the name of
 * the state machine: two stacks of an account are two workflows.
 */
export const FAILED_ITEMS = 'FailedItems';
