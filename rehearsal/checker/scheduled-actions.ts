import type { TracedCall } from '../engine/trace';
import type { Json } from '../services/service';
import { isByHand, once, type Evidence } from './invariant';

/** A scheduled action that a call writes or deletes. */
export interface ScheduledAction {
  readonly call: TracedCall;
  readonly group: string;
  readonly name: string;
  /** What it is to do, and when; only its name where it is deleted. */
  readonly details: Json;
}

/** The scheduled actions that a call writes or deletes, one by one or several at a time. */
export function scheduledActionsOf(call: TracedCall): ScheduledAction[] {
  const { input } = call;
  const names: string[] | undefined = input.ScheduledActionNames;
  const several: Json[] | undefined =
    input.ScheduledUpdateGroupActions ?? names?.map((name) => ({ ScheduledActionName: name }));
  return (several ?? [input]).map((details: Json) => ({
    call,
    group: input.AutoScalingGroupName,
    name: details.ScheduledActionName,
    details,
  }));
}

/** The scheduled actions that the automation wrote, in order. */
export const ownActions = once(({ trace }: Evidence): readonly ScheduledAction[] =>
  trace.calls
    .filter(
      (call) =>
        call.effect &&
        call.service === 'autoscaling' &&
        /^(Batch)?PutScheduledUpdateGroupAction$/.test(call.operation) &&
        !isByHand(call),
    )
    .flatMap(scheduledActionsOf),
);

/** Whether the automation had written the scheduled action that a call changes. */
export function isOwnAction({ call, group, name }: ScheduledAction, evidence: Evidence): boolean {
  return ownActions(evidence).some(
    (own) => own.call.index < call.index && own.group === group && own.name === name,
  );
}
