/** Why a state failed. Thrown by what evaluates its fields, and composed of the outcomes of tasks and branches. */
export class StateFailure extends Error {
  constructor(
    /** What Retry and Catch match. A Fail state may have none. */
    readonly error: string | undefined,
    readonly reason: string | undefined,
    readonly details: {
      /** Further names by which the failure can be caught. */
      readonly alsoNamed?: string;
      /** The reason is told as AWS tells it, with the state and the event at which it was entered. */
      readonly locate?: boolean;
      /** Nothing catches it. */
      readonly terminal?: boolean;
      /** Records an `EvaluationFailed` event, with the field if known. */
      readonly evaluation?: { readonly location?: string };
      /** The expression had a value, which the state could not take once it was entered. */
      readonly afterEntry?: boolean;
    } = {},
  ) {
    super(`${error ?? 'no error name'}: ${reason ?? 'no cause'}`);
    this.name = 'StateFailure';
  }
}

/**
 * A failure of the definition against its data. AWS lets nothing catch it, not even its own name:
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function runtimeFailure(reason: string): StateFailure {
  return new StateFailure('States.Runtime', reason, { locate: true, terminal: true });
}

/** A JSONata expression that fails, or that yields what its field cannot take. */
export function queryFailure(reason: string, location?: string, afterEntry = false): StateFailure {
  return new StateFailure('States.QueryEvaluationError', reason, {
    locate: true,
    evaluation: location === undefined ? {} : { location },
    afterEntry,
  });
}

/**
 * The payload limit: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html. What a state passes
 * on is beyond catching; the result of a task is a failure of the task, which the recorded executions catch even
 * as `States.ALL`.
 */
export function dataLimitFailure(name: string, terminal: boolean): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    { terminal },
  );
}

/**
 * Whether an entry of `ErrorEquals` matches:
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function errorMatches(pattern: string, failure: StateFailure): boolean {
  const { error, details } = failure;
  if (details.terminal === true || error === 'States.Runtime') return false;
  if (pattern === 'States.ALL' || pattern === error || pattern === details.alsoNamed) return true;
  return pattern === 'States.TaskFailed' && error !== 'States.Timeout';
}
