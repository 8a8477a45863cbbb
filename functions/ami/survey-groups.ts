import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import { createLedger, readWorkItem, type Ledger, type WorkItem } from '../foundation/ledger';
import type { Outcome } from '../foundation/notification';
import { createAutoScaling, readGroup, runsOnly } from './groups';
import { createEc2, type ImageFacts } from './images';
import { findNewer } from './newer-image';
import type { RolloutMode } from './rollout-input';
import { isUnderWay, readScaling } from './scaling';
import type { GroupSettings, RolloutSettings, Wave } from './settings';

export interface SurveyEvent {
  readonly mode: RolloutMode;
  readonly image: ImageFacts;
  readonly waves: readonly Wave[];
  readonly force: boolean;
  readonly tooYoung: string;
  readonly settings: RolloutSettings;
}

/** A group that stays as it is. */
export interface LeftGroup {
  readonly name: string;
  readonly outcome: Outcome;
  readonly reason: string;
  /** Why the waves after its own do not get the AMI, either: they would get it untested. An empty text: they do. */
  readonly halts: string;
  /** When a run has moved it to the AMI, ISO 8601; an empty text: none has. */
  readonly movedAt: string;
}

export interface SurveyResult {
  readonly left: readonly LeftGroup[];
  /** The groups that do not run the AMI yet, by name; and those of them that belong to clusters. */
  readonly behind: readonly string[];
  readonly clustered: readonly string[];
}

export interface SurveyDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>;
  readonly ec2: Pick<
    EC2,
    'describeImages' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
  readonly ledger: Ledger;
}

/**
 * Compares every group with the AMI: what its configuration launches and what each of its instances runs. A group that
 * is in neither list of the result is one with which a run has begun: it goes on, whatever it looks like in its middle.
 */
export function createHandler(dependencies: SurveyDependencies) {
  return async (event: SurveyEvent): Promise<SurveyResult> => {
    const { settings, waves } = event;
    const left: LeftGroup[] = [];
    const behind: string[] = [];
    for (const name of waves.flatMap(({ groups }) => groups)) {
      const found = await examine(dependencies, event, name);
      if (found === 'behind') behind.push(name);
      else if (found !== 'begun') left.push({ name, ...found });
    }
    const clustered = behind.filter((name) => settings.groups[name]?.ecs !== undefined);
    return { left, behind, clustered };
  };
}

export const factory = () => {
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    ledger: createLedger(),
  });
};

async function examine(
  { autoscaling, ec2, ledger }: SurveyDependencies,
  { mode, image, force, tooYoung, settings: { groups, attempts } }: SurveyEvent,
  name: string,
): Promise<'behind' | 'begun' | Omit<LeftGroup, 'name'>> {
  const settings = groups[name] as GroupSettings;
  const leave = (reason: string, movedAt = '') => ({
    outcome: 'skipped' as const,
    reason,
    halts: '',
    movedAt,
  });
  const facts = await readGroup(autoscaling, ec2, name);
  if (facts === undefined) {
    const halts = `${image.id} cannot be tried on ${name}`;
    return { ...leave('there is no such Auto Scaling group'), outcome: 'failed', halts };
  }
  const work = await readWorkItem(ledger, name);
  const isScaling =
    settings.strategy === 'scheduledActions' && isUnderWay(await readScaling(ledger, name));
  if (isScaling && mode !== 'plan') return 'begun';
  if (runsOnly(facts, image.id, settings)) {
    // What a run began and did not live to finish is finished now.
    const isOpen = work.target === image.id && work.settledTarget !== image.id;
    if (isOpen && mode !== 'plan') return 'begun';
    const isMoved = work.settledTarget === image.id && work.outcome === 'updated';
    return leave(`runs ${image.id} already`, isMoved ? work.settledAt : '');
  }
  if (tooYoung !== '') return leave(tooYoung);
  const newer = await findNewer(ec2, facts, image.createdAt);
  if (newer !== undefined && !force) {
    return leave(`runs ${newer}, which is newer than ${image.id}`);
  }
  if (!force && hasFailed(work, image.id, attempts)) {
    const reason = `${image.id} failed on it before and is not tried again, unless with "force": ${work.reason ?? ''}`;
    return { ...leave(reason), halts: `${image.id} failed on ${name}` };
  }
  return 'behind';
}

/** Whether an AMI failed on a group so often that it is left alone. */
function hasFailed({ settledTarget, failures = 0 }: WorkItem, ami: string, attempts: number) {
  return settledTarget === ami && failures >= attempts;
}
