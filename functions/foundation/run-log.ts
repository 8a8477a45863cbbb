import type { Ledger } from './ledger';
import { readRows, writeRow } from './ledger-rows';
import type { ItemReport } from './notification';

/**
 * The run log: what a run is to do and what became of it, item by item, in rows of the ledger, because nothing
 * whose size grows with the number of items fits into the state of an execution.
 *
 * - `queue#<run>#<0000>`: names, a hundred a row
 * - `left-out#<run>#<0000>`: lines of items that the run leaves alone, a hundred a row
 * - `outcome#<run>#<item>`: the line of one item
 *
 * `run` is the name of the execution; Step Functions allows no `#` in it:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
 */
export interface RunLog {
  /** In the order of the queue. */
  readonly queued: readonly string[];
  /** By name of the item. */
  readonly outcomes: readonly ItemReport[];
  readonly leftOut: readonly ItemReport[];
}

/** Entries of a row. Serialized code has it as its value. */
const rowLength = 100;

/** Writes the names that the run is to work on, all at once. Written again, by a retry, it replaces the former queue. */
export async function recordQueue(
  ledger: Ledger,
  run: string,
  names: readonly string[],
  now: Date,
): Promise<void> {
  await recordRows(ledger, rowsOf('queue', run), names, now);
}

/** The name at a position of the queue, from 0; `undefined` beyond its end. */
export async function readQueued(
  ledger: Ledger,
  run: string,
  index: number,
): Promise<string | undefined> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: {
      workflow: { S: ledger.workflow },
      item: { S: rowsOf('queue', run) + numbered(Math.floor(index / rowLength)) },
    },
    ConsistentRead: true,
  });
  const names = JSON.parse(answer.Item?.['body']?.S ?? '[]') as string[];
  return names[index % rowLength];
}

/** Writes the lines of all items that the run leaves alone, all at once; again replaces them. */
export async function recordLeftOut(
  ledger: Ledger,
  run: string,
  lines: readonly ItemReport[],
  now: Date,
): Promise<void> {
  await recordRows(ledger, rowsOf('left-out', run), lines, now);
}

/** Writes the line of one item; again replaces it. */
export async function recordOutcome(
  ledger: Ledger,
  run: string,
  line: ItemReport,
  now: Date,
): Promise<void> {
  await writeRow(ledger, rowsOf('outcome', run) + line.id, line, now);
}

/** Writes the line of one item unless it has one: whoever saw it end knows better. */
export async function recordMissingOutcome(
  ledger: Ledger,
  run: string,
  line: ItemReport,
  now: Date,
): Promise<void> {
  try {
    await writeRow(
      ledger,
      rowsOf('outcome', run) + line.id,
      line,
      now,
      'attribute_not_exists(body)',
    );
  } catch (error) {
    if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
  }
}

export async function readRunLog(ledger: Ledger, run: string): Promise<RunLog> {
  const joinRows = <Entry>(rows: readonly (readonly Entry[])[]) => {
    const last = rows.findIndex((row) => row.length < rowLength);
    return (last < 0 ? rows : rows.slice(0, last + 1)).flat();
  };
  return {
    queued: joinRows(await readRows<readonly string[]>(ledger, rowsOf('queue', run))),
    outcomes: await readRows<ItemReport>(ledger, rowsOf('outcome', run)),
    leftOut: joinRows(await readRows<readonly ItemReport[]>(ledger, rowsOf('left-out', run))),
  };
}

function rowsOf(kind: 'queue' | 'left-out' | 'outcome', run: string): string {
  return `${kind}#${run}#`;
}

function numbered(row: number): string {
  return String(row).padStart(4, '0');
}

/** The last row is shorter than the others, and empty if need be: what follows it is of an earlier attempt. */
async function recordRows(
  ledger: Ledger,
  prefix: string,
  entries: readonly unknown[],
  now: Date,
): Promise<void> {
  const length = rowLength;
  for (let row = 0; row * length <= entries.length; row += 1) {
    const body = entries.slice(row * length, (row + 1) * length);
    await writeRow(ledger, prefix + numbered(row), body, now);
  }
}
