import type { Json } from '../../services/service';
import { effectiveInput, evaluateField, languageOf } from '../data-flow';
import { runtimeFailure } from '../failure';
import type { Run } from '../run';
import { scopeOf } from '../scope';
import { fillTemplate } from '../template';
import type { Branch } from '../types';
import { numberField } from './map-fields';

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html */
const maxBytes = 262_144;

/** Packs items into the inputs of children, each as full as the limits allow. */
export function batchItems(run: Run, branch: Branch, state: Json, items: readonly Json[]): Json[] {
  const { ItemBatcher } = state;
  const perBatch =
    numberField(run, branch, state, 'MaxItemsPerBatch', 'integer', ItemBatcher) ?? Infinity;
  const bytes =
    numberField(run, branch, state, 'MaxInputBytesPerBatch', 'integer', ItemBatcher) ?? maxBytes;
  if (perBatch < 1 || bytes < 1) {
    throw runtimeFailure('The limits of the ItemBatcher must be positive.');
  }
  const common = batchInput(run, branch, state);
  const batches: Json[] = [];
  let current: Json[] = [];
  for (const item of items) {
    const larger = { ...common, Items: [...current, item] };
    const fits = current.length < perBatch && Buffer.byteLength(JSON.stringify(larger)) <= bytes;
    if (!fits && current.length > 0) {
      batches.push({ ...common, Items: current });
      current = [];
    }
    current.push(item);
  }
  return current.length === 0 ? batches : [...batches, { ...common, Items: current }];
}

function batchInput(run: Run, branch: Branch, state: Json): { readonly BatchInput?: Json } {
  const { BatchInput } = state.ItemBatcher;
  if (BatchInput === undefined) return {};
  if (languageOf(run, state) === 'JSONata') {
    return { BatchInput: evaluateField(run, branch, BatchInput, 'ItemBatcher/BatchInput') };
  }
  return {
    BatchInput: fillTemplate(BatchInput, scopeOf(run, branch, effectiveInput(run, branch, state))),
  };
}
