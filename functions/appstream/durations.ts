import type { Ledger } from '../foundation/ledger';
import type { TaggedImage } from './images';

/** How long updates take: AWS says "several hours", so the account's own are counted. */
export interface Experience {
  readonly updates: number;
  /** Hours that an update took on average. */
  readonly hours: number;
}

/**
 * Counts an update that has ended. Its end is when it was seen, a few minutes late.
 */
export async function recordDuration(
  ledger: Ledger,
  image: TaggedImage | undefined,
  endedAt: Date,
): Promise<void> {
  const createdAt = image?.image.CreatedTime?.getTime();
  if (createdAt === undefined) return;
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: experienceKey(ledger),
    UpdateExpression: 'ADD updates :one, seconds :seconds',
    ExpressionAttributeValues: {
      ':one': { N: '1' },
      ':seconds': { N: String(Math.max(0, Math.round((endedAt.getTime() - createdAt) / 1000))) },
    },
  });
}

/** `undefined` where no update has ended yet. */
export async function readExperience(ledger: Ledger): Promise<Experience | undefined> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: experienceKey(ledger),
    ConsistentRead: true,
  });
  const updates = Number(answer.Item?.['updates']?.N ?? 0);
  const seconds = Number(answer.Item?.['seconds']?.N ?? 0);
  return updates === 0 ? undefined : { updates, hours: seconds / updates / 3600 };
}

function experienceKey(ledger: Ledger) {
  return { workflow: { S: ledger.workflow }, item: { S: 'experience' } };
}
