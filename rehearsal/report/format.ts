import type { CostGroup, ItemResult, RefreshResult, RehearsalResult } from '../result';

/** `2026-02-01 12:00`, UTC. */
export function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}

/** `5 h 21 min`, `31 days`: the two largest units, rounded down; below a minute in seconds. */
export function duration(from: string, to: string): string {
  const seconds = Math.max(0, Math.floor((Date.parse(to) - Date.parse(from)) / 1000));
  const [days, hours, minutes] = [86_400, 3_600, 60].map((unit) => Math.floor(seconds / unit));
  if (days! > 0) {
    return join(counted(days!, 'day'), hours! % 24, 'h');
  }
  if (hours! > 0) {
    return join(`${hours} h`, minutes! % 60, 'min');
  }
  return minutes! > 0 ? join(`${minutes} min`, seconds % 60, 's') : `${seconds} s`;
}

function join(larger: string, smaller: number, unit: string): string {
  return smaller === 0 ? larger : `${larger} ${smaller} ${unit}`;
}

/** `$1,234.50`; what is less than a cent but not nothing is not shown as nothing. */
export function dollars(amount: number): string {
  if (amount > 0 && amount < 0.01) {
    return '< $0.01';
  }
  return amount.toLocaleString('en-US', { style: 'currency', currency: 'USD' });
}

/** `$0.0037`: what one of many costs, to three figures where it is less than a dollar. */
export function dollarsEach(amount: number): string {
  return amount >= 1 || amount === 0
    ? dollars(amount)
    : amount.toLocaleString('en-US', {
        style: 'currency',
        currency: 'USD',
        minimumSignificantDigits: 2,
        maximumSignificantDigits: 3,
      });
}

/** `All builders`: how the sum of a group of costs is called. */
export function sumOf(group: CostGroup): string {
  return group === 'builders' ? 'All builders' : 'Control plane';
}

/** `12,345`; at most three decimals. */
export function figure(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 3 });
}

/** `1 run`, `2 runs`. */
export function counted(number: number, noun: string, plural = `${noun}s`): string {
  return `${figure(number)} ${number === 1 ? noun : plural}`;
}

/**
 * Text from estates, AWS or programs, fit for a terminal: control characters, among them those that would recolour
 * or rewrite it, and marks that turn the direction of writing become `?`.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) =>
    character === '\n' || character === '\t' ? character : '?',
  );
}

/** The same on one line. */
export function oneLine(text: string): string {
  return plain(text.replace(/\s+/g, ' ').trim());
}

/** The name of a role instead of its ARN; service principals stay as they are. */
export function roleName(principal: string): string {
  return principal.replace(/^arn:[\w-]+:iam::\d*:role\/(.*\/)?/, '');
}

/** How an outcome reads at a glance. */
export type Tone = 'good' | 'bad' | 'waiting' | 'idle';

const TONES: Readonly<Record<string, Tone>> = {
  updated: 'good',
  failed: 'bad',
  blocked: 'bad',
  interrupted: 'bad',
  postponed: 'waiting',
  unfinished: 'waiting',
  planned: 'idle',
  skipped: 'idle',
};

/** The tone of an item's outcome; one that is not known waits for somebody to look at it. */
export function toneOf(outcome: string): Tone {
  return TONES[outcome] ?? 'waiting';
}

/** The tone of an execution's status. */
export function toneOfStatus(status: string): Tone {
  return status === 'SUCCEEDED' ? 'good' : status === 'RUNNING' ? 'waiting' : 'bad';
}

/** The tone of the status of an instance refresh. */
export function toneOfRefresh({ status, endedAt }: RefreshResult): Tone {
  return status === 'Successful' ? 'good' : endedAt === null ? 'waiting' : 'bad';
}

/** `8 of 9 in service`. */
export function inService({ running, desired }: { running: number; desired?: number }): string {
  return desired === undefined ? `${running} running` : `${running} of ${desired} in service`;
}

/** The last that is known of each item, in order of its name. */
export function finalItems(items: readonly ItemResult[]): ItemResult[] {
  const last = new Map<string, ItemResult>();
  for (const item of [...items].sort((a, b) => compare(a.endedAt, b.endedAt))) {
    const acted = (one: ItemResult) => toneOf(one.outcome) !== 'idle';
    const earlier = last.get(item.id);
    // That a later run had nothing to do with an item says nothing about what became of it.
    if (earlier === undefined || acted(item) || !acted(earlier)) {
      last.set(item.id, item);
    }
  }
  return [...last.values()].sort((a, b) => compare(a.id, b.id));
}

/** As many rows of a list or a chart are shown: more than that nobody looks through. */
export const MOST_ROWS = 200;

/** From what needs nobody to what somebody has to look at. */
const TONE_ORDER: readonly Tone[] = ['idle', 'good', 'waiting', 'bad'];

/** How much an item asks for attention: the higher, the more. */
export function attention({ outcome }: ItemResult): number {
  return TONE_ORDER.indexOf(toneOf(outcome));
}

/**
 * The items that are shown of many, in the order given: those that ask for most attention, then the first.
 *
 * @returns with `rest`, what is said of the others: `and 9,800 more: 9,700 updated, 100 skipped`
 */
export function shownItems(items: readonly ItemResult[]): {
  readonly shown: readonly ItemResult[];
  readonly rest?: string;
} {
  if (items.length <= MOST_ROWS) return { shown: items };
  const chosen = new Set(
    [...items].sort((a, b) => attention(b) - attention(a)).slice(0, MOST_ROWS),
  );
  const others = items.filter((item) => !chosen.has(item));
  return {
    shown: items.filter((item) => chosen.has(item)),
    rest: `and ${figure(others.length)} more: ${outcomeCounts(others)} (the JSON has all)`,
  };
}

/** `6 updated, 1 failed`: outcomes by number, then by name. */
export function outcomeCounts(items: readonly ItemResult[]): string {
  const numbers = new Map<string, number>();
  for (const { outcome } of items) {
    numbers.set(outcome, (numbers.get(outcome) ?? 0) + 1);
  }
  return [...numbers]
    .sort(([a, m], [b, n]) => n - m || compare(a, b))
    .map(([outcome, number]) => `${figure(number)} ${oneLine(outcome)}`)
    .join(', ');
}

/** The ids of the invariants that did not hold. */
export function brokenInvariants(result: RehearsalResult): string[] {
  return result.invariants.filter(({ held }) => !held).map(({ id }) => id);
}

/** One sentence about the whole: `Rehearsal OK: ...` or `Rehearsal BROKEN: invariants 3, 8 ...`. */
export function summary(result: RehearsalResult): string {
  const broken = brokenInvariants(result);
  const items = finalItems(result.items);
  const what = [
    counted(result.executions.length, 'execution'),
    items.length === 0 ? 'no items' : `${counted(items.length, 'item')} (${outcomeCounts(items)})`,
    counted(result.notifications.length, 'notification'),
    `${counted(result.calls.length, 'call')} in ${duration(result.from, result.to)}`,
    `about ${dollars(result.cost.total)}`,
  ].join(', ');
  if (broken.length > 0) {
    return `Rehearsal BROKEN: ${broken.length === 1 ? 'invariant' : 'invariants'} ${broken.join(', ')} did not hold; ${what}`;
  }
  return result.ok
    ? `Rehearsal OK: all ${result.invariants.length} invariants held; ${what}`
    : `Rehearsal BROKEN: every invariant held, but the rehearsal did not succeed; ${what}`;
}

/** By code unit, so that the order is the same on every machine. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
