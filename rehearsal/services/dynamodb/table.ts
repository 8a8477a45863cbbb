import { AwsError, type Json } from '../service';
import { invalid, invalidParameter } from './errors';
import { addKey } from './partition';
import { type Item, memberOf, readItem, typeOf } from './values';

/** An attribute of a primary key. */
export interface KeyAttribute {
  readonly name: string;
  readonly type: 'S' | 'N' | 'B';
}

export interface KeySchema {
  readonly hash: KeyAttribute;
  readonly range?: KeyAttribute;
}

/** A global secondary index: a view of the items that have its key attributes. */
export interface Index {
  readonly name: string;
  readonly arn: string;
  readonly schema: KeySchema;
  /** Non-key attributes that it holds beside the keys; `ALL` for every one. */
  readonly projected: 'ALL' | readonly string[];
}

/** A table as deployed, and its items. Plain JSON. */
export interface Table {
  readonly name: string;
  readonly arn: string;
  readonly schema: KeySchema;
  readonly indexes: readonly Index[];
  /** Attribute that holds the epoch second at which an item expires, where time to live is enabled. */
  readonly ttl?: string;
  readonly billingMode: 'PROVISIONED' | 'PAY_PER_REQUEST';
  readonly capacity: { readonly read: number; readonly write: number };
  readonly deletionProtection: boolean;
  /** By key; see `keyId`. */
  readonly items: Record<string, Version[]>;
}

/** An item from some moment on; `null` from its deletion on. */
export interface Version {
  /** Epoch milliseconds; 0 for what was there at the start. */
  readonly at: number;
  readonly item: Item | null;
}

/** All that the emulated DynamoDB holds. Plain JSON. */
export interface DynamoState {
  /** By name. */
  readonly tables: Record<string, Table>;
  /** Transactions by client token, for ten minutes: when they ended, and their digest. */
  readonly transactions: Record<string, { readonly at: number; readonly digest: string }>;
}

/** How long an eventually consistent read lags, in milliseconds. */
export const READ_LAG = 1_000;
/** How long an expired item stays, in milliseconds: AWS says "typically … within two days". */
export const EXPIRY_LAG = 2 * 24 * 3_600_000;
/** Items that expired longer ago than five years are never deleted. */
const EXPIRY_HORIZON = 5 * 365 * 24 * 3_600_000;

const MAXIMUM_KEY_BYTES = { hash: 2048, range: 1024 };

/** Finds a table by its name or its ARN. Throws `ResourceNotFoundException`. */
export function findTable(state: DynamoState, nameOrArn: string): Table {
  const name = tableName(nameOrArn);
  const table = memberOf(state.tables, name);
  if (table === undefined || (name !== nameOrArn && table.arn !== nameOrArn)) {
    throw new AwsError('ResourceNotFoundException', 'Requested resource not found');
  }
  return table;
}

/** The name in what may be a table's ARN. */
export function tableName(nameOrArn: string): string {
  return /^arn:[^/]+:table\/([^/]+)$/.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** The attributes of a key schema, the partition key first. */
export function keyAttributes(schema: KeySchema): readonly KeyAttribute[] {
  return schema.range === undefined ? [schema.hash] : [schema.hash, schema.range];
}

/** Checks a key as given in a request. Throws `ValidationException`. */
export function readKey(schema: KeySchema, input: Json): Item {
  const key = readItem(input);
  const attributes = keyAttributes(schema);
  const fits = attributes.every(({ name, type }) => memberOf(key, name)?.[type] !== undefined);
  if (!fits || Object.keys(key).length !== attributes.length) {
    throw invalid('The provided key element does not match the schema');
  }
  checkKeyValues(schema, key, invalidParameter);
  return key;
}

/** Checks that an item has a key that fits the table and its indexes. Throws `ValidationException`. */
export function checkItemKeys(table: Table, item: Item): void {
  for (const { name, type } of keyAttributes(table.schema)) {
    const value = memberOf(item, name);
    if (value === undefined) throw invalidParameter(`Missing the key ${name} in the item`);
    if (value[type] === undefined) {
      throw invalidParameter(
        `Type mismatch for key ${name} expected: ${type} actual: ${typeOf(value)}`,
      );
    }
  }
  checkKeyValues(table.schema, item, (detail) =>
    invalid(`One or more parameter values are not valid. ${detail}`),
  );
  checkIndexKeys(table, item);
}

/** Checks that the attributes of an item that are keys of an index can be such. Throws `ValidationException`. */
export function checkIndexKeys(table: Table, item: Item): void {
  for (const index of table.indexes) {
    for (const { name, type } of keyAttributes(index.schema)) {
      const value = memberOf(item, name);
      if (value === undefined) continue;
      if (value[type] === undefined) {
        throw invalidParameter(
          `Type mismatch for Index Key ${name} Expected: ${type} Actual: ${typeOf(value)} IndexName: ${index.name}`,
        );
      }
      if (value[type] === '') {
        throw invalid(
          'One or more parameter values are not valid. A value specified for a secondary index key is not supported. ' +
            `The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. ` +
            `IndexName: ${index.name}, IndexKey: ${name}`,
        );
      }
    }
  }
}

/** The attributes of an item that make up a key. */
export function keyOf(schema: KeySchema, item: Item): Item {
  return Object.fromEntries(keyAttributes(schema).map(({ name }) => [name, item[name]!]));
}

/** Identifies an item within its table. */
export function keyId(schema: KeySchema, item: Item): string {
  return JSON.stringify(keyAttributes(schema).map(({ name, type }) => item[name]?.[type]));
}

/** The item as it is, or as it was at an earlier moment; `undefined` where there is none. */
export function itemAt(table: Table, id: string, moment: number): Item | undefined {
  const versions = memberOf(table.items, id) ?? [];
  const item = versions.filter(({ at }) => at <= moment).at(-1)?.item ?? undefined;
  return item === undefined || isGone(table, item, moment) ? undefined : item;
}

/** All items as they are, or as they were at an earlier moment. */
export function itemsAt(table: Table, moment: number): readonly Item[] {
  return Object.keys(table.items)
    .map((id) => itemAt(table, id, moment))
    .filter((item) => item !== undefined);
}

/** Writes an item, or deletes it where `item` is `null`. */
export function writeItem(table: Table, id: string, item: Item | null, now: number): void {
  const versions = memberOf(table.items, id) ?? [];
  // What a lagging read may still see: the last version before the lag, and all since.
  const settled = versions.filter(({ at }) => at <= now - READ_LAG).length;
  table.items[id] = [...versions.slice(Math.max(settled - 1, 0)), { at: now, item }];
  if (versions.length === 0) addKey(table, id);
}

/**
 * Expired items are deleted some time later, and until then they are read as any other:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
 */
function isGone(table: Table, item: Item, moment: number): boolean {
  const expiry = table.ttl === undefined ? undefined : memberOf(item, table.ttl)?.N;
  if (expiry === undefined) return false;
  const expired = Number(expiry) * 1_000;
  return expired + EXPIRY_LAG <= moment && moment - expired < EXPIRY_HORIZON;
}

function checkKeyValues(schema: KeySchema, item: Item, error: (detail: string) => AwsError): void {
  for (const { name, type } of keyAttributes(schema)) {
    const value = item[name]?.[type] ?? '';
    if (value === '') {
      throw error(
        `The AttributeValue for a key attribute cannot contain an empty ${type === 'S' ? 'string' : 'binary'} value. Key: ${name}`,
      );
    }
    const size = type === 'N' ? 0 : Buffer.byteLength(value, type === 'B' ? 'base64' : 'utf8');
    if (name === schema.hash.name && size > MAXIMUM_KEY_BYTES.hash) {
      throw invalidParameter('Size of hashkey has exceeded the maximum size limit of2048 bytes');
    }
    if (name === schema.range?.name && size > MAXIMUM_KEY_BYTES.range) {
      throw invalidParameter(
        'Aggregated size of all range keys has exceeded the size limit of 1024 bytes',
      );
    }
  }
}
