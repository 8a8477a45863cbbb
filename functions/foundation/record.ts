import type { Ledger } from './ledger';
import type { NotificationRecord } from './notification';

/** A record, and which destinations have it. */
export interface KeptRecord {
  readonly record: NotificationRecord;
  readonly delivered: readonly string[];
  /** ISO 8601. */
  readonly writtenAt: string;
}

/**
 * Writes a notification down before anything of it is sent. One that is there stays as it is, so every repetition
 * has the words of the first attempt.
 *
 * @param retentionDays how long it is kept
 * @returns what is there
 */
export async function keepRecord(
  ledger: Ledger,
  record: NotificationRecord,
  retentionDays: number,
  now: Date,
): Promise<KeptRecord> {
  const members = {
    notification: { S: record.id },
    subject: { S: record.subject },
    body: { S: record.text },
    labels: { S: JSON.stringify(record.labels) },
    writtenAt: { S: now.toISOString() },
    expiresAt: { N: String(Math.floor(now.getTime() / 1000) + retentionDays * 86_400) },
  };
  const names = Object.keys(members);
  const first = names.map((name) => `${name} = if_not_exists(${name}, :${name})`);
  const answer = await ledger.client.updateItem({
    TableName: ledger.table,
    Key: recordKey(ledger, record.id),
    UpdateExpression: `SET ${first.join(', ')}`,
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(members).map(([name, value]) => [`:${name}`, value]),
    ),
    ReturnValues: 'ALL_NEW',
  });
  return toRecord(answer.Attributes ?? {});
}

/** The record of a notification; `undefined` where nobody wrote one. */
export async function readRecord(ledger: Ledger, id: string): Promise<KeptRecord | undefined> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: recordKey(ledger, id),
    ConsistentRead: true,
  });
  return answer.Item?.['notification'] === undefined ? undefined : toRecord(answer.Item);
}

/** Remembers that these destinations have a notification. */
export async function markDelivered(
  ledger: Ledger,
  id: string,
  destinations: readonly string[],
  now: Date,
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: recordKey(ledger, id),
    UpdateExpression: 'ADD delivered :destinations SET deliveredAt = :at',
    ExpressionAttributeValues: {
      ':destinations': { SS: [...destinations] },
      ':at': { S: now.toISOString() },
    },
  });
}

function toRecord(attributes: Record<string, { S?: string; SS?: string[] }>): KeptRecord {
  const text = (name: string) => attributes[name]?.S ?? '';
  return {
    record: {
      id: text('notification'),
      subject: text('subject'),
      text: text('body'),
      labels: JSON.parse(text('labels')) as NotificationRecord['labels'],
    },
    delivered: attributes['delivered']?.SS ?? [],
    writtenAt: text('writtenAt'),
  };
}

/** An id is `<workflow>.<run>`, or longer. */
function recordKey({ workflow }: Ledger, id: string) {
  return { workflow: { S: workflow }, item: { S: `run#${id.slice(workflow.length + 1)}` } };
}
