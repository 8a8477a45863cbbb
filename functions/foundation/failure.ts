/** An error as Step Functions hands it to a Catch. */
export interface Failure {
  readonly Error?: string;
  readonly Cause?: string;
}

/** A failure in one line. A function's error arrives as JSON text; people read its message. */
export function describeFailure(failure: Failure | undefined): string {
  const cause = failure?.Cause ?? 'no cause given';
  let message = cause;
  try {
    const parsed = JSON.parse(cause) as { readonly errorMessage?: string } | null;
    message = parsed?.errorMessage ?? cause;
  } catch {
    // Not JSON: AWS's own words.
  }
  return `${failure?.Error ?? 'Error'}: ${message}`;
}

/** Step Functions adds service, status code and request to AWS's own words. */
export function withoutRequest(reason: string): string {
  return reason.replace(/ \(Service: [^)]*\)( \(SDK Attempt Count: \d+\))?$/, '');
}
