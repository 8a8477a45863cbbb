import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createAutoScaling, readConfiguredGroup } from './groups';
import { createEc2 } from './images';
import { deleteVersions, readUses } from './prune';
import { listVersions, nameVersion, ownVersions, templatesOf, type OwnVersion } from './versions';

export interface UndoEvent {
  /** Name of the group. */
  readonly group: string;
  readonly ami: string;
}

export interface UndoResult {
  /** Always: until it has run, the workflow says false. */
  readonly done: boolean;
  /** What is left, for the reader; an empty text: nothing. */
  readonly left: string;
}

export interface UndoDependencies {
  readonly autoscaling: Pick<
    AutoScaling,
    'describeAutoScalingGroups' | 'describeInstanceRefreshes'
  >;
  readonly ec2: Pick<
    EC2,
    'deleteLaunchTemplateVersions' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
}

/** Deletes the versions that were made for a rollout which came to nothing, unless something uses them. */
export function createHandler({ autoscaling, ec2 }: UndoDependencies) {
  return async ({ group, ami }: UndoEvent): Promise<UndoResult> => {
    const facts = await readConfiguredGroup(autoscaling, ec2, group);
    const left: string[] = [];
    for (const { id, version: running } of facts === undefined ? [] : templatesOf(facts)) {
      const all = ownVersions(await listVersions(ec2, id), group);
      // An older one with the same AMI may be what the group ran before.
      const previous = all.find((one) => one.version === running)?.source;
      const own = all.filter((one) => one.ami === ami && one.version !== previous);
      if (own.length === 0) continue;
      const uses = await readUses(autoscaling, ec2, id);
      const reasonToStay = ({ version, isDefault, isCopied }: OwnVersion) => {
        const user = isDefault ? 'the default' : uses.get(String(version));
        if (user !== undefined) return `${user} uses it`;
        return isCopied ? 'another version has its description' : undefined;
      };
      const free = own.filter((one) => reasonToStay(one) === undefined);
      left.push(...(await deleteVersions(ec2, id, free)).kept);
      for (const one of own) {
        const reason = reasonToStay(one);
        if (reason !== undefined) {
          left.push(`${nameVersion(one.templateName, one.version)} stays: ${reason}`);
        }
      }
    }
    return { done: true, left: left.join('; ') };
  };
}

export const factory = () => {
  return createHandler({ autoscaling: createAutoScaling(), ec2: createEc2() });
};
