import type { Json } from '../service';
import { invalid } from './names';

/**
 * The part of a list that a request asks for, and the token of the next part.
 *
 * @param kind what is listed: the token of another list is refused
 * @param usual entries of a page where the request does not say so
 * @param most entries that a request may ask for
 * @throws {AwsError} InvalidParameterException
 */
export function pageOf<Entry>(
  kind: string,
  list: readonly Entry[],
  { maxResults, nextToken }: Json,
  usual: number,
  most: number,
): { readonly entries: readonly Entry[]; readonly token: { readonly nextToken?: string } } {
  const size: number = maxResults ?? usual;
  if (!(Number.isInteger(size) && size >= 1 && size <= most)) {
    throw invalid(`Invalid value for maxResults: ${maxResults}, it must be between 1 and ${most}.`);
  }
  const from = nextToken === undefined ? 0 : positionIn(kind, nextToken);
  if (from === undefined || from > list.length) {
    throw invalid('Invalid token in request.');
  }
  const to = from + size;
  return {
    entries: list.slice(from, to),
    token: to < list.length ? { nextToken: tokenOf(kind, to) } : {},
  };
}

function tokenOf(kind: string, position: number): string {
  return Buffer.from(`${kind}:${position}`).toString('base64');
}

function positionIn(kind: string, token: string): number | undefined {
  const [found, position = ''] = Buffer.from(token, 'base64').toString().split(':');
  return found === kind && /^\d+$/.test(position) ? Number(position) : undefined;
}
