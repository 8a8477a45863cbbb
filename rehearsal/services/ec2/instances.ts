import { createHash } from 'node:crypto';
import { drawDuration } from '../duration';
import { AwsError, type Activity, type BusEvent, type Json, type Scope } from '../service';
import { checkFit } from './fit';
import { launchableImage } from './images';
import {
  durationOf,
  outcomeOf,
  type Ec2State,
  type InstanceRecord,
  type InstanceState,
} from './state';

/** Where an instance is launched, and what it is called. */
export interface Place {
  readonly availabilityZone: string;
  /** @default that of the launch template data, if any */
  readonly subnetId?: string;
  /** Added to those of the launch template data, over which they prevail. @default none */
  readonly tags?: Readonly<Record<string, string>>;
}

const UNSUPPORTED =
  'The requested configuration is currently not supported. Please check the documentation for supported configurations.';

const UNREACHABLE = 'Instance reachability check failed';

/**
 * Launches an instance.
 *
 * @param data launch template data with its overrides, an image of `resolve:ssm:` resolved: see `launchData`
 * @returns its id
 * @throws {AwsError} as RunInstances does: InvalidAMIID.NotFound, InvalidAMIID.Unavailable, ...; nothing is changed
 */
export function runInstance(
  ec2: Ec2State,
  data: Json,
  where: Place,
  { now, random, scope, emit }: Activity,
): string {
  const image = launchableImage(ec2, data.ImageId, scope);
  const outcome = checkLaunch(data, image, scope);
  ec2.launched += 1;
  const id = instanceId(now, ec2.launched);
  const runningAt = now + drawDuration(durationOf(scope, 'bootInstance'), random);
  ec2.instances[id] = {
    instance: newInstance(id, data, image, where, now),
    runningAt,
    checkedAt: runningAt + drawDuration(durationOf(scope, 'checkInstance'), random),
    ...impairmentBy(outcome),
    told: 'pending',
  };
  emit(stateChange(id, 'pending', scope));
  return id;
}

/**
 * Terminates an instance. One that is being terminated already stays as it is.
 *
 * @throws {AwsError} InvalidInstanceID.NotFound
 */
export function terminateInstance(
  ec2: Ec2State,
  id: string,
  { now, random, scope, emit }: Activity,
): void {
  const record = Object.hasOwn(ec2.instances, id) ? ec2.instances[id] : undefined;
  if (record === undefined) throw noInstances([id]);
  if (record.shuttingDownAt !== undefined) return;
  record.shuttingDownAt = now;
  record.terminatedAt = now + drawDuration(durationOf(scope, 'shutDownInstance'), random);
  record.told = 'shutting-down';
  emit(stateChange(id, 'shutting-down', scope));
}

/** @param now epoch milliseconds */
export function instanceState(record: InstanceRecord, now: number): InstanceState {
  const { runningAt, shuttingDownAt, terminatedAt } = record;
  if (terminatedAt !== undefined && now >= terminatedAt) return 'terminated';
  if (shuttingDownAt !== undefined) return 'shutting-down';
  return now >= runningAt ? 'running' : 'pending';
}

/** Why the status checks of an instance fail by now; `undefined` where they do not. */
export function impairmentAt(record: InstanceRecord, now: number): string | undefined {
  return isChecked(record, now) ? record.impairment : undefined;
}

/** Whether an instance runs and its status checks have passed by now. */
export function passedChecksAt(record: InstanceRecord, now: number): boolean {
  return isChecked(record, now) && record.impairment === undefined;
}

/** What the estate's outcome for an AMI does to its instances. */
export function impairmentBy(outcome: Json): Pick<InstanceRecord, 'impairment'> {
  return outcome?.result === 'UNHEALTHY' ? { impairment: outcome.message ?? UNREACHABLE } : {};
}

/** https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html */
export function stateChange(id: string, state: InstanceState, scope: Scope): BusEvent {
  const { partition, region, account } = scope;
  return {
    source: 'aws.ec2',
    'detail-type': 'EC2 Instance State-change Notification',
    resources: [`arn:${partition}:ec2:${region}:${account}:instance/${id}`],
    detail: { 'instance-id': id, state },
  };
}

/** Worded as AWS words it. */
export function noInstances(ids: readonly string[]): AwsError {
  const what =
    ids.length === 1 ? `instance ID '${ids[0]}' does` : `instance IDs '${ids.join(', ')}' do`;
  return new AwsError('InvalidInstanceID.NotFound', `The ${what} not exist`);
}

function isChecked(record: InstanceRecord, now: number): boolean {
  return instanceState(record, now) === 'running' && now >= record.checkedAt;
}

/** @returns the estate's outcome for instances of the image, if any */
function checkLaunch(data: Json, image: Json, scope: Scope): Json {
  const { InstanceType, InstanceRequirements } = data;
  if (InstanceRequirements !== undefined) {
    const message = 'The rehearsal does not implement InstanceRequirements of a launch.';
    throw new AwsError('NotImplemented', message, 501);
  }
  if (InstanceType === undefined) {
    const message = 'The request must contain the parameter InstanceType';
    throw new AwsError('MissingParameter', message);
  }
  checkFit(InstanceType, image);
  const outcome = outcomeOf(scope, image.ImageId);
  if (outcome?.result === 'FAILED') {
    throw new AwsError('Unsupported', outcome.message ?? UNSUPPORTED);
  }
  return outcome;
}

/** Looks like AWS's, and is the same in every rehearsal. */
function instanceId(now: number, count: number): string {
  return `i-${createHash('sha256').update(`instance ${now} ${count}`).digest('hex').slice(0, 17)}`;
}

/** As `DescribeInstances` shows it, with times in ISO 8601. Volumes and addresses are not emulated. */
export function newInstance(
  InstanceId: string,
  data: Json,
  image: Json,
  { availabilityZone, subnetId, tags = {} }: Place,
  now: number,
): Json {
  const subnet = subnetId ?? data.NetworkInterfaces?.[0]?.SubnetId;
  const groups = data.SecurityGroupIds ?? data.NetworkInterfaces?.[0]?.Groups;
  const Tags = Object.entries({ ...instanceTags(data), ...tags }).map(([Key, Value]) => ({
    Key,
    Value,
  }));
  return structuredClone({
    InstanceId,
    ImageId: image.ImageId,
    InstanceType: data.InstanceType,
    LaunchTime: new Date(now).toISOString(),
    Placement: { Tenancy: 'default', ...data.Placement, AvailabilityZone: availabilityZone },
    Architecture: image.Architecture,
    VirtualizationType: image.VirtualizationType,
    RootDeviceType: image.RootDeviceType,
    RootDeviceName: image.RootDeviceName,
    AmiLaunchIndex: 0,
    EbsOptimized: data.EbsOptimized ?? false,
    Monitoring: { State: data.Monitoring?.Enabled === true ? 'enabled' : 'disabled' },
    ...(subnet !== undefined && { SubnetId: subnet }),
    ...(data.KeyName !== undefined && { KeyName: data.KeyName }),
    ...(groups !== undefined && {
      SecurityGroups: groups.map((GroupId: string) => ({ GroupId })),
    }),
    ...(data.IamInstanceProfile?.Arn !== undefined && {
      IamInstanceProfile: { Arn: data.IamInstanceProfile.Arn },
    }),
    ...(Tags.length > 0 && { Tags }),
  });
}

function instanceTags({ TagSpecifications = [] }: Json): Record<string, string> {
  const tags: Json[] = TagSpecifications.filter(
    ({ ResourceType }: Json) => ResourceType === 'instance',
  ).flatMap((specification: Json) => specification.Tags ?? []);
  return Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value ?? '']));
}
