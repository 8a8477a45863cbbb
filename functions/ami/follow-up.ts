import type { SFN } from '@aws-sdk/client-sfn';
import { createLedger, listUnfinished, type Ledger } from '../foundation/ledger';
import { approveWave, readControl, stopRun } from '../foundation/run-control';
import { recordQueue } from '../foundation/run-log';
import { listOtherRuns, nameOfRun } from '../foundation/runs';
import { namedError } from '../foundation/environment';
import { checkRolloutInput, type RolloutMode } from './rollout-input';
import type { GroupSettings, RolloutSettings } from './settings';

export interface FollowUpEvent {
  readonly input: unknown;
  readonly settings: RolloutSettings;
  /** ARN and name of the execution; ARN of its state machine. */
  readonly execution: string;
  readonly run: string;
  readonly machine: string;
}

export interface FollowUpResult {
  readonly mode: RolloutMode;
  readonly groups: readonly { readonly name: string; readonly settings: GroupSettings }[];
}

export interface FollowUpDependencies {
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * The modes that roll nothing out. `reconcile` takes what earlier runs began and nobody has settled: the ledger
 * knows. `stop` asks the runs that are under way to start nothing more, `approve` lets one of them go on.
 *
 * @throws InvalidInput where nothing waits for the approval
 */
export function createHandler({ sfn, ledger, now }: FollowUpDependencies) {
  return async (event: FollowUpEvent): Promise<FollowUpResult> => {
    const { mode = 'reconcile', run: approved = '' } = checkRolloutInput(event.input);
    if (mode === 'approve') {
      const { awaitedWave } = await readControl(ledger, approved);
      if (awaitedWave < 0) {
        throw namedError('InvalidInput', `No wave of the run ${approved} waits for an approval.`);
      }
      await approveWave(ledger, approved, awaitedWave, now());
      return { mode, groups: [] };
    }
    const others = await listOtherRuns(sfn, event.machine, event.execution);
    if (mode === 'stop') {
      for (const other of others) await stopRun(ledger, nameOfRun(other), now());
      return { mode, groups: [] };
    }
    const { groups } = event.settings;
    const names = (await listUnfinished(ledger))
      .filter(({ work }) => work.leaseOwner === undefined || !others.includes(work.leaseOwner))
      .map(({ item }) => item)
      // One that is no longer among the settings is nobody's business any more.
      .filter((name) => Object.hasOwn(groups, name));
    // A day without anything open leaves no trace.
    if (names.length > 0) await recordQueue(ledger, event.run, names, now());
    return {
      mode,
      groups: names.map((name) => ({ name, settings: groups[name] as GroupSettings })),
    };
  };
}

export const factory = () => {
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({ sfn: new SFN({}), ledger: createLedger(), now: () => new Date() });
};
