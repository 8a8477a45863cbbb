import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';

/** The elements of Amazon States Language that matter here: https://states-language.net/spec.html */
interface States {
  readonly States?: Readonly<Record<string, State>>;
}

interface State {
  readonly Type?: string;
  readonly Retry?: readonly unknown[];
  readonly Catch?: readonly unknown[];
  /** Of a Parallel state. */
  readonly Branches?: readonly States[];
  /** Of a Map state; `Iterator` is its former name. */
  readonly ItemProcessor?: States;
  readonly Iterator?: States;
}

interface Definition extends States {
  readonly TimeoutSeconds?: number;
}

/** A workflow survives hiccups, leads every other failure somewhere, and ends. */
export const workflowRetryAndCatch: ResourceValidationPolicy = {
  name: 'workflow-retry-and-catch',
  description:
    'Every Task of a state machine has Retry and Catch, and the whole run has TimeoutSeconds.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(aws.sfn.StateMachine, (machine, { name }, report) => {
    let definition: Definition;
    try {
      definition = JSON.parse(machine.definition) as Definition;
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      report(`${name}: definition is not JSON (${error.message}): set it with JSON.stringify.`);
      return;
    }
    if (!((definition.TimeoutSeconds ?? 0) > 0)) {
      report(`${name}: set TimeoutSeconds at the top of the definition, or a run may last a year.`);
    }
    for (const [state, { Retry = [], Catch = [] }] of tasksOf(definition)) {
      if (Retry.length === 0)
        report(`${name}: set Retry of the Task ${state} for transient errors.`);
      if (Catch.length === 0) {
        report(
          `${name}: set Catch of the Task ${state}, leading to compensation and notification.`,
        );
      }
    }
  }),
};

/** All tasks with their names, those inside Map and Parallel states included. */
function tasksOf({ States = {} }: States): [string, State][] {
  return Object.entries(States).flatMap(([name, state]): [string, State][] => {
    const inner = [...(state.Branches ?? []), state.ItemProcessor ?? {}, state.Iterator ?? {}];
    const nested = inner.flatMap(tasksOf);
    return state.Type === 'Task' ? [[name, state], ...nested] : nested;
  });
}
