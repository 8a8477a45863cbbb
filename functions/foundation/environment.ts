/** Reads a variable of the function's environment; a missing one is a mistake of the program, named in full. */
export function requireVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`The environment variable ${name} of this function is not set.`);
  }
  return value;
}

/**
 * An error with a name that a state machine can match. A factory, because a subclass of `Error` loses its name
 * and message when Pulumi serializes it.
 */
export function namedError(name: string, message: string): Error {
  const error = new Error(message);
  error.name = name;
  return error;
}

/** One line of JSON, as CloudWatch Logs Insights reads it. */
export function log(level: 'INFO' | 'ERROR', message: string, details: object): void {
  console.log(JSON.stringify({ level, message, ...details }));
}
