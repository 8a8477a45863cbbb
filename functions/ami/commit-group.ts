import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { namedError } from '../foundation/environment';
import { createAutoScaling, readGroup, runsOnly, type TemplateUse } from './groups';
import { createEc2 } from './images';
import { deleteVersions, readUses } from './prune';
import type { GroupSettings } from './settings';
import { listVersions, nameVersion, ownVersions, templatesOf } from './versions';

export interface CommitEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
  readonly settings: GroupSettings;
}

export interface CommitResult {
  /** What the group runs, in words. */
  readonly reason: string;
}

export interface CommitDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<
    EC2,
    | 'deleteLaunchTemplateVersions'
    | 'describeInstances'
    | 'describeLaunchTemplateVersions'
    | 'modifyLaunchTemplate'
  >;
}

/**
 * After a rollout that AWS calls successful: looks whether the group runs the AMI indeed, moves the default of its
 * launch templates along where it stood on what the group ran before, and deletes versions of former rollouts that
 * nothing uses. The previous version stays: it is what a person goes back to.
 *
 * @throws NotCommittable where the group does not run the AMI
 */
export function createHandler({ autoscaling, ec2 }: CommitDependencies) {
  return async ({ group, ami, settings }: CommitEvent): Promise<CommitResult> => {
    const facts = await readGroup(autoscaling, ec2, group);
    if (facts === undefined) throw namedError('NotCommittable', `There is no group ${group}.`);
    if (!runsOnly(facts, ami, settings)) {
      throw namedError('NotCommittable', `The group ${group} does not run ${ami} everywhere.`);
    }
    const notes: string[] = [];
    for (const template of templatesOf(facts)) {
      notes.push(...(await commitTemplate({ autoscaling, ec2 }, group, template)));
    }
    const versions = templatesOf(facts).map(({ name, version }) => nameVersion(name, version));
    return { reason: [`runs ${ami} (${versions.join(', ')})`, ...notes].join('; ') };
  };
}

export const factory = () => {
  return createHandler({ autoscaling: createAutoScaling(), ec2: createEc2() });
};

async function commitTemplate(
  { autoscaling, ec2 }: CommitDependencies,
  group: string,
  template: TemplateUse,
): Promise<string[]> {
  const { id, name, version } = template;
  const all = await listVersions(ec2, id);
  const own = ownVersions(all, group);
  const current = own.find((candidate) => candidate.version === version);
  const standing = all.find(({ DefaultVersion }) => DefaultVersion === true)?.VersionNumber ?? 0;
  const notes: string[] = [];
  // What the group did not get from a rollout is somebody else's business.
  if (current === undefined) return notes;
  if (standing !== current.source && own.every((one) => one.version !== standing)) {
    notes.push(`the default of ${name} stays version ${standing}, which the group did not run`);
  } else if (standing !== version) {
    await ec2.modifyLaunchTemplate({ LaunchTemplateId: id, DefaultVersion: String(version) });
    notes.push(`the default of ${name} went from version ${standing} to ${version}`);
  }
  const uses = await readUses(autoscaling, ec2, id);
  // The default is one of these by now, or not ours.
  const needed = [version, current.source];
  const old = own.filter(
    (one) => !one.isCopied && !needed.includes(one.version) && !uses.has(String(one.version)),
  );
  const { gone, kept } = await deleteVersions(ec2, id, old);
  if (gone.length > 0) {
    notes.push(`deleted ${nameVersion(name, gone.join(', '))}, which nothing uses any more`);
  }
  return [...notes, ...kept];
}
