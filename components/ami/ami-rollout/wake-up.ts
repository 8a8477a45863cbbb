import { callService, type State } from '../../foundation/state-language';

/** Where those who wait leave their token: in the row of the group in the ledger, for as long as they have its lease. */
export interface WaitingPlace {
  /** Name of the ledger's table. */
  readonly table: string;
  /** Name of the workflow there. */
  readonly workflow: string;
}

/**
 * Waits until it is time to look at an instance refresh again. An event that it has ended makes that time come sooner,
 * and nothing else: events are delivered as AWS can. Where the token cannot be left, the time alone counts.
 */
export function waitForRefresh(
  place: WaitingPlace,
  wait: { readonly name: string; readonly secondsPath: string; readonly next: string },
): Record<string, State> {
  const byTime = `${wait.name}ByTime`;
  return {
    [wait.name]: {
      Type: 'Task',
      Comment: 'Until it is time to look again, or until an event makes that worth it',
      // https://docs.aws.amazon.com/step-functions/latest/dg/connect-to-resource.html#connect-wait-token
      Resource: 'arn:aws:states:::aws-sdk:dynamodb:updateItem.waitForTaskToken',
      Parameters: {
        TableName: place.table,
        Key: rowOf(place, '$.group'),
        UpdateExpression: 'SET wakeToken = :token',
        // Whoever gives the lease back clears the token.
        ConditionExpression: 'leaseOwner = :execution',
        ExpressionAttributeValues: {
          ':token': { 'S.$': '$$.Task.Token' },
          ':execution': { 'S.$': '$.execution' },
        },
      },
      ResultPath: null,
      TimeoutSecondsPath: wait.secondsPath,
      Retry: [{ ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 1, MaxAttempts: 1 }],
      Catch: [
        { ErrorEquals: ['States.Timeout'], ResultPath: '$.missed', Next: wait.next },
        { ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: byTime },
      ],
      Next: wait.next,
    },
    [byTime]: { Type: 'Wait', SecondsPath: wait.secondsPath, Next: wait.next },
  };
}

/** An input that is the event of a refresh that has ended. */
export const isRefreshEvent = {
  And: [
    { Variable: '$$.Execution.Input.source', IsPresent: true },
    { Variable: '$$.Execution.Input.source', StringEquals: 'aws.autoscaling' },
  ],
};

/** Hands the token back that was left for such an event, if one was. A token that is not waited with any more is none. */
export function wakeUp(place: WaitingPlace, next: string): Record<string, State> {
  const missed = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.missed', Next: next }];
  return {
    WhoWaits: callService({
      comment: 'An instance refresh has ended: does a run wait for it?',
      call: 'dynamodb:getItem',
      parameters: {
        TableName: place.table,
        Key: rowOf(place, '$$.Execution.Input.detail.AutoScalingGroupName'),
        ProjectionExpression: 'wakeToken',
        ConsistentRead: true,
      },
      resultPath: '$.found',
      final: ['DynamoDb.ResourceNotFoundException'],
      catch: missed,
      next: 'SomebodyWaits',
    }),
    SomebodyWaits: {
      Type: 'Choice',
      Choices: [{ Variable: '$.found.Item.wakeToken.S', IsPresent: true, Next: 'WakeUp' }],
      Default: next,
    },
    WakeUp: callService({
      comment: 'It looks at once',
      call: 'sfn:sendTaskSuccess',
      parameters: { 'TaskToken.$': '$.found.Item.wakeToken.S', Output: '{}' },
      resultPath: null,
      final: [
        'Sfn.TaskTimedOutException',
        'Sfn.TaskDoesNotExistException',
        'Sfn.InvalidTokenException',
      ],
      catch: missed,
      next,
    }),
  };
}

/** As `functions/foundation/ledger.ts` names it. */
function rowOf({ workflow }: WaitingPlace, groupPath: string) {
  return {
    workflow: { S: workflow },
    item: { 'S.$': `States.Format('item#{}', ${groupPath})` },
  };
}

/**
 * The events of instance refreshes that have ended, of these groups where their names fit in:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-eventbridge-events.html
 */
export function refreshEnded(groups: readonly string[]) {
  const ends = ['Succeeded', 'Failed', 'Cancelled', 'Rollback Succeeded', 'Rollback Failed'];
  const pattern = {
    source: ['aws.autoscaling'],
    'detail-type': ends.map((end) => `EC2 Auto Scaling Instance Refresh ${end}`),
  };
  const ofGroups = { ...pattern, detail: { AutoScalingGroupName: [...groups] } };
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
  return JSON.stringify(ofGroups).length > 2048 ? pattern : ofGroups;
}
