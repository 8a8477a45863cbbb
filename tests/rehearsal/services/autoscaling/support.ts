import { EmulatedAccount } from '../../../../rehearsal/emulator/account';
import type { AwsError, Json } from '../../../../rehearsal/services/service';

export const START = '2026-02-01T12:00:00.000Z';
export const GOOD = 'ami-00000000000000001';
export const BETTER = 'ami-00000000000000002';
/** Boots, but fails its status checks. */
export const BAD = 'ami-0000000000000bad1';
/** Does not launch at all. */
export const WORSE = 'ami-0000000000000bad2';
export const TEMPLATE = 'lt-00000000000000001';
export const GROUP = 'web';
export const ARN =
  'arn:aws:autoscaling:eu-west-1:111122223333:autoScalingGroup:one:autoScalingGroupName/web';

/** The version of the template that launches each image. */
const VERSIONS = [GOOD, BETTER, BAD, WORSE];

export function versionOf(image: string): string {
  return String(VERSIONS.indexOf(image) + 1);
}

/** What StartInstanceRefresh is to deploy. */
export function deploy(image: string): Json {
  const LaunchTemplate = { LaunchTemplateId: TEMPLATE, Version: versionOf(image) };
  return { LaunchTemplate };
}

/** Instances of the first version of the template, in service for long. */
function instances(name: string, count: number, zones: readonly string[]): Json[] {
  return Array.from({ length: count }, (_unused, index) => ({
    InstanceId: `i-${Buffer.from(name).toString('hex').slice(0, 6).padStart(6, '0')}${String(index).padStart(11, '0')}`,
    InstanceType: 'm5.large',
    AvailabilityZone: zones[index % zones.length],
    LifecycleState: 'InService',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: false,
    LaunchTemplate: { LaunchTemplateId: TEMPLATE, LaunchTemplateName: 'web', Version: '1' },
  }));
}

/** A group of the first version. */
export function groupOf(size: number, members: Json = {}): Json {
  const { AutoScalingGroupName: name = GROUP, AvailabilityZones: zones = ZONES } = members;
  return {
    AutoScalingGroupName: name,
    ...(name === GROUP && { AutoScalingGroupARN: ARN }),
    MinSize: 0,
    MaxSize: size * 3 + 1,
    DesiredCapacity: size,
    AvailabilityZones: zones,
    HealthCheckGracePeriod: 120,
    DefaultInstanceWarmup: 60,
    LaunchTemplate: { LaunchTemplateId: TEMPLATE, LaunchTemplateName: 'web', Version: '1' },
    Instances: instances(name, size, zones),
    ...members,
  };
}

const ZONES = ['eu-west-1a', 'eu-west-1b'];

/** An account with groups in it, and a clock. */
export class World {
  readonly account: EmulatedAccount;

  /** @param estate further parts of it */
  constructor(groups: readonly Json[], estate: Json = {}) {
    this.account = new EmulatedAccount(
      {
        account: '111122223333',
        region: 'eu-west-1',
        capturedAt: START,
        ec2: {
          images: VERSIONS.map((ImageId) => ({
            ImageId,
            State: 'available',
            OwnerId: '111122223333',
            Architecture: 'x86_64',
            CreationDate: '2026-01-01T00:00:00.000Z',
          })),
          instances: groups.flatMap(({ Instances }) =>
            Instances.map(({ InstanceId, InstanceType, AvailabilityZone }: Json) => ({
              InstanceId,
              InstanceType,
              ImageId: GOOD,
              LaunchTime: '2026-01-02T00:00:00.000Z',
              State: { Name: 'running', Code: 16 },
              Placement: { AvailabilityZone },
            })),
          ),
          launchTemplates: [
            {
              LaunchTemplateId: TEMPLATE,
              LaunchTemplateName: 'web',
              DefaultVersionNumber: 1,
              LatestVersionNumber: VERSIONS.length,
              Versions: VERSIONS.map((ImageId, index) => ({
                LaunchTemplateId: TEMPLATE,
                LaunchTemplateName: 'web',
                VersionNumber: index + 1,
                LaunchTemplateData: { ImageId, InstanceType: 'm5.large' },
              })),
            },
          ],
        },
        autoscaling: { groups },
        outcomes: [
          { service: 'ec2', image: BAD, on: 'launch', result: 'UNHEALTHY' },
          { service: 'ec2', image: WORSE, on: 'launch', result: 'FAILED', message: 'No capacity' },
        ],
        ...estate,
      },
      [],
    );
    this.pass(0);
  }

  /** The answer of a call. Throws the error that AWS would answer. */
  call(operation: string, input: Json = {}, service = 'autoscaling'): Json {
    const answer = this.account.answer({ service, operation, input, accessKeyId: 'test' });
    if ('output' in answer) return answer.output;
    throw (answer as Json).error;
  }

  /** Code and message of the error that a call answers. */
  refusal(operation: string, input: Json): string {
    const before = JSON.stringify(this.account.toEstate());
    try {
      this.call(operation, { AutoScalingGroupName: GROUP, ...input });
    } catch (error) {
      if (JSON.stringify(this.account.toEstate()) !== before) {
        throw new Error('a refused call changed the account');
      }
      return `${(error as AwsError).code}: ${(error as AwsError).message}`;
    }
    throw new Error(`${operation} was not refused`);
  }

  pass(seconds: number): void {
    this.account.advance(seconds);
  }

  group(name = GROUP): Json {
    return this.call('DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] })
      .AutoScalingGroups[0];
  }

  start(image: string, Preferences: Json = {}, name = GROUP): string {
    return this.call('StartInstanceRefresh', {
      AutoScalingGroupName: name,
      DesiredConfiguration: deploy(image),
      Preferences,
    }).InstanceRefreshId;
  }

  /** The newest refresh. */
  refresh(name = GROUP): Json {
    return this.call('DescribeInstanceRefreshes', { AutoScalingGroupName: name })
      .InstanceRefreshes[0];
  }

  /** Lets time pass until the newest refresh has one of the statuses. @returns seconds */
  until(statuses: readonly string[], name = GROUP, step = 5): number {
    for (let seconds = 0; seconds <= 48 * 3600; seconds += step) {
      if (statuses.includes(this.refresh(name)?.Status)) return seconds;
      this.pass(step);
    }
    throw new Error(`still ${JSON.stringify(this.refresh(name))}`);
  }

  /** Images of the instances in service. */
  images(name = GROUP): string[] {
    const { Instances } = this.group(name);
    return Instances.filter(({ LifecycleState }: Json) => LifecycleState === 'InService').map(
      ({ LaunchTemplate }: Json) => VERSIONS[Number(LaunchTemplate.Version) - 1],
    );
  }

  /** Every value that a metric of a group had. */
  metric(name: string, group = GROUP): number[] {
    return this.account.trace.metrics
      .filter((one) => one.name === name && one.dimensions.AutoScalingGroupName === group)
      .map(({ value }) => value);
  }

  /** Detail types of events of Auto Scaling, of refreshes without what all of them begin with. */
  told(prefix = 'EC2 Auto Scaling Instance Refresh '): string[] {
    return this.account.trace.events
      .filter(
        ({ source, detailType }) => source === 'aws.autoscaling' && detailType.startsWith(prefix),
      )
      .map(({ detailType }) => detailType.slice(prefix.length));
  }
}

/** All instances of a group but those that are on their way out. */
export function live({ Instances }: Json): Json[] {
  return Instances.filter(({ LifecycleState }: Json) => !LifecycleState.startsWith('Terminating'));
}
