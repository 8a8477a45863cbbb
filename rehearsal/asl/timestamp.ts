import type { Json } from '../services/service';

const extendedOffset =
  /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * Epoch milliseconds of the one form of time stamp that Step Functions takes: ISO 8601 with `T`, seconds and an
 * offset. https://states-language.net/spec.html#timestamps
 * @returns undefined for anything else
 */
export function parseTimestamp(text: Json): number | undefined {
  const [, year, month, day, ...time] = extendedOffset.exec(String(text))?.map(Number) ?? [];
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = time;
  const daysInMonth = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (month < 1 || month > 12 || day < 1 || day > daysInMonth) return undefined;
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  return Date.parse(String(text));
}
