import type { AutoScaling } from '@aws-sdk/client-auto-scaling';
import type { EC2 } from '@aws-sdk/client-ec2';
import type { SFN } from '@aws-sdk/client-sfn';
import { createLedger, readWorkItem, type Ledger, type WorkItem } from '../foundation/ledger';
import { readRows, writeRow } from '../foundation/ledger-rows';
import type { Fact, ItemReport } from '../foundation/notification';
import { recordLeftOut, recordQueue } from '../foundation/run-log';
import { listOtherRuns, readQueues } from '../foundation/runs';
import { createAutoScaling, readGroup, runsOnly, type GroupFacts } from './groups';
import { createEc2, readImages, type ImageFacts } from './images';
import { findObstacle, findWarnings } from './obstacles';
import type { RolloutMode } from './rollout-input';
import { isUnderWay, readScaling } from './scaling';
import type { GroupSettings, RolloutSettings, Wave } from './settings';

export interface SurveyEvent {
  /** ARN and name of the execution; ARN of its state machine. */
  readonly execution: string;
  readonly run: string;
  readonly machine: string;
  readonly mode: RolloutMode;
  readonly image: ImageFacts;
  readonly waves: readonly Wave[];
  readonly force: boolean;
  readonly notify: boolean;
  readonly tooYoung: string;
  /** Why the run was started, as whoever started it says; an empty text: no word of it. */
  readonly reason: string;
  readonly settings: RolloutSettings;
}

export interface SurveyResult {
  /** `waves`: groups are to be moved; `report`: none is. */
  readonly next: 'waves' | 'report';
  /** What is left of the waves, without groups that stay as they are. */
  readonly waves: readonly Wave[];
  /** Whether nobody wants to hear of the run if it did nothing. */
  readonly quiet: boolean;
  readonly facts: readonly Fact[];
}

export interface SurveyDependencies {
  readonly autoscaling: Pick<AutoScaling, 'describeAutoScalingGroups'>;
  readonly ec2: Pick<
    EC2,
    'describeImages' | 'describeInstances' | 'describeLaunchTemplateVersions'
  >;
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** What is to be done with a group. */
type Verdict = Pick<ItemReport, 'outcome' | 'reason'>;

interface Examined {
  readonly verdict?: Verdict;
  readonly warned: readonly string[];
  /** Why it does not get the AMI, for the waves after its own: they would get it untested. */
  readonly halts?: string;
}

/**
 * Compares every group with the AMI: what its configuration launches and what each of its instances runs. Writes
 * down which groups the run takes, and why it leaves each of the others.
 */
export function createHandler(dependencies: SurveyDependencies) {
  const { sfn, ledger, now } = dependencies;
  return async (event: SurveyEvent): Promise<SurveyResult> => {
    const { run, mode, image } = event;
    // Its waves, soaks and approvals are its own: this run would go past them.
    const busy = await readQueues(ledger, await listOtherRuns(sfn, event.machine, event.execution));
    const at = now().toISOString();
    const leftOut: ItemReport[] = [];
    const warnings: Fact[] = [];
    const waves: Wave[] = [];
    let obstacle: string | undefined;
    for (const wave of event.waves) {
      const taken: string[] = [];
      const before = obstacle;
      for (const name of wave.groups) {
        const other = busy.get(name);
        const { verdict, warned, halts } =
          other === undefined
            ? await examine(dependencies, event, name, before)
            : await leaveTo(ledger, other, image.id);
        obstacle ??= halts;
        for (const value of warned) warnings.push({ name: `Warning for ${name}`, value });
        if (verdict === undefined) taken.push(name);
        else leftOut.push({ id: name, ...verdict, startedAt: at, endedAt: at });
      }
      if (taken.length > 0) waves.push({ ...wave, groups: taken });
    }
    const queued = waves.flatMap(({ groups }) => groups);
    const idle = leftOut.every(({ outcome }) => outcome === 'skipped');
    // Nobody wants to hear that all is as it should be. A day on which nothing was to be done leaves no trace either.
    const quiet = idle && !event.notify;
    if (!quiet || queued.length > 0) {
      await writeRow(ledger, imageRow(run), image.id, now());
      await recordLeftOut(ledger, run, leftOut, now());
      await recordQueue(ledger, run, queued, now());
    }
    return {
      next: queued.length === 0 ? 'report' : 'waves',
      waves,
      quiet,
      facts: [
        { name: 'AMI', value: `${image.id} (${image.name}), created ${image.createdAt}` },
        ...(event.reason === '' ? [] : [{ name: 'Reason', value: event.reason }]),
        ...(mode === 'plan' || queued.length > 0 ? warnings : []),
      ],
    };
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    autoscaling: createAutoScaling(),
    ec2: createEc2(),
    sfn: new SFN({}),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

function leave(outcome: Verdict['outcome'], reason: string): Examined {
  return { verdict: { outcome, reason }, warned: [] };
}

/** Another run has the group in its queue. One that moves it to another AMI must not make this one be forgotten. */
async function leaveTo(ledger: Ledger, other: string, ami: string): Promise<Examined> {
  const [its] = await readRows<string>(ledger, imageRow(other));
  return its === ami
    ? leave('skipped', `the run ${other} has it in its queue`)
    : leave('postponed', `the run ${other} moves it to ${its ?? 'another AMI'} first`);
}

function imageRow(run: string): string {
  return `image#${run}`;
}

/**
 * No verdict: the run takes the group.
 *
 * @param before why the groups of an earlier wave do not all get the AMI
 */
async function examine(
  { autoscaling, ec2, ledger }: SurveyDependencies,
  { mode, image, force, tooYoung, settings: { groups, attempts } }: SurveyEvent,
  name: string,
  before: string | undefined,
): Promise<Examined> {
  const settings = groups[name] as GroupSettings;
  const facts = await readGroup(autoscaling, ec2, name);
  const refuse = (reason: string) => ({
    ...leave('failed', reason),
    halts: `${image.id} cannot be tried on ${name}`,
  });
  if (facts === undefined) return refuse('there is no such Auto Scaling group');
  const work = await readWorkItem(ledger, name);
  const isScaling =
    settings.strategy === 'scheduledActions' && isUnderWay(await readScaling(ledger, name));
  // What was begun goes on, whatever the group looks like in its middle.
  if (isScaling && mode !== 'plan') return { warned: [] };
  if (runsOnly(facts, image.id, settings)) {
    // What a run began and did not live to finish is finished now.
    const isOpen = work.target === image.id && work.settledTarget !== image.id;
    return isOpen && mode !== 'plan'
      ? { warned: [] }
      : leave('skipped', `runs ${image.id} already`);
  }
  if (tooYoung !== '') return leave('skipped', tooYoung);
  const images = await readImages(
    ec2,
    facts.templates.flatMap(({ data }) => (data.ImageId?.startsWith('ami-') ? [data.ImageId] : [])),
  );
  const newer = [...images.values()].find(({ createdAt }) => createdAt > image.createdAt);
  if (newer !== undefined && !force) {
    return leave('skipped', `runs ${newer.id}, which is newer than ${image.id}`);
  }
  if (!force && hasFailed(work, image.id, attempts)) {
    const reason = `${image.id} failed on it before and is not tried again, unless with "force": ${work.reason ?? ''}`;
    return { ...leave('skipped', reason), halts: `${image.id} failed on ${name}` };
  }
  // What the first wave found out is true for the later ones on other days as well.
  if (before !== undefined) return leave('skipped', `${before}, which goes before it`);
  const obstacle = findObstacle(facts, image, images, settings);
  if (obstacle !== undefined) return refuse(`refused: ${obstacle}`);
  const warned = findWarnings(facts, settings);
  if (mode !== 'plan') return { warned };
  return { verdict: { outcome: 'planned', reason: describePlan(facts, image.id) }, warned };
}

/** Whether an AMI failed on a group so often that it is left alone. */
function hasFailed({ settledTarget, failures = 0 }: WorkItem, ami: string, attempts: number) {
  return settledTarget === ami && failures >= attempts;
}

function describePlan({ group, templates, instanceImages }: GroupFacts, ami: string): string {
  const stale = templates.filter(({ data }) => data.ImageId !== ami);
  const versions = stale.map(({ name, version }) => `${name} version ${version}`);
  const old = Object.values(instanceImages).filter((image) => image !== ami).length;
  const made =
    stale.length === 0 ? '' : `a new version after ${[...new Set(versions)].join(', ')}; `;
  return `to be moved to ${ami}: ${made}${old} of ${(group.Instances ?? []).length} instances to be replaced`;
}
