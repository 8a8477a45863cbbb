import * as pulumi from '@pulumi/pulumi';

/** One wrong argument: which, what was given, what is accepted. */
export interface ArgumentProblem {
  readonly argument: string;
  readonly given: unknown;
  readonly accepted: string;
}

/** Refuses a component whose arguments are wrong, with all problems at once; Pulumi shows it without a stack trace. */
export function refuseArguments(
  component: string,
  name: string,
  problems: readonly ArgumentProblem[],
): void {
  if (problems.length === 0) return;
  const lines = problems.map(
    ({ argument, given, accepted }) =>
      `  ${argument}: given ${JSON.stringify(given)}; accepted is ${accepted}`,
  );
  throw new pulumi.RunError(`${component} "${name}" has wrong arguments:\n${lines.join('\n')}`);
}
