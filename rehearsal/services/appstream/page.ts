import { AwsError, type Json } from '../service';
import { checkName, invalid } from './names';

/** How long pages are. */
export interface PageSize<Entry> {
  /** Where the request does not say so. */
  readonly usual: number;
  /** The largest that may be asked for. @default any may be, but none is longer than usual */
  readonly largest?: number;
  /** Which entries of the list count. Only those of the page are asked for. @default all */
  readonly counts?: (entry: Entry) => boolean;
}

export interface Page<Entry> {
  readonly entries: readonly Entry[];
  /** To be part of the answer: the token of the next page, where there is one. */
  readonly token: { readonly NextToken?: string };
}

/**
 * The part of a list that a request asks for.
 *
 * @param kind what is listed: the token of another list is refused
 * @throws {AwsError} ValidationException
 */
export function pageOf<Entry>(
  kind: string,
  list: readonly Entry[],
  { MaxResults, NextToken }: Json,
  { usual, largest = Infinity, counts = () => true }: PageSize<Entry>,
): Page<Entry> {
  if (MaxResults !== undefined && !(MaxResults >= 0 && MaxResults <= largest)) {
    throw invalid('maxResults', MaxResults, `Member must have value from 0 to ${largest}`);
  }
  const from = NextToken === undefined ? 0 : readToken(kind, NextToken);
  if (from === undefined || from > list.length) {
    throw invalid('nextToken', NextToken, 'Member must be the token of an earlier answer');
  }
  const size = Math.min(MaxResults || usual, largest === Infinity ? usual : largest);
  const entries: Entry[] = [];
  for (let position = from; position < list.length; position += 1) {
    const entry = list[position]!;
    if (!counts(entry)) continue;
    if (entries.length === size)
      return { entries, token: { NextToken: writeToken(kind, position) } };
    entries.push(entry);
  }
  return { entries, token: {} };
}

/**
 * What a request names, or everything. One missing name fails the whole call.
 *
 * @param kind for the message: `fleet`
 * @throws {AwsError} ResourceNotFoundException, ValidationException
 */
export function chooseByName(
  kind: string,
  { Names = [] }: Json,
  all: readonly Json[],
): readonly Json[] {
  for (const name of Names) checkName('names', name);
  if (Names.length === 0) return all;
  const byName = new Map(all.map((one) => [one.Name, one]));
  return [...new Set<string>(Names)].map((name) => {
    const found = byName.get(name);
    if (found !== undefined) return found;
    throw new AwsError('ResourceNotFoundException', `The ${kind} ${name} does not exist.`);
  });
}

/** As a Describe call shows it: the estate's tags are for `ListTagsForResource`. */
export function withoutTags(entry: Json): Json {
  const members = Object.entries(entry).filter(([member]) => member !== 'Tags');
  return withDates(Object.fromEntries(members));
}

/** The state holds times as ISO 8601, the SDK's shapes hold dates. */
export function withDates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, part]) => [
      member,
      /(Time|Date|Timestamp)$/.test(member) ? new Date(part as string) : withDates(part),
    ]),
  );
}

function writeToken(kind: string, position: number): string {
  return Buffer.from(`${kind}:${position}`).toString('base64');
}

function readToken(kind: string, token: string): number | undefined {
  const [found, position] = Buffer.from(token, 'base64').toString().split(':');
  return found === kind && /^\d+$/.test(position ?? '') ? Number(position) : undefined;
}
