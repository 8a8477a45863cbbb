import { InputError } from '../../input-error';

/** The ECS part of an estate holds what cannot be, or what is not emulated. */
export function unusable(problem: string): InputError {
  return new InputError('The ECS part of the estate cannot be used', [problem]);
}
