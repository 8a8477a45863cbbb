import { AwsError, type Json, type Operation } from '../service';
import { tableAccess } from './access';
import { invalid, invalidParameter } from './errors';
import { holds } from './evaluate';
import { type Expressions, readExpressions } from './expressions';
import { checkInput, type InputShape } from './input';
import type { UpdateAction } from './syntax';
import {
  checkIndexKeys,
  checkItemKeys,
  type DynamoState,
  findTable,
  itemAt,
  keyAttributes,
  keyId,
  readKey,
  type Table,
  writeItem,
} from './table';
import { applyUpdate, project } from './update';
import { type Item, readItem, sizeOf, toWire } from './values';

export type WriteKind = 'Put' | 'Update' | 'Delete' | 'ConditionCheck';

/** A write whose request is sound in itself. */
export interface ParsedWrite {
  readonly kind: WriteKind;
  readonly input: Json;
  readonly expressions: Expressions;
  /** The whole item of a put, else the key as given. */
  readonly item: Item;
}

/** A write that also fits its table. */
export interface BoundWrite {
  readonly parsed: ParsedWrite;
  readonly table: Table;
  readonly id: string;
  readonly key: Item;
}

/** What a write does to its item; both sides `undefined` where there is none. */
export interface Change {
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

const MAXIMUM_ITEM_BYTES = 400 * 1024;

const PLACEHOLDERS = ['ExpressionAttributeNames', 'ExpressionAttributeValues'];
const ON_FAILURE = 'ReturnValuesOnConditionCheckFailure';

/** The members of each kind of write, as of a transaction; an operation of its own has `ReturnValues` besides. */
const SHAPES: Readonly<Record<WriteKind, InputShape>> = {
  Put: {
    required: ['TableName', 'Item'],
    optional: ['ConditionExpression', ON_FAILURE, ...PLACEHOLDERS],
  },
  Update: {
    required: ['TableName', 'Key'],
    optional: ['UpdateExpression', 'ConditionExpression', ON_FAILURE, ...PLACEHOLDERS],
  },
  Delete: {
    required: ['TableName', 'Key'],
    optional: ['ConditionExpression', ON_FAILURE, ...PLACEHOLDERS],
  },
  ConditionCheck: {
    required: ['TableName', 'Key', 'ConditionExpression'],
    optional: [ON_FAILURE, ...PLACEHOLDERS],
  },
};

export const putItem = writeOperation('Put');
export const updateItem = writeOperation('Update');
export const deleteItem = writeOperation('Delete');

/** Checks all of a write that can be checked without its table. Throws `ValidationException`. */
export function parseWrite(
  kind: WriteKind,
  input: Json,
  extra: readonly string[] = [],
): ParsedWrite {
  const { required, optional } = SHAPES[kind];
  checkInput(`${kind}Item`, input, { required, optional: [...optional, ...extra] });
  const item = readItem(kind === 'Put' ? input.Item : input.Key);
  const { ReturnValues: wanted } = input;
  if (kind !== 'Update' && wanted !== undefined && wanted !== 'NONE' && wanted !== 'ALL_OLD') {
    throw invalid('ReturnValues can only be ALL_OLD or NONE');
  }
  if (kind === 'Put' && sizeOf(item) > MAXIMUM_ITEM_BYTES) {
    throw invalid('Item size has exceeded the maximum allowed size');
  }
  const accepted = optional.concat(required).filter((member) => member.endsWith('Expression'));
  return { kind, input, item, expressions: readExpressions(input, accepted) };
}

/** Checks a write against its table. Throws `ResourceNotFoundException` or `ValidationException`. */
export function bindWrite(parsed: ParsedWrite, state: DynamoState): BoundWrite {
  const table = findTable(state, parsed.input.TableName);
  if (parsed.kind === 'Put') {
    checkItemKeys(table, parsed.item);
  } else {
    readKey(table.schema, parsed.input.Key);
    checkUpdatedKeys(table, parsed.expressions.update ?? []);
  }
  const keys = keyAttributes(table.schema).map(({ name }) => [name, parsed.item[name]!]);
  return { parsed, table, id: keyId(table.schema, parsed.item), key: Object.fromEntries(keys) };
}

/**
 * What the write would do now. Changes nothing. Throws `ConditionalCheckFailedException`, or
 * `ValidationException` where the update does not fit the item.
 */
export function computeChange({ parsed, table, id, key }: BoundWrite, now: number): Change {
  const before = itemAt(table, id, now);
  const { kind, item, input, expressions } = parsed;
  if (expressions.condition && !holds(expressions.condition, before ?? {})) {
    throw conditionFailed(input[ON_FAILURE] === 'ALL_OLD' ? before : undefined);
  }
  switch (kind) {
    case 'Put':
      return { before, after: item };
    case 'Delete':
      return { before, after: undefined };
    case 'ConditionCheck':
      return { before, after: before };
    case 'Update':
      return { before, after: updated(table, expressions.update ?? [], before, key) };
  }
}

/** Makes a change. */
export function commit({ table, id }: BoundWrite, { before, after }: Change, now: number): void {
  if (before !== after) writeItem(table, id, after ?? null, now);
}

function writeOperation(kind: Exclude<WriteKind, 'ConditionCheck'>): Operation<DynamoState> {
  return {
    mutates: true,
    authorize: (input, state, scope) => tableAccess(`${kind}Item`, input, state, scope),
    handle: (input, state, call) => {
      const parsed = parseWrite(kind, input, ['ReturnValues']);
      const wanted: string = input.ReturnValues ?? 'NONE';
      const write = bindWrite(parsed, state);
      const change = computeChange(write, call.now);
      commit(write, change, call.now);
      const attributes = returned(wanted, change, parsed.expressions.update ?? []);
      return attributes === undefined ? {} : { Attributes: toWire(attributes) };
    },
  };
}

function returned(
  wanted: string,
  { before, after }: Change,
  update: readonly UpdateAction[],
): Item | undefined {
  if (wanted === 'NONE') return undefined;
  const item = wanted.endsWith('OLD') ? before : after;
  if (item === undefined || wanted.startsWith('ALL')) return item;
  // For an element of a list that is what lies at its index, even where that index took no part:
  // https://github.com/scylladb/scylladb/blob/master/test/alternator/test_returnvalues.py
  const part = project(
    update.map(({ path }) => path),
    item,
  );
  return Object.keys(part).length === 0 ? undefined : part;
}

function updated(
  table: Table,
  update: readonly UpdateAction[],
  before: Item | undefined,
  key: Item,
): Item | undefined {
  // To take something away from an item that does not exist does not create it. Seen at AWS:
  // https://github.com/scylladb/scylladb/blob/master/test/alternator/test_returnvalues.py
  const removes = ({ section }: UpdateAction) => section === 'REMOVE' || section === 'DELETE';
  if (before === undefined && update.length > 0 && update.every(removes)) return undefined;
  const after = applyUpdate(update, before ?? key);
  if (sizeOf(after) > MAXIMUM_ITEM_BYTES) {
    throw invalid('Item size to update has exceeded the maximum allowed size');
  }
  checkIndexKeys(table, after);
  return after;
}

function checkUpdatedKeys(table: Table, update: readonly UpdateAction[]): void {
  for (const { name } of keyAttributes(table.schema)) {
    if (update.some(({ path }) => path[0] === name)) {
      throw invalidParameter(`Cannot update attribute ${name}. This attribute is part of the key`);
    }
  }
  for (const action of update) {
    // What the request itself says is refused before any condition is looked at.
    const literal =
      action.section === 'REMOVE'
        ? undefined
        : action.section !== 'SET'
          ? action.value
          : action.value.kind === 'value'
            ? action.value.value
            : undefined;
    if (literal !== undefined && action.path.length === 1) {
      checkIndexKeys(table, { [String(action.path[0])]: literal });
    }
  }
}

function conditionFailed(item: Item | undefined): AwsError {
  return new AwsError(
    'ConditionalCheckFailedException',
    'The conditional request failed',
    400,
    item === undefined ? {} : { Item: toWire(item) },
  );
}
