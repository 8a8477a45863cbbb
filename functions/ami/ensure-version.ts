import type {
  AutoScaling,
  DesiredConfiguration,
  LaunchTemplateSpecification,
  RefreshPreferences,
} from '@aws-sdk/client-auto-scaling';
import type {
  EC2,
  RequestLaunchTemplateData,
  ResponseLaunchTemplateData,
} from '@aws-sdk/client-ec2';
import { namedError } from '../foundation/environment';
import { createLedger, recordIntent, type Ledger } from '../foundation/ledger';
import {
  createAutoScaling,
  readConfiguredGroup,
  type ConfiguredGroup,
  type TemplateUse,
} from './groups';
import { createEc2, readImages } from './images';
import { describeVersion, listVersions, nameVersion } from './versions';
import type { GroupSettings } from './settings';

export interface EnsureVersionEvent {
  /** ARN of the run. */
  readonly execution: string;
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly attempt: number;
  readonly settings: GroupSettings;
}

/** What StartInstanceRefresh is to be asked for. */
export interface EnsureVersionResult {
  readonly desiredConfiguration: DesiredConfiguration;
  readonly preferences: RefreshPreferences;
  /** In words: `web version 8`. */
  readonly versions: string;
  /** The group's own launch template: its id, the version that the group has and the one that has the AMI. */
  readonly base: { readonly template: string; readonly from: string; readonly to: string };
}

export interface EnsureVersionDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>;
  readonly ec2: Pick<
    EC2,
    'createLaunchTemplateVersion' | 'describeImages' | 'describeLaunchTemplateVersions'
  >;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Sees to it that every launch template of a group has a version with the AMI, made from the version that the group
 * runs and not from somebody's newest. Nothing uses it yet: the group's configuration stays as it is, since that is
 * what AWS rolls back to. Called again, it finds what it made.
 */
export function createHandler({ autoscaling, ec2, ledger, now }: EnsureVersionDependencies) {
  return async (event: EnsureVersionEvent): Promise<EnsureVersionResult> => {
    const { execution, group, ami, attempt, settings } = event;
    const facts = await readConfiguredGroup(autoscaling, ec2, group);
    if (facts === undefined) throw namedError('NoSuchGroup', `There is no group ${group}.`);
    await recordIntent(ledger, group, execution, {
      target: ami,
      attempt,
      intendedAt: now().toISOString(),
      again: true,
    });
    const images = await readImages(ec2, [
      ami,
      ...facts.templates.flatMap(({ data }) => data.ImageId ?? []),
    ]);
    const rootOf = (id: string | undefined) => images.get(id ?? '')?.rootDeviceName;
    const versions: number[] = [];
    for (const template of facts.templates) {
      versions.push(await ensureVersion(ec2, template, event, rootOf));
    }
    const [{ id, version }] = facts.templates as [TemplateUse];
    return {
      base: { template: id, from: String(version), to: String(versions[0]) },
      desiredConfiguration: desiredConfiguration(facts, versions),
      preferences: preferencesOf(settings),
      versions: [
        ...new Set(
          facts.templates.map(({ name }, index) => nameVersion(name, versions[index] ?? 0)),
        ),
      ].join(', '),
    };
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

/** The number of the version of a template that has the AMI. */
async function ensureVersion(
  ec2: EnsureVersionDependencies['ec2'],
  template: TemplateUse,
  { group, ami, attempt }: EnsureVersionEvent,
  rootOf: (image: string | undefined) => string | undefined,
): Promise<number> {
  if (template.data.ImageId === ami) return template.version;
  const VersionDescription = describeVersion(group, ami, template.version, attempt);
  const versions = await listVersions(ec2, template.id, ami);
  // Whoever has copied the description came later.
  const made = versions.find((version) => version.VersionDescription === VersionDescription);
  if (made?.VersionNumber !== undefined) return made.VersionNumber;
  const answer = await ec2.createLaunchTemplateVersion({
    LaunchTemplateId: template.id,
    SourceVersion: String(template.version),
    VersionDescription,
    // The answer to an earlier call may have been lost.
    ClientToken: clientToken(`${group} ${template.id}`, ami, template.version, attempt),
    LaunchTemplateData: { ImageId: ami, ...keepSnapshots(template.data, rootOf) },
  });
  const number = answer.LaunchTemplateVersion?.VersionNumber;
  if (number === undefined) {
    throw namedError('UnexpectedAnswer', 'EC2 made a version without a number.');
  }
  return number;
}

/** At most 64 ASCII characters, whatever the group is called. */
function clientToken(owner: string, ami: string, source: number, attempt: number): string {
  let hash = 5381;
  for (const character of owner) hash = (hash * 33 + (character.codePointAt(0) ?? 0)) % 2 ** 48;
  return `evergreen-${ami}-${source}-${attempt}-${hash.toString(16)}`.slice(0, 64);
}

/**
 * Snapshots of the source version are ignored unless they are named again; that of the root device belongs to the
 * old AMI: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplateVersion.html
 */
function keepSnapshots(
  { BlockDeviceMappings = [], ImageId }: ResponseLaunchTemplateData,
  rootOf: (image: string | undefined) => string | undefined,
): Pick<RequestLaunchTemplateData, 'BlockDeviceMappings'> {
  const hasSnapshot = BlockDeviceMappings.some(({ Ebs }) => Ebs?.SnapshotId !== undefined);
  if (!hasSnapshot) return {};
  const root = rootOf(ImageId);
  return {
    BlockDeviceMappings: BlockDeviceMappings.map((mapping) => {
      if (mapping.DeviceName !== root) return mapping;
      const ebs = Object.entries(mapping.Ebs ?? {}).filter(([member]) => member !== 'SnapshotId');
      return { ...mapping, Ebs: Object.fromEntries(ebs) };
    }),
  };
}

/** The group's own configuration with other versions: AWS takes all of it, or what is missing is gone. */
function desiredConfiguration(
  { group, templates }: ConfiguredGroup,
  versions: readonly number[],
): DesiredConfiguration {
  const specs = templates.map(({ id }, index): LaunchTemplateSpecification => ({
    LaunchTemplateId: id,
    Version: String(versions[index]),
  }));
  const base = specs[0] as LaunchTemplateSpecification;
  const policy = group.MixedInstancesPolicy;
  if (policy?.LaunchTemplate === undefined) return { LaunchTemplate: base };
  let next = 1;
  return {
    MixedInstancesPolicy: {
      ...policy,
      LaunchTemplate: {
        ...policy.LaunchTemplate,
        LaunchTemplateSpecification: base,
        Overrides: (policy.LaunchTemplate.Overrides ?? []).map((override) =>
          override.LaunchTemplateSpecification === undefined
            ? override
            : {
                ...override,
                LaunchTemplateSpecification: specs[next++],
              },
        ),
      },
    },
  };
}

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html */
function preferencesOf(settings: GroupSettings): RefreshPreferences {
  const spell = { wait: 'Wait', ignore: 'Ignore', refresh: 'Refresh', terminate: 'Terminate' };
  const { checkpointPercentages, alarms, instanceWarmupSeconds } = settings;
  return {
    MinHealthyPercentage: settings.minHealthyPercentage,
    MaxHealthyPercentage: settings.maxHealthyPercentage,
    ...(instanceWarmupSeconds === undefined ? {} : { InstanceWarmup: instanceWarmupSeconds }),
    ...(checkpointPercentages.length === 0
      ? {}
      : {
          CheckpointPercentages: [...checkpointPercentages],
          CheckpointDelay: settings.checkpointDelayMinutes * 60,
        }),
    ...(settings.bakeMinutes === 0 ? {} : { BakeTime: settings.bakeMinutes * 60 }),
    ...(alarms.length === 0 ? {} : { AlarmSpecification: { Alarms: [...alarms] } }),
    SkipMatching: true,
    AutoRollback: true,
    ScaleInProtectedInstances: spell[settings.protectedInstances] as 'Wait' | 'Ignore' | 'Refresh',
    StandbyInstances: spell[settings.standbyInstances] as 'Wait' | 'Ignore' | 'Terminate',
  };
}
