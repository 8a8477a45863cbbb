import type { Trace, TracedCall, TracedExecution } from './engine/trace';
import type { ItemResult } from './result';
import type { Json } from './services/service';

/**
 * What became of the work items of every execution. A workflow says so in the `items` of its output. Where they have
 * no room there, or the execution has no output (it goes on, or was ended), they are in the log that the run keeps in
 * a table: rows whose sort key begins with `outcome#<name of the execution>#` hold one item, those with `left-out#`
 * a list, as JSON in the attribute `body`.
 */
export function itemsOf(trace: Trace): ItemResult[] {
  const logs = logsOf(trace);
  return trace.executions.flatMap((execution) => {
    const told: readonly Json[] = execution.output?.items ?? [];
    const isWhole = execution.output !== undefined && !(execution.output.furtherItems > 0);
    const known = new Set(told.map(({ id }) => id));
    const logged = isWhole ? [] : [...(logs.get(nameOf(execution))?.values() ?? [])].flat();
    return [...told, ...logged.filter(({ id }) => !known.has(id))].map((item) => ({
      workflow: execution.workflow,
      execution: execution.id,
      id: item.id,
      startedAt: item.startedAt,
      endedAt: item.endedAt,
      outcome: item.outcome,
      reason: item.reason,
    }));
  });
}

/** The rows of each run's log, by the name of the execution and by key; a row that is written again is replaced. */
function logsOf({ calls }: Trace): ReadonlyMap<string, ReadonlyMap<string, readonly Json[]>> {
  const logs = new Map<string, Map<string, readonly Json[]>>();
  for (const call of calls) {
    const row = call.effect && isWrite(call) ? rowOf(call) : undefined;
    if (row === undefined) continue;
    const log = logs.get(row.run) ?? new Map<string, readonly Json[]>();
    logs.set(row.run, log.set(row.key, row.lines));
  }
  return logs;
}

function isWrite({ service, operation }: TracedCall): boolean {
  return service === 'dynamodb' && operation === 'UpdateItem';
}

function rowOf({ input }: TracedCall): { run: string; key: string; lines: Json[] } | undefined {
  const key: string = input.Key?.item?.S ?? '';
  const run = /^(?:outcome|left-out)#([^#]+)#/.exec(key)?.[1];
  const body: string | undefined = input.ExpressionAttributeValues?.[':body']?.S;
  if (run === undefined || body === undefined) return undefined;
  return { run, key, lines: ([] as Json[]).concat(JSON.parse(body)) };
}

function nameOf({ id }: TracedExecution): string {
  return id.split(':').at(-1) ?? '';
}
