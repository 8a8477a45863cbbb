import type { SFN } from '@aws-sdk/client-sfn';
import { acquireLease, createLedger, type Ledger, type WorkItem } from '../foundation/ledger';
import { isStopped } from '../foundation/run-control';
import { isRunning, nameOfRun } from '../foundation/runs';
import { isUnderWay, readScaling, resultOf } from './scaling';

export interface ClaimEvent {
  /** ARN of the run. */
  readonly execution: string;
  /** Name of the group. */
  readonly group: string;
  /** Id of the AMI; an empty text, in the mode reconcile: that of the ledger. */
  readonly ami: string;
}

/** What the ledger knows of a group. */
export interface ClaimResult {
  /** `inspect`: the group is ours to look at; `postpone`: it is not, for the reason given. */
  readonly decision: 'inspect' | 'postpone';
  readonly reason: string;
  readonly ami: string;
  /** Which attempt to move the group to this AMI the next one is, from 1. */
  readonly attempt: number;
  /** ISO 8601. */
  readonly claimedAt: string;
  /** When an attempt was begun whose end nobody has reported, ISO 8601; an empty text: none was. */
  readonly openSince: string;
  /** How far that attempt is if it goes by scheduled actions. */
  readonly scaling: {
    readonly course: 'none' | 'going' | 'failed';
    readonly reason: string;
    /** In the place of a refresh's id, where the AMI is to blame; an empty text: it is not. */
    readonly blame: string;
  };
  /** Whether the run is to start nothing more. */
  readonly stopped: boolean;
}

export interface ClaimDependencies {
  readonly sfn: Pick<SFN, 'describeExecution'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Takes the lease of a group and says what the ledger knows of it. It may be called at any time and as often as one
 * likes.
 */
export function createHandler({ sfn, ledger, now }: ClaimDependencies) {
  return async ({ execution, group, ...event }: ClaimEvent): Promise<ClaimResult> => {
    const isAlive = (other: string) => isRunning(sfn, other);
    const work = await acquireLease(ledger, group, execution, isAlive, now());
    const scaling = await readScaling(ledger, group);
    const isGoing = isUnderWay(scaling);
    const ami = isGoing ? scaling.ami : event.ami || (work?.target ?? '');
    const attempt = work === undefined ? 1 : nextAttempt(work, ami);
    const isOpen = work?.target === ami && work.settledTarget !== ami;
    const hasFailed =
      isOpen && scaling?.course === 'failed' && scaling.ami === ami && scaling.attempt === attempt;
    return {
      // Not skipped: a later wave must not take it for one that is as it should be.
      decision: work === undefined ? 'postpone' : 'inspect',
      reason: work === undefined ? 'another run is working on it' : '',
      ami,
      attempt,
      claimedAt: work?.leasedAt ?? now().toISOString(),
      openSince: isOpen ? (work.intendedAt ?? '') : '',
      scaling: {
        course: isGoing ? 'going' : hasFailed ? 'failed' : 'none',
        reason: hasFailed ? scaling.reason : '',
        blame: hasFailed ? resultOf(scaling).id : '',
      },
      stopped: await isStopped(ledger, nameOfRun(execution)),
    };
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({ sfn: new SFN({}), ledger: createLedger(), now: () => new Date() });
};

/** An attempt that was begun and not settled is continued. */
function nextAttempt({ target, settledTarget, attempt = 1 }: WorkItem, ami: string): number {
  if (target !== ami) return 1;
  return settledTarget === ami ? attempt + 1 : attempt;
}
