import type { AccessRequest, Json, Scope } from '../service';
import { readExpressions } from './expressions';
import { readKeyCondition } from './key-condition';
import { type DynamoState, findTable, readKey, type Table, tableName } from './table';
import { type Item } from './values';

/**
 * The action on the table of a request, or on its index. `dynamodb:LeadingKeys` holds the partition keys that
 * it touches. Actions, resources and condition keys:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazondynamodb.html
 */
export function tableAccess(
  operation: string,
  input: Json,
  state: DynamoState,
  scope: Scope,
  context: AccessRequest['context'] = {},
): readonly AccessRequest[] {
  const name = tableName(String(input.TableName ?? ''));
  const table = `arn:${scope.partition}:dynamodb:${scope.region}:${scope.account}:table/${name}`;
  const index = input.IndexName === undefined ? '' : `/index/${input.IndexName}`;
  const leading = leadingKeys(input, state);
  return [
    {
      action: `dynamodb:${operation}`,
      resource: table + index,
      context: {
        ...context,
        ...(leading.length > 0 && { 'dynamodb:leadingkeys': leading }),
      },
    },
  ];
}

/** The values of the partition keys in a request; none where the request is wrong, which its handler will say. */
function leadingKeys(input: Json, state: DynamoState): readonly string[] {
  try {
    const table = findTable(state, input.TableName);
    const { hash } = table.schema;
    const keys: readonly Item[] = input.KeyConditionExpression
      ? [queriedKey(input, table)]
      : [
          ...(input.Key ? [input.Key] : []),
          ...(input.Keys ?? []),
          ...(input.Item ? [input.Item] : []),
        ].map((key: Json) => readKey({ hash }, { [hash.name]: key[hash.name] }));
    return keys
      .map((key) => Object.values(key).map((value) => String(Object.values(value)[0])))
      .flat();
  } catch {
    return [];
  }
}

function queriedKey(input: Json, table: Table): Item {
  const accepted = ['KeyConditionExpression', 'FilterExpression', 'ProjectionExpression'];
  const { keyCondition } = readExpressions(input, accepted);
  const index = table.indexes.find(({ name }) => name === input.IndexName);
  const { schema } = index ?? table;
  return { [schema.hash.name]: readKeyCondition(keyCondition!, schema).hash };
}
