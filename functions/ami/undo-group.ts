import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createAutoScaling, readGroup } from './groups';
import { createEc2 } from './images';
import { deleteVersions, readUses } from './prune';
import { nameVersion, readOwnVersions, templatesOf } from './versions';

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
    const facts = await readGroup(autoscaling, ec2, group);
    const left: string[] = [];
    for (const { id } of facts === undefined ? [] : templatesOf(facts)) {
      const own = await readOwnVersions(ec2, group, id, ami);
      if (own.length === 0) continue;
      const uses = await readUses(autoscaling, ec2, id);
      const isFree = ({ version, isDefault }: (typeof own)[number]) =>
        !isDefault && !uses.has(String(version));
      const kept = await deleteVersions(ec2, id, own.filter(isFree));
      for (const version of own.filter((one) => !isFree(one))) {
        const use = version.isDefault ? 'the default' : uses.get(String(version.version));
        kept.push(`${nameVersion(version.templateName, version.version)} stays: ${use} uses it`);
      }
      left.push(...kept);
    }
    return { done: true, left: left.join('; ') };
  };
}

export const factory = () => {
  return createHandler({ autoscaling: createAutoScaling(), ec2: createEc2() });
};
