import type { Json } from '../../services/service';
import {
  effectiveInput,
  evaluateArguments,
  evaluateField,
  languageOf,
  outcomeOf,
  passedOn,
} from '../data-flow';
import { StateFailure } from '../failure';
import type { Run } from '../run';
import { scopeOf } from '../scope';
import { evaluateExpression } from '../template';
import { exit, failBranch } from '../transitions';
import type { Branch } from '../types';

/** Pass: `Result` stands literally in the place of the input. */
export function attemptPass(run: Run, branch: Branch, state: Json): void {
  const result = state.Result !== undefined ? state.Result : evaluateArguments(run, branch, state);
  const next = state.Next ?? null;
  if (languageOf(run, state) === 'JSONata') {
    exit(run, branch, { ...passedOn(run, branch, state), next });
  } else {
    exit(run, branch, { ...outcomeOf(run, branch, state, result), next });
  }
}

/** Succeed: ends its branch with the input. */
export function attemptSucceed(run: Run, branch: Branch, state: Json): void {
  exit(run, branch, { ...passedOn(run, branch, state), next: null });
}

/** Fail: ends its branch with an error that may be computed. It has no event of its own for the exit. */
export function attemptFail(run: Run, branch: Branch, state: Json): void {
  const error = failField(run, branch, state, 'Error');
  const reason = failField(run, branch, state, 'Cause');
  failBranch(run, branch, new StateFailure(error, reason));
}

function failField(
  run: Run,
  branch: Branch,
  state: Json,
  field: 'Error' | 'Cause',
): string | undefined {
  if (languageOf(run, state) === 'JSONata') {
    return state[field] === undefined ? undefined : evaluateField(run, branch, state[field], field);
  }
  const path = `${field}Path`;
  if (state[path] === undefined) return state[field];
  return evaluateExpression(
    state[path],
    path,
    scopeOf(run, branch, effectiveInput(run, branch, state)),
  );
}
