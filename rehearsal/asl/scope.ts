import type { Json } from '../services/service';
import { runtimeFailure } from './failure';
import { evaluatePath, PathNotFound } from './json-path';
import type { Run } from './run';
import type { Branch } from './types';

/** What the fields of a state can refer to. */
export interface Scope {
  /** `$` of JSONPath. */
  readonly root: Json;
  /** `$$` of JSONPath, `$states.context` of JSONata. */
  readonly context: Json;
  /** Variables by name; those of inner branches hide outer ones. */
  readonly variables: Readonly<Record<string, Json>>;
  /** Seeded, uniform in [0, 1). */
  readonly random: () => number;
  /** Epoch milliseconds. */
  readonly now: number;
}

/**
 * Evaluates a path: `$.a` of the data at hand, `$$.a` of the context object, `$name.a` of a variable.
 * @throws PathNotFound where a definite path finds nothing
 */
export function resolvePath(path: string, scope: Scope): Json {
  if (path.startsWith('$$')) return evaluatePath(path.slice(2), scope.context);
  const variable = /^\$([\p{ID_Start}_][\p{ID_Continue}]*)/u.exec(path)?.[1];
  if (variable !== undefined) {
    if (!Object.hasOwn(scope.variables, variable)) {
      throw new PathNotFound(`No results for path: $${variable}`);
    }
    return evaluatePath(path.slice(variable.length + 1), scope.variables[variable]);
  }
  if (!path.startsWith('$')) throw new Error(`'${path}' is not a path.`);
  return evaluatePath(path.slice(1), scope.root);
}

/** As `resolvePath`, for fields such as `InputPath`, where AWS tells a missing value in Jayway's words. */
export function resolvePathField(path: string, scope: Scope): Json {
  try {
    return resolvePath(path, scope);
  } catch (error) {
    if (!(error instanceof PathNotFound)) throw error;
    throw runtimeFailure(`Invalid path '${path}' : ${error.message}`);
  }
}

/** What a branch's current state sees, with `root` as `$`. */
export function scopeOf(run: Run, branch: Branch, root: Json, item?: Json): Scope {
  const inherited = run.lineage(branch).map((outer) => outer.variables);
  return {
    root,
    context: contextOf(run, branch, item),
    variables: Object.assign({}, ...inherited.reverse()),
    random: run.random,
    now: run.now,
  };
}

/**
 * The context object: https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 * @param item what `Map.Item` is, where it is not the branch's own
 */
export function contextOf(run: Run, branch: Branch, item?: Json): Json {
  const { execution, machine } = run;
  const active = run.activeOf(branch);
  const lineage = run.lineage(branch);
  const owner = lineage.at(-1)?.child ?? execution;
  const mapItem = item ?? lineage.find((outer) => outer.item !== undefined)?.item;
  return {
    Execution: {
      Id: owner.arn,
      Input: owner.input,
      StartTime: new Date(owner.startTime).toISOString(),
      Name: owner.name,
      RoleArn: machine.roleArn,
      RedriveCount: execution.redriveCount,
    },
    StateMachine: { Id: machine.arn, Name: machine.name },
    State: {
      Name: active.name,
      EnteredTime: new Date(active.enteredAt).toISOString(),
      ...(run.stateOf(branch).Type === 'Task' ? { RetryCount: active.retryCount } : {}),
    },
    ...(active.task === undefined || active.task.token === ''
      ? {}
      : { Task: { Token: active.task.token } }),
    ...(mapItem === undefined ? {} : { Map: { Item: mapItem } }),
  };
}
