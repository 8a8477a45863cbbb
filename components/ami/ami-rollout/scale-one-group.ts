import { decided, invokeFunction, onError, type State } from '../../foundation/state-language';
import type { Functions } from './one-group';

/**
 * Moves a group by scheduled actions, in the place of an instance refresh: step by step, until one of them says how
 * that ended. Its end is told as that of a refresh is.
 */
export function scaleOneGroup(functions: Functions): Record<string, State> {
  const step = (comment: string, functionArn: string, payload: Record<string, string>) =>
    invokeFunction({
      comment,
      functionArn,
      payload: { 'group.$': '$.group', ...payload },
      fields: ['decision', 'reason', 'waitSeconds', 'id', 'step'],
      resultPath: '$.watch',
      // What is written down goes on in the next run.
      catch: [onError('SettleError')],
      next: 'ScaleState',
    });
  const given = { 'startedAt.$': '$.claim.claimedAt', 'settings.$': '$.settings' };
  return {
    BeginScaling: step('Write down what is there', functions.beginScaling, {
      'ami.$': '$.claim.ami',
      'attempt.$': '$.claim.attempt',
      'base.$': '$.version.base',
    }),
    ScaleState: {
      Type: 'Choice',
      Choices: [
        decided('$.watch', 'wait', 'WaitToScale'),
        decided('$.watch', 'unfinished', 'Unfinished'),
      ],
      Default: 'Scaled',
    },
    WaitToScale: { Type: 'Wait', SecondsPath: '$.watch.waitSeconds', Next: 'ScalingStep' },
    ScalingStep: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.watch.step', StringEquals: 'add', Next: 'ChangeCapacity' },
        { Variable: '$.watch.step', StringEquals: 'remove', Next: 'ChangeCapacity' },
        { Variable: '$.watch.step', StringEquals: 'await', Next: 'AwaitInstances' },
      ],
      Default: 'ArrangeGroup',
    },
    ArrangeGroup: step(
      'What it launches, and which of its instances go; what was begun says where it goes on',
      functions.arrangeGroup,
      given,
    ),
    ChangeCapacity: step('More capacity, or less', functions.changeCapacity, given),
    AwaitInstances: step('Are the new instances ready?', functions.awaitInstances, given),
    Scaled: {
      Type: 'Pass',
      Parameters: { 'id.$': '$.watch.id' },
      ResultPath: '$.refresh',
      Next: 'Ended',
    },
  };
}
