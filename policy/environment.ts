import type { types } from '@pulumi/aws';
import type { Unwrap } from '@pulumi/pulumi';
import { checkKnown } from './check';

type Environment = Unwrap<types.input.lambda.FunctionEnvironment>;

/** Asks about each variable of a function by name and value, also where the values of others are not known yet. */
export function eachVariable(
  environment: Environment | undefined,
  check: (name: string, value: string) => void,
): void {
  const variables = environment?.variables ?? {};
  checkKnown(
    Object.keys(variables).map((name) => () => {
      const value = variables[name];
      if (value !== undefined) check(name, value);
    }),
  );
}

/** The value of one variable. @throws UnknownValueError where it is not known yet */
export function variable(environment: Environment | undefined, name: string): string | undefined {
  return environment?.variables?.[name];
}
