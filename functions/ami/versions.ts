import type { EC2, LaunchTemplateVersion } from '@aws-sdk/client-ec2';
import type { ConfiguredGroup, TemplateUse } from './groups';

/** The versions of a launch template that a rollout made for a group, newest first. */
export interface OwnVersion {
  readonly templateId: string;
  readonly templateName: string;
  readonly version: number;
  readonly ami: string;
  /** The version that the group ran before. */
  readonly source: number;
  readonly attempt: number;
  readonly isDefault: boolean;
  /** Somebody else's version has the same description: without this one, that would look like ours. */
  readonly isCopied: boolean;
}

/** Versions cannot be tagged: their description tells whose they are. 255 characters at most. */
export function describeVersion(
  group: string,
  ami: string,
  source: number,
  attempt: number,
): string {
  return `Evergreen: ${ami} on version ${source}, attempt ${attempt}, for ${group}`.slice(0, 255);
}

/**
 * Those of a template's versions that rollouts made for a group. A program that owns the template and takes the description from
 * its latest version, as Terraform and Pulumi do when they ignore it, copies it to its own next one: of versions with the
 * same description only the first is ours, for a client token sees to it that we make each once.
 *
 * @param versions the oldest first
 */
export function ownVersions(
  versions: readonly LaunchTemplateVersion[],
  group: string,
): OwnVersion[] {
  const own = new Map<string, OwnVersion>();
  for (const version of versions) {
    const description = version.VersionDescription ?? '';
    const first = own.get(description) ?? toOwnVersion(version, group);
    if (first !== undefined) own.set(description, { ...first, isCopied: own.has(description) });
  }
  return [...own.values()].reverse();
}

/** All versions of a template, or those with an AMI, the oldest first. A template that is gone has none. */
export async function listVersions(
  ec2: Pick<EC2, 'describeLaunchTemplateVersions'>,
  templateId: string,
  ami?: string,
): Promise<LaunchTemplateVersion[]> {
  const versions: LaunchTemplateVersion[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await ec2.describeLaunchTemplateVersions({
        LaunchTemplateId: templateId,
        ...(ami === undefined ? {} : { Filters: [{ Name: 'image-id', Values: [ami] }] }),
        MaxResults: 200,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      versions.push(...(page.LaunchTemplateVersions ?? []));
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    if ((error as Error).name !== 'InvalidLaunchTemplateId.NotFound') throw error;
  }
  return versions.sort((one, other) => (one.VersionNumber ?? 0) - (other.VersionNumber ?? 0));
}

function toOwnVersion(version: LaunchTemplateVersion, group: string): OwnVersion | undefined {
  const pattern = /^Evergreen: (ami-[0-9a-f]+) on version (\d+), attempt (\d+), for (.*)$/s;
  const [, ami = '', source, attempt, owner] = pattern.exec(version.VersionDescription ?? '') ?? [];
  // A long name is cut off in the description.
  if (owner === undefined || owner === '' || !group.startsWith(owner)) return undefined;
  if (describeVersion(group, ami, Number(source), Number(attempt)) !== version.VersionDescription) {
    return undefined;
  }
  // A copied description may be that of another AMI.
  if (version.LaunchTemplateData?.ImageId !== ami) return undefined;
  return {
    templateId: version.LaunchTemplateId ?? '',
    templateName: version.LaunchTemplateName ?? '',
    version: version.VersionNumber ?? 0,
    ami,
    source: Number(source),
    attempt: Number(attempt),
    isDefault: version.DefaultVersion === true,
    isCopied: false,
  };
}

/** Whether a rollout made the version for this attempt to move a group to an AMI, whatever the group ran before. */
export function isOfAttempt(
  { VersionDescription = '' }: LaunchTemplateVersion,
  group: string,
  ami: string,
  attempt: number,
): boolean {
  const source = Number(/on version (\d+), attempt/.exec(VersionDescription)?.[1]);
  return VersionDescription === describeVersion(group, ami, source, attempt);
}

/** The templates of a group, each once. */
export function templatesOf({ templates }: ConfiguredGroup): TemplateUse[] {
  return templates.filter(
    ({ id }, index) => templates.findIndex((other) => other.id === id) === index,
  );
}

/** How people are told of a version. */
export function nameVersion(templateName: string, version: number | string): string {
  return `${templateName} version ${version}`;
}
