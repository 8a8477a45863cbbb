import type { SFN } from '@aws-sdk/client-sfn';
import { createLedger, type Ledger } from '../foundation/ledger';
import { readRow, writeRow } from '../foundation/ledger-rows';
import type { Fact, ItemReport } from '../foundation/notification';
import { recordLeftOut, recordQueue } from '../foundation/run-log';
import { listOtherRuns, readQueues } from '../foundation/runs';
import type { ImageFacts } from './images';
import type { RolloutMode } from './rollout-input';
import type { Wave } from './settings';
import type { SurveyResult } from './survey-groups';
import type { Vetted } from './vet-groups';

export interface QueueEvent {
  /** ARN and name of the execution; ARN of its state machine. */
  readonly execution: string;
  readonly run: string;
  readonly machine: string;
  readonly mode: RolloutMode;
  readonly image: ImageFacts;
  readonly waves: readonly Wave[];
  readonly notify: boolean;
  /** Why the run was started, as whoever started it says; an empty text: no word of it. */
  readonly reason: string;
  readonly survey: SurveyResult;
  /** What there is to say of the groups that are behind, and of their clusters: two words on a group are possible. */
  readonly vetted: readonly Vetted[];
  readonly clusters: readonly Vetted[];
}

export interface QueueResult {
  /** `waves`: groups are to be moved; `report`: none is. */
  readonly next: 'waves' | 'report';
  /**
   * What is left of the waves, without groups that stay as they are. A wave without groups is one that an earlier run
   * has moved: the next one comes when its soak is over and its alarms are quiet.
   */
  readonly waves: readonly Wave[];
  /** Whether nobody wants to hear of the run if it did nothing. */
  readonly quiet: boolean;
  readonly facts: readonly Fact[];
}

export interface QueueDependencies {
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/** What is to be done with a group; no outcome: the run takes it. */
interface Verdict {
  readonly outcome?: ItemReport['outcome'];
  readonly reason: string;
  readonly halts: string;
}

/** Decides which groups the run takes, in which waves, and writes down why it leaves each of the others. */
export function createHandler({ sfn, ledger, now }: QueueDependencies) {
  return async (event: QueueEvent): Promise<QueueResult> => {
    const { run, mode, image } = event;
    // Its waves, soaks and approvals are its own: this run would go past them.
    const busy = await readQueues(ledger, await listOtherRuns(sfn, event.machine, event.execution));
    const at = now().toISOString();
    const leftOut: ItemReport[] = [];
    const warnings: Fact[] = [];
    const waves: Wave[] = [];
    let obstacle = '';
    for (const wave of event.waves) {
      const taken: string[] = [];
      const before = obstacle;
      for (const name of wave.groups) {
        const other = busy.get(name);
        const { outcome, reason, halts } =
          other === undefined ? judge(event, name, before) : await leaveTo(ledger, other, image.id);
        obstacle ||= halts;
        if (outcome === undefined) taken.push(name);
        else leftOut.push({ id: name, outcome, reason, startedAt: at, endedAt: at });
        if (outcome !== undefined && outcome !== 'planned') continue;
        for (const value of findingsOf(event, name).flatMap((one) => one.warnings)) {
          warnings.push({ name: `Warning for ${name}`, value });
        }
      }
      const soakMinutes = taken.length > 0 ? wave.soakMinutes : leftToSoak(event, wave, now());
      if (taken.length > 0 || soakMinutes > 0 || wave.alarms.length > 0) {
        waves.push({
          ...wave,
          groups: taken,
          soakMinutes,
          approval: taken.length > 0 && wave.approval,
        });
      }
    }
    while (waves.at(-1)?.groups.length === 0) waves.pop();
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
  return createHandler({ sfn: new SFN({}), ledger: createLedger(), now: () => new Date() });
};

/** What is left of the soak of a wave that earlier runs have moved, in minutes. */
function leftToSoak({ survey }: QueueEvent, { groups, soakMinutes }: Wave, now: Date): number {
  const left = survey.left
    .filter(({ name, movedAt }) => movedAt !== '' && groups.includes(name))
    .map(({ movedAt }) => soakMinutes - (now.getTime() - Date.parse(movedAt)) / 60_000);
  return Math.ceil(Math.max(0, ...left));
}

/** @param before why the groups of an earlier wave do not all get the AMI; an empty text: they do */
function judge(event: QueueEvent, name: string, before: string): Verdict {
  const { image, mode, survey } = event;
  const left = survey.left.find((one) => one.name === name);
  if (left !== undefined) return left;
  if (!survey.behind.includes(name)) return { reason: '', halts: '' };
  // What the first wave found out is true for the later ones on other days as well.
  if (before !== '') {
    return { outcome: 'skipped', reason: `${before}, which goes before it`, halts: '' };
  }
  const findings = findingsOf(event, name);
  const refused = findings.find(({ obstacle }) => obstacle !== '');
  if (refused !== undefined) {
    const halts = `${image.id} cannot be tried on ${name}`;
    return { outcome: 'failed', reason: `refused: ${refused.obstacle}`, halts };
  }
  if (mode !== 'plan') return { reason: '', halts: '' };
  const plan = findings.map((one) => one.plan).join('');
  return { outcome: 'planned', reason: `to be moved to ${image.id}: ${plan}`, halts: '' };
}

function findingsOf({ vetted, clusters }: QueueEvent, group: string): Vetted[] {
  return [...vetted, ...clusters].filter(({ name }) => name === group);
}

/** Another run has the group in its queue. One that moves it to another AMI must not make this one be forgotten. */
async function leaveTo(ledger: Ledger, other: string, ami: string): Promise<Verdict> {
  const its = await readRow<string>(ledger, imageRow(other));
  return its === ami
    ? { outcome: 'skipped', reason: `the run ${other} has it in its queue`, halts: '' }
    : {
        outcome: 'postponed',
        reason: `the run ${other} moves it to ${its ?? 'another AMI'} first`,
        halts: '',
      };
}

function imageRow(run: string): string {
  return `image#${run}`;
}
