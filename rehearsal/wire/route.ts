import type { ClientModel, OperationModel } from './client-model';
import type { WireRequest } from './wire-protocol';

/** An operation found by method and path, with the labels of its path, decoded. */
export interface Route {
  readonly operation: OperationModel;
  readonly labels: Readonly<Record<string, string>>;
}

/**
 * Finds the operation of a REST request: https://smithy.io/2.0/spec/http-bindings.html#http-uri. Where several
 * templates fit, the one with more literal text wins.
 */
export function findRoute(model: ClientModel, request: WireRequest): Route | undefined {
  let best: Route | undefined;
  let bestWeight = -1;
  for (const operation of model.operations.values()) {
    const labels = matchOperation(operation, request);
    const weight = labels === undefined ? -1 : literalLength(operation);
    if (labels !== undefined && weight > bestWeight) {
      best = { operation, labels };
      bestWeight = weight;
    }
  }
  return best;
}

/** The labels of a path that fits the operation's template. */
export function matchOperation(
  operation: OperationModel,
  request: WireRequest,
): Record<string, string> | undefined {
  if (operation.http === undefined || operation.http[0] !== request.method) return undefined;
  const [path = '', literals = ''] = operation.http[1].split('?');
  for (const [key, value] of new URLSearchParams(literals)) {
    if (request.query.get(key) !== value) return undefined;
  }
  return matchPath(path, request.path);
}

function matchPath(template: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const pattern = template.replace(
    /\{(\w+)(\+?)\}|[^{}]+/g,
    (text, name?: string, greedy?: string) => {
      if (name === undefined) return text.replace(/[.*+?^$()|[\]\\]/g, '\\$&');
      names.push(name);
      return greedy === '+' ? '(.+)' : '([^/]+)';
    },
  );
  const match = new RegExp(`^${pattern}/?$`).exec(path);
  if (match === null) return undefined;
  return Object.fromEntries(
    names.map((name, index) => [name, decodeURIComponent(match[index + 1]!)]),
  );
}

function literalLength(operation: OperationModel): number {
  return operation.http![1].replace(/\{[^}]*\}/g, '').length;
}
