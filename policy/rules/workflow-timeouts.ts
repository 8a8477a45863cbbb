import * as aws from '@pulumi/aws';
import { validateResourceOfType, type ResourceValidationPolicy } from '@pulumi/policy';
import { parseDefinition, statesOf } from '../definition';

/**
 * Nothing waits for ever. Without TimeoutSeconds a run lasts a year, and a Task whose answer is lost waits 99,999,999
 * seconds: https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html#sfn-stuck-execution
 */
export const workflowTimeouts: ResourceValidationPolicy = {
  name: 'workflow-timeouts',
  description: 'Every state machine and every Task of it ends in a time that is set.',
  enforcementLevel: 'mandatory',
  validateResource: validateResourceOfType(aws.sfn.StateMachine, (machine, { name }, report) => {
    const definition = parseDefinition(machine.definition);
    if (!((definition.TimeoutSeconds ?? 0) > 0)) {
      report(`${name}: set TimeoutSeconds at the top of the definition, or a run may last a year.`);
    }
    for (const [state, task] of statesOf('Task', definition)) {
      const ends =
        task.TimeoutSeconds ??
        task.TimeoutSecondsPath ??
        task.HeartbeatSeconds ??
        task.HeartbeatSecondsPath;
      if (ends === undefined) {
        report(
          `${name}: set TimeoutSeconds or HeartbeatSeconds of the Task ${state}, or a lost answer stops the run.`,
        );
      }
    }
  }),
};
