import * as pulumi from '@pulumi/pulumi';
import { factory as closeRun } from '../../functions/foundation/close-run';
import { EventTrigger } from './event-trigger';
import { InlineFunction } from './inline-function';
import type { Ledger } from './ledger';
import type { Notifier } from './notifier';
import { invokeFunction, type StateMachineDefinition } from './state-language';
import { StateMachine, type StateMachineArgs } from './state-machine';

export interface WorkflowArgs<Names extends string> extends StateMachineArgs<Names> {
  readonly ledger: Ledger;
  readonly notifier: Notifier;
}

/**
 * A state machine whose runs are always closed: whatever ends FAILED, TIMED_OUT or ABORTED gives its leases back
 * and is reported, once, by a second state machine that the change of status starts.
 */
export class Workflow<Names extends string = string> extends pulumi.ComponentResource {
  readonly arn: pulumi.Output<string>;

  constructor(name: string, args: WorkflowArgs<Names>, opts?: pulumi.ComponentResourceOptions) {
    super('evergreen:foundation:Workflow', name, {}, opts);
    const parent = { parent: this };

    const machine = new StateMachine(name, args, parent);
    const close = new InlineFunction(
      `${name}-close-run`,
      {
        description: `Frees what a run of ${name} held, and says what is to be reported of it`,
        factory: closeRun,
        environment: args.notifier.ledgerEnvironment,
        grants: [args.ledger.grant('FindAndFreeItems', 'Query', 'UpdateItem')],
      },
      parent,
    );
    const closer = new StateMachine(
      `${name}-closer`,
      {
        description: `Closes runs of ${name} that could not close themselves`,
        functions: { close, report: args.notifier.reportRun },
        definition: defineCloser,
      },
      parent,
    );
    new EventTrigger(
      `${name}-ended-early`,
      {
        description: `A run of ${name} ended without success`,
        // https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
        pattern: {
          source: ['aws.states'],
          'detail-type': ['Step Functions Execution Status Change'],
          detail: {
            stateMachineArn: [machine.arn],
            status: ['FAILED', 'TIMED_OUT', 'ABORTED'],
          },
        },
        target: closer.arn,
      },
      parent,
    );

    this.arn = machine.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Free what the run held, then report it. The report is the same as one that the run may have sent already. */
export function defineCloser(
  functions: Readonly<Record<'close' | 'report', string>>,
): StateMachineDefinition {
  const failed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'CloseFailed' }];
  return {
    Comment: 'Closes a run that could not close itself',
    StartAt: 'CloseRun',
    TimeoutSeconds: 86_400,
    States: {
      CloseRun: invokeFunction({
        comment: 'Give back its leases; what was it doing?',
        functionArn: functions.close,
        payload: { 'detail.$': '$.detail' },
        fields: ['execution', 'run', 'startedAt', 'items', 'error'],
        resultPath: '$.closed',
        catch: failed,
        next: 'ReportRun',
      }),
      ReportRun: invokeFunction({
        comment: 'Its one notification, unless that is out already',
        functionArn: functions.report,
        payload: {
          'execution.$': '$.closed.execution',
          'run.$': '$.closed.run',
          'startedAt.$': '$.closed.startedAt',
          'items.$': '$.closed.items',
          'error.$': '$.closed.error',
        },
        fields: ['notification'],
        resultPath: '$',
        catch: failed,
        next: null,
      }),
      CloseFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
    },
  };
}
