import type { Behaviour } from '../service';

const GUIDE = 'https://docs.aws.amazon.com/autoscaling/ec2/userguide';
const REFERENCE = 'https://docs.aws.amazon.com/autoscaling/ec2/APIReference';

/** What the emulation of Auto Scaling does. */
export const behaviours: readonly Behaviour[] = [
  {
    id: 'refresh',
    text: 'A refresh replaces instances in batches within the healthy percentages, after each of which it waits until the new instances have passed their health checks and are warmed up. The desired configuration is saved on the group once it has succeeded.',
    source: `${GUIDE}/instance-refresh-overview.html`,
  },
  {
    id: 'refresh-batches',
    text: 'The least that stays in service is rounded up, the most that there is rounded down. Room for both is used at once. The next batch also waits until the old instances are terminated. Instances in the fullest zone go first, then by termination policy.',
    source: 'assumed',
  },
  {
    id: 'refresh-pace',
    text: 'A refresh is Pending for 10 seconds; from then on it finds out at once what has changed.',
    source: 'assumed',
  },
  {
    id: 'refresh-checkpoints',
    text: 'Several checkpoints that are passed at once give one event, for the last of them, and one delay. A last checkpoint below 100 percent is where the refresh succeeds, after its delay.',
    source: `${GUIDE}/asg-adding-checkpoints-instance-refresh.html`,
  },
  {
    id: 'refresh-rollback',
    text: 'A rollback terminates at once what was deployed and is not ready, and replaces the rest by the same rules as the refresh; it fails after an hour without headway.',
    source: 'assumed',
  },
  {
    id: 'refresh-reasons',
    text: 'Reasons of failures and rollbacks are worded by us: AWS publishes only those of waiting and of cancelling.',
    source: 'assumed',
  },
  {
    id: 'refresh-cancel',
    text: 'Cancelling waits for instances that are being launched or terminated, unless told not to; what it launched beyond the desired capacity is then scaled in.',
    source: `${GUIDE}/cancel-instance-refresh.html`,
  },
  {
    id: 'refresh-events',
    text: 'Every change of a refresh gives its event, which is never lost: AWS makes its best effort.',
    source: `${GUIDE}/instance-refresh-eventbridge-events.html`,
  },
  {
    id: 'health',
    text: 'An instance is unhealthy as soon as it is terminated or its status checks fail, the latter after the grace period. It is terminated, and replaced at the same time. Load balancers are not emulated: their targets are healthy.',
    source: 'assumed',
  },
  {
    id: 'lifecycle-hooks',
    text: 'The hooks of a transition begin together, and end with their default result after the heartbeat timeout. An instance whose launch is abandoned goes through the termination hooks.',
    source: `${GUIDE}/lifecycle-hooks-overview.html`,
  },
  {
    id: 'launch-retry',
    text: 'A launch that failed is tried again after a minute, then after twice as long each time up to a quarter of an hour, for 24 hours.',
    source: 'assumed',
  },
  {
    id: 'activities',
    text: 'Launches and terminations are scaling activities, and give events when they end.',
    source: `${GUIDE}/ec2-auto-scaling-event-reference.html`,
  },
  {
    id: 'update-group',
    text: 'A new minimum or maximum takes the desired capacity with it. What the group launches cannot be changed while a refresh with a desired configuration is active.',
    source: `${REFERENCE}/API_UpdateAutoScalingGroup.html`,
  },
  {
    id: 'scheduled-actions',
    text: 'Actions start at their time, to the second; one-time actions are gone afterwards. No two actions of a group start next at the same time.',
    source: `${REFERENCE}/API_PutScheduledUpdateGroupAction.html`,
  },
  {
    id: 'protection',
    text: 'Scale-in protection keeps an instance from scaling in, not from being replaced when it is unhealthy.',
    source: `${GUIDE}/ec2-auto-scaling-instance-protection.html`,
  },
  {
    id: 'others',
    text: 'Where somebody else scales a group, the capacity stays within its bounds.',
    source: 'assumed',
  },
  {
    id: 'metrics',
    text: 'GroupInServiceInstances and GroupDesiredCapacity are published when they change, whether or not the group collects metrics.',
    source: 'assumed',
  },
];
