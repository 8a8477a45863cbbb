import type { Call, Json, Operation } from '../service';
import { groupAccess, launchAccess } from './access';
import { resize } from './capacity';
import {
  checkedConfiguration,
  isAttributeBased,
  isWeighted,
  saveConfiguration,
  savedConfiguration,
  type Configuration,
} from './configuration';
import { checkMembers, groupNamed, invalid, notImplemented, secondsOf } from './names';
import { checkHealthyPercentages } from './preferences';
import { activeRefresh, type AutoScalingState, type GroupRecord } from './state';
import { terminationPolicies } from './termination-policy';

const NAME = 'UpdateAutoScalingGroup';

/** Members that replace what the group has, and nothing else follows from them. */
const SETTINGS = [
  'HealthCheckGracePeriod',
  'DefaultInstanceWarmup',
  'InstanceMaintenancePolicy',
  'TerminationPolicies',
  'NewInstancesProtectedFromScaleIn',
] as const;

const MEMBERS = [
  'AutoScalingGroupName',
  'MinSize',
  'MaxSize',
  'DesiredCapacity',
  'LaunchTemplate',
  'MixedInstancesPolicy',
  ...SETTINGS,
];

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html */
export const updateAutoScalingGroup: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope, view) => {
    const configuration = configurationIn(input);
    const version =
      configuration?.LaunchTemplate?.Version ??
      configuration?.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification?.Version;
    const context = {
      ...(input.MinSize !== undefined && { 'autoscaling:minsize': String(input.MinSize) }),
      ...(input.MaxSize !== undefined && { 'autoscaling:maxsize': String(input.MaxSize) }),
      ...(configuration !== undefined && {
        'autoscaling:launchtemplateversionspecified': String(/^\d+$/.test(version ?? '')),
      }),
    };
    const group = Object.hasOwn(state.groups, input.AutoScalingGroupName)
      ? state.groups[input.AutoScalingGroupName]?.group
      : {};
    return [
      groupAccess(NAME, input, state, scope, context),
      ...(configuration === undefined ? [] : launchAccess(configuration, group, view)),
    ];
  },
  handle: (input, state, call) => {
    checkMembers(input, MEMBERS, NAME);
    const record = groupNamed(state, input.AutoScalingGroupName);
    const sizes = sizesOf(input, record.group);
    const configuration = newConfiguration(input, record, call);
    checkSettings(input);
    call.uses('update-group');
    if (configuration !== undefined) {
      saveConfiguration(record, configuration);
      delete record.launchFailure;
    }
    for (const name of SETTINGS) {
      if (input[name] !== undefined) record.group[name] = structuredClone(input[name]);
    }
    resize(record, sizes, 'a user request', secondsOf(call.now));
    return {};
  },
};

/**
 * The sizes after the update. Where no desired capacity is given it stays within the new bounds.
 *
 * @throws {AwsError} ValidationError
 */
function sizesOf({ MinSize, MaxSize, DesiredCapacity }: Json, group: Json) {
  const min: number = MinSize ?? group.MinSize;
  const max: number = MaxSize ?? group.MaxSize;
  if (max < min) {
    throw invalid(`Max bound, ${max}, must be greater than or equal to min bound, ${min}`);
  }
  const desired: number = DesiredCapacity ?? Math.min(Math.max(group.DesiredCapacity, min), max);
  if (desired < min || desired > max) {
    throw invalid(
      `Desired capacity:${desired} must be between the specified min size:${min} and max size:${max}`,
    );
  }
  return { min, max, desired };
}

function configurationIn({
  LaunchTemplate,
  MixedInstancesPolicy,
}: Json): Configuration | undefined {
  if (LaunchTemplate !== undefined) return { LaunchTemplate };
  return MixedInstancesPolicy === undefined ? undefined : { MixedInstancesPolicy };
}

/** @throws {AwsError} ValidationError, NotImplemented */
function newConfiguration(input: Json, record: GroupRecord, call: Call): Configuration | undefined {
  const asked = configurationIn(input);
  if (asked === undefined) return undefined;
  if (input.LaunchTemplate !== undefined && input.MixedInstancesPolicy !== undefined) {
    throw invalid('Only one of a launch template and a mixed instances policy can be specified.');
  }
  if (activeRefresh(record)?.desiredConfiguration !== undefined) {
    // https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
    throw invalid(
      'An active instance refresh with a desired configuration exists. All configuration options derived from the desired configuration are not available for update while the instance refresh is active.',
    );
  }
  if (isAttributeBased(asked)) throw notImplemented('attribute-based selection', NAME);
  if (isWeighted(asked) || isWeighted(savedConfiguration(record))) {
    throw notImplemented('instance weights', NAME);
  }
  return checkedConfiguration(asked, call);
}

/** @throws {AwsError} ValidationError, NotImplemented */
function checkSettings({ TerminationPolicies = [], InstanceMaintenancePolicy = {} }: Json): void {
  const other = TerminationPolicies.find((name: string) => !terminationPolicies.includes(name));
  if (other !== undefined) throw notImplemented(`the termination policy ${other}`, NAME);
  const { MinHealthyPercentage, MaxHealthyPercentage } = InstanceMaintenancePolicy;
  if (MinHealthyPercentage === -1 && MaxHealthyPercentage === -1) return;
  checkHealthyPercentages(InstanceMaintenancePolicy);
}
