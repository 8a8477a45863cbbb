import { deliverNotification } from '../../foundation/deliver-notification';
import {
  callService,
  decided,
  invokeFunction,
  onError,
  type State,
} from '../../foundation/state-language';

/** The functions that the workflow calls, by role. */
export type AutoUpdaterFunction =
  | 'survey'
  | 'followUp'
  | 'choose'
  | 'measure'
  | 'claim'
  | 'prepare'
  | 'enter'
  | 'share'
  | 'commit'
  | 'settle'
  | 'alert'
  | 'report'
  | 'deliver';

export interface DefinitionSettings {
  /** Seconds between two looks at an update that has run for hours; younger ones are looked at more often. */
  readonly pollSeconds: number;
  /** Seconds that a whole run may take. */
  readonly timeoutSeconds: number;
}

export type Functions = Readonly<Record<AutoUpdaterFunction, string>>;

/** The life of one image within a run, from the claim to its line of the report. */
export function updateOneImage(
  functions: Functions,
  settings: DefinitionSettings,
): Record<string, State> {
  return {
    ClaimImage: invokeFunction({
      comment: 'Take the lease; what did earlier runs begin?',
      functionArn: functions.claim,
      payload: {
        'execution.$': '$.execution',
        'run.$': '$.run',
        'mode.$': '$.mode',
        'position.$': '$.position',
      },
      fields: ['decision', 'reason', 'source', 'target', 'isLastAttempt', 'claimedAt', 'watch'],
      resultPath: '$.claim',
      catch: [onError('ClaimFailed')],
      next: 'NextStep',
    }),
    ClaimFailed: {
      Type: 'Pass',
      Parameters: { source: '', target: '', 'claimedAt.$': '$$.State.EnteredTime' },
      ResultPath: '$.claim',
      Next: 'SettleError',
    },
    NextStep: {
      Type: 'Choice',
      Choices: [
        decided('$.claim', 'prepare', 'PrepareUpdate'),
        decided('$.claim', 'follow', 'AlreadyRunning'),
        decided('$.claim', 'commit', 'AlreadyThere'),
        decided('$.claim', 'failed', 'AlreadyFailed'),
      ],
      Default: 'Skipped',
    },
    AlreadyRunning: unlessPlanned('FollowUpdate'),
    AlreadyThere: unlessPlanned('ShareImage'),
    AlreadyFailed: unlessPlanned('LastAttempt'),
    FollowUpdate: {
      Type: 'Pass',
      InputPath: '$.claim',
      ResultPath: '$.window',
      Next: 'WaitForImage',
    },

    PrepareUpdate: invokeFunction({
      comment: 'Decide what to ask for, and write it down before it is asked',
      functionArn: functions.prepare,
      // The whole state: what kept an earlier attempt from starting is in it, if there was one.
      payload: { 'child.$': '$' },
      fields: ['decision', 'reason', 'target', 'description', 'displayName', 'tags', 'waitSeconds'],
      resultPath: '$.update',
      catch: [onError('SettleError')],
      next: 'Prepared',
    }),
    Prepared: {
      Type: 'Choice',
      Choices: [
        decided('$.update', 'start', 'TakeTarget'),
        decided('$.update', 'postpone', 'Postponed'),
      ],
      Default: 'NotToBeDone',
    },
    TakeTarget: {
      Type: 'Pass',
      InputPath: '$.update.target',
      ResultPath: '$.claim.target',
      Next: 'CheckForUpdate',
    },

    // The dry-run gate: an update that brings nothing costs hours of a builder.
    CheckForUpdate: callService({
      comment: 'Is there anything to update? Starts nothing',
      call: 'appstream:createUpdatedImage',
      parameters: {
        'ExistingImageName.$': '$.claim.source',
        'NewImageName.$': '$.claim.target',
        DryRun: true,
      },
      resultPath: '$.check',
      final: [...incompatible, ...taken, ...noRoom],
      catch: [
        { ErrorEquals: incompatible, ResultPath: '$.error', Next: 'Incompatible' },
        { ErrorEquals: taken, ResultPath: '$.taken', Next: 'WaitUntilVisible' },
        { ErrorEquals: noRoom, ResultPath: '$.error', Next: 'WaitForRoom' },
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
      Default: 'EnterWindow',
    },

    EnterWindow: invokeFunction({
      comment: 'Is there room, with all that runs in the account?',
      functionArn: functions.enter,
      payload: { 'target.$': '$.claim.target', 'limits.$': '$.limits' },
      fields: ['decision', 'reason', 'watch'],
      resultPath: '$.window',
      catch: [onError('SettleError')],
      next: 'RoomToStart',
    }),
    RoomToStart: {
      Type: 'Choice',
      Choices: [
        decided('$.window', 'enter', 'StartUpdate'),
        decided('$.window', 'postpone', 'DoesNotFit'),
      ],
      Default: 'WaitForRoom',
    },
    StartUpdate: callService({
      comment:
        'The name is the idempotency token: a second call for the same name is refused, and adopted',
      call: 'appstream:createUpdatedImage',
      parameters: {
        'ExistingImageName.$': '$.claim.source',
        'NewImageName.$': '$.claim.target',
        'NewImageDescription.$': '$.update.description',
        'NewImageDisplayName.$': '$.update.displayName',
        'NewImageTags.$': '$.update.tags',
        DryRun: false,
      },
      resultPath: null,
      final: [...incompatible, ...taken, ...noRoom],
      catch: [
        { ErrorEquals: incompatible, ResultPath: '$.error', Next: 'Incompatible' },
        { ErrorEquals: taken, ResultPath: '$.taken', Next: 'WaitUntilVisible' },
        { ErrorEquals: noRoom, ResultPath: '$.error', Next: 'WaitForRoom' },
        onError('SettleError'),
      ],
      next: 'WatchOften',
    }),
    // A quota is no failure. Everything is looked at anew, and PrepareUpdate knows when it has waited long enough.
    WaitForRoom: { Type: 'Wait', SecondsPath: '$.update.waitSeconds', Next: 'ClaimImage' },
    // The adoption branch: somebody has the name already; the claim finds out who, and follows or goes on.
    WaitUntilVisible: { Type: 'Wait', Seconds: 60, Next: 'ClaimImage' },

    // AppStream sends no events for images: only asking tells. What ends early frees its place early.
    WatchOften: { Type: 'Wait', Seconds: Math.ceil(settings.pollSeconds / 5), Next: 'CheckImage' },
    WatchSometimes: {
      Type: 'Wait',
      Seconds: Math.ceil((settings.pollSeconds * 2) / 5),
      Next: 'CheckImage',
    },
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
          ResultPath: '$.missing',
          Next: 'TimeToLookAgain',
        },
        onError('SettleError'),
      ],
      next: 'ImageState',
    }),
    ImageState: {
      Type: 'Choice',
      Choices: [
        imageIs('AVAILABLE', 'ShareImage'),
        imageIs('FAILED', 'LastAttempt'),
        ...timeToLookAgain,
      ],
      Default: 'WaitForImage',
    },
    TimeToLookAgain: { Type: 'Choice', Choices: timeToLookAgain, Default: 'WaitForImage' },

    LastAttempt: {
      Type: 'Choice',
      Choices: [{ Variable: '$.claim.isLastAttempt', BooleanEquals: true, Next: 'BlockImage' }],
      Default: 'UpdateFailed',
    },
    BlockImage: invokeFunction({
      comment: 'AutoUpdate=Blocked: no further update until a person has looked at it',
      functionArn: functions.commit,
      payload: { 'source.$': '$.claim.source', 'target.$': '$.claim.target', blocked: true },
      fields: ['reason'],
      resultPath: '$.commit',
      // Nothing is settled, so that a later run comes back for it.
      catch: [onError('SettleFailed')],
      next: 'UpdateFailed',
    }),

    ShareImage: invokeFunction({
      comment: 'Who may use the source may use its successor',
      functionArn: functions.share,
      payload: { 'source.$': '$.claim.source', 'target.$': '$.claim.target' },
      fields: ['accounts'],
      resultPath: '$.share',
      timeoutSeconds: 300,
      catch: [onError('SettleError')],
      next: 'CommitLineage',
    }),
    CommitLineage: invokeFunction({
      comment:
        'Source: AutoUpdate=Completed and NextVersion; only now that the successor is AVAILABLE',
      functionArn: functions.commit,
      payload: { 'source.$': '$.claim.source', 'target.$': '$.claim.target' },
      fields: ['reason'],
      resultPath: '$.commit',
      catch: [onError('SettleError')],
      next: 'Updated',
    }),

    Updated: result('updated', { 'reason.$': '$.commit.reason' }),
    UpdateFailed: result('failed', { 'reason.$': '$.claim.reason' }),
    Skipped: result('skipped', { 'reason.$': '$.claim.reason' }),
    NotToBeDone: result('skipped', { 'reason.$': '$.update.reason' }),
    Postponed: result('postponed', { 'reason.$': '$.update.reason' }),
    DoesNotFit: result('postponed', { 'reason.$': '$.window.reason' }),
    UpToDate: result('skipped', { reason: 'up to date: AppStream has nothing newer for it' }),
    Incompatible: result('skipped', {
      'reason.$': "States.Format('incompatible: {}', $.error.Cause)",
    }),
    Planned: result('planned', { 'reason.$': '$.update.reason' }),
    Unfinished: result('unfinished', {
      'reason.$':
        "States.Format('{} is not finished yet; the next run follows it up', $.claim.target)",
    }),

    Settle: settle(functions, 'Write the outcome, give lease and place back', {
      'outcome.$': '$.result.outcome',
      'reason.$': '$.result.reason',
    }),
    SettleError: settle(functions, 'The same for a step that failed for good', {
      outcome: 'failed',
      'error.$': '$.error',
    }),
    ...tellOthers(functions),
  };
}

/** Whoever listens hears of each outcome at once, and people of the first failure. */
function tellOthers(functions: Functions): Record<string, State> {
  return {
    WorthTelling: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.mode', StringEquals: 'plan', Next: 'Done' },
        {
          And: [
            { Variable: '$.mode', StringEquals: 'reconcile' },
            { Variable: '$.line.outcome', StringEquals: 'skipped' },
          ],
          Next: 'Done',
        },
      ],
      Default: 'TellOutcome',
    },
    TellOutcome: callService({
      comment: 'AppStream has no events for images; this is ours',
      call: 'eventbridge:putEvents',
      parameters: {
        Entries: [
          {
            Source: 'evergreen',
            DetailType: 'Evergreen Image Outcome',
            'Resources.$': 'States.Array($.execution)',
            'Detail.$': 'States.JsonToString($.line)',
          },
        ],
      },
      resultPath: null,
      final: [],
      // A listener that does not hear of it changes no outcome.
      catch: [onError('FirstFailure')],
      next: 'FirstFailure',
    }),
    FirstFailure: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.line.outcome', StringEquals: 'failed', Next: 'AlertFailure' },
        { Variable: '$.line.outcome', StringEquals: 'blocked', Next: 'AlertFailure' },
      ],
      Default: 'Done',
    },
    AlertFailure: invokeFunction({
      comment: 'The first failure of a run at once; further ones are in its report',
      functionArn: functions.alert,
      payload: {
        'execution.$': '$.execution',
        'run.$': '$.run',
        'startedAt.$': '$.startedAt',
        alert: 'first-failure',
        'subject.$': "States.Format('the update of {} failed', $.line.id)",
        facts: [],
        'items.$': 'States.Array($.line)',
      },
      fields: ['notification'],
      resultPath: '$.alert',
      // The report says it again.
      catch: [onError('Done')],
      next: 'DeliverAlert',
    }),
    DeliverAlert: deliverNotification({
      functionArn: functions.deliver,
      at: '$.alert.notification',
      catch: [onError('Done')],
      next: 'Done',
    }),
    // The results of all children together must fit into a state.
    Done: { Type: 'Pass', Result: 0, End: true },
    SettleFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  };
}

const taken = ['AppStream.ResourceAlreadyExistsException'];
const incompatible = ['AppStream.IncompatibleImageException'];
/** Documented as passing: https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html */
const noRoom = [
  'AppStream.LimitExceededException',
  'AppStream.ConcurrentModificationException',
  'AppStream.RequestLimitExceededException',
];

const timeToLookAgain = [
  now('TimestampGreaterThanPath', 'finishBy', 'Unfinished'),
  now('TimestampLessThanPath', 'oftenUntil', 'WatchOften'),
  now('TimestampLessThanPath', 'sometimesUntil', 'WatchSometimes'),
];

function now(comparison: string, time: string, next: string) {
  return {
    Variable: '$$.State.EnteredTime',
    [comparison]: `$.window.watch.${time}`,
    Next: next,
  };
}

function unlessPlanned(next: string): State {
  return {
    Type: 'Choice',
    Choices: [{ Variable: '$.mode', StringEquals: 'plan', Next: 'Skipped' }],
    Default: next,
  };
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

function settle(functions: Functions, comment: string, ending: Record<string, string>): State {
  return invokeFunction({
    comment,
    functionArn: functions.settle,
    payload: {
      'execution.$': '$.execution',
      'run.$': '$.run',
      'mode.$': '$.mode',
      'position.$': '$.position',
      'source.$': '$.claim.source',
      'target.$': '$.claim.target',
      'startedAt.$': '$.claim.claimedAt',
      ...ending,
    },
    fields: ['id', 'outcome', 'reason', 'startedAt', 'endedAt'],
    resultPath: '$.line',
    catch: [onError('SettleFailed')],
    next: 'WorthTelling',
  });
}
