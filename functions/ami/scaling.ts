import type { Ledger } from '../foundation/ledger';
import { readRow, writeRow } from '../foundation/ledger-rows';

/**
 * How far a group has been moved by scheduled actions. Written down before every change, so that whoever comes after
 * a crash knows what was there and what we added.
 */
export interface Scaling {
  readonly ami: string;
  /** Which attempt to move the group to this AMI it is, from 1. */
  readonly attempt: number;
  /** `forward`: to the AMI; `back`: to what ran before; `done`, `failed`: over. */
  readonly course: 'forward' | 'back' | 'done' | 'failed';
  readonly step: ScalingStep;
  /** When the step began, ISO 8601. */
  readonly at: string;
  /** Why it goes back, or went; an empty text: it does not. */
  readonly reason: string;
  /** Whether that is the AMI's fault. */
  readonly blamed: boolean;
  /** Id of the group's launch template, and its versions: what the group ran before, and what has the AMI. */
  readonly template: string;
  readonly from: string;
  readonly to: string;
  /** Desired capacity before we added to it, and what we added. */
  readonly desired: number;
  readonly added: number;
  /** The scheduled action that is under way. */
  readonly action: PlannedAction | null;
  /** The instances that were all ready at once, and since when, ISO 8601. */
  readonly ready: { readonly ids: readonly string[]; readonly since: string } | null;
  /** Instances that we protect from scale-in, so that the others go. */
  readonly kept: readonly string[];
}

/**
 * In their order: the configuration of the group; more capacity; wait until it is ready; protect what is to stay;
 * less capacity; wait until the others are gone. Going back needs no more capacity.
 */
export type ScalingStep = 'configure' | 'add' | 'await' | 'protect' | 'remove' | 'settle';

export interface PlannedAction {
  /** Desired capacity when it was planned, and what it makes of it. */
  readonly desired: number;
  readonly goal: number;
  /** When it is due, ISO 8601. */
  readonly at: string;
  /** Whether AWS has confirmed it. */
  readonly placed: boolean;
}

/** What is written down of a group; `undefined`: it never was moved so. */
export function readScaling(ledger: Ledger, group: string): Promise<Scaling | undefined> {
  return readRow<Scaling>(ledger, rowOf(group));
}

/** @returns what was written */
export async function writeScaling(
  scaling: Scaling,
  where: { readonly ledger: Ledger; readonly group: string; readonly now: () => Date },
): Promise<Scaling> {
  await writeRow(where.ledger, rowOf(where.group), scaling, where.now());
  return scaling;
}

/** Whether it was begun and is not over: it goes on before anything else is done with the group. */
export function isUnderWay(
  scaling: Scaling | undefined,
): scaling is Scaling & { readonly course: 'forward' | 'back' } {
  return scaling?.course === 'forward' || scaling?.course === 'back';
}

/** What has become of moving a group. */
export interface ScaleOutcome {
  /** `wait`: call again; `unfinished`: not any more in this run. */
  readonly decision: 'wait' | 'succeeded' | 'failed' | 'unfinished';
  readonly reason: string;
  readonly waitSeconds: number;
  /** In the place of the id of a refresh that failed by its AMI; an empty text: the AMI is not to blame. */
  readonly id: string;
}

/** That of what is over. */
export function resultOf({ course, reason, blamed }: Scaling): ScaleOutcome {
  const decision = course === 'done' ? 'succeeded' : 'failed';
  return { decision, reason, waitSeconds: 0, id: blamed ? 'scheduled actions' : '' };
}

function rowOf(group: string): string {
  return `scale#${group}`;
}
