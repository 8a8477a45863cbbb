import type { Ledger } from './ledger';

/**
 * Writes a row of the ledger that holds a body of JSON, 400 KB at most. It is kept for 400 days: a run lasts a year at
 * most (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html).
 *
 * @param condition of DynamoDB, on the row as it is
 */
export async function writeRow(
  ledger: Ledger,
  item: string,
  body: unknown,
  now: Date,
  condition?: string,
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: { workflow: { S: ledger.workflow }, item: { S: item } },
    UpdateExpression: 'SET body = :body, expiresAt = :expires',
    ...(condition === undefined ? {} : { ConditionExpression: condition }),
    ExpressionAttributeValues: {
      ':body': { S: JSON.stringify(body) },
      ':expires': { N: String(Math.floor(now.getTime() / 1000) + 400 * 86_400) },
    },
  });
}

/** The bodies of all rows whose key begins so, in the order of their keys. */
export async function readRows<Body>(ledger: Ledger, prefix: string): Promise<Body[]> {
  const bodies: Body[] = [];
  let start: Record<string, { S: string }> | undefined;
  do {
    const page = await ledger.client.query({
      TableName: ledger.table,
      KeyConditionExpression: 'workflow = :workflow AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: {
        ':workflow': { S: ledger.workflow },
        ':prefix': { S: prefix },
      },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const row of page.Items ?? []) bodies.push(JSON.parse(row['body']?.S ?? 'null') as Body);
    start = page.LastEvaluatedKey as Record<string, { S: string }> | undefined;
  } while (start !== undefined);
  return bodies;
}

/** The body of one row; `undefined`: there is none. */
export async function readRow<Body>(ledger: Ledger, item: string): Promise<Body | undefined> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: { workflow: { S: ledger.workflow }, item: { S: item } },
    ConsistentRead: true,
  });
  const body = answer.Item?.['body']?.S;
  return body === undefined ? undefined : (JSON.parse(body) as Body);
}
