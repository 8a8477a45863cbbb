import type { TracedExecution } from '../engine/trace';
import { itemsOf, mentions } from './invariant';

/**
 * Holds the text of a run's notification against the run's output. The text names every item; or it has lines such as
 * `and 1,234 more updated`. Then each named item of that outcome begins a line of its own, since its name may well
 * stand in the reason of another, and exactly those are counted that are not named. Items for which the output had
 * no room, `furtherItems` of them, are nowhere but in the counts.
 *
 * @returns what is wrong with the text, as predicates; nothing about a run that has no output
 */
export function accountingProblems(execution: TracedExecution, text: string): string[] {
  if (execution.output === undefined) return [];
  const { furtherItems: further = 0 }: { furtherItems?: unknown } = execution.output ?? {};
  if (!Number.isInteger(further) || (further as number) < 0) {
    return [`belongs to a run whose furtherItems is ${JSON.stringify(further)}`];
  }
  const counts = countsIn(text);
  const beginnings = beginningsIn(text);
  const unnamed = itemsOf(execution).filter(({ id, outcome }) =>
    counts.has(outcome) ? !beginnings.has(id) : !mentions(text, String(id)),
  );
  const problems: string[] = [];
  const forgotten = unnamed.filter(({ outcome }) => !counts.has(outcome));
  if (forgotten.length > 0) {
    problems.push(`does not name ${forgotten.map(({ id }) => id).join(', ')}`);
  }
  let surplus = 0;
  for (const [outcome, counted] of counts) {
    const due = unnamed.filter((item) => item.outcome === outcome).length;
    surplus += counted - due;
    if (counted < due || (counted > due && further === 0)) {
      problems.push(`counts ${counted} more ${outcome}, but does not name ${due}`);
    }
  }
  if (further !== 0 && surplus !== further) {
    problems.push(`counts ${surplus} of the ${further} items for which the output had no room`);
  }
  return problems;
}

/** Outcomes of which a person should know before the run ends, or that somebody must look at. */
const URGENT_OUTCOMES = new Set(['failed', 'blocked', 'postponed', 'interrupted', 'unfinished']);

/**
 * Whether a further notification of a run, about items, has a reason: it names an item that ended in a way that
 * needs attention. A run that was ended early has no output: there the item must have its line in the run's own text.
 * Of a run that goes on nobody knows yet.
 */
export function tellsOfUrgentItem(
  execution: TracedExecution,
  text: string,
  ownText: string | undefined,
): boolean {
  const names = [...beginningsIn(text)];
  if (execution.status === 'RUNNING') return names.length > 0;
  if (execution.output === undefined) {
    const own = beginningsIn(ownText ?? '');
    return names.some((name) => own.has(name));
  }
  const items = itemsOf(execution);
  const urgent = items.filter(({ outcome }) => URGENT_OUTCOMES.has(outcome));
  // The output begins with them: where it is full of them there are more.
  const hasMore = execution.output?.furtherItems > 0 && urgent.length === items.length;
  return hasMore ? names.length > 0 : urgent.some(({ id }) => mentions(text, String(id)));
}

/** By outcome: how many items a text only counts. */
function countsIn(text: string): ReadonlyMap<unknown, number> {
  const counts = new Map<unknown, number>();
  for (const [, number = '', outcome] of text.matchAll(/^\W*and ([\d,]+) more (\w+)/gm)) {
    counts.set(outcome, (counts.get(outcome) ?? 0) + Number(number.replaceAll(',', '')));
  }
  return counts;
}

/** What begins an indented line and is set off by a colon or a parenthesis: `  web (3 h): updated`, `- web: failed`. */
function beginningsIn(text: string): ReadonlySet<unknown> {
  const lines = text.matchAll(/^(?:[ \t]+|[ \t]*[-*•][ \t]+)(\S+?)(?::| \()/gm);
  return new Set([...lines].map(([, name]) => name));
}
