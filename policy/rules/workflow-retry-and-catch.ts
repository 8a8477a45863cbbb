import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { parseDefinition, statesOf } from '../definition';

/** A workflow survives hiccups, and leads every other failure somewhere. */
export const workflowRetryAndCatch: ResourceValidationPolicy = {
  name: 'workflow-retry-and-catch',
  description: 'Every Task of a state machine has Retry and Catch.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(aws.sfn.StateMachine, (machine, { name }, report) => {
    const definition = parseDefinition(machine.definition, (problem) =>
      report(`${name}: ${problem}`),
    );
    for (const [state, { Retry = [], Catch = [] }] of statesOf('Task', definition)) {
      if (Retry.length === 0) {
        report(`${name}: set Retry of the Task ${state} for transient errors.`);
      }
      if (Catch.length === 0) {
        report(
          `${name}: set Catch of the Task ${state}, leading to compensation and notification.`,
        );
      }
    }
  }),
};
