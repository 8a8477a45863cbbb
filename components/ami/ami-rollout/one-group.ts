import { decided, invokeFunction, onError, type State } from '../../foundation/state-language';
import { claimOneGroup } from './claim-one-group';
import { refreshOneGroup } from './refresh-one-group';
import { scaleOneGroup } from './scale-one-group';
import type { WaitingPlace } from './wake-up';

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
  | 'beginScaling'
  | 'arrangeGroup'
  | 'changeCapacity'
  | 'awaitInstances'
  | 'tend'
  | 'commit'
  | 'undo'
  | 'settle'
  | 'alert'
  | 'report'
  | 'deliver';

export type Functions = Readonly<Record<RolloutFunction, string>>;

/** The life of one group within a run, from the claim to its line of the report. */
export function moveOneGroup(functions: Functions, place: WaitingPlace): Record<string, State> {
  const group = { 'group.$': '$.group', 'ami.$': '$.claim.ami' };
  return {
    ...claimOneGroup(functions, place),
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
      fields: ['desiredConfiguration', 'preferences', 'versions', 'base'],
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
          Next: 'BeginScaling',
        },
      ],
      Default: 'StartRefresh',
    },
    ...scaleOneGroup(functions),
    ...refreshOneGroup(functions, place),

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
