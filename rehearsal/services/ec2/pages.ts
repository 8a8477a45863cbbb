import { AwsError, type Json } from '../service';

/** How long pages of an operation are. */
export interface PageSize {
  readonly smallest: number;
  /** The largest that may be asked for, and what is given where nothing is. */
  readonly largest: number;
}

/** A part of a list, and the token of the next one, to be part of the answer. */
export interface Page<Entry> {
  readonly entries: readonly Entry[];
  readonly token: { readonly NextToken?: string };
}

/**
 * The part of a list that a request asks for.
 *
 * @param kind what is listed: the token of another list is refused
 * @throws {AwsError} InvalidMaxResults, InvalidNextToken
 */
export function pageOf<Entry>(
  kind: string,
  list: readonly Entry[],
  { MaxResults, NextToken }: Json,
  { smallest, largest }: PageSize,
): Page<Entry> {
  if (MaxResults !== undefined && !(MaxResults >= smallest && MaxResults <= largest)) {
    const message = `Value ( ${MaxResults} ) for parameter maxResults is invalid. Expecting a value between ${smallest} and ${largest}.`;
    throw new AwsError('InvalidMaxResults', message);
  }
  const from = NextToken === undefined ? 0 : readToken(kind, NextToken);
  if (from === undefined || from > list.length) {
    throw new AwsError('InvalidNextToken', `The specified NextToken ${NextToken} is not valid.`);
  }
  const to = from + (MaxResults ?? largest);
  return {
    entries: list.slice(from, to),
    token: to < list.length ? { NextToken: writeToken(kind, to) } : {},
  };
}

function writeToken(kind: string, position: number): string {
  return Buffer.from(`${kind}:${position}`).toString('base64');
}

function readToken(kind: string, token: string): number | undefined {
  const [found, position] = Buffer.from(token, 'base64').toString().split(':');
  return found === kind && /^\d+$/.test(position ?? '') ? Number(position) : undefined;
}
