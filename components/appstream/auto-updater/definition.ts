import {
  callService,
  invokeFunction,
  type State,
  type StateMachineDefinition,
} from '../../foundation/state-language';

/** The functions that the workflow calls, by role. */
export type AutoUpdaterFunction = 'survey' | 'claim' | 'commit' | 'settle' | 'report';

export interface DefinitionSettings {
  /** Seconds between two looks at an update that runs. */
  readonly pollSeconds: number;
  /** Seconds until an update is tried again for which the account has no quota left. */
  readonly quotaPollSeconds: number;
  /** Seconds that a whole run may take. */
  readonly timeoutSeconds: number;
}

/**
 * Survey all images; update those that are opted in, a sliding window of `batchSize` at a time; report once.
 * Whatever happens to one image ends in its own line of the report and never ends the run.
 */
export function defineAutoUpdater(
  functions: Readonly<Record<AutoUpdaterFunction, string>>,
  settings: DefinitionSettings,
): StateMachineDefinition {
  return {
    Comment: 'Updates the AppStream images that are tagged AutoUpdate=Enabled',
    StartAt: 'SurveyImages',
    TimeoutSeconds: settings.timeoutSeconds,
    States: {
      SurveyImages: invokeFunction({
        comment: 'Which images are to be updated, and why are the others not?',
        functionArn: functions.survey,
        payload: { 'input.$': '$$.Execution.Input' },
        fields: ['mode', 'batchSize', 'idle', 'quiet', 'images', 'leftOut'],
        resultPath: '$.run',
        timeoutSeconds: 900,
        catch: [onError('ReportFailure')],
        next: 'AnythingToDo',
      }),
      AnythingToDo: {
        Type: 'Choice',
        Choices: [{ Variable: '$.run.idle', BooleanEquals: true, Next: 'NothingToDo' }],
        Default: 'UpdateImages',
      },
      NothingToDo: { Type: 'Pass', Parameters: { 'items.$': '$.run.leftOut' }, End: true },
      UpdateImages: {
        Type: 'Map',
        Comment:
          'A sliding window of child executions: the next image starts as soon as one has ended',
        ItemsPath: '$.run.images',
        ItemSelector: {
          'image.$': '$$.Map.Item.Value',
          'execution.$': '$$.Execution.Id',
          'mode.$': '$.run.mode',
        },
        MaxConcurrencyPath: '$.run.batchSize',
        ItemProcessor: {
          // An image is looked at for days: a history of its own keeps any number of them within 25,000 events.
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'ClaimImage',
          States: updateOneImage(functions, settings),
        },
        ResultPath: '$.items',
        Catch: [onError('ReportFailure')],
        Next: 'ReportRun',
      },
      ReportRun: invokeFunction({
        comment: 'The one notification of this run; its result is the output of the run',
        functionArn: functions.report,
        payload: {
          'execution.$': '$$.Execution.Id',
          'run.$': '$$.Execution.Name',
          'startedAt.$': '$$.Execution.StartTime',
          'items.$': '$.items',
          'leftOut.$': '$.run.leftOut',
          'quiet.$': '$.run.quiet',
        },
        fields: ['items', 'notification'],
        resultPath: '$',
        catch: [onError('RunFailed')],
        next: null,
      }),
      ReportFailure: invokeFunction({
        comment: 'The one notification of a run that could not do its work',
        functionArn: functions.report,
        payload: {
          'execution.$': '$$.Execution.Id',
          'run.$': '$$.Execution.Name',
          'startedAt.$': '$$.Execution.StartTime',
          'error.$': '$.error',
        },
        fields: ['notification'],
        resultPath: '$.report',
        catch: [onError('RunFailed')],
        next: 'RunFailed',
      }),
      // The status change closes what is still open: leases, and a notification that is not out.
      RunFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
    },
  };
}

/** The life of one image within a run, from the claim to its line of the report. */
function updateOneImage(
  functions: Readonly<Record<AutoUpdaterFunction, string>>,
  settings: DefinitionSettings,
): Record<string, State> {
  return {
    ClaimImage: invokeFunction({
      comment: 'Take the lease; look at what is there; decide the next step',
      functionArn: functions.claim,
      payload: { 'execution.$': '$.execution', 'mode.$': '$.mode', 'image.$': '$.image' },
      fields: ['decision', 'reason', 'target', 'update', 'claimedAt', 'startBy', 'finishBy'],
      resultPath: '$.claim',
      catch: [onError('ClaimFailed')],
      next: 'NextStep',
    }),
    ClaimFailed: {
      Type: 'Pass',
      Parameters: { target: '', 'claimedAt.$': '$$.State.EnteredTime' },
      ResultPath: '$.claim',
      Next: 'SettleError',
    },
    NextStep: {
      Type: 'Choice',
      Choices: [
        decided('start', 'CheckForUpdate'),
        decided('follow', 'AlreadyRunning'),
        decided('commit', 'AlreadyThere'),
        decided('failed', 'UpdateFailed'),
      ],
      Default: 'Skipped',
    },

    // The dry-run gate: an update that brings nothing costs hours of a builder.
    CheckForUpdate: callService({
      comment: 'Is there anything to update? Starts nothing',
      call: 'appstream:createUpdatedImage',
      parameters: {
        'ExistingImageName.$': '$.image.name',
        'NewImageName.$': '$.claim.target',
        DryRun: true,
      },
      resultPath: '$.check',
      final: ['AppStream.IncompatibleImageException', ...taken, ...quota],
      catch: [
        {
          ErrorEquals: ['AppStream.IncompatibleImageException'],
          ResultPath: '$.error',
          Next: 'Incompatible',
        },
        { ErrorEquals: taken, ResultPath: '$.error', Next: 'WaitUntilVisible' },
        { ErrorEquals: quota, ResultPath: '$.error', Next: 'StillTimeToStart' },
        onError('SettleError'),
      ],
      next: 'WorthUpdating',
    }),
    WorthUpdating: {
      Type: 'Choice',
      Choices: [
        {
          // Both members of the answer are optional: no word of an update is no update.
          Or: [
            { Variable: '$.check.CanUpdateImage', IsPresent: false },
            { Variable: '$.check.CanUpdateImage', BooleanEquals: false },
          ],
          Next: 'UpToDate',
        },
        { Variable: '$.mode', StringEquals: 'plan', Next: 'Planned' },
      ],
      Default: 'StartUpdate',
    },

    StartUpdate: callService({
      comment:
        'The name is the idempotency token: a second call for the same name is refused, and adopted',
      call: 'appstream:createUpdatedImage',
      parameters: {
        'ExistingImageName.$': '$.image.name',
        'NewImageName.$': '$.claim.target',
        'NewImageDescription.$': '$.claim.update.description',
        'NewImageDisplayName.$': '$.claim.update.displayName',
        'NewImageTags.$': '$.claim.update.tags',
        DryRun: false,
      },
      resultPath: null,
      final: ['AppStream.IncompatibleImageException', ...taken, ...quota],
      catch: [
        { ErrorEquals: taken, ResultPath: '$.error', Next: 'WaitUntilVisible' },
        { ErrorEquals: quota, ResultPath: '$.error', Next: 'StillTimeToStart' },
        {
          ErrorEquals: ['AppStream.IncompatibleImageException'],
          ResultPath: '$.error',
          Next: 'Incompatible',
        },
        onError('SettleError'),
      ],
      next: 'WaitForImage',
    }),

    // The adoption branch: somebody has the name already; the claim finds out who, and follows or goes on.
    WaitUntilVisible: { Type: 'Wait', Seconds: 60, Next: 'ClaimImage' },

    StillTimeToStart: {
      Type: 'Choice',
      Choices: [
        {
          Variable: '$$.State.EnteredTime',
          TimestampGreaterThanPath: '$.claim.startBy',
          Next: 'Postponed',
        },
      ],
      Default: 'WaitForQuota',
    },
    WaitForQuota: { Type: 'Wait', Seconds: settings.quotaPollSeconds, Next: 'CheckForUpdate' },

    AlreadyRunning: {
      Type: 'Choice',
      Choices: [{ Variable: '$.mode', StringEquals: 'plan', Next: 'Skipped' }],
      Default: 'WaitForImage',
    },
    AlreadyThere: {
      Type: 'Choice',
      Choices: [{ Variable: '$.mode', StringEquals: 'plan', Next: 'Skipped' }],
      Default: 'CommitLineage',
    },

    // AppStream sends no events for images: only asking tells.
    WaitForImage: { Type: 'Wait', Seconds: settings.pollSeconds, Next: 'CheckImage' },
    CheckImage: callService({
      comment: 'How far is AppStream?',
      call: 'appstream:describeImages',
      parameters: { 'Names.$': 'States.Array($.claim.target)' },
      resultSelector: { 'states.$': '$.Images[*].State' },
      resultPath: '$.found',
      final: ['AppStream.ResourceNotFoundException'],
      catch: [
        {
          // Not visible yet, or deleted by somebody: the deadline tells.
          ErrorEquals: ['AppStream.ResourceNotFoundException'],
          ResultPath: '$.error',
          Next: 'StillTimeToFinish',
        },
        onError('SettleError'),
      ],
      next: 'ImageState',
    }),
    ImageState: {
      Type: 'Choice',
      Choices: [
        imageIs('AVAILABLE', 'CommitLineage'),
        imageIs('FAILED', 'UpdateFailed'),
        pastDeadline,
      ],
      Default: 'WaitForImage',
    },
    StillTimeToFinish: { Type: 'Choice', Choices: [pastDeadline], Default: 'WaitForImage' },

    CommitLineage: invokeFunction({
      comment:
        'Source: AutoUpdate=Completed and NextVersion; only now that the successor is AVAILABLE',
      functionArn: functions.commit,
      payload: { 'source.$': '$.image.name', 'target.$': '$.claim.target' },
      fields: ['reason'],
      resultPath: '$.commit',
      catch: [onError('SettleError')],
      next: 'Updated',
    }),

    Updated: result('updated', { 'reason.$': '$.commit.reason' }),
    UpdateFailed: result('failed', { 'reason.$': '$.claim.reason' }),
    Skipped: result('skipped', { 'reason.$': '$.claim.reason' }),
    UpToDate: result('skipped', { reason: 'up to date: AppStream has nothing newer for it' }),
    Incompatible: result('skipped', {
      'reason.$': "States.Format('incompatible: {}', $.error.Cause)",
    }),
    Planned: result('planned', { 'reason.$': '$.claim.reason' }),
    Postponed: result('postponed', {
      'reason.$': "States.Format('no quota left to start it: {}', $.error.Cause)",
    }),
    Unfinished: result('unfinished', {
      'reason.$':
        "States.Format('{} is not finished yet; the next run follows it up', $.claim.target)",
    }),

    Settle: invokeFunction({
      comment: 'Write the outcome, give the lease back; the result is the line of the report',
      functionArn: functions.settle,
      payload: {
        'execution.$': '$.execution',
        'source.$': '$.image.name',
        'target.$': '$.claim.target',
        'outcome.$': '$.result.outcome',
        'reason.$': '$.result.reason',
        'startedAt.$': '$.claim.claimedAt',
      },
      fields: reportFields,
      resultPath: '$',
      catch: [onError('SettleFailed')],
      next: null,
    }),
    SettleError: invokeFunction({
      comment: 'The same for a step that failed for good',
      functionArn: functions.settle,
      payload: {
        'execution.$': '$.execution',
        'source.$': '$.image.name',
        'target.$': '$.claim.target',
        outcome: 'failed',
        'error.$': '$.error',
        'startedAt.$': '$.claim.claimedAt',
      },
      fields: reportFields,
      resultPath: '$',
      catch: [onError('SettleFailed')],
      next: null,
    }),
    // The lease stays with this execution; it ends with it.
    SettleFailed: {
      Type: 'Pass',
      Parameters: {
        'id.$': '$.image.name',
        outcome: 'unfinished',
        'reason.$': "States.Format('its outcome could not be recorded: {}', $.error.Cause)",
        'startedAt.$': '$.claim.claimedAt',
        'endedAt.$': '$$.State.EnteredTime',
      },
      End: true,
    },
  };
}

const taken = ['AppStream.ResourceAlreadyExistsException'];
const quota = ['AppStream.LimitExceededException'];
const reportFields = ['id', 'outcome', 'reason', 'startedAt', 'endedAt'];

const pastDeadline = {
  Variable: '$$.State.EnteredTime',
  TimestampGreaterThanPath: '$.claim.finishBy',
  Next: 'Unfinished',
};

function onError(next: string) {
  return { ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: next };
}

function decided(decision: string, next: string) {
  return { Variable: '$.claim.decision', StringEquals: decision, Next: next };
}

function imageIs(state: string, next: string) {
  return {
    And: [
      { Variable: '$.found.states[0]', IsPresent: true },
      { Variable: '$.found.states[0]', StringEquals: state },
    ],
    Next: next,
  };
}

function result(outcome: string, reason: Record<string, string>): State {
  return {
    Type: 'Pass',
    Parameters: { outcome, ...reason },
    ResultPath: '$.result',
    Next: 'Settle',
  };
}
