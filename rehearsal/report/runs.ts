import type { ExecutionResult, RehearsalResult } from '../result';
import { toneOf } from './format';

/** Executions to be told one by one, or several in a row of which there is nothing to tell. */
export interface Runs {
  readonly idle: boolean;
  /** One where not idle; at least one. All of the same workflow and trigger. */
  readonly executions: readonly [ExecutionResult, ...ExecutionResult[]];
}

/**
 * The executions in order of their start, with those put together that follow each other and had nothing to do: they
 * succeeded, say in their output that they worked on no item, and notified nobody. A workflow that runs every hour
 * would hide the rest.
 */
export function groupRuns(result: RehearsalResult): Runs[] {
  const busy = new Set(
    result.items
      .filter(({ outcome }) => toneOf(outcome) !== 'idle')
      .map(({ execution }) => execution),
  );
  const isTold = (id: string) =>
    result.notifications.some((notification) =>
      notification.id.endsWith(`.${id.split(':').at(-1)}`),
    );
  const groups: { idle: boolean; executions: [ExecutionResult, ...ExecutionResult[]] }[] = [];
  for (const execution of result.executions) {
    const { id, status, workflow, trigger, output } = execution;
    const idle =
      status === 'SUCCEEDED' && Array.isArray(output?.items) && !busy.has(id) && !isTold(id);
    const last = groups.at(-1);
    const [first] = last?.executions ?? [];
    if (idle && last?.idle && first?.workflow === workflow && first.trigger === trigger) {
      last.executions.push(execution);
    } else {
      groups.push({ idle, executions: [execution] });
    }
  }
  return groups;
}
