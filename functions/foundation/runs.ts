import type { SFN } from '@aws-sdk/client-sfn';
import type { Ledger } from './ledger';
import { readRunLog } from './run-log';

/** ARNs of the runs that are under way, other than the caller's. */
export async function listOtherRuns(
  sfn: Pick<SFN, 'listExecutions'>,
  machine: string,
  own: string,
): Promise<string[]> {
  const running: string[] = [];
  let token: string | undefined;
  do {
    const page = await sfn.listExecutions({
      stateMachineArn: machine,
      statusFilter: 'RUNNING',
      ...(token === undefined ? {} : { nextToken: token }),
    });
    for (const { executionArn } of page.executions ?? []) {
      if (executionArn !== undefined && executionArn !== own) running.push(executionArn);
    }
    token = page.nextToken;
  } while (token !== undefined);
  return running;
}

/** The last part of an execution's ARN. */
export function nameOfRun(execution: string): string {
  return execution.split(':').at(-1) ?? '';
}

/** Whether an execution goes on. */
export async function isRunning(
  sfn: Pick<SFN, 'describeExecution'>,
  execution: string,
): Promise<boolean> {
  try {
    const answer = await sfn.describeExecution({ executionArn: execution });
    return answer.status === 'RUNNING';
  } catch (error) {
    // Step Functions forgets an execution 90 days after its end.
    if ((error as Error).name === 'ExecutionDoesNotExist') return false;
    throw error;
  }
}

/** By item: the run that has it in its queue and was not done with it yet. */
export async function readQueues(
  ledger: Ledger,
  executions: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const busy = new Map<string, string>();
  for (const execution of executions) {
    const run = nameOfRun(execution);
    const { queued, outcomes } = await readRunLog(ledger, run);
    const done = new Set(outcomes.map(({ id }) => id));
    for (const name of queued) if (!done.has(name)) busy.set(name, run);
  }
  return busy;
}
