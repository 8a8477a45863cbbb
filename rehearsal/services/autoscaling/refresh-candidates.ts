import type { Ec2State } from '../ec2/state';
import type { View } from '../service';
import { currentConfiguration, matchesConfiguration } from './configuration';
import { isReady } from './health';
import {
  isLeaving,
  liveInstances,
  type GroupInstance,
  type GroupRecord,
  type Refresh,
} from './state';

/** The instances of a group as a refresh sees them. */
export interface Candidates {
  /** Live instances that it is to replace and may. */
  readonly old: readonly GroupInstance[];
  /** Those that it waits for: protected from scale in, or on standby. */
  readonly blocked: readonly GroupInstance[];
  /** Live instances that need no replacement: deployed by it, or left as they are because they match. */
  readonly fresh: readonly GroupInstance[];
  /** How many of its instances count: those that it ignores do not. */
  readonly size: number;
}

/** Sorts the instances of a group by what the refresh, or its rollback, has to do with them. */
export function candidatesOf(record: GroupRecord, refresh: Refresh, view: View): Candidates {
  const old: GroupInstance[] = [];
  const blocked: GroupInstance[] = [];
  const fresh: GroupInstance[] = [];
  let ignored = 0;
  const isOld = oldness(record, refresh, view);
  for (const instance of record.instances) {
    if (isLeaving(instance)) continue;
    const standby = instance.LifecycleState === 'Standby';
    const setting = settingFor(instance, refresh);
    if (!isOld(instance)) {
      if (!standby) fresh.push(instance);
    } else if (setting === 'Ignore') {
      if (!standby) ignored += 1;
    } else if (setting === 'Wait') blocked.push(instance);
    else old.push(instance);
  }
  return { old, blocked, fresh, size: Math.max(record.group.DesiredCapacity - ignored, 0) };
}

function oldness(
  record: GroupRecord,
  refresh: Refresh,
  view: View,
): (instance: GroupInstance) => boolean {
  if (refresh.status === 'RollbackInProgress') return (one) => one.deployment === refresh.id;
  if (!refresh.preferences.SkipMatching) return (one) => one.deployment !== refresh.id;
  const configuration = currentConfiguration(record);
  const ec2 = view.peer<Ec2State>('ec2');
  return (one) => one.deployment !== refresh.id && !matchesConfiguration(one, configuration, ec2);
}

/** What the preferences say of an instance: `Replace` where it is like any other. */
function settingFor(
  { LifecycleState, ProtectedFromScaleIn }: GroupInstance,
  { preferences }: Refresh,
): 'Wait' | 'Ignore' | 'Replace' {
  if (LifecycleState === 'Standby') {
    const { StandbyInstances } = preferences;
    return StandbyInstances === 'Terminate' ? 'Replace' : StandbyInstances;
  }
  const { ScaleInProtectedInstances } = preferences;
  if (!ProtectedFromScaleIn || ScaleInProtectedInstances === 'Refresh') return 'Replace';
  return ScaleInProtectedInstances;
}

/** Those of the instances that are in service, healthy and warmed up. */
export function readyOnes(
  instances: readonly GroupInstance[],
  { preferences }: Refresh,
  view: View,
): GroupInstance[] {
  return instances.filter((one) => isReady(one, preferences.InstanceWarmup * 1000, view));
}

/** An instance that is on its way into service or out of it, or is not warmed up, if there is any. */
export function unsettledOne(
  record: GroupRecord,
  refresh: Refresh,
  fresh: readonly GroupInstance[],
  view: View,
): GroupInstance | undefined {
  const ready = readyOnes(fresh, refresh, view);
  return (
    fresh.find((one) => !ready.includes(one)) ??
    liveInstances(record).find(({ LifecycleState }) => LifecycleState !== 'InService') ??
    record.instances.find(isLeaving)
  );
}
