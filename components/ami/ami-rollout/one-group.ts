import {
  callService,
  decided,
  invokeFunction,
  onError,
  type State,
} from '../../foundation/state-language';
import { claimOneGroup } from './claim-one-group';
import { scaleOneGroup } from './scale-one-group';

/** The functions that the workflow calls, by role. */
export type RolloutFunction =
  | 'resolve'
  | 'survey'
  | 'vet'
  | 'vetClusters'
  | 'queue'
  | 'followUp'
  | 'openWave'
  | 'claim'
  | 'inspect'
  | 'ready'
  | 'version'
  | 'watch'
  | 'scale'
  | 'tend'
  | 'commit'
  | 'undo'
  | 'settle'
  | 'alert'
  | 'report'
  | 'deliver';

export type Functions = Readonly<Record<RolloutFunction, string>>;

/** The life of one group within a run, from the claim to its line of the report. */
export function moveOneGroup(functions: Functions): Record<string, State> {
  const group = { 'group.$': '$.group', 'ami.$': '$.claim.ami' };
  return {
    ...claimOneGroup(functions),
    OnCluster: {
      Type: 'Choice',
      Choices: [{ Variable: '$.settings.ecs', IsPresent: true, Next: 'ReadyCluster' }],
      Default: 'EnsureVersion',
    },
    ReadyCluster: invokeFunction({
      comment: 'Can its tasks leave the instances unharmed?',
      functionArn: functions.ready,
      payload: {
        ...group,
        'ecs.$': '$.settings.ecs',
        'waitingSince.$': '$.ready.waitingSince',
      },
      fields: ['decision', 'reason', 'waitingSince', 'waitSeconds'],
      resultPath: '$.ready',
      catch: [onError('SettleError')],
      next: 'ClusterReady',
    }),
    ClusterReady: {
      Type: 'Choice',
      Choices: [
        decided('$.ready', 'ready', 'EnsureVersion'),
        decided('$.ready', 'wait', 'WaitForTasks'),
        decided('$.ready', 'postpone', 'TasksInTheWay'),
      ],
      Default: 'Refused',
    },
    WaitForTasks: { Type: 'Wait', SecondsPath: '$.ready.waitSeconds', Next: 'ReadyCluster' },

    EnsureVersion: invokeFunction({
      comment: 'A launch template version with the AMI, which nothing uses yet',
      functionArn: functions.version,
      payload: {
        ...group,
        'execution.$': '$.execution',
        'attempt.$': '$.claim.attempt',
        'settings.$': '$.settings',
      },
      fields: ['desiredConfiguration', 'preferences', 'versions'],
      resultPath: '$.version',
      catch: [onError('UndoAfterError')],
      next: 'ByStrategy',
    }),
    ByStrategy: {
      Type: 'Choice',
      Choices: [
        {
          Variable: '$.settings.strategy',
          StringEquals: 'scheduledActions',
          Next: 'ScaleGroup',
        },
      ],
      Default: 'StartRefresh',
    },
    ...scaleOneGroup(functions.scale),
    StartRefresh: callService({
      comment:
        'AWS changes the configuration of the group only when the refresh has succeeded, so that it can roll back',
      call: 'autoscaling:startInstanceRefresh',
      parameters: {
        'AutoScalingGroupName.$': '$.group',
        Strategy: 'Rolling',
        'DesiredConfiguration.$': '$.version.desiredConfiguration',
        'Preferences.$': '$.version.preferences',
      },
      resultSelector: { 'id.$': '$.InstanceRefreshId' },
      resultPath: '$.started',
      final: inProgress,
      catch: [
        // Somebody was faster, or the answer to our own call was lost: the claim finds out.
        { ErrorEquals: inProgress, ResultPath: '$.taken', Next: 'LookAgain' },
        onError('UndoAfterError'),
      ],
      next: 'RefreshStarted',
    }),
    LookAgain: { Type: 'Wait', Seconds: 5, Next: 'ClaimGroup' },
    RefreshStarted: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.started.id', 'startedAt.$': '$$.State.EnteredTime' },
      ResultPath: '$.refresh',
      Next: 'WaitForRefresh',
    },

    WaitForRefresh: { Type: 'Wait', SecondsPath: '$.watch.waitSeconds', Next: 'HasTasks' },
    HasTasks: {
      Type: 'Choice',
      Choices: [{ Variable: '$.settings.ecs', IsPresent: true, Next: 'MoveTasks' }],
      Default: 'WatchRefresh',
    },
    MoveTasks: invokeFunction({
      comment: 'When the new instances are there, all old ones are drained at once',
      functionArn: functions.tend,
      payload: { ...group, 'ecs.$': '$.settings.ecs', phase: 'drain' },
      fields: ['decision', 'reason'],
      resultPath: '$.tend',
      // The next look tries again.
      catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: 'WatchRefresh' }],
      next: 'TasksMove',
    }),
    TasksMove: {
      Type: 'Choice',
      Choices: [decided('$.tend', 'stalled', 'GiveUp')],
      Default: 'WatchRefresh',
    },
    GiveUp: {
      Type: 'Pass',
      Parameters: { 'reason.$': "States.Format('{}; ', $.tend.reason)" },
      ResultPath: '$.stall',
      Next: 'RollBack',
    },
    RollBack: callService({
      comment: 'Tasks do not leave: back to what the group ran before',
      call: 'autoscaling:rollbackInstanceRefresh',
      parameters: { 'AutoScalingGroupName.$': '$.group' },
      resultPath: null,
      final: [...notActive, ...irreversible],
      catch: [
        { ErrorEquals: irreversible, ResultPath: '$.missed', Next: 'Cancel' },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: 'WatchRefresh' },
      ],
      next: 'WatchRefresh',
    }),
    Cancel: callService({
      comment: 'What AWS cannot roll back at least stops',
      call: 'autoscaling:cancelInstanceRefresh',
      parameters: { 'AutoScalingGroupName.$': '$.group' },
      resultPath: null,
      final: notActive,
      catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: 'WatchRefresh' }],
      next: 'WatchRefresh',
    }),
    WatchRefresh: invokeFunction({
      comment: 'How far is AWS, and when is it worth looking again?',
      functionArn: functions.watch,
      payload: {
        'group.$': '$.group',
        'refreshId.$': '$.refresh.id',
        'refreshStartedAt.$': '$.refresh.startedAt',
        'tasks.$': '$.tend.decision',
      },
      fields: ['decision', 'reason', 'waitSeconds'],
      resultPath: '$.watch',
      catch: [onError('SettleError')],
      next: 'RefreshState',
    }),
    RefreshState: {
      Type: 'Choice',
      Choices: [
        decided('$.watch', 'wait', 'WaitForRefresh'),
        decided('$.watch', 'unfinished', 'Unfinished'),
      ],
      Default: 'Ended',
    },

    Ended: {
      Type: 'Choice',
      Choices: [{ Variable: '$.settings.ecs', IsPresent: true, Next: 'ReleaseCluster' }],
      Default: 'HowItEnded',
    },
    ReleaseCluster: invokeFunction({
      comment: 'What was drained and is still there is active again',
      functionArn: functions.tend,
      payload: { ...group, 'ecs.$': '$.settings.ecs', phase: 'release' },
      fields: ['decision', 'reason'],
      resultPath: '$.tend',
      catch: [onError('SettleError')],
      next: 'HowItEnded',
    }),
    HowItEnded: {
      Type: 'Choice',
      Choices: [decided('$.watch', 'succeeded', 'CommitGroup')],
      Default: 'UndoGroup',
    },
    CommitGroup: invokeFunction({
      comment: 'Only now the default version moves, and old versions go',
      functionArn: functions.commit,
      payload: { ...group, 'settings.$': '$.settings' },
      fields: ['reason'],
      resultPath: '$.commit',
      catch: [onError('SettleError')],
      next: 'Moved',
    }),
    UndoGroup: invokeFunction({
      comment: 'The version that came to nothing goes',
      functionArn: functions.undo,
      payload: group,
      fields: ['done', 'left'],
      resultPath: '$.undo',
      catch: [onError('SettleError')],
      next: 'Undone',
    }),
    UndoAfterError: invokeFunction({
      comment: 'The same where not even the refresh could be started',
      functionArn: functions.undo,
      payload: group,
      fields: ['done', 'left'],
      resultPath: '$.undo',
      catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: 'SettleError' }],
      next: 'SettleError',
    }),

    Moved: result('updated', { 'reason.$': '$.commit.reason' }),
    Undone: result('undone', {
      'reason.$': "States.Format('{}{}', $.stall.reason, $.watch.reason)",
    }),
    Unfinished: result('unfinished', { 'reason.$': '$.watch.reason' }),
    Skipped: result('skipped', { 'reason.$': '$.begun.reason' }),
    Postponed: result('postponed', { 'reason.$': '$.begun.reason' }),
    NotOurs: result('postponed', { 'reason.$': '$.claim.reason' }),
    TasksInTheWay: result('postponed', { 'reason.$': '$.ready.reason' }),
    Refused: result('failed', { 'reason.$': '$.ready.reason' }),

    Settle: settle(functions, 'Write the outcome and give the lease back', {
      'outcome.$': '$.result.outcome',
      'reason.$': '$.result.reason',
      'refreshId.$': '$.refresh.id',
    }),
    SettleError: settle(functions, 'The same for a step that failed for good', {
      outcome: 'failed',
      'error.$': '$.error',
    }),
    // The results of all children together must fit into a state.
    Done: { Type: 'Pass', Result: 0, End: true },
    SettleFailed: { Type: 'Fail', ErrorPath: '$.error.Error', CausePath: '$.error.Cause' },
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html */
const inProgress = ['AutoScaling.InstanceRefreshInProgressException'];
/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html */
const notActive = ['AutoScaling.ActiveInstanceRefreshNotFoundException'];
const irreversible = ['AutoScaling.IrreversibleInstanceRefreshException'];

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
      'group.$': '$.group',
      'ami.$': '$.claim.ami',
      'startedAt.$': '$.claim.claimedAt',
      'undo.$': '$.undo',
      ...ending,
    },
    fields: ['id', 'outcome', 'reason'],
    resultPath: '$.line',
    catch: [onError('SettleFailed')],
    next: 'Done',
  });
}
