import type { Json } from '../../services/service';
import { ruleMatches } from '../choice-rule';
import { effectiveInput, evaluateField, languageOf, passedOn } from '../data-flow';
import { queryFailure, runtimeFailure } from '../failure';
import { expressionText } from '../jsonata';
import type { Run } from '../run';
import { scopeOf } from '../scope';
import { exit } from '../transitions';
import type { Branch } from '../types';

/** Choice: goes where the first rule that matches points. */
export function attemptChoice(run: Run, branch: Branch, state: Json): void {
  const position = state.Choices.findIndex(matcher(run, branch, state));
  const rule = state.Choices[position];
  const next = rule?.Next ?? state.Default;
  if (next === undefined) {
    throw runtimeFailure(
      'Failed to transition out of the state. The state machine does not point to a next state.',
    );
  }
  const outcome =
    rule === undefined
      ? passedOn(run, branch, state)
      : passedOn(run, branch, state, rule, `Choices[${position}]/`);
  exit(run, branch, { ...outcome, next });
}

function matcher(run: Run, branch: Branch, state: Json): (rule: Json, position: number) => boolean {
  if (languageOf(run, state) === 'JSONata') {
    return (rule, position) => {
      const field = `Choices[${position}]/Condition`;
      const value = evaluateField(run, branch, rule.Condition, field);
      if (typeof value === 'boolean') return value;
      throw queryFailure(
        `The JSONata expression '${expressionText(rule.Condition)}' specified for the field '${field}' returned an unexpected result type. Expected 'boolean', but was '${describeType(value)}' for value: ${JSON.stringify(value)}`,
        field,
      );
    };
  }
  const scope = scopeOf(run, branch, effectiveInput(run, branch, state));
  return (rule) => ruleMatches(rule, scope);
}

/** The name that AWS has for the type of a JSON value. */
export function describeType(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
