import { alarmState, type CloudWatchState } from '../cloudwatch';
import type { Json, View } from '../service';
import { checkMembers, invalid } from './names';

const MEMBERS = [
  'MinHealthyPercentage',
  'MaxHealthyPercentage',
  'InstanceWarmup',
  'CheckpointPercentages',
  'CheckpointDelay',
  'SkipMatching',
  'AutoRollback',
  'ScaleInProtectedInstances',
  'StandbyInstances',
  'AlarmSpecification',
  'BakeTime',
];

/** 48 hours, the longest that a refresh pauses anywhere. */
const LONGEST_SECONDS = 172_800;

/**
 * The preferences of a refresh with AWS's defaults in them, as `DescribeInstanceRefreshes` shows them:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-default-values.html
 *
 * @param given by StartInstanceRefresh
 * @throws {AwsError} ValidationError, NotImplemented
 */
export function preferencesOf(given: Json = {}, group: Json): Json {
  checkMembers(given, MEMBERS, 'StartInstanceRefresh');
  checkHealthyPercentages(given);
  checkCheckpoints(given);
  checkRange('InstanceWarmup', given.InstanceWarmup, 0, Infinity);
  checkRange('BakeTime', given.BakeTime, 0, LONGEST_SECONDS);
  const { Alarms = [] } = given.AlarmSpecification ?? {};
  if (Alarms.length > 10) throw invalid('You can specify at most 10 CloudWatch alarms.');
  const policy = policyOf(group);
  const {
    MinHealthyPercentage = policy.MinHealthyPercentage ?? 90,
    MaxHealthyPercentage = policy.MaxHealthyPercentage,
  } = given;
  const warmup =
    (group.DefaultInstanceWarmup ?? -1) >= 0
      ? group.DefaultInstanceWarmup
      : (group.HealthCheckGracePeriod ?? 0);
  return {
    MinHealthyPercentage,
    ...(MaxHealthyPercentage !== undefined && { MaxHealthyPercentage }),
    InstanceWarmup: given.InstanceWarmup ?? warmup,
    ...(given.CheckpointPercentages !== undefined && {
      CheckpointPercentages: given.CheckpointPercentages,
      CheckpointDelay: given.CheckpointDelay ?? 3600,
    }),
    SkipMatching: given.SkipMatching ?? false,
    AutoRollback: given.AutoRollback ?? false,
    ScaleInProtectedInstances: given.ScaleInProtectedInstances ?? 'Wait',
    StandbyInstances: given.StandbyInstances ?? 'Wait',
    ...(Alarms.length > 0 && { AlarmSpecification: { Alarms } }),
    ...(given.BakeTime !== undefined && { BakeTime: given.BakeTime }),
  };
}

/** A policy whose percentages are both -1 has been taken away. */
function policyOf({ InstanceMaintenancePolicy = {} }: Json): Json {
  const { MinHealthyPercentage = -1 } = InstanceMaintenancePolicy;
  return MinHealthyPercentage < 0 ? {} : InstanceMaintenancePolicy;
}

/** Both percentages keep to the rules of instance maintenance policies. @throws {AwsError} ValidationError */
export function checkHealthyPercentages({
  MinHealthyPercentage,
  MaxHealthyPercentage,
}: Json): void {
  checkRange('MinHealthyPercentage', MinHealthyPercentage, 0, 100);
  checkRange('MaxHealthyPercentage', MaxHealthyPercentage, 100, 200);
  if (MaxHealthyPercentage === undefined) return;
  if (MinHealthyPercentage === undefined) {
    throw invalid(
      'If you specify MaxHealthyPercentage, you must also specify MinHealthyPercentage.',
    );
  }
  if (MaxHealthyPercentage - MinHealthyPercentage > 100) {
    throw invalid(
      'The difference between MaxHealthyPercentage and MinHealthyPercentage cannot be greater than 100.',
    );
  }
}

function checkCheckpoints({ CheckpointPercentages, CheckpointDelay }: Json): void {
  checkRange('CheckpointDelay', CheckpointDelay, 0, LONGEST_SECONDS);
  if (CheckpointPercentages === undefined) {
    if (CheckpointDelay === undefined) return;
    throw invalid('If you specify CheckpointDelay, you must also specify CheckpointPercentages.');
  }
  if (CheckpointPercentages.length === 0) throw invalid('CheckpointPercentages cannot be empty.');
  for (const [index, percentage] of CheckpointPercentages.entries()) {
    checkRange('CheckpointPercentages', percentage, 1, 100);
    if (index > 0 && percentage <= CheckpointPercentages[index - 1]) {
      throw invalid('CheckpointPercentages must be unique and in ascending order.');
    }
  }
}

function checkRange(name: string, value: Json, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const range = most === Infinity ? `at least ${least}` : `between ${least} and ${most}`;
  throw invalid(`${name} must be ${range}, but is ${value}.`);
}

/** What the alarms of a refresh are in. */
export function alarmsOf(preferences: Json, { peer }: Pick<View, 'peer'>) {
  const names: readonly string[] = preferences.AlarmSpecification?.Alarms ?? [];
  if (names.length === 0) return [];
  const state = peer<CloudWatchState>('monitoring');
  return names.map((name) => ({ name, state: alarmState(state, name) }));
}
