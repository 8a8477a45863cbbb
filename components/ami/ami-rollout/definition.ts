import type { RolloutSettings } from '../../../functions/ami/settings';
import { deliverNotification } from '../../foundation/deliver-notification';
import {
  invokeFunction,
  onError,
  whichRun,
  type StateMachineDefinition,
} from '../../foundation/state-language';
import { moveOneGroup, type Functions } from './one-group';
import { surveyAllGroups } from './survey-all-groups';
import { isRefreshEvent, wakeUp, type WaitingPlace } from './wake-up';

export type { RolloutFunction } from './one-group';

export interface DefinitionSettings {
  readonly rollout: RolloutSettings;
  /** Seconds that a whole run may take. */
  readonly timeoutSeconds: number;
  readonly place: WaitingPlace;
}

/**
 * Resolve the AMI; compare every group with it; move the groups, wave by wave; report once. A day on which every
 * group runs the AMI ends after the comparison. Whatever happens to one group ends in its own line of the report.
 */
export function defineRollout(
  functions: Functions,
  { rollout, timeoutSeconds, place }: DefinitionSettings,
): StateMachineDefinition {
  return {
    Comment: 'Moves Auto Scaling groups to an AMI',
    StartAt: 'Begin',
    TimeoutSeconds: timeoutSeconds,
    States: {
      Begin: {
        Type: 'Pass',
        Parameters: { settings: rollout, vetted: { groups: [] }, clusters: { groups: [] } },
        Next: 'Mode',
      },
      Mode: {
        Type: 'Choice',
        Choices: [
          { ...isRefreshEvent, Next: 'WhoWaits' },
          ...['reconcile', 'approve', 'stop'].map((mode) => ({
            And: [
              { Variable: '$$.Execution.Input.mode', IsPresent: true },
              { Variable: '$$.Execution.Input.mode', StringEquals: mode },
            ],
            Next: 'FollowUp',
          })),
        ],
        Default: 'ResolveImage',
      },
      NothingToDo: { Type: 'Pass', Parameters: { items: [] }, End: true },
      ...wakeUp(place, 'NothingToDo'),

      FollowUp: invokeFunction({
        comment: 'What did earlier runs begin that nobody has settled? Or: stop or approve one',
        functionArn: functions.followUp,
        payload: {
          ...whichRun(),
          'input.$': '$$.Execution.Input',
          'machine.$': '$$.StateMachine.Id',
          'settings.$': '$.settings',
        },
        fields: ['mode', 'groups'],
        resultPath: '$.followed',
        timeoutSeconds: 900,
        catch: [onError('ReportFailure')],
        next: 'AnythingOpen',
      }),
      AnythingOpen: {
        Type: 'Choice',
        Choices: [{ Variable: '$.followed.groups[0]', IsPresent: true, Next: 'FollowThem' }],
        Default: 'NothingToDo',
      },
      FollowThem: {
        Type: 'Pass',
        Comment: 'All of them at once: nothing new is started',
        Parameters: {
          'settings.$': '$.settings',
          resolved: { 'mode.$': '$.followed.mode', image: { id: '' }, newerThan: '' },
          survey: { waves: [], quiet: true, facts: [] },
          wave: { 'groups.$': '$.followed.groups', nextIndex: 0, soakSeconds: 0, waitingSince: '' },
        },
        Next: 'MoveGroups',
      },

      ResolveImage: invokeFunction({
        comment: 'Which AMI is it, and may it be rolled out?',
        functionArn: functions.resolve,
        payload: {
          ...whichRun(),
          'input.$': '$$.Execution.Input',
          'settings.$': '$.settings',
        },
        fields: [
          'next',
          'mode',
          'image',
          'waves',
          'force',
          'newerThan',
          'notify',
          'tooYoung',
          'reason',
        ],
        resultPath: '$.resolved',
        catch: [onError('ReportFailure')],
        next: 'Resolved',
      }),
      Resolved: {
        Type: 'Choice',
        Choices: [{ Variable: '$.resolved.next', StringEquals: 'survey', Next: 'SurveyGroups' }],
        Default: 'NothingToDo',
      },
      ...surveyAllGroups(functions),
      FirstWave: {
        Type: 'Pass',
        Parameters: { nextIndex: 0, waitingSince: '' },
        ResultPath: '$.wave',
        Next: 'OpenWave',
      },
      OpenWave: invokeFunction({
        comment: 'May the next wave go? Not after a failure, an alarm or without its approval',
        functionArn: functions.openWave,
        payload: {
          ...whichRun(),
          'waves.$': '$.survey.waves',
          'index.$': '$.wave.nextIndex',
          'waitingSince.$': '$.wave.waitingSince',
          'settings.$': '$.settings',
        },
        fields: [
          'next',
          'index',
          'nextIndex',
          'groups',
          'soakSeconds',
          'waitingSince',
          'ask',
          'question',
          'facts',
          'waitSeconds',
        ],
        resultPath: '$.wave',
        catch: [onError('ReportFailure')],
        next: 'WaveDecision',
      }),
      WaveDecision: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.wave.next', StringEquals: 'roll', Next: 'MoveGroups' },
          { Variable: '$.wave.next', StringEquals: 'soak', Next: 'Soak' },
          { Variable: '$.wave.ask', BooleanEquals: true, Next: 'AskForApproval' },
          { Variable: '$.wave.next', StringEquals: 'approve', Next: 'WaitForApproval' },
        ],
        Default: 'ReportRun',
      },
      AskForApproval: invokeFunction({
        comment: 'Somebody has to let this wave go',
        functionArn: functions.alert,
        payload: {
          ...whichRun(),
          'alert.$': "States.Format('approval-{}', $.wave.index)",
          'subject.$': '$.wave.question',
          'facts.$': '$.wave.facts',
          items: [],
        },
        fields: ['notification'],
        resultPath: '$.asked',
        catch: [onError('WaitForApproval')],
        next: 'DeliverQuestion',
      }),
      DeliverQuestion: deliverNotification({
        functionArn: functions.deliver,
        at: '$.asked.notification',
        catch: [onError('WaitForApproval')],
        next: 'WaitForApproval',
      }),
      WaitForApproval: { Type: 'Wait', SecondsPath: '$.wave.waitSeconds', Next: 'OpenWave' },

      MoveGroups: {
        Type: 'Map',
        Comment: 'The groups of a wave at the same time, each in an execution of its own',
        ItemsPath: '$.wave.groups',
        ItemSelector: {
          ...whichRun(),
          'mode.$': '$.resolved.mode',
          'ami.$': '$.resolved.image.id',
          'createdAt.$': '$.resolved.newerThan',
          'group.$': '$$.Map.Item.Value.name',
          'settings.$': '$$.Map.Item.Value.settings',
          begun: { waitingSince: '' },
          ready: { waitingSince: '' },
          refresh: { id: '' },
          watch: { waitSeconds: 10 },
          tend: { decision: '' },
          stall: { reason: '' },
          undo: { done: false, left: '' },
        },
        MaxConcurrency: 200,
        // One that fails has no line of its own: the report says so, and the others go on.
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          // A refresh is looked at for hours: a history of its own keeps it within 25,000 events.
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'ClaimGroup',
          States: moveOneGroup(functions, place),
        },
        ResultPath: null,
        Catch: [onError('ReportFailure')],
        Next: 'Soak',
      },
      Soak: { Type: 'Wait', SecondsPath: '$.wave.soakSeconds', Next: 'OpenWave' },

      ReportRun: invokeFunction({
        comment: 'Write the one notification of this run; its result is the output of the run',
        functionArn: functions.report,
        payload: {
          ...whichRun(),
          'mode.$': '$.resolved.mode',
          'quiet.$': '$.survey.quiet',
          'facts.$': '$.survey.facts',
        },
        fields: ['items', 'furtherItems', 'notification'],
        resultPath: '$',
        catch: [onError('RunFailed')],
        next: 'DeliverReport',
      }),
      DeliverReport: deliverNotification({
        functionArn: functions.deliver,
        catch: [onError('RunFailed')],
        next: null,
      }),
      ReportFailure: invokeFunction({
        comment: 'The one notification of a run that could not do its work',
        functionArn: functions.report,
        payload: { ...whichRun(), 'error.$': '$.error' },
        fields: ['notification'],
        resultPath: '$.report',
        catch: [onError('RunFailed')],
        next: 'DeliverFailure',
      }),
      DeliverFailure: deliverNotification({
        functionArn: functions.deliver,
        at: '$.report.notification',
        catch: [onError('RunFailed')],
        next: 'RunFailed',
      }),
      // The status change closes what is still open: leases, and a notification that is not out.
      RunFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
    },
  };
}
