import type { ClockState } from '../../../rehearsal/engine/clock';
import type { SimulationView } from '../../../rehearsal/engine/simulation';
import type { TracedCall } from '../../../rehearsal/engine/trace';
import { isSettled } from '../../../rehearsal/sweep/settled';

const END = 1000;
const start = { caller: 'schedule:daily', service: 'states', mutates: true, effect: true };
const write = { caller: 'function:f', service: 'dynamodb', mutates: true, effect: true };
const read = { caller: 'function:f', service: 'dynamodb', mutates: false, effect: true };
const daily = { id: 1, at: 900, kind: 'schedule', data: { schedule: 'daily' } };

function settled(
  calls: readonly object[],
  {
    due = [daily],
    isIdle = true,
    faulted = 0,
  }: { due?: ClockState['entries']; isIdle?: boolean; faulted?: number } = {},
): boolean {
  const trace = { calls: calls as TracedCall[], executions: [], events: [], metrics: [] };
  const view: SimulationView = {
    trace,
    isIdle,
    due: () => due,
    save: () => {
      throw new Error('nothing is to be saved');
    },
  };
  return isSettled(view, faulted, END);
}

describe('a run is settled', () => {
  it('when each schedule has fired twice since the last change', () => {
    expect(settled([write, start, read, start, read])).toBe(true);
    expect(settled([write, start, write, start, read])).toBe(false);
    expect(settled([write, start, read])).toBe(false);
  });

  it('not before the fault has hit, nor by what happened before it', () => {
    expect(settled([write, start, start], { faulted: 3 })).toBe(false);
    expect(settled([write, start, start], { faulted: 2 })).toBe(false);
    expect(settled([write, start, start, start], { faulted: 2 })).toBe(false);
  });

  it('not while a state machine runs, or anything but a schedule is to come', () => {
    expect(settled([write, start, start], { isIdle: false })).toBe(false);
    const due = [daily, { id: 2, at: 950, kind: 'restart', data: {} }];
    expect(settled([write, start, start], { due })).toBe(false);
  });

  it('not while another schedule is to fire before the end, but whatever fires after it', () => {
    const monthly = { id: 2, kind: 'schedule', data: { schedule: 'monthly' } };
    expect(settled([write, start, start], { due: [daily, { ...monthly, at: END }] })).toBe(false);
    expect(settled([write, start, start], { due: [daily, { ...monthly, at: END + 1 }] })).toBe(
      true,
    );
  });

  it('with nothing to come, once it has gone beyond the fault', () => {
    expect(settled([write, read], { due: [] })).toBe(true);
    expect(settled([write], { due: [] })).toBe(false);
  });
});
