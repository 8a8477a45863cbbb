import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import { requireVariable } from './environment';

/**
 * The ledger: one DynamoDB table for everything that must survive a crash. Its key is the workflow and the
 * item: `item#<name>` for a work item, `run#<execution name>` for the notification record of a run; see `run-log.ts`
 * and `window.ts` for further ones. AWS tags stay the truth that users see; a lost table is rebuilt from them by
 * adoption.
 */
export interface Ledger {
  readonly client: Pick<DynamoDB, 'getItem' | 'updateItem' | 'query'>;
  readonly table: string;
  readonly workflow: string;
}

/**
 * The ledger of a deployed function, from the variables that the `Notifier` component gives it. The client is required
 * by name, inside the factory: it comes from the Lambda runtime, one per container.
 */
export function createLedger(): Ledger {
  const { DynamoDB } =
    require('@aws-sdk/client-dynamodb') as typeof import('@aws-sdk/client-dynamodb');
  return {
    client: new DynamoDB({}),
    table: requireVariable('LEDGER_TABLE'),
    workflow: requireVariable('WORKFLOW'),
  };
}

/** What the ledger holds of one work item. */
export interface WorkItem {
  /** ARN of the execution that works on the item now. */
  readonly leaseOwner?: string;
  /** Since when its owner has the lease, ISO 8601. */
  readonly leasedAt?: string;
  /** Grows with each change of owner. */
  readonly fence?: number;
  /** Name of the thing that is to be made: written before AWS is asked for it. */
  readonly target?: string;
  /** Counts the targets tried for this item, from 1. */
  readonly attempt?: number;
  /** When the intent was written, ISO 8601. */
  readonly intendedAt?: string;
  /** The target whose end has been reported, so that it is not reported again. */
  readonly settledTarget?: string;
  readonly outcome?: string;
  readonly reason?: string;
  /** When the outcome was written, ISO 8601. */
  readonly settledAt?: string;
  /** ARN of the execution that wrote the outcome. */
  readonly settledBy?: string;
  /** Targets in a row that failed. */
  readonly failures?: number;
  /** Whether it failed so often that a person must look at it first. */
  readonly blocked?: boolean;
}

/** A work item with its name. */
export interface NamedWorkItem {
  readonly item: string;
  readonly work: WorkItem;
}

type Attributes = Record<string, { S?: string; N?: string; BOOL?: boolean } | undefined>;

export async function readWorkItem(ledger: Ledger, item: string): Promise<WorkItem> {
  const answer = await ledger.client.getItem({
    TableName: ledger.table,
    Key: workItemKey(ledger, item),
    ConsistentRead: true,
  });
  return toWorkItem(answer.Item ?? {});
}

/**
 * Takes the lease of an item. It is given when the item is free, when the caller has it already (a retry), or
 * when its owner no longer runs. Returns `undefined` when another run holds it.
 */
export async function acquireLease(
  ledger: Ledger,
  item: string,
  owner: string,
  isRunning: (execution: string) => Promise<boolean>,
  now: Date,
): Promise<WorkItem | undefined> {
  const seen = await readWorkItem(ledger, item);
  if (seen.leaseOwner === owner) return seen;
  if (seen.leaseOwner !== undefined && (await isRunning(seen.leaseOwner))) return undefined;
  try {
    const answer = await ledger.client.updateItem({
      TableName: ledger.table,
      Key: workItemKey(ledger, item),
      UpdateExpression: 'SET leaseOwner = :owner, leasedAt = :now ADD fence :one',
      // The fencing number makes the decision above and this write one step.
      ConditionExpression:
        seen.fence === undefined ? 'attribute_not_exists(fence)' : 'fence = :fence',
      ExpressionAttributeValues: {
        ':owner': { S: owner },
        ':now': { S: now.toISOString() },
        ':one': { N: '1' },
        ...(seen.fence === undefined ? {} : { ':fence': { N: String(seen.fence) } }),
      },
      ReturnValues: 'ALL_NEW',
    });
    return toWorkItem(answer.Attributes ?? {});
  } catch (error) {
    if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    // Either another run was faster, or the answer to our own write was lost and the SDK tried again.
    const found = await readWorkItem(ledger, item);
    return found.leaseOwner === owner ? found : undefined;
  }
}

/**
 * Writes what is about to be asked of AWS, before it is asked. Fails when the lease was lost. `again`: the target may
 * be one whose end has been reported before; from now on it is open.
 */
export async function recordIntent(
  ledger: Ledger,
  item: string,
  owner: string,
  intent: {
    readonly target: string;
    readonly attempt: number;
    readonly intendedAt: string;
    readonly again?: true;
  },
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: workItemKey(ledger, item),
    UpdateExpression: `SET target = :target, attempt = :attempt, intendedAt = :at${intent.again === true ? ' REMOVE settledTarget' : ''}`,
    ConditionExpression: 'leaseOwner = :owner',
    ExpressionAttributeValues: {
      ':target': { S: intent.target },
      ':attempt': { N: String(intent.attempt) },
      ':at': { S: intent.intendedAt },
      ':owner': { S: owner },
    },
  });
}

/**
 * Names the target of an item that has none in the ledger, though one was found: from then on it is followed as if
 * the ledger had always known. A target that is there stays.
 */
export async function recordSeenTarget(
  ledger: Ledger,
  item: string,
  target: string,
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: workItemKey(ledger, item),
    UpdateExpression: 'SET target = if_not_exists(target, :target)',
    ExpressionAttributeValues: { ':target': { S: target } },
  });
}

/** What became of a work item. */
export interface Settlement {
  readonly outcome: string;
  readonly reason: string;
  /** ISO 8601. */
  readonly at: string;
  /** The target that ended, if one did. */
  readonly settledTarget?: string;
  /** Default for both: what is written already. */
  readonly failures?: number;
  readonly blocked?: boolean;
}

/**
 * Writes the outcome of an item and gives its lease back.
 *
 * @returns whether it did: not if that was done already, or if another run took the item over meanwhile
 */
export async function settleWorkItem(
  ledger: Ledger,
  item: string,
  owner: string,
  { outcome, reason, at, settledTarget, failures, blocked }: Settlement,
): Promise<boolean> {
  const written: Record<string, { S: string } | { N: string } | { BOOL: boolean }> = {
    outcome: { S: outcome },
    reason: { S: reason },
    settledAt: { S: at },
    settledBy: { S: owner },
    ...(settledTarget === undefined ? {} : { settledTarget: { S: settledTarget } }),
    ...(failures === undefined ? {} : { failures: { N: String(failures) } }),
    ...(blocked === true ? { blocked: { BOOL: true } } : {}),
  };
  const names = Object.keys(written);
  // A state machine that waits with the lease leaves its task token there: see `wake-up.ts` of the AmiRollout.
  const removed = [
    'leaseOwner',
    'leasedAt',
    'wakeToken',
    ...(blocked === false ? ['blocked'] : []),
  ];
  try {
    await ledger.client.updateItem({
      TableName: ledger.table,
      Key: workItemKey(ledger, item),
      UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')} REMOVE ${removed.join(', ')}`,
      ConditionExpression: 'leaseOwner = :settledBy',
      ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
      ExpressionAttributeValues: Object.fromEntries(
        Object.entries(written).map(([name, value]) => [`:${name}`, value]),
      ),
    });
    return true;
  } catch (error) {
    if ((error as Error).name !== 'ConditionalCheckFailedException') throw error;
    return false;
  }
}

/** The work items whose lease an execution holds, by name. */
export async function listHeld(ledger: Ledger, owner: string): Promise<NamedWorkItem[]> {
  return listWorkItems(ledger, 'leaseOwner = :owner', { ':owner': { S: owner } });
}

/** The work items whose target nobody has reported the end of, by name. */
export async function listUnfinished(ledger: Ledger): Promise<NamedWorkItem[]> {
  return listWorkItems(
    ledger,
    'attribute_exists(target) AND (attribute_not_exists(settledTarget) OR settledTarget <> target)',
  );
}

async function listWorkItems(
  ledger: Ledger,
  filter: string,
  values: Record<string, { S: string }> = {},
): Promise<NamedWorkItem[]> {
  const items: NamedWorkItem[] = [];
  let start: Record<string, { S: string }> | undefined;
  do {
    const page = await ledger.client.query({
      TableName: ledger.table,
      KeyConditionExpression: 'workflow = :workflow AND begins_with(#item, :prefix)',
      FilterExpression: filter,
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: {
        ':workflow': { S: ledger.workflow },
        ':prefix': { S: workItemPrefix() },
        ...values,
      },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const found of (page.Items ?? []) as Attributes[]) {
      items.push({
        item: (found['item']?.S ?? '').slice(workItemPrefix().length),
        work: toWorkItem(found),
      });
    }
    start = page.LastEvaluatedKey as Record<string, { S: string }> | undefined;
  } while (start !== undefined);
  return items;
}

// A function and not a constant: serialized code has no module state.
function workItemPrefix(): string {
  return 'item#';
}

function workItemKey(ledger: Ledger, item: string) {
  return { workflow: { S: ledger.workflow }, item: { S: workItemPrefix() + item } };
}

function toWorkItem(attributes: Attributes): WorkItem {
  const text = (name: string) => attributes[name]?.S;
  const number = (name: string) => {
    const value = attributes[name]?.N;
    return value === undefined ? undefined : Number(value);
  };
  const item = {
    leaseOwner: text('leaseOwner'),
    leasedAt: text('leasedAt'),
    fence: number('fence'),
    target: text('target'),
    attempt: number('attempt'),
    intendedAt: text('intendedAt'),
    settledTarget: text('settledTarget'),
    outcome: text('outcome'),
    reason: text('reason'),
    settledAt: text('settledAt'),
    settledBy: text('settledBy'),
    failures: number('failures'),
    blocked: attributes['blocked']?.BOOL,
  };
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}
