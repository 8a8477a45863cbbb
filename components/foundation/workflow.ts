import * as pulumi from '@pulumi/pulumi';
import { factory as closeRun } from '../../functions/foundation/close-run';
import { factory as findRuns } from '../../functions/foundation/find-runs';
import { EventTrigger } from './event-trigger';
import { InlineFunction } from './inline-function';
import type { Ledger } from './ledger';
import type { Notifier } from './notifier';
import { listRuns } from './run-grants';
import { Schedule } from './schedule';
import { deliverNotification } from './deliver-notification';
import { invokeFunction, onError, type State, type StateMachineDefinition } from './state-language';
import { StateMachine, type StateMachineArgs } from './state-machine';

export interface WorkflowArgs<Names extends string> extends StateMachineArgs<Names> {
  readonly ledger: Ledger;
  readonly notifier: Notifier;
  /** Days that a run may take: the definition's TimeoutSeconds. */
  readonly longestRunDays: number;
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
    const find = new InlineFunction(
      `${name}-find-runs`,
      {
        description: `Finds runs of ${name} that are to be closed`,
        factory: findRuns,
        environment: {
          ...args.notifier.ledgerEnvironment,
          STATE_MACHINE_ARN: machine.arn,
          // A week more than the longest run takes.
          LOOK_BACK_DAYS: String(Math.ceil(args.longestRunDays + 7)),
        },
        grants: [args.ledger.grant('SeeWhatIsReported', 'GetItem')],
      },
      parent,
    );
    const close = new InlineFunction(
      `${name}-close-run`,
      {
        description: `Frees what a run of ${name} held, and writes down what became of it`,
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
        functions: {
          find,
          close,
          report: args.notifier.reportRun,
          deliver: args.notifier.deliver,
        },
        definition: defineCloser,
      },
      parent,
    );
    find.allowLater('runs', [listRuns(machine.arn, closer.arn)]);
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

    new Schedule(
      `${name}-close-lost`,
      {
        description: `Closes runs of ${name} whose end nobody heard of`,
        expression: 'cron(0 5 * * ? *)',
        target: closer.arn,
        input: {},
      },
      parent,
    );

    this.arn = machine.arn;
    this.registerOutputs({ arn: this.arn });
  }
}

/** Free what each run held, then report it. The report is the same as one that the run may have sent already. */
export function defineCloser(
  functions: Readonly<Record<'find' | 'close' | 'report' | 'deliver', string>>,
): StateMachineDefinition {
  const failed = [onError('ClosingFailed')];
  return {
    Comment: 'Closes runs that could not close themselves',
    StartAt: 'FindRuns',
    TimeoutSeconds: 86_400,
    States: {
      FindRuns: invokeFunction({
        comment: 'The run of the event; or those that ended and were not reported',
        functionArn: functions.find,
        payload: { 'event.$': '$$.Execution.Input', 'closer.$': '$$.StateMachine.Id' },
        fields: ['runs'],
        resultPath: '$.found',
        catch: failed,
        next: 'CloseRuns',
      }),
      CloseRuns: {
        Type: 'Map',
        ItemsPath: '$.found.runs',
        ItemSelector: { 'detail.$': '$$.Map.Item.Value' },
        MaxConcurrency: 1,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'INLINE' },
          StartAt: 'CloseRun',
          States: closeOneRun(functions),
        },
        ResultPath: '$.closed',
        Catch: failed,
        End: true,
      },
      ClosingFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
    },
  };
}

function closeOneRun(
  functions: Readonly<Record<'close' | 'report' | 'deliver', string>>,
): Record<string, State> {
  const failed = [onError('CloseFailed')];
  return {
    CloseRun: invokeFunction({
      comment: 'Write down what it was doing; give back its leases',
      functionArn: functions.close,
      payload: { 'detail.$': '$.detail' },
      fields: ['execution', 'run', 'startedAt', 'endedAt', 'error'],
      resultPath: '$.closed',
      catch: failed,
      next: 'ReportRun',
    }),
    ReportRun: invokeFunction({
      comment: 'Compose its one notification, unless that is there already',
      functionArn: functions.report,
      payload: {
        'execution.$': '$.closed.execution',
        'run.$': '$.closed.run',
        'startedAt.$': '$.closed.startedAt',
        'endedAt.$': '$.closed.endedAt',
        'error.$': '$.closed.error',
      },
      fields: ['notification'],
      resultPath: '$',
      catch: failed,
      next: 'DeliverReport',
    }),
    DeliverReport: deliverNotification({
      functionArn: functions.deliver,
      catch: failed,
      next: null,
    }),
    CloseFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  };
}
