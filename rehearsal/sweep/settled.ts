import type { SimulationView } from '../engine/simulation';
import type { Json } from '../services/service';

const DAY = 86_400_000;

/**
 * Whether nothing new can happen until `to` (epoch milliseconds), so that a simulation may as well end: no state
 * machine runs, all that is to come are schedules, and each of those has fired twice since the fault and since
 * anything changed. What they will do they have just done, twice, and nothing came of it.
 *
 * @param faulted position in the trace of the call that the fault hits
 */
export function isSettled(simulation: SimulationView, faulted: number, to: number): boolean {
  const coming = simulation.due().filter(({ at }) => at <= to);
  if (coming.some(({ kind }) => kind !== 'schedule')) return false;
  return haveComeToNothing(simulation, faulted, coming);
}

/**
 * Whether a simulation is at rest: nothing is under way, and what fires every day has fired twice since the fault and
 * since anything changed. What happens less often, and what the estate's events bring, is still to come: whoever is at
 * rest in the same state as the undisturbed run has the same future.
 *
 * @param faulted position in the trace of the call that the fault hits
 * @param events times of the estate's events, epoch milliseconds
 */
export function isAtRest(
  simulation: SimulationView,
  faulted: number,
  events: ReadonlySet<number>,
): boolean {
  const due = simulation.due();
  // Services that have something under way want to be woken before the next event.
  if (due.some(({ kind, at }) => kind !== 'schedule' && !(kind === 'services' && events.has(at)))) {
    return false;
  }
  const daily = due.filter(({ kind, at }) => kind === 'schedule' && at <= simulation.now + DAY);
  return daily.length > 0 && haveComeToNothing(simulation, faulted, daily);
}

function haveComeToNothing(
  simulation: SimulationView,
  faulted: number,
  coming: readonly { readonly data: Json }[],
): boolean {
  if (!simulation.isIdle) return false;
  const { calls } = simulation.trace;
  const firings = new Map<string, number>();
  for (let index = calls.length - 1; index > faulted; index -= 1) {
    const { caller, service, mutates, effect } = calls[index]!;
    // A start is a change only by what it starts.
    if (service !== 'states' && mutates && effect) break;
    if (service === 'states' && effect) firings.set(caller, (firings.get(caller) ?? 0) + 1);
  }
  return (
    calls.length > faulted + 1 &&
    coming.every(({ data }) => (firings.get(`schedule:${data.schedule}`) ?? 0) >= 2)
  );
}
