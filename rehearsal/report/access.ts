import type { RehearsalResult } from '../result';
import { compare, counted, figure, roleName } from './format';
import { html, type Markup } from './markup';
import { nothing, table } from './parts';

/** What was denied, what was granted and not used, and how often each action was called. */
export function access({ calls, iam }: RehearsalResult): Markup {
  const denied = iam.denied.map(({ principal, action, resource, reason }) => [
    roleName(principal),
    action,
    resource,
    reason,
  ]);
  const unused = iam.unused.map(({ role, sid, action, resource }) => [
    roleName(role),
    sid,
    action,
    resource,
  ]);
  const byAction = new Map<string, { calls: number; outcomes: Map<string, number> }>();
  for (const { action, outcome } of calls) {
    const entry = byAction.get(action) ?? { calls: 0, outcomes: new Map<string, number>() };
    entry.calls++;
    if (outcome !== 'ok') {
      entry.outcomes.set(outcome, (entry.outcomes.get(outcome) ?? 0) + 1);
    }
    byAction.set(action, entry);
  }
  const actions = [...byAction]
    .sort(([a], [b]) => compare(a, b))
    .map(([action, { calls: number, outcomes }]) => [
      action,
      figure(number),
      [...outcomes].map(([code, times]) => `${times} ${code}`).join(', '),
    ]);
  return html`<h3>Denied</h3>
    ${denied.length === 0 ? nothing('No call was denied.') : table(['Principal', 'Action', 'Resource', 'Reason'], denied, { 1: 'whole' })}
    <h3>Granted, but not used</h3>
    ${unused.length === 0 ? nothing('Every grant was used.') : table(['Role', 'Statement', 'Action', 'Resource'], unused, { 1: 'whole', 2: 'whole' })}
    <details>
      <summary>${counted(calls.length, 'call')} by action</summary>
      ${table(['Action', 'Calls', 'Errors'], actions, { 1: 'figure' })}
    </details>`;
}
