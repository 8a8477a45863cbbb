import { deliverNotification } from '../../foundation/deliver-notification';
import {
  invokeFunction,
  onError,
  whichRun,
  type State,
  type StateMachineDefinition,
} from '../../foundation/state-language';
import { updateOneImage, type DefinitionSettings, type Functions } from './one-image';

export type { AutoUpdaterFunction, DefinitionSettings } from './one-image';

/**
 * Survey all images; choose those that are to be updated; update them, a sliding window at a time; report once.
 * Nothing whose size grows with the number of images passes from state to state: the functions keep it in the
 * ledger. Whatever happens to one image ends in its own line of the report and never ends the run.
 */
export function defineAutoUpdater(
  functions: Functions,
  settings: DefinitionSettings,
): StateMachineDefinition {
  return {
    Comment: 'Updates the AppStream images that are tagged AutoUpdate=Enabled',
    StartAt: 'Begin',
    TimeoutSeconds: settings.timeoutSeconds,
    States: {
      Begin: {
        Type: 'Choice',
        Choices: ['reconcile', 'stop'].map((mode) => ({
          And: [
            { Variable: '$.mode', IsPresent: true },
            { Variable: '$.mode', StringEquals: mode },
          ],
          Next: 'FollowUp',
        })),
        Default: 'BeginSurvey',
      },
      BeginSurvey: { Type: 'Pass', Parameters: { survey: { cursor: '' } }, Next: 'SurveyImages' },
      SurveyImages: invokeFunction({
        comment: 'What images are there? A few hundred with each call',
        functionArn: functions.survey,
        payload: { ...whichRun(), 'input.$': '$$.Execution.Input', 'cursor.$': '$.survey.cursor' },
        fields: ['next', 'cursor', 'mode', 'batchSize', 'named'],
        resultPath: '$.survey',
        timeoutSeconds: 900,
        catch: [onError('ReportFailure')],
        next: 'AllSurveyed',
      }),
      AllSurveyed: {
        Type: 'Choice',
        Choices: [
          { Variable: '$.survey.next', StringEquals: 'survey', Next: 'SurveyImages' },
          { Variable: '$.survey.next', StringEquals: 'nothing', Next: 'NothingToDo' },
        ],
        Default: 'ChooseImages',
      },
      NothingToDo: { Type: 'Pass', Parameters: { items: [] }, End: true },

      FollowUp: invokeFunction({
        comment: 'What did earlier runs begin that nobody has settled? Or: stop those that run',
        functionArn: functions.followUp,
        payload: {
          ...whichRun(),
          'input.$': '$$.Execution.Input',
          'machine.$': '$$.StateMachine.Id',
        },
        fields: ['mode', 'queue'],
        resultPath: '$.chosen',
        timeoutSeconds: 900,
        catch: [onError('ReportFailure')],
        next: 'AnythingOpen',
      }),
      // On most days there is nothing, and that should cost next to nothing.
      AnythingOpen: {
        Type: 'Choice',
        Choices: [{ Variable: '$.chosen.queue[0]', IsPresent: true, Next: 'NoRoomNeeded' }],
        Default: 'NothingToDo',
      },
      NoRoomNeeded: {
        Type: 'Pass',
        Comment: 'Nothing new is started, so that no limit applies',
        Parameters: {
          survey: { 'mode.$': '$.chosen.mode' },
          chosen: { 'queue.$': '$.chosen.queue', quiet: true },
          room: { concurrency: 100, limits: {}, facts: [] },
        },
        Next: 'UpdateImages',
      },

      ChooseImages: invokeFunction({
        comment: 'Which of them are to be updated, in which order, and why are the others not?',
        functionArn: functions.choose,
        payload: {
          ...whichRun(),
          'mode.$': '$.survey.mode',
          'named.$': '$.survey.named',
          'machine.$': '$$.StateMachine.Id',
        },
        fields: ['queue', 'quiet'],
        resultPath: '$.chosen',
        timeoutSeconds: 900,
        catch: [onError('ReportFailure')],
        next: 'MeasureRoom',
      }),
      MeasureRoom: measure(functions, {
        comment: 'How much room do the quotas leave, and what will not fit?',
        planned: false,
        next: 'EverythingFits',
      }),
      EverythingFits: {
        Type: 'Choice',
        Choices: [
          {
            And: [
              { Variable: '$.survey.mode', StringEquals: 'update' },
              { Variable: '$.room.warning.items[0]', IsPresent: true },
            ],
            Next: 'WarnOfRoom',
          },
        ],
        Default: 'UpdateImages',
      },
      WarnOfRoom: invokeFunction({
        comment: 'What will not fit is said before anything starts',
        functionArn: functions.alert,
        payload: {
          ...whichRun(),
          alert: 'head-room',
          'subject.$': '$.room.warning.subject',
          'facts.$': '$.room.facts',
          'items.$': '$.room.warning.items',
        },
        fields: ['notification'],
        resultPath: '$.warned',
        // The report says it again.
        catch: [onError('UpdateImages')],
        next: 'DeliverWarning',
      }),
      DeliverWarning: deliverNotification({
        functionArn: functions.deliver,
        at: '$.warned.notification',
        catch: [onError('UpdateImages')],
        next: 'UpdateImages',
      }),
      UpdateImages: {
        Type: 'Map',
        Comment:
          'A sliding window of child executions: the next image starts as soon as one has ended',
        ItemsPath: '$.chosen.queue',
        ItemSelector: {
          ...whichRun(),
          'position.$': '$$.Map.Item.Value',
          'mode.$': '$.survey.mode',
          'limits.$': '$.room.limits',
        },
        MaxConcurrencyPath: '$.room.concurrency',
        // One that fails has no line of its own: the report says so, and the others go on.
        ToleratedFailurePercentage: 100,
        ItemProcessor: {
          // An image is looked at for hours: a history of its own keeps any number of them within 25,000 events.
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'ClaimImage',
          States: updateOneImage(functions, settings),
        },
        ResultPath: null,
        Catch: [onError('ReportFailure')],
        Next: 'OnlyPlanned',
      },
      OnlyPlanned: {
        Type: 'Choice',
        Choices: [{ Variable: '$.survey.mode', StringEquals: 'plan', Next: 'MeasurePlan' }],
        Default: 'ReportRun',
      },
      MeasurePlan: measure(functions, {
        comment: 'What would it take, now that it is known what would be updated?',
        planned: true,
        next: 'ReportRun',
      }),
      ReportRun: invokeFunction({
        comment: 'Write the one notification of this run; its result is the output of the run',
        functionArn: functions.report,
        payload: {
          ...whichRun(),
          'mode.$': '$.survey.mode',
          'quiet.$': '$.chosen.quiet',
          'facts.$': '$.room.facts',
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

function measure(
  functions: Functions,
  task: { readonly comment: string; readonly planned: boolean; readonly next: string },
): State {
  return invokeFunction({
    comment: task.comment,
    functionArn: functions.measure,
    payload: { ...whichRun(), 'batchSize.$': '$.survey.batchSize', planned: task.planned },
    fields: ['concurrency', 'limits', 'facts', 'warning'],
    resultPath: '$.room',
    timeoutSeconds: 900,
    catch: [onError('ReportFailure')],
    next: task.next,
  });
}
