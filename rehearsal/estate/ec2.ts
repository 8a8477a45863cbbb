import type { Json } from '../services/service';
import { hexOf } from './ids';
import { duplicates, listAt } from './problems';
import type { Ec2Estate } from './types';

/** What AWS would show of the rest. */
export function ec2WithDefaults({ account, region, capturedAt, ec2 }: Json): Ec2Estate {
  const images = (ec2?.images ?? []).map((image: Json) =>
    imageWithDefaults(image, account, capturedAt),
  );
  return {
    images,
    instances: (ec2?.instances ?? []).map((instance: Json) =>
      instanceWithDefaults(instance, images, region, capturedAt),
    ),
    launchTemplates: (ec2?.launchTemplates ?? []).map((template: Json) =>
      templateWithDefaults(template, account, capturedAt),
    ),
  };
}

/**
 * An image as AWS would show it.
 *
 * @param createdAt ISO 8601: when it was made unless it says so itself
 */
export function imageWithDefaults(image: Json, account: string, createdAt: string): Json {
  const { ImageId, OwnerId = account, RootDeviceName = '/dev/xvda' } = image;
  return {
    ImageId,
    Name: ImageId,
    OwnerId,
    State: 'available',
    Public: OwnerId !== account,
    CreationDate: new Date(createdAt).toISOString(),
    Architecture: 'x86_64',
    VirtualizationType: 'hvm',
    Hypervisor: 'xen',
    ImageType: 'machine',
    RootDeviceType: 'ebs',
    RootDeviceName,
    BlockDeviceMappings: [
      {
        DeviceName: RootDeviceName,
        Ebs: {
          SnapshotId: `snap-${hexOf(17, 'snapshot', ImageId)}`,
          VolumeSize: 8,
          VolumeType: 'gp3',
          DeleteOnTermination: true,
          Encrypted: false,
        },
      },
    ],
    ...image,
  };
}

function instanceWithDefaults(
  instance: Json,
  images: readonly Json[],
  region: string,
  capturedAt: string,
): Json {
  const image = images.find(({ ImageId }) => ImageId === instance.ImageId);
  return {
    InstanceType: 't3.micro',
    LaunchTime: capturedAt,
    State: { Code: 16, Name: 'running' },
    ...(image !== undefined && {
      Architecture: image.Architecture,
      VirtualizationType: image.VirtualizationType,
      RootDeviceType: image.RootDeviceType,
      RootDeviceName: image.RootDeviceName,
    }),
    ...instance,
    Placement: { AvailabilityZone: `${region}a`, Tenancy: 'default', ...instance.Placement },
  };
}

function templateWithDefaults(template: Json, account: string, capturedAt: string): Json {
  const { LaunchTemplateName } = template;
  const LaunchTemplateId =
    template.LaunchTemplateId ?? `lt-${hexOf(17, 'launch template', LaunchTemplateName)}`;
  const made = { CreateTime: capturedAt, CreatedBy: `arn:aws:iam::${account}:root` };
  const numbered: Json[] = template.Versions.map((version: Json, position: number) => ({
    VersionNumber: position + 1,
    ...version,
  })).sort((one: Json, other: Json) => one.VersionNumber - other.VersionNumber);
  const told = numbered.find(({ DefaultVersion }) => DefaultVersion === true);
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
  const DefaultVersionNumber =
    template.DefaultVersionNumber ?? (told ?? numbered[0])?.VersionNumber;
  return {
    LaunchTemplateId,
    LaunchTemplateName,
    ...made,
    LatestVersionNumber: numbered.at(-1)?.VersionNumber,
    ...template,
    DefaultVersionNumber,
    Versions: numbered.map((version) => ({
      LaunchTemplateId,
      LaunchTemplateName,
      ...made,
      ...version,
      DefaultVersion: version.VersionNumber === DefaultVersionNumber,
    })),
  };
}

/** What no schema can say of EC2. Nothing is sure of the shape yet. */
export function ec2Clashes(given: Json): string[] {
  const templates = listAt(given?.ec2?.launchTemplates);
  const path = 'ec2.launchTemplates';
  return [
    ...duplicates(listAt(given?.ec2?.images), 'ec2.images', 'ImageId'),
    ...duplicates(listAt(given?.ec2?.instances), 'ec2.instances', 'InstanceId'),
    ...duplicates(templates, path, 'LaunchTemplateId'),
    ...duplicates(templates, path, 'LaunchTemplateName'),
    ...templates.flatMap((template, position) => versionClashes(template, `${path}[${position}]`)),
  ];
}

function versionClashes({ Versions, DefaultVersionNumber }: Json, path: string): string[] {
  const versions = listAt(Versions);
  const numbers = versions.map((version, position) => version?.VersionNumber ?? position + 1);
  const isThere = DefaultVersionNumber === undefined || numbers.includes(DefaultVersionNumber);
  const numbered = numbers.map((VersionNumber) => ({ VersionNumber }));
  return [
    ...duplicates(numbered, `${path}.Versions`, 'VersionNumber'),
    ...(isThere
      ? []
      : [
          `${path}.DefaultVersionNumber is ${DefaultVersionNumber}; Versions has ${numbers.join(', ')}`,
        ]),
  ];
}

/** A version of a launch template. */
export interface TemplateVersion {
  /** As DescribeLaunchTemplates shows it. */
  readonly template: Json;
  /** As DescribeLaunchTemplateVersions shows it. */
  readonly version: Json;
}

/** The version that a launch template specification names; a sentence on what is wrong with it where there is none. */
export function templateVersion(
  { launchTemplates }: Ec2Estate,
  { LaunchTemplateId, LaunchTemplateName, Version = '$Default' }: Json,
): TemplateVersion | string {
  const template = launchTemplates.find((one) =>
    LaunchTemplateId === undefined
      ? one.LaunchTemplateName === LaunchTemplateName
      : one.LaunchTemplateId === LaunchTemplateId,
  );
  const name = LaunchTemplateId ?? LaunchTemplateName;
  if (template === undefined) return `names the launch template "${name}", which is not there`;
  const number =
    Version === '$Default'
      ? template.DefaultVersionNumber
      : Version === '$Latest'
        ? template.Versions.at(-1).VersionNumber
        : Number(Version);
  const version = template.Versions.find((one: Json) => one.VersionNumber === number);
  return version === undefined
    ? `names version ${Version} of the launch template "${name}", which is not there`
    : { template, version };
}
