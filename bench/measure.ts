import { costOf } from '../rehearsal/engine/cost';
import type { SimulationOutcome } from '../rehearsal/engine/simulation';
import { itemsOf } from '../rehearsal/items';
import { finalItems } from '../rehearsal/report/format';
import { jsonParts } from '../rehearsal/report/json';
import type { RehearsalResult } from '../rehearsal/result';

/** What a rehearsal did, and how large it is. The same on every machine and in every run. */
export interface Measures {
  readonly 'updated images': number;
  readonly calls: number;
  readonly 'calls per virtual day': number;
  readonly 'calls per updated image': number;
  readonly 'calls of functions per updated image': number;
  readonly 'invocations per updated image': number;
  readonly 'transitions per updated image': number;
  readonly 'longest history of a run, events': number;
  readonly 'bytes of trace per call': number;
  readonly 'bytes of trace per call, what repeats counted once': number;
  readonly 'bytes of result per call': number;
  readonly 'control plane per updated image, dollars': number;
}

/** @param days virtual time that was rehearsed */
export function measure(
  outcome: SimulationOutcome,
  result: RehearsalResult,
  days: number,
): Measures {
  const { trace, engine, usage } = outcome;
  const items = finalItems(itemsOf(trace));
  const updated = items.filter((item) => item.outcome === 'updated').length;
  const calls = trace.calls.length;
  const ofFunctions = trace.calls.filter(({ caller }) => caller.startsWith('function:')).length;
  const transitions = trace.executions.reduce((sum, one) => sum + one.transitions, 0);
  const sizes = trace.calls.flatMap(({ input, output }) => [input, output]).map(sizeOf);
  const shared = new Set(trace.calls.flatMap(({ input, output }) => [input, output]));
  const bytes = [...jsonParts(result)].reduce((sum, part) => sum + Buffer.byteLength(part), 0);
  return {
    'updated images': updated,
    calls,
    'calls per virtual day': calls / days,
    'calls per updated image': calls / updated,
    'calls of functions per updated image': ofFunctions / updated,
    'invocations per updated image': engine.invocations / updated,
    'transitions per updated image': transitions / updated,
    'longest history of a run, events': Math.max(
      ...trace.executions.map(({ historyEvents }) => historyEvents),
    ),
    'bytes of trace per call': total(sizes) / calls,
    'bytes of trace per call, what repeats counted once': total([...shared].map(sizeOf)) / calls,
    'bytes of result per call': bytes / calls,
    'control plane per updated image, dollars':
      costOf(trace, engine, usage, items).controlPlanePerUpdatedItem ?? 0,
  };
}

function sizeOf(value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
