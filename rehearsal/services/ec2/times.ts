import type { Json } from '../service';

/** Members of EC2's shapes that are times; those of images, `CreationDate` and the like, are texts. */
const TIMES = new Set([
  'AttachTime',
  'CreateTime',
  'LaunchTime',
  'UsageOperationUpdateTime',
  'ValidUntil',
]);

/** A copy, with dates where the state has ISO 8601: the SDK's shapes. */
export function withDates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, part]) => [
      member,
      TIMES.has(member) ? new Date(part as string) : withDates(part),
    ]),
  );
}

/** A copy as plain JSON: dates as ISO 8601, without what is undefined. */
export function plain(value: Json): Json {
  return JSON.parse(JSON.stringify(value));
}
