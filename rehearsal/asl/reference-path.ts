import type { Json } from '../services/service';
import { runtimeFailure } from './failure';
import { referenceSteps } from './json-path';

/**
 * Puts a result where `ResultPath` says, in a copy of the input: https://states-language.net/spec.html#using-paths
 * @param path absent for `$`, which replaces the input; null keeps the input
 * @throws StateFailure `States.Runtime` where the input has no room for it
 */
export function setPath(path: string | null | undefined, input: Json, result: Json): Json {
  if (path === undefined) return result;
  if (path === null) return input;
  const put = (node: Json, steps: readonly (string | number)[]): Json => {
    const [step, ...rest] = steps;
    if (step === undefined) return result;
    if (typeof step === 'number') {
      if (!Array.isArray(node) || step < 0 || step >= node.length) return fail();
      return node.map((item, index) => (index === step ? put(item, rest) : item));
    }
    if (node !== undefined && (typeof node !== 'object' || node === null || Array.isArray(node))) {
      return fail();
    }
    return { ...node, [step]: put(node?.[step], rest) };
  };
  const fail = (): never => {
    throw runtimeFailure(
      `Unable to apply step '${path}' of ResultPath to input '${JSON.stringify(input)}'`,
    );
  };
  return put(input, referenceSteps(path.slice(1)));
}
