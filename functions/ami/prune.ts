import type {
  AutoScaling,
  AutoScalingGroup,
  DesiredConfiguration,
} from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { isActive, templateSpecs } from './groups';
import { nameVersion, type OwnVersion } from './versions';

/**
 * Who uses the versions of a launch template, by version: groups by configuration, overrides, instances and refreshes
 * that are under way, and all other instances that were launched from it. Other accounts cannot be seen.
 */
export async function readUses(
  autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups' | 'describeInstanceRefreshes'>,
  ec2: Pick<EC2, 'describeInstances'>,
  templateId: string,
): Promise<ReadonlyMap<string, string>> {
  const uses = new Map<string, string>();
  const add = (user: string, configuration: DesiredConfiguration = {}) => {
    const own = templateSpecs(configuration).filter(
      ({ spec }) => spec.LaunchTemplateId === templateId,
    );
    for (const { spec } of own) uses.set(spec.Version ?? '$Default', user);
    return own.length > 0;
  };
  for (const group of await listGroups(autoscaling)) {
    const { AutoScalingGroupName = '', Instances = [] } = group;
    for (const instance of Instances) add(`the instance ${instance.InstanceId}`, instance);
    if (!add(`the group ${AutoScalingGroupName}`, group)) continue;
    const { InstanceRefreshes = [] } = await autoscaling.describeInstanceRefreshes({
      AutoScalingGroupName,
    });
    for (const { Status, DesiredConfiguration } of InstanceRefreshes) {
      if (isActive(Status))
        add(`a refresh of the group ${AutoScalingGroupName}`, DesiredConfiguration);
    }
  }
  let token: string | undefined;
  do {
    const page = await ec2.describeInstances({
      Filters: [
        // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/launch-instances-from-launch-template.html
        { Name: 'tag:aws:ec2launchtemplate:id', Values: [templateId] },
        {
          Name: 'instance-state-name',
          Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
        },
      ],
      ...(token === undefined ? {} : { NextToken: token }),
    });
    for (const { Instances = [] } of page.Reservations ?? []) {
      for (const { InstanceId = '', Tags = [] } of Instances) {
        const version = Tags.find(({ Key }) => Key === 'aws:ec2launchtemplate:version')?.Value;
        if (version !== undefined) uses.set(version, `the instance ${InstanceId}`);
      }
    }
    token = page.NextToken;
  } while (token !== undefined);
  return uses;
}

/**
 * Deletes versions.
 *
 * @returns the numbers of those that are gone, and for each that AWS refused to delete a sentence with its reason
 */
export async function deleteVersions(
  ec2: Pick<EC2, 'deleteLaunchTemplateVersions'>,
  templateId: string,
  versions: readonly OwnVersion[],
): Promise<{ readonly gone: readonly number[]; readonly kept: readonly string[] }> {
  const kept = new Map<number, string>();
  // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
  for (let first = 0; first < versions.length; first += 200) {
    const answer = await ec2.deleteLaunchTemplateVersions({
      LaunchTemplateId: templateId,
      Versions: versions.slice(first, first + 200).map(({ version }) => String(version)),
    });
    // A refusal is no exception here.
    for (const refused of answer.UnsuccessfullyDeletedLaunchTemplateVersions ?? []) {
      const { VersionNumber: number = 0, ResponseError: { Code, Message } = {} } = refused;
      if (Code === 'launchTemplateVersionDoesNotExist') continue;
      const name = nameVersion(versions[0]?.templateName ?? '', number);
      kept.set(number, `${name} was not deleted: ${Message ?? Code ?? 'AWS gave no reason'}`);
    }
  }
  const numbers = versions.map(({ version }) => version).sort((one, other) => one - other);
  return { gone: numbers.filter((number) => !kept.has(number)), kept: [...kept.values()] };
}

async function listGroups(
  autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>,
): Promise<AutoScalingGroup[]> {
  const groups: AutoScalingGroup[] = [];
  let token: string | undefined;
  do {
    const page = await autoscaling.describeAutoScalingGroups({
      MaxRecords: 100,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    groups.push(...(page.AutoScalingGroups ?? []));
    token = page.NextToken;
  } while (token !== undefined);
  return groups;
}
