import type { Ledger } from './ledger';

/** What people have said of a run that goes on, and what it has asked them. */
export interface RunControl {
  /** Since when it is to start nothing more, ISO 8601. */
  readonly stoppedAt?: string;
  /** The part of the run that waits for an approval, counted from 0; -1: none. */
  readonly awaitedWave: number;
  /** The last part that somebody let go, counted from 0; -1: none. */
  readonly approvedWave: number;
}

/** Asks a run to start nothing more; what it has begun it finishes. */
export async function stopRun(ledger: Ledger, run: string, now: Date): Promise<void> {
  const at = { S: now.toISOString() };
  await writeControl(ledger, run, 'stoppedAt = if_not_exists(stoppedAt, :value)', at, now);
}

/** Whether somebody has asked the run to start nothing more. */
export async function isStopped(ledger: Ledger, run: string): Promise<boolean> {
  return (await readControl(ledger, run)).stoppedAt !== undefined;
}

/** Remembers which part of a run, counted from 0, waits for an approval. */
export async function awaitApproval(
  ledger: Ledger,
  run: string,
  wave: number,
  now: Date,
): Promise<void> {
  await writeControl(ledger, run, 'awaitedWave = :value', { N: String(wave) }, now);
}

/** Lets a run go on with a part of its work, counted from 0, and with all parts before it. */
export async function approveWave(
  ledger: Ledger,
  run: string,
  wave: number,
  now: Date,
): Promise<void> {
  await writeControl(ledger, run, 'approvedWave = :value', { N: String(wave) }, now);
}

export async function readControl(ledger: Ledger, run: string): Promise<RunControl> {
  const { Item } = await ledger.client.getItem({
    TableName: ledger.table,
    Key: controlKey(ledger, run),
    ConsistentRead: true,
  });
  const stoppedAt = Item?.['stoppedAt']?.S;
  return {
    ...(stoppedAt === undefined ? {} : { stoppedAt }),
    awaitedWave: Number(Item?.['awaitedWave']?.N ?? -1),
    approvedWave: Number(Item?.['approvedWave']?.N ?? -1),
  };
}

async function writeControl(
  ledger: Ledger,
  run: string,
  assignment: string,
  value: { S: string } | { N: string },
  now: Date,
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: controlKey(ledger, run),
    UpdateExpression: `SET ${assignment}, expiresAt = :expires`,
    ExpressionAttributeValues: {
      ':value': value,
      // A run lasts a year at most: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
      ':expires': { N: String(Math.floor(now.getTime() / 1000) + 366 * 86_400) },
    },
  });
}

function controlKey(ledger: Ledger, run: string) {
  return { workflow: { S: ledger.workflow }, item: { S: `control#${run}` } };
}
