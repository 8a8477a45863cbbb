import type { Json } from '../services/service';
import { parsePath, type PathStep } from './json-path-parser';

/** A definite path finds nothing. The message is Jayway's, which AWS passes on. */
export class PathNotFound extends Error {}

/**
 * Evaluates what follows the root of a JSONPath. A definite path yields its value, any other an array, which is
 * empty where nothing is found.
 * @throws PathNotFound where a definite path finds nothing
 */
export function evaluatePath(path: string, root: Json): Json {
  const { steps, definite } = parsePath(path);
  const found = steps.reduce<Json[]>((values, step) => takeStep(step, values, root), [root]);
  if (!definite) return found;
  if (found.length === 0) throw new PathNotFound(whatIsMissing(steps, root));
  return found[0];
}

/** The members that a reference path names; only such a path can be written to. */
export function referenceSteps(path: string): readonly (string | number)[] {
  return parsePath(path).steps.map((step) => {
    if (step.kind === 'names' && step.names.length === 1) return step.names[0] ?? '';
    if (step.kind === 'indices' && step.indices.length === 1) return step.indices[0] ?? 0;
    throw new Error(`'$${path}' is not a reference path.`);
  });
}

function takeStep(step: PathStep, values: readonly Json[], root: Json): Json[] {
  switch (step.kind) {
    case 'names':
      return values.flatMap((value) =>
        isObject(value)
          ? step.names.filter((name) => Object.hasOwn(value, name)).map((name) => value[name])
          : [],
      );
    case 'indices':
      return values.flatMap((value) =>
        Array.isArray(value)
          ? step.indices
              .map((index) => (index < 0 ? value.length + index : index))
              .filter((index) => index >= 0 && index < value.length)
              .map((index) => value[index])
          : [],
      );
    case 'slice':
      return values.flatMap((value) =>
        Array.isArray(value) ? value.slice(step.from ?? 0, step.to) : [],
      );
    case 'wildcard':
      return values.flatMap(members);
    case 'descend':
      return values.flatMap(withDescendants);
    case 'filter':
      return values
        .flatMap((value) => (Array.isArray(value) ? value : [value]))
        .filter((item) => step.filter((start, path) => select(start === '@' ? item : root, path)));
  }
}

function select(from: Json, path: string): readonly Json[] {
  return parsePath(path).steps.reduce<Json[]>(
    (values, step) => takeStep(step, values, from),
    [from],
  );
}

function withDescendants(value: Json): Json[] {
  if (!isContainer(value)) return [];
  return [value, ...members(value).flatMap(withDescendants)];
}

function members(value: Json): Json[] {
  if (Array.isArray(value)) return [...value];
  return isObject(value) ? Object.values(value) : [];
}

function isContainer(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}

function isObject(value: Json): boolean {
  return isContainer(value) && !Array.isArray(value);
}

/** Wording of Jayway's PathNotFoundException, by where the path breaks off. */
function whatIsMissing(steps: readonly PathStep[], root: Json): string {
  let values: Json[] = [root];
  for (const [position, step] of steps.entries()) {
    values = takeStep(step, values, root);
    if (values.length > 0) continue;
    const path = `$${steps
      .slice(0, position + 1)
      .map(describeStep)
      .join('')}`;
    const isLast = position === steps.length - 1;
    return isLast ? `No results for path: ${path}` : `Missing property in path ${path}`;
  }
  return 'No results';
}

function describeStep(step: PathStep): string {
  if (step.kind === 'names') return `['${step.names.join("','")}']`;
  return step.kind === 'indices' ? `[${step.indices.join(',')}]` : '';
}
