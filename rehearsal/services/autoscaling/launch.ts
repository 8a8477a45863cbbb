import { runInstance } from '../ec2/instances';
import { withResolvedImage } from '../ec2/launch-templates';
import type { Ec2State } from '../ec2/state';
import { AwsError, type Activity, type Json } from '../service';
import { beginActivity, endActivity } from './activities';
import { currentConfiguration, nextChoice, type LaunchChoice } from './configuration';
import { notImplemented, secondsOf } from './names';
import {
  activeRefresh,
  deploymentOf,
  liveInstances,
  noteTrouble,
  type AutoScalingState,
  type GroupRecord,
} from './state';

/** Waits between launches that failed: at first a minute, then twice as long each time. */
const FIRST_RETRY = 60_000;
const LONGEST_RETRY = 15 * 60_000;

/**
 * A group that has been trying for a day is suspended by AWS:
 * https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
 */
const GIVES_UP = 24 * 3_600_000;

/**
 * Launches an instance for a group, as the configuration has it that is in force.
 *
 * @param reason second half of the cause: `in response to an instance refresh`
 * @returns whether an instance was launched
 */
export function launch(
  record: GroupRecord,
  reason: string,
  state: AutoScalingState,
  activity: Activity,
): boolean {
  const { now, peer } = activity;
  const ec2 = peer<Ec2State>('ec2');
  const place = nextPlace(record);
  const cause = `${requestOf(record)}At ${secondsOf(now)} an instance was launched ${reason}`;
  const start = { description: 'Launching a new EC2 instance', cause, ...place };
  let choice: LaunchChoice;
  let data: Json;
  let InstanceId: string;
  try {
    choice = nextChoice(record, currentConfiguration(record), ec2);
    data = withResolvedImage(choice.data, activity);
    InstanceId = runInstance(ec2, data, whereOf(record, place, choice), activity);
  } catch (error) {
    if (!(error instanceof AwsError) || error.code === 'NotImplemented') throw error;
    const id = beginActivity(record, start, state, now);
    failLaunch(record, `${error.message}. Launching EC2 instance failed.`, id, activity);
    return false;
  }
  const { LaunchTemplateId, LaunchTemplateName } = choice.version.template.template;
  const deployment = deploymentOf(activeRefresh(record));
  const description = `Launching a new EC2 instance: ${InstanceId}`;
  record.instances.push({
    InstanceId,
    InstanceType: data.InstanceType,
    AvailabilityZone: place.zone,
    LifecycleState: 'Pending',
    HealthStatus: 'Healthy',
    LaunchTemplate: { LaunchTemplateId, LaunchTemplateName, Version: `${choice.version.version}` },
    ProtectedFromScaleIn: record.group.NewInstancesProtectedFromScaleIn === true,
    ...(deployment !== undefined && { deployment }),
    activity: beginActivity(record, { ...start, description }, state, now),
  });
  return true;
}

/** Notes that a launch failed, and when the next is tried. */
function failLaunch(record: GroupRecord, message: string, id: string, activity: Activity): void {
  const { now, uses } = activity;
  uses('launch-retry');
  endActivity(record, id, 'EC2 Instance Launch Unsuccessful', undefined, activity, message);
  const { since = now, count = 0 } = record.launchFailure ?? {};
  const wait = Math.min(FIRST_RETRY * 2 ** count, LONGEST_RETRY);
  record.launchFailure = { since, count: count + 1, retryAt: now + wait };
  noteTrouble(record, undefined, message, now);
}

/** When launches that failed are tried again; `undefined`: there were none, or AWS has given up. */
export function retriesAt({ launchFailure }: GroupRecord): number | undefined {
  if (launchFailure === undefined) return undefined;
  const { since, retryAt } = launchFailure;
  return retryAt - since > GIVES_UP ? Infinity : retryAt;
}

/** Who asked for the capacity, as the first sentence of a cause. */
export function requestOf({ request }: GroupRecord): string {
  return request === undefined ? '' : `${request}  `;
}

/** The zone with the fewest instances: https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html */
function nextPlace(record: GroupRecord): { readonly zone: string; readonly subnet?: string } {
  const zones: string[] = record.group.AvailabilityZones;
  const live = liveInstances(record);
  const counts = zones.map(
    (zone) => live.filter(({ AvailabilityZone }) => AvailabilityZone === zone).length,
  );
  const index = counts.indexOf(Math.min(...counts));
  const subnets = (record.group.VPCZoneIdentifier ?? '').split(',').filter(Boolean);
  const subnet: string | undefined = subnets[index % subnets.length];
  return { zone: zones[index]!, ...(subnet !== undefined && { subnet: subnet.trim() }) };
}

function whereOf(
  { group }: GroupRecord,
  { zone, subnet }: { readonly zone: string; readonly subnet?: string },
  { version }: LaunchChoice,
) {
  const own = (group.Tags ?? []).filter(({ PropagateAtLaunch }: Json) => PropagateAtLaunch);
  if (group.PlacementGroup) throw notImplemented('the PlacementGroup', 'a launch');
  return {
    availabilityZone: zone,
    ...(subnet !== undefined && { subnetId: subnet }),
    tags: {
      ...Object.fromEntries(own.map(({ Key, Value }: Json) => [Key, Value ?? ''])),
      'aws:autoscaling:groupName': group.AutoScalingGroupName,
      'aws:ec2launchtemplate:id': version.template.template.LaunchTemplateId,
      'aws:ec2launchtemplate:version': String(version.version),
    },
  };
}
