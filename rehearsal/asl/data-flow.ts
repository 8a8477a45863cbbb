import type { Json } from '../services/service';
import type { StateFailure } from './failure';
import { evaluateJsonata } from './jsonata';
import { setPath } from './reference-path';
import type { Run } from './run';
import { resolvePathField, scopeOf, type Scope } from './scope';
import { fillTemplate } from './template';
import type { Branch } from './types';

/** What a state leaves with. */
export interface StateOutcome {
  readonly output: Json;
  /** Absent where the state assigns no variables. */
  readonly assigned?: Json;
}

export type QueryLanguage = 'JSONPath' | 'JSONata';

/** The language of a state: its own, else that of the state machine, else JSONPath. */
export function languageOf(run: Run, state: Json): QueryLanguage {
  return state.QueryLanguage ?? run.machine.definition.QueryLanguage ?? 'JSONPath';
}

/** The state's input after `InputPath`; `null` discards it. */
export function effectiveInput(run: Run, branch: Branch, state: Json): Json {
  const { input } = run.activeOf(branch);
  if (state.InputPath === undefined) return input;
  if (state.InputPath === null) return {};
  return resolvePathField(state.InputPath, scopeOf(run, branch, input));
}

/** What a Task, Parallel or Pass works on: `Parameters` or `Arguments`, else the effective input. */
export function evaluateArguments(run: Run, branch: Branch, state: Json): Json {
  if (languageOf(run, state) === 'JSONata') {
    if (state.Arguments === undefined) return run.activeOf(branch).input;
    return evaluateField(run, branch, state.Arguments, 'Arguments');
  }
  const input = effectiveInput(run, branch, state);
  if (state.Parameters === undefined) return input;
  return fillTemplate(state.Parameters, scopeOf(run, branch, input));
}

/** Evaluates the expressions in a field of a JSONata state. */
export function evaluateField(
  run: Run,
  branch: Branch,
  value: Json,
  field: string,
  states: { readonly result?: Json; readonly errorOutput?: Json } = {},
  item?: Json,
): Json {
  const { input } = run.activeOf(branch);
  return evaluateJsonata(value, field, {
    ...scopeOf(run, branch, input, item),
    states: { input, ...states },
  });
}

/**
 * What a state makes of the result of its work. That `Assign` sees the result after `ResultSelector` is assumed: the
 * recorded executions have no state with both.
 */
export function outcomeOf(run: Run, branch: Branch, state: Json, result: Json): StateOutcome {
  if (languageOf(run, state) === 'JSONata') {
    return jsonataOutcome(run, branch, state, '', { result });
  }
  const selected =
    state.ResultSelector === undefined
      ? result
      : fillTemplate(state.ResultSelector, scopeOf(run, branch, result));
  const { input } = run.activeOf(branch);
  return {
    output: outputPath(run, branch, state, setPath(state.ResultPath, input, selected)),
    ...assignedBy(state, scopeOf(run, branch, selected)),
  };
}

/** What a state without a result makes of its input: Wait, Succeed, and Choice, where `rule` is the one that matched. */
export function passedOn(
  run: Run,
  branch: Branch,
  state: Json,
  rule: Json = state,
  field = '',
): StateOutcome {
  if (languageOf(run, state) === 'JSONata') return jsonataOutcome(run, branch, rule, field, {});
  const input = effectiveInput(run, branch, state);
  return {
    output: outputPath(run, branch, state, input),
    ...assignedBy(rule, scopeOf(run, branch, input)),
  };
}

/** What a state leaves with where a catcher has taken its failure. */
export function outcomeOfCatch(
  run: Run,
  branch: Branch,
  state: Json,
  catcher: Json,
  failure: StateFailure,
): StateOutcome {
  const noCause = failure.error === 'States.Timeout' ? '' : null;
  const errorOutput = { Error: failure.error ?? null, Cause: failure.reason ?? noCause };
  if (languageOf(run, state) === 'JSONata') {
    const position = state.Catch.indexOf(catcher);
    return jsonataOutcome(run, branch, catcher, `Catch[${position}]/`, { errorOutput });
  }
  const { input } = run.activeOf(branch);
  return {
    output: setPath(catcher.ResultPath, input, errorOutput),
    ...assignedBy(catcher, scopeOf(run, branch, errorOutput)),
  };
}

function jsonataOutcome(
  run: Run,
  branch: Branch,
  rule: Json,
  field: string,
  states: { readonly result?: Json; readonly errorOutput?: Json },
): StateOutcome {
  const assigned =
    rule.Assign === undefined
      ? {}
      : { assigned: evaluateField(run, branch, rule.Assign, `${field}Assign`, states) };
  const output =
    rule.Output === undefined
      ? (states.errorOutput ?? ('result' in states ? states.result : run.activeOf(branch).input))
      : evaluateField(run, branch, rule.Output, `${field}Output`, states);
  return { output, ...assigned };
}

function outputPath(run: Run, branch: Branch, state: Json, value: Json): Json {
  if (state.OutputPath === undefined) return value;
  return state.OutputPath === null
    ? {}
    : resolvePathField(state.OutputPath, scopeOf(run, branch, value));
}

function assignedBy(rule: Json, scope: Scope): { readonly assigned?: Json } {
  return rule.Assign === undefined ? {} : { assigned: fillTemplate(rule.Assign, scope) };
}
