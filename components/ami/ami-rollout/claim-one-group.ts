import { decided, invokeFunction, onError, type State } from '../../foundation/state-language';
import type { Functions } from './one-group';
import { waitForRefresh, type WaitingPlace } from './wake-up';

/** How the life of a group begins: its lease, and what was begun with it, by us or by others. */
export function claimOneGroup(functions: Functions, place: WaitingPlace): Record<string, State> {
  return {
    ClaimGroup: invokeFunction({
      comment: 'Take the lease',
      functionArn: functions.claim,
      payload: { 'execution.$': '$.execution', 'group.$': '$.group', 'ami.$': '$.ami' },
      fields: [
        'decision',
        'reason',
        'ami',
        'attempt',
        'claimedAt',
        'openSince',
        'scaling',
        'stopped',
      ],
      resultPath: '$.claim',
      catch: [onError('ClaimFailed')],
      next: 'Claimed',
    }),
    ClaimFailed: {
      Type: 'Pass',
      Parameters: { 'ami.$': '$.ami', 'claimedAt.$': '$$.State.EnteredTime' },
      ResultPath: '$.claim',
      Next: 'SettleError',
    },
    Claimed: {
      Type: 'Choice',
      Choices: [decided('$.claim', 'inspect', 'InspectGroup')],
      Default: 'NotOurs',
    },
    InspectGroup: invokeFunction({
      comment: 'What was begun, by us or by others?',
      functionArn: functions.inspect,
      payload: {
        'mode.$': '$.mode',
        'group.$': '$.group',
        'createdAt.$': '$.createdAt',
        'settings.$': '$.settings',
        'claim.$': '$.claim',
        'waitingSince.$': '$.begun.waitingSince',
      },
      fields: [
        'decision',
        'reason',
        'refreshId',
        'refreshStartedAt',
        'waitingSince',
        'waitSeconds',
      ],
      resultPath: '$.begun',
      catch: [onError('SettleError')],
      next: 'NextStep',
    }),
    NextStep: {
      Type: 'Choice',
      Choices: [
        decided('$.begun', 'prepare', 'OnCluster'),
        decided('$.begun', 'follow', 'FollowRefresh'),
        decided('$.begun', 'scale', 'ArrangeGroup'),
        decided('$.begun', 'wait', 'WaitForOther'),
        decided('$.begun', 'commit', 'AlreadyThere'),
        decided('$.begun', 'undo', 'AlreadyOver'),
        decided('$.begun', 'postpone', 'Postponed'),
      ],
      Default: 'Skipped',
    },
    ...waitForRefresh(place, {
      name: 'WaitForOther',
      secondsPath: '$.begun.waitSeconds',
      next: 'ClaimGroup',
    }),
    FollowRefresh: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.begun.refreshId', 'startedAt.$': '$.begun.refreshStartedAt' },
      ResultPath: '$.refresh',
      Next: 'WaitForRefresh',
    },
    AlreadyThere: {
      Type: 'Pass',
      Parameters: { decision: 'succeeded', 'reason.$': '$.begun.reason' },
      ResultPath: '$.watch',
      Next: 'Ended',
    },
    AlreadyOver: {
      Type: 'Pass',
      Parameters: { decision: 'failed', 'reason.$': '$.begun.reason' },
      ResultPath: '$.watch',
      Next: 'WhatIsOver',
    },
    WhatIsOver: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.begun.refreshId' },
      ResultPath: '$.refresh',
      Next: 'Ended',
    },
  };
}
