import { dueEvents, nextEventAt } from '../estate-events';
import type { Activity, View } from '../service';
import { isForgotten } from './describe-instances';
import { changeImages } from './images';
import { instanceState, stateChange } from './instances';
import { assumesDurations, type Ec2State, type InstanceRecord } from './state';

/** When an image changes next, or an instance its state. */
export function nextAt({ instances, eventsDone }: Ec2State, { scope }: View): number | undefined {
  let next = nextEventAt(scope, 'ec2', eventsDone) ?? Infinity;
  for (const id in instances) next = Math.min(next, nextChange(instances[id]!));
  return next === Infinity ? undefined : next;
}

/** Tells of the instances whose state has changed, and has the estate's events happen. */
export function act(state: Ec2State, activity: Activity): void {
  const { now, scope, emit } = activity;
  for (const [id, record] of Object.entries(state.instances)) {
    if (isForgotten(record, now)) delete state.instances[id];
    if (nextChange(record) > now) continue;
    record.told = instanceState(record, now);
    noteUse(record, activity);
    emit(stateChange(id, record.told, scope));
  }
  for (const event of dueEvents(scope, 'ec2', state.eventsDone, now)) {
    changeImages(state, event, activity);
    state.eventsDone += 1;
  }
}

/** Epoch milliseconds. */
function nextChange({ told, runningAt, terminatedAt = Infinity }: InstanceRecord): number {
  if (told === 'pending') return runningAt;
  return told === 'shutting-down' ? terminatedAt : Infinity;
}

/** It was launched and terminated by a service that has behaviours of its own. */
function noteUse({ told, impairment }: InstanceRecord, { uses, scope }: Activity): void {
  uses('instance-life');
  if (assumesDurations(scope)) uses('instance-duration');
  if (told !== 'running') return;
  uses('launch');
  if (impairment !== undefined) uses('status-checks');
}
