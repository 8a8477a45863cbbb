import { AwsError, type Json, type Operation } from '../service';
import { groupAccess } from './access';
import { checkMembers, groupNamed } from './names';
import { CANCELLED } from './refresh';
import { endRefresh, rollBack, rollbackObstacle } from './refresh-endings';
import { activeRefresh, type AutoScalingState, type GroupRecord, type Refresh } from './state';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html */
export const cancelInstanceRefresh: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope) => [groupAccess('CancelInstanceRefresh', input, state, scope)],
  handle: (input, state, call) => {
    const known = ['AutoScalingGroupName', 'WaitForTransitioningInstances'];
    checkMembers(input, known, 'CancelInstanceRefresh');
    const record = groupNamed(state, input.AutoScalingGroupName);
    const refresh = refreshUnderWay(record);
    if (refresh.status === 'Cancelling') throw notFound();
    call.uses('refresh-cancel');
    if (input.WaitForTransitioningInstances === false) {
      endRefresh(record, refresh, 'Cancelled', NOT_WAITING, call);
    } else {
      refresh.status = 'Cancelling';
      refresh.statusReason = CANCELLED;
      delete refresh.trouble;
    }
    record.touched = true;
    return { InstanceRefreshId: refresh.id };
  },
};

const NOT_WAITING =
  'Cancelled without waiting for ongoing instance launches and terminations due to user request.';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RollbackInstanceRefresh.html */
export const rollbackInstanceRefresh: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope) => [groupAccess('RollbackInstanceRefresh', input, state, scope)],
  handle: (input, state, call) => {
    checkMembers(input, ['AutoScalingGroupName'], 'RollbackInstanceRefresh');
    const record = groupNamed(state, input.AutoScalingGroupName);
    const refresh = refreshUnderWay(record);
    if (!['Pending', 'InProgress', 'Baking'].includes(refresh.status)) throw notFound();
    const obstacle = rollbackObstacle(record, refresh, call);
    if (obstacle !== undefined) {
      throw new AwsError(
        'IrreversibleInstanceRefreshFault',
        `The instance refresh cannot be rolled back: ${obstacle}.`,
      );
    }
    rollBack(record, refresh, 'The rollback was started by a user request.', state, call);
    record.touched = true;
    return { InstanceRefreshId: refresh.id };
  },
};

/** @throws {AwsError} ActiveInstanceRefreshNotFoundFault */
function refreshUnderWay(record: GroupRecord): Refresh {
  const refresh: Refresh | undefined = activeRefresh(record);
  if (refresh === undefined) throw notFound();
  return refresh;
}

function notFound(): Json {
  return new AwsError(
    'ActiveInstanceRefreshNotFoundFault',
    'No in progress or pending Instance Refresh found for Auto Scaling group.',
  );
}
