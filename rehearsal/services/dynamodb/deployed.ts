import { InputError } from '../../input-error';
import { suggestion } from '../../nearest';
import { AwsError, type DeployedResource, type Json, type Scope } from '../service';
import {
  checkItemKeys,
  type DynamoState,
  type Index,
  itemAt,
  keyId,
  type KeySchema,
  type Table,
} from './table';
import { memberOf, readItem } from './values';

/**
 * The state at the start: the tables that the program deploys, with the items that the estate gives them in
 * `dynamodb.tables`, a list of `{ TableName, Items }`. Throws `InputError` for a table that is not emulated, and
 * for every table of the estate that is not deployed and every item that its table cannot hold.
 */
export function createState(scope: Scope): DynamoState {
  const tables: Record<string, Table> = {};
  for (const resource of scope.resources) {
    if (!resource.type.startsWith('aws:dynamodb/')) continue;
    // Of concern to whoever judges permissions, not to the table.
    if (resource.type === 'aws:dynamodb/resourcePolicy:ResourcePolicy') continue;
    if (resource.type !== 'aws:dynamodb/table:Table') {
      throw notDeployable(resource, `${resource.type} is not emulated`);
    }
    const table = toTable(resource);
    tables[table.name] = table;
  }
  const given: Json[] = scope.estate?.dynamodb?.tables ?? [];
  const problems = given.flatMap(({ TableName, Items = [] }, position) => {
    const where = `dynamodb.tables[${position}]`;
    const table = memberOf(tables, TableName);
    if (table !== undefined) {
      return Items.flatMap((item: Json, at: number) =>
        addItem(table, item, `${where}.Items[${at}]`),
      );
    }
    const known = Object.keys(tables).sort();
    return [
      `${where}.TableName is "${TableName}", which is not deployed${suggestion(TableName, known)}; deployed: ${known.join(', ') || 'none'}`,
    ];
  });
  if (problems.length > 0) throw new InputError('The estate cannot be used', problems);
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

/** Adds an item; answers the problem where there is one. */
function addItem(table: Table, input: Json, where: string): readonly string[] {
  try {
    const item = readItem(input);
    checkItemKeys(table, item);
    const id = keyId(table.schema, item);
    if (Object.hasOwn(table.items, id)) return [`${where} has the key ${id}, as has another item`];
    table.items[id] = [{ at: 0, item }];
    return [];
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return [`${where} cannot be stored: ${error.message}`];
  }
}

function notDeployable({ urn }: DeployedResource, problem: string): InputError {
  return new InputError('A DynamoDB table cannot be rehearsed', [`${urn}: ${problem}`]);
}

function toTable(resource: DeployedResource): Table {
  const { inputs, outputs } = resource;
  for (const input of ['localSecondaryIndexes', 'replicas', 'importTable', 'restoreSourceName']) {
    if ((inputs[input]?.length ?? Object.keys(inputs[input] ?? {}).length) > 0) {
      throw notDeployable(resource, `${input} is not emulated`);
    }
  }
  const name: string | undefined = outputs.name ?? inputs.name;
  const arn: string | undefined = outputs.arn;
  if (name === undefined || arn === undefined) {
    throw notDeployable(resource, 'it has no name or ARN');
  }
  const toSchema = (of: Json): KeySchema => {
    const attribute = (key: string) => {
      const type = inputs.attributes?.find((declared: Json) => declared.name === key)?.type;
      if (type !== 'S' && type !== 'N' && type !== 'B') {
        throw notDeployable(resource, `"attributes" gives no type S, N or B for the key "${key}"`);
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
      throw notDeployable(resource, 'keys of several attributes are not emulated');
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
