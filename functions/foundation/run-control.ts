import type { Ledger } from './ledger';

/** Asks a run to start nothing more; what it has begun it finishes. */
export async function stopRun(ledger: Ledger, run: string, now: Date): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: controlKey(ledger, run),
    UpdateExpression: 'SET stoppedAt = if_not_exists(stoppedAt, :at), expiresAt = :expires',
    ExpressionAttributeValues: {
      ':at': { S: now.toISOString() },
      // A run lasts a year at most: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
      ':expires': { N: String(Math.floor(now.getTime() / 1000) + 366 * 86_400) },
    },
  });
}

/** Whether somebody has asked the run to start nothing more. */
export async function isStopped(ledger: Ledger, run: string): Promise<boolean> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: controlKey(ledger, run),
    ConsistentRead: true,
  });
  return answer.Item?.['stoppedAt'] !== undefined;
}

function controlKey(ledger: Ledger, run: string) {
  return { workflow: { S: ledger.workflow }, item: { S: `control#${run}` } };
}
