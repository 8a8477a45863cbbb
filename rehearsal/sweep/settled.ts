import type { SimulationView } from '../engine/simulation';

/**
 * Whether nothing new can happen until `to` (epoch milliseconds), so that a simulation may as well end: no state
 * machine runs, all that is to come are schedules, and each of those has fired twice since the fault and since
 * anything changed. What they will do they have just done, twice, and nothing came of it.
 *
 * @param faulted position in the trace of the call that the fault hits
 */
export function isSettled(simulation: SimulationView, faulted: number, to: number): boolean {
  if (!simulation.isIdle) return false;
  const coming = simulation.due().filter(({ at }) => at <= to);
  if (coming.some(({ kind }) => kind !== 'schedule')) return false;
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
