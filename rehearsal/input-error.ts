/**
 * What the user gave cannot be used: an option, a file or a key. The command line answers it with exit code 2
 * and the message alone, so the message must name the place, what was found there and what is allowed.
 */
export class InputError extends Error {
  /** Every problem found, one sentence each, never only the first. */
  readonly problems: string[];

  /** @param heading what could not be used, such as `faults.yaml cannot be used` */
  constructor(heading: string, problems: readonly string[]) {
    super(
      problems.length === 1
        ? `${heading}: ${problems[0]}`
        : `${heading}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
    this.name = 'InputError';
    this.problems = [...problems];
  }
}
