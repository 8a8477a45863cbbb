import type { AwsError, DeployedResource, Json, Scope } from '../service';
import {
  checkItemKeys,
  type DynamoState,
  type Index,
  itemAt,
  keyId,
  type KeySchema,
  type Table,
} from './table';
import { readItem, type Item } from './values';

/**
 * The state at the start: the tables that the program deploys, with the items that the estate gives them in
 * `dynamodb.tables`, a list of `{ TableName, Items }`. Throws where the estate names a table that is not
 * deployed or an item that the table cannot hold.
 */
export function createState(scope: Scope): DynamoState {
  const tables: Record<string, Table> = {};
  for (const resource of scope.resources) {
    if (!resource.type.startsWith('aws:dynamodb/')) continue;
    if (resource.type !== 'aws:dynamodb/table:Table') {
      throw new Error(`DynamoDB: ${resource.type} is not emulated (${resource.urn})`);
    }
    const table = toTable(resource);
    tables[table.name] = table;
  }
  const given: Json[] = scope.estate?.dynamodb?.tables ?? [];
  given.forEach(({ TableName, Items }, position) => {
    const where = `dynamodb.tables[${position}]`;
    const table = Object.hasOwn(tables, TableName) ? tables[TableName] : undefined;
    if (table === undefined) {
      const known = Object.keys(tables).sort().join(', ') || 'none';
      throw new Error(
        `${where}.TableName: no table "${TableName}" is deployed; deployed: ${known}`,
      );
    }
    (Items ?? []).forEach((input: Json, index: number) => {
      addItem(table, input, `${where}.Items[${index}]`);
    });
  });
  return { tables, transactions: {} };
}

/** The state in the shape of the estate; tables and items in order of their names and keys. */
export function toEstate(state: DynamoState, now: number): Record<string, unknown> {
  const sorted = (keys: string[]) => keys.sort((a, b) => (a < b ? -1 : 1));
  const tables = sorted(Object.keys(state.tables)).map((name) => {
    const table = state.tables[name]!;
    const items = sorted(Object.keys(table.items)).map((id) => itemAt(table, id, now));
    return { TableName: name, Items: items.filter((item) => item !== undefined) };
  });
  return { dynamodb: { tables: structuredClone(tables) } };
}

function addItem(table: Table, input: Json, where: string): void {
  let item: Item;
  try {
    item = readItem(input);
    checkItemKeys(table, item);
  } catch (error) {
    throw new Error(`${where}: ${(error as AwsError).message}`);
  }
  const id = keyId(table.schema, item);
  if (Object.hasOwn(table.items, id)) throw new Error(`${where}: the key ${id} is there twice`);
  table.items[id] = [{ at: 0, item }];
}

function toTable({ urn, inputs, outputs }: DeployedResource): Table {
  for (const input of ['localSecondaryIndexes', 'replicas', 'importTable', 'restoreSourceName']) {
    if ((inputs[input]?.length ?? Object.keys(inputs[input] ?? {}).length) > 0) {
      throw new Error(`DynamoDB: ${input} of a table is not emulated (${urn})`);
    }
  }
  const name: string | undefined = outputs.name ?? inputs.name;
  const arn: string | undefined = outputs.arn;
  if (name === undefined || arn === undefined) {
    throw new Error(`DynamoDB: the table has no name or ARN (${urn})`);
  }
  const toSchema = (of: Json): KeySchema => {
    const attribute = (key: string) => {
      const type = inputs.attributes?.find((declared: Json) => declared.name === key)?.type;
      if (type !== 'S' && type !== 'N' && type !== 'B') {
        throw new Error(
          `DynamoDB: "attributes" gives no type S, N or B for the key "${key}" (${urn})`,
        );
      }
      return { name: key, type } as const;
    };
    const named = (type: string, shorthand?: string): readonly string[] => {
      const listed = (of.keySchemas ?? []).filter(({ keyType }: Json) => keyType === type);
      return shorthand ? [shorthand] : listed.map(({ attributeName }: Json) => attributeName);
    };
    const [hash = '', ...otherHashes] = named('HASH', of.hashKey);
    const [range, ...otherRanges] = named('RANGE', of.rangeKey);
    if (otherHashes.length + otherRanges.length > 0) {
      throw new Error(`DynamoDB: keys of several attributes are not emulated (${urn})`);
    }
    return { hash: attribute(hash), ...(range !== undefined && { range: attribute(range) }) };
  };
  const indexes = (inputs.globalSecondaryIndexes ?? []).map((index: Json): Index => ({
    name: index.name,
    arn: `${arn}/index/${index.name}`,
    schema: toSchema(index),
    projected: index.projectionType === 'ALL' ? 'ALL' : (index.nonKeyAttributes ?? []),
  }));
  return {
    name,
    arn,
    schema: toSchema(inputs),
    indexes,
    ...(inputs.ttl?.enabled && { ttl: inputs.ttl.attributeName }),
    // The provider's default: https://www.pulumi.com/registry/packages/aws/api-docs/dynamodb/table/
    billingMode: inputs.billingMode ?? 'PROVISIONED',
    capacity: { read: inputs.readCapacity ?? 0, write: inputs.writeCapacity ?? 0 },
    deletionProtection: inputs.deletionProtectionEnabled ?? false,
    items: {},
  };
}
