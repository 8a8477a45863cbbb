import type { Fact, ItemReport, Outcome } from './notification';

/** A notification before it is put into words. */
export interface Layout {
  readonly id: string;
  readonly facts: readonly Fact[];
  /** What needs attention first. */
  readonly groups: readonly Group[];
  /** Only so many items, from the first, may be named. */
  readonly nameable: number;
  readonly advice: readonly string[];
}

/** The items of one outcome. */
export interface Group {
  readonly outcome: Outcome;
  readonly items: readonly ItemReport[];
}

/**
 * Lays a notification out in at most 100,000 bytes, for a message of SNS has 256 KiB and a record of DynamoDB 400 KB:
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html,
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html. A line for each item, one group
 * after the other as far as there is room; the others are counted, as is every group in its title:
 *
 *     UPDATED (1,236)
 *       web (3 h 12 min): updated to web-2
 *       db (2 h 40 min): updated to db-2
 *       and 1,234 more updated
 */
export function layOut({ id, facts, groups, nameable, advice }: Layout): string {
  const before = facts.map(({ name, value }) => `${oneLine(name)}: ${oneLine(value)}`);
  const after = [
    ...(advice.length === 0 ? [] : ['', 'What to do next', ...advice.map((step) => `  ${step}`)]),
    '',
    `Notification ${id}`,
  ];
  let room = 100_000 - Buffer.byteLength([...before, ...after].join('\n')) - 700 * groups.length;
  let names = nameable;
  const sections = groups.flatMap(({ outcome, items }) => {
    const lines = ['', `${outcome.toUpperCase()} (${spellCount(items.length)})`];
    const others = items.slice(names).length;
    let named = 0;
    for (const { id: item, reason, startedAt, endedAt } of items.slice(0, items.length - others)) {
      const tookTime = Date.parse(endedAt) - Date.parse(startedAt) >= 60_000;
      const time = tookTime ? ` (${spellDuration(startedAt, endedAt)})` : '';
      const line = `  ${oneLine(item)}${time}: ${oneLine(reason)}`;
      const size = Buffer.byteLength(line) + 1;
      if (size > room) break;
      room -= size;
      named += 1;
      lines.push(line);
    }
    names -= Math.min(names, items.length);
    const unnamed = items.slice(named);
    return unnamed.length === 0 ? lines : [...lines, `  ${countOthers(outcome, unnamed)}`];
  });
  return [...before, ...sections, ...after].join('\n');
}

/**
 * `and 1,234 more updated`; where they were skipped also why: `and 12 more skipped: 10 superseded by ..., 2 up to date`.
 * A reason is told by its beginning, up to a colon or to the first word that looks like a name.
 */
function countOthers(outcome: Outcome, others: readonly ItemReport[]): string {
  const counted = `and ${spellCount(others.length)} more ${outcome}`;
  if (outcome !== 'skipped') return counted;
  const kinds = new Map<string, number>();
  for (const { reason } of others) {
    const plain = /^(?:[a-z']+ )*(?:[a-z']+(?=:|$))?/.exec(oneLine(reason))?.[0].trim() ?? '';
    const kind = plain === reason || reason.startsWith(`${plain}:`) ? plain : `${plain} ...`;
    const key =
      plain !== '' && plain.length <= 50 && (kinds.has(kind) || kinds.size < 8)
        ? kind
        : 'for other reasons';
    kinds.set(key, (kinds.get(key) ?? 0) + 1);
  }
  const counts = [...kinds].sort(([, one], [, other]) => other - one);
  return `${counted}: ${counts.map(([kind, count]) => `${spellCount(count)} ${kind}`).join(', ')}`;
}

/** On one line, without what no encoding takes, and no longer than a person reads. */
function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  const short = line.length <= 2_000 ? line : `${line.slice(0, 1_980)} ... (shortened)`;
  return short.replace(/\p{Cc}|\p{Cs}/gu, '?');
}

/** `1,234`. */
export function spellCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `2 d 4 h`, `3 h 12 min`, `5 min` or `40 s`, between two times in ISO 8601. */
export function spellDuration(start: string, end: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(end) - Date.parse(start)) / 1000));
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 24) return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : `${seconds} s`;
}
