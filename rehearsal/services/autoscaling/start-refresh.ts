import type { Call, Json, Operation } from '../service';
import type { Ec2State } from '../ec2/state';
import { AwsError } from '../service';
import { groupAccess, launchAccess } from './access';
import {
  checkedConfiguration,
  isAttributeBased,
  isWeighted,
  obstacleToRollback,
  savedConfiguration,
  type Configuration,
} from './configuration';
import { checkMembers, groupNamed, invalid, nextId, notImplemented } from './names';
import { alarmsOf, preferencesOf } from './preferences';
import { activeRefresh, isSuspended, type AutoScalingState, type GroupRecord } from './state';

const NAME = 'StartInstanceRefresh';
const MEMBERS = ['AutoScalingGroupName', 'Strategy', 'DesiredConfiguration', 'Preferences'];

/** From the request until the refresh begins: AWS says that it is quick. */
const PENDING = 10_000;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html */
export const startInstanceRefresh: Operation<AutoScalingState> = {
  mutates: true,
  authorize: (input, state, scope, view) => {
    const record = Object.hasOwn(state.groups, input.AutoScalingGroupName)
      ? state.groups[input.AutoScalingGroupName]
      : undefined;
    const configuration = input.DesiredConfiguration ?? (record && savedConfiguration(record));
    return [
      groupAccess(NAME, input, state, scope),
      ...(configuration === undefined ? [] : launchAccess(configuration, record?.group, view)),
    ];
  },
  handle: (input, state, call) => {
    checkMembers(input, MEMBERS, NAME);
    const { Strategy = 'Rolling', DesiredConfiguration: asked } = input;
    if (Strategy !== 'Rolling') throw notImplemented(`the strategy ${Strategy}`, NAME);
    const record = groupNamed(state, input.AutoScalingGroupName);
    const preferences = preferencesOf(input.Preferences, record.group);
    checkGroup(record, asked, preferences);
    if (activeRefresh(record) !== undefined) {
      throw new AwsError('InstanceRefreshInProgressFault', IN_PROGRESS);
    }
    const desiredConfiguration = asked && checkedConfiguration(configurationIn(asked), call);
    if (asked === undefined) checkedConfiguration(savedConfiguration(record), call);
    checkRollback(record, asked, preferences, call);
    checkAlarms(preferences, call);
    const id = nextId(state, call.now);
    record.refreshes.unshift({
      id,
      status: 'Pending',
      startedAt: call.now,
      preferences,
      ...(desiredConfiguration !== undefined && { desiredConfiguration }),
      beginsAt: call.now + PENDING,
      percentage: 0,
      toUpdate: record.group.DesiredCapacity,
      surplus: 0,
      paused: false,
    });
    delete record.launchFailure;
    record.touched = true;
    call.uses('refresh');
    call.uses('refresh-pace');
    return { InstanceRefreshId: id };
  },
};

/** Worded as AWS words it: https://github.com/hashicorp/terraform-provider-aws/issues/17214 */
const IN_PROGRESS =
  'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.';

function configurationIn(asked: Json): Configuration {
  checkMembers(asked, ['LaunchTemplate', 'MixedInstancesPolicy'], NAME);
  if ((asked.LaunchTemplate === undefined) === (asked.MixedInstancesPolicy === undefined)) {
    throw invalid(
      'The desired configuration must contain either a launch template or a mixed instances policy.',
    );
  }
  return asked;
}

/** @throws {AwsError} ValidationError, NotImplemented */
function checkGroup(record: GroupRecord, asked: Json, preferences: Json): void {
  const configurations = [savedConfiguration(record), ...(asked === undefined ? [] : [asked])];
  if (configurations.some(isAttributeBased)) {
    // https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html#instance-refresh-limitations
    const member =
      asked !== undefined ? 'DesiredConfiguration' : preferences.SkipMatching && 'SkipMatching';
    if (member) {
      throw invalid(
        `${member} is not supported for an Auto Scaling group that uses attribute-based instance type selection.`,
      );
    }
    throw notImplemented('attribute-based instance type selection', NAME);
  }
  if (configurations.some(isWeighted)) throw notImplemented('instance weights', NAME);
  if (record.warmPool !== undefined) throw notImplemented('warm pools', NAME);
  const suspended = ['Launch', 'Terminate'].find((process) => isSuspended(record, process));
  if (suspended !== undefined) throw notImplemented(`a suspended ${suspended} process`, NAME);
  if (record.group.LaunchConfigurationName !== undefined) {
    throw notImplemented('launch configurations', NAME);
  }
}

/** @throws {AwsError} ValidationError */
function checkRollback(
  record: GroupRecord,
  asked: Json,
  { AutoRollback }: Json,
  { peer }: Call,
): void {
  if (!AutoRollback) return;
  if (asked === undefined) {
    // https://github.com/hashicorp/terraform-provider-aws/issues/29830
    throw invalid(
      "The request isn't valid. The AutoRollback parameter cannot be set to true when the DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration and try again.",
    );
  }
  const obstacle = obstacleToRollback(savedConfiguration(record), peer<Ec2State>('ec2'));
  if (obstacle === undefined) return;
  throw invalid(
    `The request isn't valid. The AutoRollback parameter cannot be set to true when ${obstacle}.`,
  );
}

/**
 * Each alarm must be OK: "If the alarm state is INSUFFICIENT_DATA or ALARM, you receive an error".
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html#instance-refresh-using-auto-rollback
 *
 * @throws {AwsError} ValidationError
 */
function checkAlarms(preferences: Json, call: Call): void {
  for (const { name, state } of alarmsOf(preferences, call)) {
    if (state === undefined) throw invalid(`The CloudWatch alarm ${name} does not exist.`);
    if (state !== 'OK') {
      throw invalid(`The CloudWatch alarm ${name} is in the ${state} state. It must be in OK.`);
    }
  }
}
