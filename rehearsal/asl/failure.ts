/** Names that no pattern catches: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
const uncatchable = 'States.Runtime';

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
      /** Records an `EvaluationFailed` event, with the field if known. */
      readonly evaluation?: { readonly location?: string };
    } = {},
  ) {
    super(`${error ?? 'no error name'}: ${reason ?? 'no cause'}`);
    this.name = 'StateFailure';
  }
}

/** A failure of the definition against its data. AWS lets nothing catch it, not even its own name. */
export function runtimeFailure(reason: string): StateFailure {
  return new StateFailure(uncatchable, reason, { locate: true });
}

/** A JSONata expression that fails, or that yields what its field cannot take. */
export function queryFailure(reason: string, location?: string): StateFailure {
  return new StateFailure('States.QueryEvaluationError', reason, {
    locate: true,
    evaluation: location === undefined ? {} : { location },
  });
}

/** The payload limit: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export function dataLimitFailure(name: string): StateFailure {
  return new StateFailure(
    'States.DataLimitExceeded',
    `The state/task '${name}' returned a result with a size exceeding the maximum number of bytes service limit.`,
  );
}

/** Whether an entry of `ErrorEquals` matches. */
export function errorMatches(
  pattern: string,
  failure: { readonly error: string | undefined; readonly alsoNamed: string | undefined },
): boolean {
  const { error, alsoNamed } = failure;
  if (error === uncatchable) return false;
  if (pattern === error || (alsoNamed !== undefined && pattern === alsoNamed)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  if (pattern === 'States.ALL') return true;
  return pattern === 'States.TaskFailed' && error !== 'States.Timeout';
}
