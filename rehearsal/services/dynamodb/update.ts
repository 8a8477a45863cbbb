import { addDecimals, negate } from './decimal';
import { invalid } from './errors';
import { valueAt } from './evaluate';
import type { Path, UpdateAction, UpdateValue } from './syntax';
import {
  type AttributeValue,
  decimalOf,
  type Item,
  memberOf,
  toNumber,
  toSet,
  typeOf,
} from './values';

/** An item under construction. Its lists may have holes until `closeLists`. */
type Draft = Record<string, AttributeValue>;
interface DraftValue {
  L?: AttributeValue[];
  M?: Draft;
}

/**
 * Applies an update expression and returns the new item. Every operand is read from the item as it was, and
 * list indexes are those of the item as it was, in whatever order the actions are written.
 */
export function applyUpdate(actions: readonly UpdateAction[], before: Item): Item {
  const draft = structuredClone(before) as Draft;
  const writes = actions.map((action) => ({ path: action.path, value: newValue(action, before) }));
  const lists = new Set<DraftValue>();
  for (const { path, value } of writes) put(draft, path, value, lists);
  closeLists(lists);
  return draft;
}

/** The parts of an item at some paths, each within its own hierarchy; list elements move up. */
export function project(paths: readonly Path[], item: Item): Item {
  const projection: Draft = {};
  const lists = new Set<DraftValue>();
  for (const path of paths) {
    const value = valueAt(path, item);
    if (value === undefined) continue;
    path.forEach((step, index) => {
      if (index === 0) return;
      const parent = path.slice(0, index);
      if (valueAt(parent, projection) === undefined) {
        put(projection, parent, typeof step === 'number' ? { L: [] } : { M: {} }, lists);
      }
    });
    put(projection, path, structuredClone(value), lists);
  }
  closeLists(lists);
  return projection;
}

/** What an action leaves at its path: `undefined` for nothing. */
function newValue(action: UpdateAction, before: Item): AttributeValue | undefined {
  if (action.section === 'REMOVE') return undefined;
  if (action.section === 'SET') return structuredClone(evaluate(action.value, before));
  const existing = valueAt(action.path, before);
  const type = typeOf(action.value);
  if (existing !== undefined && typeOf(existing) !== type) throw incorrectType();
  if (type === 'N')
    return toNumber(addDecimals(decimalOf(existing?.N ?? '0'), numberOf(action.value)));
  if (type !== 'SS' && type !== 'NS' && type !== 'BS') throw incorrectType();
  const members = existing?.[type] ?? [];
  const operands = action.value[type] ?? [];
  if (action.section === 'ADD') return toSet(type, [...members, ...operands]);
  const rest = members.filter((member) => !operands.includes(member));
  // A set is never empty: the attribute goes with its last member.
  return rest.length === 0 ? undefined : toSet(type, rest);
}

function evaluate(value: UpdateValue, before: Item): AttributeValue {
  switch (value.kind) {
    case 'value':
      return value.value;
    case 'path': {
      const found = valueAt(value.path, before);
      if (found !== undefined) return found;
      throw invalid(
        'The provided expression refers to an attribute that does not exist in the item',
      );
    }
    case 'if_not_exists':
      return valueAt(value.path, before) ?? evaluate(value.otherwise, before);
    case 'list_append': {
      const left = evaluate(value.left, before);
      const right = evaluate(value.right, before);
      if (left.L === undefined || right.L === undefined) throw incorrectType();
      return { L: [...left.L, ...right.L] };
    }
    case '+':
    case '-': {
      const left = numberOf(evaluate(value.left, before));
      const right = numberOf(evaluate(value.right, before));
      return toNumber(addDecimals(left, value.kind === '+' ? right : negate(right)));
    }
  }
}

function numberOf(value: AttributeValue) {
  if (value.N === undefined) throw incorrectType();
  return decimalOf(value.N);
}

/** Writes a value, or takes it away where it is `undefined`. Lists written to are added to `lists`. */
function put(
  draft: Draft,
  path: Path,
  value: AttributeValue | undefined,
  lists: Set<DraftValue>,
): void {
  const parent = valueAt(path.slice(0, -1), draft) as DraftValue | undefined;
  const step = path[path.length - 1];
  if (typeof step === 'number' && parent?.L !== undefined) {
    // An index beyond the end leaves a hole and a removed element makes one; closing them gives DynamoDB's
    // answer, which appends in the order of the indexes and counts them before any removal.
    if (value === undefined) Reflect.deleteProperty(parent.L, step);
    else parent.L[step] = value;
    lists.add(parent);
  } else if (typeof step === 'string' && parent?.M !== undefined) {
    if (value !== undefined) parent.M[step] = value;
    else if (memberOf(parent.M, step) !== undefined) delete parent.M[step];
  } else {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
}

function closeLists(lists: ReadonlySet<DraftValue>): void {
  for (const value of lists) value.L = Object.values(value.L ?? []);
}

function incorrectType(): Error {
  return invalid('An operand in the update expression has an incorrect data type');
}
