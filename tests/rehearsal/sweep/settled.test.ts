import type { ClockState } from '../../../rehearsal/engine/clock';
import type { SimulationView } from '../../../rehearsal/engine/simulation';
import type { TracedCall } from '../../../rehearsal/engine/trace';
import { isAtRest, isSettled } from '../../../rehearsal/sweep/settled';

const END = 1000;
const start = { caller: 'schedule:daily', service: 'states', mutates: true, effect: true };
const write = { caller: 'function:f', service: 'dynamodb', mutates: true, effect: true };
const read = { caller: 'function:f', service: 'dynamodb', mutates: false, effect: true };
const daily = { id: 1, at: 900, kind: 'schedule', data: { schedule: 'daily' } };

interface Situation {
  readonly due?: ClockState['entries'];
  readonly isIdle?: boolean;
  readonly faulted?: number;
}

function viewOf(calls: readonly object[], { due = [daily], isIdle = true }: Situation) {
  const trace = { calls: calls as TracedCall[], executions: [], events: [], metrics: [] };
  const view: SimulationView = {
    trace,
    now: 0,
    isIdle,
    due: () => due,
    estate: () => ({}),
    save: () => {
      throw new Error('nothing is to be saved');
    },
  };
  return view;
}

function settled(calls: readonly object[], situation: Situation = {}): boolean {
  return isSettled(viewOf(calls, situation), situation.faulted ?? 0, END);
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

describe('a run is at rest', () => {
  const atRest = (calls: readonly object[], situation: Situation, events: readonly number[] = []) =>
    isAtRest(viewOf(calls, situation), situation.faulted ?? 0, new Set(events));
  const monthly = { id: 2, at: 30 * 86_400_000, kind: 'schedule', data: { schedule: 'monthly' } };
  const wake = { id: 3, at: 950, kind: 'services', data: {} };

  it('when what fires every day has fired twice since the last change, whatever fires later', () => {
    expect(atRest([write, start, read, start], { due: [daily, monthly] })).toBe(true);
    expect(atRest([write, start, write, start], { due: [daily, monthly] })).toBe(false);
    expect(atRest([write, start, start], { due: [daily, { ...monthly, at: 86_400_000 }] })).toBe(
      false,
    );
  });

  it('while an event of the estate is to come, but not while a service has something under way', () => {
    expect(atRest([write, start, start], { due: [daily, wake] }, [950])).toBe(true);
    expect(atRest([write, start, start], { due: [daily, wake] }, [951])).toBe(false);
  });

  it('not while a state machine runs, nor where nothing fires daily', () => {
    expect(atRest([write, start, start], { isIdle: false })).toBe(false);
    expect(atRest([write, start, start], { due: [monthly] })).toBe(false);
  });
});
