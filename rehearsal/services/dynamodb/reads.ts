import type { Call, Json, Operation } from '../service';
import { tableAccess } from './access';
import { invalid } from './errors';
import { type Expressions, readExpressions } from './expressions';
import { checkInput, checkLength } from './input';
import type { Path } from './syntax';
import {
  type DynamoState,
  findTable,
  type Index,
  itemAt,
  itemsAt,
  keyAttributes,
  keyId,
  type KeySchema,
  READ_LAG,
  readKey,
  type Table,
} from './table';
import { project } from './update';
import { type Item, sizeOf, toWire } from './values';

const MAXIMUM_BATCH = 100;
const MAXIMUM_BATCH_BYTES = 16 * 1024 * 1024;

export const getItem: Operation<DynamoState> = {
  mutates: false,
  authorize: (input, state, scope) => tableAccess('GetItem', input, state, scope),
  handle: (input, state, call) => {
    checkInput('GetItem', input, {
      required: ['TableName', 'Key'],
      optional: ['ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'],
    });
    const expressions = readExpressions(input, ['ProjectionExpression']);
    const table = findTable(state, input.TableName);
    const item = readOne(table, input.Key, readMoment(input, call), expressions);
    return item === undefined ? {} : { Item: toWire(item) };
  },
};

export const batchGetItem: Operation<DynamoState> = {
  mutates: false,
  authorize: (input, state, scope) =>
    Object.entries<Json>(input.RequestItems ?? {}).flatMap(([TableName, request]) =>
      tableAccess('BatchGetItem', { TableName, Keys: request?.Keys }, state, scope),
    ),
  handle: (input, state, call) => {
    checkInput('BatchGetItem', input, { required: ['RequestItems'], optional: [] });
    checkLength('RequestItems', input.RequestItems, 1, MAXIMUM_BATCH);
    const requests = Object.entries<Json>(input.RequestItems).map(([name, request]) => {
      checkInput('BatchGetItem', request, {
        required: ['Keys'],
        optional: ['ConsistentRead', 'ProjectionExpression', 'ExpressionAttributeNames'],
      });
      checkLength(`requestItems.${name}.member.keys`, request.Keys, 1, MAXIMUM_BATCH);
      const table = findTable(state, name);
      const expressions = readExpressions(request, ['ProjectionExpression']);
      return { name, request, table, expressions, moment: readMoment(request, call) };
    });
    const count = requests.reduce((sum, { request }) => sum + request.Keys.length, 0);
    if (count > MAXIMUM_BATCH) throw invalid('Too many items requested for the BatchGetItem call');

    const answer: Json = { Responses: {}, UnprocessedKeys: {} };
    let size = 0;
    for (const { name, request, table, expressions, moment } of requests) {
      const keys: Item[] = request.Keys.map((key: Json) => readKey(table.schema, key));
      const ids = new Map(keys.map((key) => [keyId(table.schema, key), key]));
      if (ids.size < keys.length) throw invalid('Provided list of item keys contains duplicates');
      answer.Responses[name] = [];
      // "DynamoDB does not return items in any particular order":
      // https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html
      for (const id of [...ids.keys()].sort().reverse()) {
        const item = itemAt(table, id, moment);
        size += item === undefined ? 0 : sizeOf(item);
        if (size > MAXIMUM_BATCH_BYTES) {
          const left = (answer.UnprocessedKeys[name] ??= { ...request, Keys: [] });
          left.Keys.push(toWire(ids.get(id)!));
        } else if (item !== undefined) {
          answer.Responses[name].push(toWire(projected(expressions.projection, item)));
        }
      }
    }
    return answer;
  },
};

export const describeTable: Operation<DynamoState> = {
  mutates: false,
  authorize: (input, state, scope) => tableAccess('DescribeTable', input, state, scope),
  handle: (input, state, call) => {
    checkInput('DescribeTable', input, { required: ['TableName'], optional: [] });
    call.uses('describe-table-counts');
    const table = findTable(state, input.TableName);
    const items = itemsAt(table, call.now);
    const attributes = [table, ...table.indexes].flatMap(({ schema }) => keyAttributes(schema));
    const unique = new Map(attributes.map(({ name, type }) => [name, type]));
    const counts = (of: readonly Item[]) => ({
      ItemCount: of.length,
      TableSizeBytes: of.reduce((sum, item) => sum + sizeOf(item), 0),
    });
    return {
      Table: {
        TableName: table.name,
        TableArn: table.arn,
        TableStatus: 'ACTIVE',
        AttributeDefinitions: [...unique].map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: describeSchema(table.schema),
        ...counts(items),
        ProvisionedThroughput: describeCapacity(table),
        ...(table.billingMode === 'PAY_PER_REQUEST' && {
          BillingModeSummary: { BillingMode: table.billingMode },
        }),
        ...(table.indexes.length > 0 && {
          GlobalSecondaryIndexes: table.indexes.map((index) => {
            const { ItemCount, TableSizeBytes } = counts(indexItems(index, items));
            return {
              ...describeIndex(index),
              ItemCount,
              IndexSizeBytes: TableSizeBytes,
              ProvisionedThroughput: describeCapacity(table),
            };
          }),
        }),
        DeletionProtectionEnabled: table.deletionProtection,
      },
    };
  },
};

/** The moment whose state a read sees: now, or a while ago where it is eventually consistent. */
export function readMoment(input: Json, call: Call): number {
  if (input.ConsistentRead === true) return call.now;
  call.uses('eventual-reads');
  return call.now - READ_LAG;
}

/** The items of an index: those of the table that have all its key attributes. */
export function indexItems(index: Index, items: readonly Item[]): readonly Item[] {
  const attributes = keyAttributes(index.schema);
  return items.filter((item) => attributes.every(({ name }) => Object.hasOwn(item, name)));
}

/** An item reduced to a projection expression, if there is one. */
export function projected(paths: readonly Path[] | undefined, item: Item): Item {
  return paths === undefined ? item : project(paths, item);
}

/** Refuses a path into an attribute of a key, which holds no other value. */
export function checkScalarKeys(schema: KeySchema, paths: readonly Path[]): void {
  for (const { name } of keyAttributes(schema)) {
    if (paths.some((path) => path.length > 1 && path[0] === name)) {
      throw invalid(
        `Key attributes must be scalars; list random access '[]' and map lookup '.' are not allowed: Key: ${name}`,
      );
    }
  }
}

function readOne(
  table: Table,
  input: Json,
  moment: number,
  { projection }: Expressions,
): Item | undefined {
  const key = readKey(table.schema, input);
  checkScalarKeys(table.schema, projection ?? []);
  const item = itemAt(table, keyId(table.schema, key), moment);
  return item && projected(projection, item);
}

function describeSchema(schema: KeySchema): Json {
  return keyAttributes(schema).map(({ name }, index) => ({
    AttributeName: name,
    KeyType: index === 0 ? 'HASH' : 'RANGE',
  }));
}

function describeIndex(index: Index): Json {
  const others = index.projected;
  return {
    IndexName: index.name,
    IndexArn: index.arn,
    IndexStatus: 'ACTIVE',
    KeySchema: describeSchema(index.schema),
    Projection:
      others === 'ALL'
        ? { ProjectionType: 'ALL' }
        : others.length === 0
          ? { ProjectionType: 'KEYS_ONLY' }
          : { ProjectionType: 'INCLUDE', NonKeyAttributes: others },
  };
}

function describeCapacity({ billingMode, capacity }: Table): Json {
  const provisioned = billingMode === 'PROVISIONED';
  return {
    ReadCapacityUnits: provisioned ? capacity.read : 0,
    WriteCapacityUnits: provisioned ? capacity.write : 0,
    NumberOfDecreasesToday: 0,
  };
}
