import { DRAINING_HOOK } from '../services/ecs/managed';
import type { Json } from '../services/service';
import { listAt } from './problems';

/**
 * ECS itself puts a lifecycle hook on the group of a capacity provider with managed draining, so it is there where an
 * estate does not mention it.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html
 */
export function withDrainingHook(group: Json, ecs: Json): Json {
  const { AutoScalingGroupName: name } = group;
  const hooks = listAt(group.LifecycleHooks);
  const isDrained = listAt(ecs?.capacityProviders).some(
    ({ autoScalingGroupProvider: provider }) => {
      const { autoScalingGroupArn: arn, managedDraining = 'ENABLED' } = provider;
      const isOfGroup = arn === name || arn.endsWith(`:autoScalingGroupName/${name}`);
      return isOfGroup && managedDraining === 'ENABLED';
    },
  );
  if (!isDrained || hooks.some(({ LifecycleHookName: hook }) => hook === DRAINING_HOOK)) {
    return group;
  }
  const hook = {
    LifecycleHookName: DRAINING_HOOK,
    LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
    HeartbeatTimeout: 3600,
    DefaultResult: 'CONTINUE',
  };
  return { ...group, LifecycleHooks: [...hooks, hook] };
}
