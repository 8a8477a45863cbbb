import { createHash } from 'node:crypto';

import { AwsError, type Json, type Operation } from '../service';
import { tableAccess } from './access';
import { invalid } from './errors';
import { checkInput, checkLength } from './input';
import type { DynamoState } from './table';
import { sizeOf } from './values';
import {
  bindWrite,
  type BoundWrite,
  commit,
  computeChange,
  type ParsedWrite,
  parseWrite,
  type WriteKind,
} from './writes';

const KINDS: readonly WriteKind[] = ['Put', 'Update', 'Delete', 'ConditionCheck'];

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html */
const MAXIMUM_ACTIONS = 100;
const MAXIMUM_BYTES = 4 * 1024 * 1024;
const MAXIMUM_TOKEN_LENGTH = 36;
/** How long a client token makes a repeated transaction succeed without effect, in milliseconds. */
const TOKEN_LIFETIME = 10 * 60_000;

/** Why one action of a cancelled transaction failed, or `None`. */
interface CancellationReason {
  readonly Code: string;
  readonly Message?: string;
  readonly Item?: unknown;
}

export const transactWriteItems: Operation<DynamoState> = {
  mutates: true,
  // Each action needs the permission of an operation of its own and there is none for the transaction:
  // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
  authorize: (input, state, scope) =>
    (input.TransactItems ?? []).flatMap((action: Json) =>
      kindsOf(action).flatMap((kind) =>
        tableAccess(`${kind}Item`, action[kind], state, scope, {
          'dynamodb:enclosingoperation': 'TransactWriteItems',
        }),
      ),
    ),
  handle: (input, state, call) => {
    checkInput('TransactWriteItems', input, {
      required: ['TransactItems'],
      optional: ['ClientRequestToken'],
    });
    const token: string | undefined = input.ClientRequestToken;
    checkLength('TransactItems', input.TransactItems, 1, MAXIMUM_ACTIONS);
    if (token !== undefined) checkLength('ClientRequestToken', [...token], 1, MAXIMUM_TOKEN_LENGTH);
    const parsed: readonly ParsedWrite[] = input.TransactItems.map(parseAction);
    // The payload counts, not the items that it meets. Seen at AWS:
    // https://github.com/scylladb/scylladb/blob/master/test/alternator/test_transact.py
    if (parsed.reduce((sum, { item }) => sum + sizeOf(item), 0) > MAXIMUM_BYTES) {
      throw invalid(`Transaction payload size cannot exceed ${MAXIMUM_BYTES} bytes`);
    }
    const digest = createHash('sha256').update(JSON.stringify(input.TransactItems)).digest('hex');
    if (token !== undefined && isRepetition(state, token, digest, call.now)) return {};

    // AWS stops at the first action that does not fit its table, but tells of every failed condition (same source).
    const writes = attemptAll(parsed, (write) => bindWrite(write, state), { stopAtFirst: true });
    checkDistinct(writes);
    const changes = attemptAll(writes, (write) => computeChange(write, call.now));
    writes.forEach((write, index) => commit(write, changes[index]!, call.now));
    if (token !== undefined) state.transactions[token] = { at: call.now, digest };
    return {};
  },
};

function kindsOf(action: Json): readonly WriteKind[] {
  return KINDS.filter((kind) => action[kind] !== undefined);
}

function parseAction(action: Json): ParsedWrite {
  const [kind, ...others] = kindsOf(action);
  if (kind === undefined || others.length > 0) {
    throw invalid('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  return parseWrite(kind, action[kind]);
}

/** Forgets old tokens, and tells whether this transaction was made with this token already. */
function isRepetition(state: DynamoState, token: string, digest: string, now: number): boolean {
  for (const [other, { at }] of Object.entries(state.transactions)) {
    if (at + TOKEN_LIFETIME < now) delete state.transactions[other];
  }
  if (!Object.hasOwn(state.transactions, token)) return false;
  if (state.transactions[token]?.digest === digest) return true;
  throw new AwsError(
    'IdempotentParameterMismatchException',
    'The request was rejected because the parameters of this request do not match those of the original request with the same client token',
  );
}

function checkDistinct(writes: readonly BoundWrite[]): void {
  const targets = new Set(writes.map(({ table, id }) => JSON.stringify([table.name, id])));
  if (targets.size < writes.length) {
    throw invalid('Transaction request cannot include multiple operations on one item');
  }
}

/** The results of the work on each part; where any fails, the transaction is cancelled with a reason for each. */
function attemptAll<Part, Result>(
  parts: readonly Part[],
  work: (part: Part) => Result,
  { stopAtFirst = false } = {},
): readonly Result[] {
  const results: Result[] = [];
  const reasons: CancellationReason[] = parts.map(() => ({ Code: 'None' }));
  for (const [index, part] of parts.entries()) {
    try {
      results.push(work(part));
    } catch (error) {
      reasons[index] = reasonOf(error);
      if (stopAtFirst) break;
    }
  }
  if (results.length === parts.length) return results;
  const codes = reasons.map(({ Code }) => Code).join(', ');
  throw new AwsError(
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    400,
    { CancellationReasons: reasons },
  );
}

function reasonOf(error: unknown): CancellationReason {
  if (error instanceof AwsError && error.code === 'ConditionalCheckFailedException') {
    return { Code: 'ConditionalCheckFailed', Message: error.message, ...error.members };
  }
  if (error instanceof AwsError && error.code === 'ValidationException') {
    return { Code: 'ValidationError', Message: error.message };
  }
  throw error;
}
