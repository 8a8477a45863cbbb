import { isAttended, isByHand, isTold, type End, type Evidence } from './invariant';
import { versionName } from './launch-templates';
import { isOver } from './refreshes';
import { rollouts, type GroupMove } from './rollouts';

/**
 * How every instance refresh that the automation started ended, and every other configuration that it gave a group;
 * what others started, joined or not, is nobody's promise.
 */
export function endsOfRollouts(evidence: Evidence): End[] {
  return rollouts(evidence)
    .moves.filter(({ call }) => !isByHand(call))
    .map((move) => endOf(move, evidence));
}

/** Versions that became the default before any group launched them. */
export function falseDefaults(evidence: Evidence): string[] {
  return rollouts(evidence)
    .defaults.filter(({ call, isLaunched }) => !isLaunched && !isByHand(call))
    .map(
      ({ call, to }) =>
        `${versionName(to)} became the default at ${call.at}, when no group launched it`,
    );
}

function endOf({ call, group, refresh }: GroupMove, evidence: Evidence): End {
  const forgotten = (problem: string): End =>
    isAttended(call, evidence) ? { kind: 'attended' } : { kind: 'forgotten', problem };
  if (call.operation === 'UpdateAutoScalingGroup') {
    return isTold(group, call.at, evidence)
      ? { kind: 'committed' }
      : forgotten(`group ${group} was reconfigured at ${call.at} and no notification says so`);
  }
  const what = `the instance refresh of group ${group} at ${call.at}`;
  if (refresh === undefined || !isOver(refresh)) {
    const status = refresh?.status ?? 'unknown';
    return forgotten(`${what} is ${status} at the end and no run waits for it`);
  }
  const end = new Date(refresh.endedAt ?? call.at).toISOString();
  if (refresh.status === 'Successful') {
    return isTold(group, end, evidence)
      ? { kind: 'committed' }
      : forgotten(`${what} was Successful and no notification says so`);
  }
  const reasons = refresh.reasons.length === 0 ? [''] : refresh.reasons;
  return reasons.some((reason) => isTold(group, end, evidence, reason))
    ? { kind: 'notified' }
    : forgotten(
        `${what} ended ${refresh.status} (${reasons[0] || 'AWS gave no reason'}) and no notification says so`,
      );
}
