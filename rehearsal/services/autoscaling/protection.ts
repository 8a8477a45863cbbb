import type { Operation } from '../service';
import { groupAccess } from './access';
import { checkMembers, groupNamed, invalid } from './names';
import type { AutoScalingState } from './state';

const NAME = 'SetInstanceProtection';

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceProtection.html */
export const setInstanceProtection: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope) => [groupAccess(NAME, input, state, scope)],
  handle: (input, state, call) => {
    checkMembers(input, ['AutoScalingGroupName', 'InstanceIds', 'ProtectedFromScaleIn'], NAME);
    const record = groupNamed(state, input.AutoScalingGroupName);
    const { InstanceIds, ProtectedFromScaleIn } = input;
    if (InstanceIds.length > 50) throw invalid('You can specify at most 50 instance IDs.');
    const instances = (InstanceIds as string[]).map((id) => {
      const found = record.instances.find(({ InstanceId }) => InstanceId === id);
      if (found?.LifecycleState === 'InService') return found;
      throw invalid(
        found === undefined
          ? `The instance ${id} is not part of Auto Scaling group ${input.AutoScalingGroupName}.`
          : `The instance ${id} is not in InService or EnteringStandby or Standby.`,
      );
    });
    call.uses('protection');
    for (const instance of instances) instance.ProtectedFromScaleIn = ProtectedFromScaleIn;
    record.touched = true;
    return {};
  },
};
