import type { CloudWatch } from '@aws-sdk/client-cloudwatch';
import { createLedger, type Ledger } from '../foundation/ledger';
import type { Fact } from '../foundation/notification';
import { awaitApproval, readControl } from '../foundation/run-control';
import { readRunLog, recordMissingOutcome } from '../foundation/run-log';
import type { GroupSettings, RolloutSettings, Wave } from './settings';

export interface OpenWaveEvent {
  readonly run: string;
  readonly waves: readonly Wave[];
  /** From 0. */
  readonly index: number;
  /** Since when the wave waits for its approval, ISO 8601; an empty text: it does not yet. */
  readonly waitingSince: string;
  readonly settings: RolloutSettings;
}

export interface OpenWaveResult {
  /**
   * `roll`: move these groups; `soak`: they are moved already, wait until the soak is over; `approve`: a person must let
   * it go first; `done`: there is no further wave, or it is held back.
   */
  readonly next: 'roll' | 'soak' | 'approve' | 'done';
  readonly index: number;
  readonly nextIndex: number;
  readonly groups: readonly { readonly name: string; readonly settings: GroupSettings }[];
  /** What the groups run on the new AMI before the next wave. */
  readonly soakSeconds: number;
  readonly waitingSince: string;
  /** Whether people are to be told that it waits for them. */
  readonly ask: boolean;
  readonly question: string;
  /** What they must know to answer. */
  readonly facts: readonly Fact[];
  /** Until the next look for the approval: the longer it was waited for, the less a late look matters. */
  readonly waitSeconds: number;
}

export interface OpenWaveDependencies {
  readonly cloudwatch: Pick<CloudWatch, 'describeAlarms'>;
  readonly ledger: Ledger;
  readonly now: () => Date;
}

/**
 * Decides whether the next wave may go: every wave before it went well, its alarms are quiet, and somebody has
 * approved it where that is wanted. Otherwise its groups, and those of all later waves, are left to a later run.
 */
export function createHandler({ cloudwatch, ledger, now }: OpenWaveDependencies) {
  return async (event: OpenWaveEvent): Promise<OpenWaveResult> => {
    const { run, waves, index, settings } = event;
    const wave = waves[index];
    const since = event.waitingSince || now().toISOString();
    const waited = (now().getTime() - new Date(since).getTime()) / 1000;
    const result = (next: OpenWaveResult['next'], waitingSince = '', ask = false) => ({
      next,
      index,
      nextIndex: next === 'approve' ? index : index + 1,
      groups:
        next === 'roll'
          ? (wave?.groups ?? []).map((name) => ({
              name,
              settings: settings.groups[name] as GroupSettings,
            }))
          : [],
      // Nothing comes after the last wave.
      soakSeconds: index + 1 < waves.length ? (wave?.soakMinutes ?? 0) * 60 : 0,
      waitingSince,
      ask,
      question: `wave ${index + 1} of ${waves.length} waits for approval`,
      facts: [
        { name: 'Groups', value: (wave?.groups ?? []).join(', ') },
        {
          name: 'To approve',
          value: `start the workflow with {"mode": "approve", "run": "${run}"} within ${settings.approvalHours} hours`,
        },
      ],
      waitSeconds: Math.min(7200, Math.max(300, Math.floor(waited / 20))),
    });
    if (wave === undefined) return result('done');
    const control = await readControl(ledger, run);
    const isApproved = !wave.approval || control.approvedWave >= index;
    const obstacle =
      (await findFailure(ledger, run, waves.slice(0, index))) ??
      (index === 0 ? undefined : await findAlarm(cloudwatch, waves[index - 1]?.alarms ?? [])) ??
      (control.stoppedAt === undefined ? undefined : 'the run was stopped before its turn') ??
      (!isApproved && waited >= settings.approvalHours * 3600
        ? `nobody approved it within ${settings.approvalHours} hours`
        : undefined);
    if (obstacle !== undefined) {
      const at = now().toISOString();
      const reason = `${obstacle}; the next run takes it`;
      for (const id of waves.slice(index).flatMap(({ groups }) => groups)) {
        const line = { id, outcome: 'postponed' as const, reason, startedAt: at, endedAt: at };
        await recordMissingOutcome(ledger, run, line, now());
      }
      return result('done');
    }
    if (isApproved) return result(wave.groups.length === 0 ? 'soak' : 'roll');
    if (control.awaitedWave < index) await awaitApproval(ledger, run, index, now());
    return result('approve', since, event.waitingSince === '');
  };
}

export const factory = () => {
  const { CloudWatch } =
    require('@aws-sdk/client-cloudwatch') as typeof import('@aws-sdk/client-cloudwatch');
  return createHandler({
    cloudwatch: new CloudWatch({}),
    ledger: createLedger(),
    now: () => new Date(),
  });
};

async function findFailure(
  ledger: Ledger,
  run: string,
  earlier: readonly Wave[],
): Promise<string | undefined> {
  if (earlier.length === 0) return undefined;
  const { outcomes } = await readRunLog(ledger, run);
  const done = new Map(outcomes.map(({ id, outcome }) => [id, outcome]));
  const failed = earlier
    .flatMap(({ groups }) => groups)
    .filter((name) => !['updated', 'skipped'].includes(done.get(name) ?? ''));
  return failed.length === 0 ? undefined : `an earlier wave did not go well: ${failed.join(', ')}`;
}

async function findAlarm(
  cloudwatch: OpenWaveDependencies['cloudwatch'],
  names: readonly string[],
): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const answer = await cloudwatch.describeAlarms({
    AlarmNames: [...names],
    AlarmTypes: ['MetricAlarm', 'CompositeAlarm'],
  });
  const alarms = [...(answer.MetricAlarms ?? []), ...(answer.CompositeAlarms ?? [])];
  const loud = alarms.find(({ StateValue }) => StateValue === 'ALARM');
  if (loud !== undefined) return `the alarm ${loud.AlarmName} went off`;
  const missing = names.find((name) => alarms.every(({ AlarmName }) => AlarmName !== name));
  return missing === undefined ? undefined : `there is no alarm ${missing}`;
}
