import type { Ledger } from './ledger';

/** Who is inside, and since when (ISO 8601). */
export type Holders = Readonly<Record<string, string>>;

/**
 * Takes a place in the window that all runs of the workflow share: `size` holders at a time. Whoever is inside
 * already stays so. The decision is one conditional write, so any number may ask at the same time.
 *
 * @param holder the same for every repetition of the same work
 */
export async function enterWindow(
  ledger: Ledger,
  holder: string,
  size: number,
  now: Date,
): Promise<{ readonly entered: boolean; readonly holders: Holders }> {
  try {
    const answer = await ledger.client.updateItem({
      TableName: ledger.table,
      Key: windowKey(ledger),
      UpdateExpression: 'SET holders.#holder = if_not_exists(holders.#holder, :now)',
      // The size of a map is the number of its members:
      // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
      ConditionExpression: 'attribute_exists(holders.#holder) OR size(holders) < :size',
      ExpressionAttributeNames: { '#holder': holder },
      ExpressionAttributeValues: { ':now': { S: now.toISOString() }, ':size': { N: String(size) } },
      ReturnValues: 'ALL_NEW',
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    return { entered: true, holders: toHolders(answer.Attributes) };
  } catch (error) {
    const { name, Item } = error as Error & { readonly Item?: Attributes };
    if (name !== 'ConditionalCheckFailedException') throw error;
    if (Item?.['holders'] !== undefined) {
      return { entered: false, holders: toHolders(Item) };
    }
  }
  // The first holder ever.
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: windowKey(ledger),
    UpdateExpression: 'SET holders = if_not_exists(holders, :nobody)',
    ExpressionAttributeValues: { ':nobody': { M: {} } },
  });
  return enterWindow(ledger, holder, size, now);
}

/** Gives places back; those that nobody has are passed over. */
export async function leaveWindow(ledger: Ledger, holders: readonly string[]): Promise<void> {
  // An expression has 4 KB at most.
  for (let first = 0; first < holders.length; first += 100) {
    const names = holders.slice(first, first + 100).map((holder, index) => [`#h${index}`, holder]);
    try {
      await ledger.client.updateItem({
        TableName: ledger.table,
        Key: windowKey(ledger),
        UpdateExpression: `REMOVE ${names.map(([name]) => `holders.${name}`).join(', ')}`,
        ConditionExpression: 'attribute_exists(holders)',
        ExpressionAttributeNames: Object.fromEntries(names) as Record<string, string>,
      });
    } catch (error) {
      if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
      return;
    }
  }
}

type Attributes = Record<string, { readonly M?: Record<string, { readonly S?: string }> }>;

function toHolders(attributes: unknown): Holders {
  const members = (attributes as Attributes | undefined)?.['holders']?.M ?? {};
  return Object.fromEntries(Object.entries(members).map(([name, { S = '' }]) => [name, S]));
}

function windowKey(ledger: Ledger) {
  return { workflow: { S: ledger.workflow }, item: { S: 'window' } };
}
