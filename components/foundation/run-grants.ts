import * as pulumi from '@pulumi/pulumi';
import type { Grant } from './policy-document';

/** Whether the holder of a lease still runs. */
export function describeRuns(executions: pulumi.Input<string>): Grant {
  return { Sid: 'SeeOtherRuns', Action: ['states:DescribeExecution'], Resource: [executions] };
}

export function listRuns(...machines: readonly pulumi.Input<string>[]): Grant {
  return { Sid: 'ListRuns', Action: ['states:ListExecutions'], Resource: machines };
}

/**
 * A Distributed Map starts, watches and stops child executions of its own state machine:
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
export function runChildren(
  machines: pulumi.Input<string>,
  executions: pulumi.Input<string>,
): Grant[] {
  return [
    { Sid: 'StartChildren', Action: ['states:StartExecution'], Resource: [machines] },
    {
      Sid: 'WatchChildren',
      Action: ['states:DescribeExecution', 'states:StopExecution'],
      Resource: [executions],
    },
  ];
}

/** All executions of a state machine, by its ARN. */
export const executionsOf = (machine: pulumi.Input<string>): pulumi.Output<string> =>
  pulumi.output(machine).apply((arn) => `${arn.replace(':stateMachine:', ':execution:')}:*`);
