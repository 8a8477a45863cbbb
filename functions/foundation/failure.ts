/** An error as Step Functions hands it to a Catch. */
export interface Failure {
  readonly Error?: string;
  readonly Cause?: string;
}

/** A failure in one line. A function's error arrives as JSON text; people read its message. */
export function describeFailure({
  Error: name = 'Error',
  Cause = 'no cause given',
}: Failure = {}): string {
  let message = Cause;
  try {
    message =
      (JSON.parse(Cause) as { readonly errorMessage?: string } | null)?.errorMessage ?? Cause;
  } catch {
    // Not JSON: AWS's own words.
  }
  return `${name}: ${message}`;
}

/** Step Functions adds service, status code and request to AWS's own words. */
export function withoutRequest(reason: string): string {
  return reason.replace(/ \(Service: [^)]*\)( \(SDK Attempt Count: \d+\))?$/, '');
}
