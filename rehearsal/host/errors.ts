/** The Pulumi program, or its policy pack, could not be run to its end. The message is for the user as it stands. */
export class ProgramError extends Error {
  constructor(
    message: string,
    /** The last lines that the process wrote to stderr, trimmed; empty when there were none. */
    readonly stderr: string = '',
  ) {
    super(stderr === '' || message.includes(stderr) ? message : `${message}\n${stderr}`);
    this.name = 'ProgramError';
  }
}

/** A project or stack file is missing or wrong. The message names the file and, where there is one, the key. */
export class StackConfigError extends Error {
  constructor(
    readonly file: string,
    readonly key: string | undefined,
    problem: string,
  ) {
    super(key === undefined ? `${file}: ${problem}` : `${file}: ${key}: ${problem}`);
    this.name = 'StackConfigError';
  }
}
