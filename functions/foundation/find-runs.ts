import type { DynamoDB } from '@aws-sdk/client-dynamodb';
import type { ExecutionStatus, SFN } from '@aws-sdk/client-sfn';
import type { ExecutionStatusChange } from './close-run';
import { requireVariable } from './environment';

export interface FindRunsEvent {
  /** The event that started the closer; its schedule gives none. */
  readonly event: Partial<ExecutionStatusChange> | null;
  /** ARN of the closer itself: its own runs can end early as well. */
  readonly closer: string;
}

export interface FindRunsResult {
  readonly runs: readonly ExecutionStatusChange['detail'][];
}

export interface FindRunsDependencies {
  readonly sfn: Pick<SFN, 'listExecutions'>;
  readonly dynamodb: Pick<DynamoDB, 'getItem'>;
  readonly table: string;
  readonly workflow: string;
  readonly stateMachineArn: string;
  /** Runs that started longer ago are left alone. */
  readonly lookBackDays: number;
  readonly now: () => Date;
}

/**
 * Which runs are to be closed: the one of the event, or, without an event, those that ended without success and
 * without a notification. For events are delivered as AWS can, and a lost one must not make a run go unnoticed.
 */
export function createHandler(dependencies: FindRunsDependencies) {
  return async ({ event, closer }: FindRunsEvent): Promise<FindRunsResult> => {
    if (event?.detail !== undefined) return { runs: [event.detail] };
    const runs: ExecutionStatusChange['detail'][] = [];
    for (const machine of [dependencies.stateMachineArn, closer]) {
      for (const status of ['FAILED', 'TIMED_OUT', 'ABORTED'] as const) {
        for (const run of await listEnded(dependencies, machine, status)) {
          if (!(await isReported(dependencies, run.name))) runs.push(run);
        }
      }
    }
    return { runs };
  };
}

export const factory = () => {
  const { DynamoDB } =
    require('@aws-sdk/client-dynamodb') as typeof import('@aws-sdk/client-dynamodb');
  const { SFN } = require('@aws-sdk/client-sfn') as typeof import('@aws-sdk/client-sfn');
  return createHandler({
    sfn: new SFN({}),
    dynamodb: new DynamoDB({}),
    table: requireVariable('LEDGER_TABLE'),
    workflow: requireVariable('WORKFLOW'),
    stateMachineArn: requireVariable('STATE_MACHINE_ARN'),
    lookBackDays: Number(requireVariable('LOOK_BACK_DAYS')),
    now: () => new Date(),
  });
};

/** Step Functions lists the newest first. */
async function listEnded(
  { sfn, lookBackDays, now }: FindRunsDependencies,
  stateMachineArn: string,
  status: ExecutionStatus,
): Promise<ExecutionStatusChange['detail'][]> {
  const oldest = now().getTime() - lookBackDays * 86_400_000;
  const runs: ExecutionStatusChange['detail'][] = [];
  let token: string | undefined;
  do {
    const page = await sfn.listExecutions({
      stateMachineArn,
      statusFilter: status,
      ...(token === undefined ? {} : { nextToken: token }),
    });
    for (const { executionArn, name, startDate, stopDate } of page.executions ?? []) {
      const startedAt = startDate?.getTime() ?? 0;
      if (startedAt < oldest) return runs;
      runs.push({
        executionArn: executionArn ?? '',
        name: name ?? '',
        status,
        startDate: startedAt,
        stopDate: stopDate?.getTime() ?? null,
      });
    }
    token = page.nextToken;
  } while (token !== undefined);
  return runs;
}

/** A record that is written but was delivered nowhere is no report. */
async function isReported(
  { dynamodb, table, workflow }: FindRunsDependencies,
  run: string,
): Promise<boolean> {
  const answer = await dynamodb.getItem({
    TableName: table,
    Key: { workflow: { S: workflow }, item: { S: `run#${run}` } },
    ConsistentRead: true,
  });
  return (answer.Item?.['delivered']?.SS ?? []).length > 0;
}
