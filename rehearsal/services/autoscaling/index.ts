import type { Service } from '../service';
import { behaviours } from './behaviours';
import { describeAutoScalingGroups } from './describe-groups';
import {
  describeLifecycleHooks,
  describeScalingActivities,
  describeWarmPool,
} from './describe-others';
import { describeInstanceRefreshes } from './describe-refreshes';
import { createState, toEstate } from './estate';
import { act, nextAt } from './life';
import { setInstanceProtection } from './protection';
import {
  deleteScheduledAction,
  describeScheduledActions,
  putScheduledUpdateGroupAction,
} from './scheduled-actions';
import { startInstanceRefresh } from './start-refresh';
import type { AutoScalingState } from './state';
import { cancelInstanceRefresh, rollbackInstanceRefresh } from './stop-refresh';
import { updateAutoScalingGroup } from './update-group';

export { completeLifecycleAction } from './lifecycle-hooks';
export type { AutoScalingState, GroupInstance, GroupRecord } from './state';

/** Amazon EC2 Auto Scaling: groups that keep their capacity, and instance refreshes. */
export const autoscaling: Service<AutoScalingState> = {
  id: 'autoscaling',
  clientPackage: '@aws-sdk/client-auto-scaling',
  protocol: 'query',
  behaviours,
  createState,
  operations: {
    DescribeAutoScalingGroups: describeAutoScalingGroups,
    DescribeInstanceRefreshes: describeInstanceRefreshes,
    DescribeScalingActivities: describeScalingActivities,
    DescribeLifecycleHooks: describeLifecycleHooks,
    DescribeWarmPool: describeWarmPool,
    DescribeScheduledActions: describeScheduledActions,
    StartInstanceRefresh: startInstanceRefresh,
    CancelInstanceRefresh: cancelInstanceRefresh,
    RollbackInstanceRefresh: rollbackInstanceRefresh,
    UpdateAutoScalingGroup: updateAutoScalingGroup,
    PutScheduledUpdateGroupAction: putScheduledUpdateGroupAction,
    DeleteScheduledAction: deleteScheduledAction,
    SetInstanceProtection: setInstanceProtection,
  },
  toEstate,
  nextAt,
  act,
};
