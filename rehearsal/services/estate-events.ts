import type { Json, Scope } from './service';

/**
 * What the estate's `events` say of a service, in the order of time. What lies before the capture is part of the
 * estate already.
 *
 * @param service first part of the events' types: `ssm` of `ssm.parameterChanged`
 */
export function eventsOf({ estate }: Scope, service: string): readonly Json[] {
  const ofServices = known.get(estate) ?? new Map<string, readonly Json[]>();
  known.set(estate, ofServices);
  const found =
    ofServices.get(service) ??
    ((estate.events ?? []) as Json[])
      .filter(({ type }) => type.startsWith(`${service}.`))
      .filter(({ at }) => timeOf(at) > timeOf(estate.capturedAt))
      .sort((one, other) => timeOf(one.at) - timeOf(other.at));
  ofServices.set(service, found);
  return found;
}

/** Asked after every call that changes anything, so worked out once for each estate. */
const known = new WeakMap<object, Map<string, readonly Json[]>>();

/**
 * When the next event of a service is, epoch milliseconds.
 *
 * @param done how many have had their turn
 */
export function nextEventAt(scope: Scope, service: string, done: number): number | undefined {
  const next = eventsOf(scope, service)[done];
  return next === undefined ? undefined : timeOf(next.at);
}

/** The events of a service that are due by now and have not had their turn, in the order of time. */
export function dueEvents(
  scope: Scope,
  service: string,
  done: number,
  now: number,
): readonly Json[] {
  return eventsOf(scope, service)
    .slice(done)
    .filter(({ at }) => timeOf(at) <= now);
}

function timeOf(text: string): number {
  return Date.parse(text);
}
