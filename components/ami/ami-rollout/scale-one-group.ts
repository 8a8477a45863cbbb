import { decided, invokeFunction, onError, type State } from '../../foundation/state-language';

/**
 * Moves a group by scheduled actions, in the place of an instance refresh: one function that is called until it says
 * how that ended. Its end is told as that of a refresh is.
 */
export function scaleOneGroup(functionArn: string): Record<string, State> {
  return {
    ScaleGroup: invokeFunction({
      comment: 'One change at most towards the AMI, or back: capacity first',
      functionArn,
      payload: {
        'group.$': '$.group',
        'ami.$': '$.claim.ami',
        'attempt.$': '$.claim.attempt',
        'startedAt.$': '$.claim.claimedAt',
        'settings.$': '$.settings',
      },
      fields: ['decision', 'reason', 'waitSeconds', 'id'],
      resultPath: '$.watch',
      // What is written down goes on in the next run.
      catch: [onError('SettleError')],
      next: 'ScaleState',
    }),
    ScaleState: {
      Type: 'Choice',
      Choices: [
        decided('$.watch', 'wait', 'WaitToScale'),
        decided('$.watch', 'unfinished', 'Unfinished'),
      ],
      Default: 'Scaled',
    },
    WaitToScale: { Type: 'Wait', SecondsPath: '$.watch.waitSeconds', Next: 'ScaleGroup' },
    Scaled: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.watch.id' },
      ResultPath: '$.refresh',
      Next: 'Ended',
    },
  };
}
