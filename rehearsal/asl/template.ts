import type { Json } from '../services/service';
import { runtimeFailure } from './failure';
import { evaluateIntrinsic } from './intrinsics';
import { PathNotFound } from './json-path';
import { resolvePath, type Scope } from './scope';

/**
 * Fills in a payload template: members whose name ends in `.$` hold a path or an intrinsic function.
 * https://states-language.net/spec.html#payload-template
 */
export function fillTemplate(template: Json, scope: Scope): Json {
  if (Array.isArray(template)) return template.map((item) => fillTemplate(item, scope));
  if (typeof template !== 'object' || template === null) return template;
  return Object.fromEntries(
    Object.entries<Json>(template).map(([name, value]) =>
      name.endsWith('.$')
        ? [name.slice(0, -2), evaluateExpression(value, name, scope)]
        : [name, fillTemplate(value, scope)],
    ),
  );
}

/** Evaluates a path or an intrinsic function that stands in `field`. */
export function evaluateExpression(expression: Json, field: string, scope: Scope): Json {
  if (typeof expression !== 'string') {
    throw runtimeFailure(
      `The value for the field '${field}' must be a STRING that contains a JSONPath or an intrinsic function`,
    );
  }
  const resolve = (path: string): Json => {
    try {
      return resolvePath(path, scope);
    } catch (error) {
      if (!(error instanceof PathNotFound)) throw error;
      throw runtimeFailure(
        `The JSONPath '${path}' specified for the field '${field}' could not be found in the input '${JSON.stringify(scope.root)}'`,
      );
    }
  };
  if (!expression.startsWith('States.')) return resolve(expression);
  return evaluateIntrinsic(expression, { resolve, random: scope.random });
}
