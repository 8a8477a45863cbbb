import {
  callService,
  decided,
  invokeFunction,
  onError,
  type State,
} from '../../foundation/state-language';
import type { Functions } from './one-group';
import { waitForRefresh, type WaitingPlace } from './wake-up';

/**
 * Moves a group by an instance refresh, from its start to its end; of a cluster, the tasks are moved meanwhile. How it
 * ended is in `$.watch`.
 */
export function refreshOneGroup(
  functions: Pick<Functions, 'tend' | 'watch'>,
  place: WaitingPlace,
): Record<string, State> {
  return {
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

    ...waitForRefresh(place, {
      name: 'WaitForRefresh',
      secondsPath: '$.watch.waitSeconds',
      next: 'HasTasks',
    }),
    HasTasks: {
      Type: 'Choice',
      Choices: [{ Variable: '$.settings.ecs', IsPresent: true, Next: 'MoveTasks' }],
      Default: 'WatchRefresh',
    },
    MoveTasks: invokeFunction({
      comment: 'When the new instances are there, all old ones are drained at once',
      functionArn: functions.tend,
      payload: {
        'group.$': '$.group',
        'ami.$': '$.claim.ami',
        'ecs.$': '$.settings.ecs',
        phase: 'drain',
      },
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
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html */
const inProgress = ['AutoScaling.InstanceRefreshInProgressException'];
/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html */
const notActive = ['AutoScaling.ActiveInstanceRefreshNotFoundException'];
const irreversible = ['AutoScaling.IrreversibleInstanceRefreshException'];
