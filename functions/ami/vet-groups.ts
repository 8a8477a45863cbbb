import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createAutoScaling, readGroup, type GroupFacts } from './groups';
import { createEc2, readImages, type ImageFacts } from './images';
import { findObstacle, findWarnings } from './obstacles';
import type { GroupSettings, RolloutSettings } from './settings';

export interface VetEvent {
  readonly image: ImageFacts;
  /** By name. */
  readonly groups: readonly string[];
  readonly settings: RolloutSettings;
}

/** What there is to say of a group before it is moved. */
export interface Vetted {
  readonly name: string;
  /** Why it cannot be moved safely; an empty text: it can. */
  readonly obstacle: string;
  /** What people should know before. */
  readonly warnings: readonly string[];
  /** What moving it would mean; an empty text: nothing more. */
  readonly plan: string;
}

export interface VetDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>;
  readonly ec2: Pick<
    EC2,
    'describeImages' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
}

/** Looks for what is in the way of moving groups to an AMI, and for what people should know before. */
export function createHandler({ autoscaling, ec2 }: VetDependencies) {
  return async ({ image, groups, settings }: VetEvent): Promise<{ groups: Vetted[] }> => {
    const vetted: Vetted[] = [];
    for (const name of groups) {
      const own = settings.groups[name] as GroupSettings;
      const facts = await readGroup(autoscaling, ec2, name);
      // Who has deleted it since the survey is told so when its turn comes.
      if (facts === undefined) continue;
      const images = await readImages(
        ec2,
        facts.templates.flatMap(({ data }) =>
          data.ImageId?.startsWith('ami-') ? [data.ImageId] : [],
        ),
      );
      vetted.push({
        name,
        obstacle: findObstacle(facts, image, images, own) ?? '',
        warnings: findWarnings(facts, own),
        plan: describePlan(facts, image.id),
      });
    }
    return { groups: vetted };
  };
}

export const factory = () => {
  return createHandler({ autoscaling: createAutoScaling(), ec2: createEc2() });
};

function describePlan({ group, templates, instanceImages }: GroupFacts, ami: string): string {
  const stale = templates.filter(({ data }) => data.ImageId !== ami);
  const versions = stale.map(({ name, version }) => `${name} version ${version}`);
  const old = Object.values(instanceImages).filter((image) => image !== ami).length;
  const made =
    stale.length === 0 ? '' : `a new version after ${[...new Set(versions)].join(', ')}; `;
  return `${made}${old} of ${(group.Instances ?? []).length} instances to be replaced`;
}
