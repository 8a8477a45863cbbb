import { AwsError, type Json } from '../service';
import { invalid } from './names';

/**
 * The part of a list that a request asks for.
 *
 * @param kind what is listed: the token of another list is refused
 * @param usual entries of a page unless the request says otherwise; 100 is the most
 * @throws {AwsError} ValidationError, InvalidNextToken
 */
export function pageOf<Entry>(
  kind: string,
  list: readonly Entry[],
  { MaxRecords = undefined, NextToken = undefined }: Json,
  usual = 50,
): { readonly entries: readonly Entry[]; readonly token: { readonly NextToken?: string } } {
  if (MaxRecords !== undefined && !(MaxRecords >= 1 && MaxRecords <= 100)) {
    throw invalid(`MaxRecords must be between 1 and 100, but is ${MaxRecords}.`);
  }
  const from = NextToken === undefined ? 0 : readToken(kind, NextToken);
  const to = from + (MaxRecords ?? usual);
  return {
    entries: list.slice(from, to),
    token: to < list.length ? { NextToken: writeToken(kind, to) } : {},
  };
}

function writeToken(kind: string, position: number): string {
  return Buffer.from(`${kind}:${position}`).toString('base64');
}

function readToken(kind: string, token: string): number {
  const [found, position] = Buffer.from(token, 'base64').toString().split(':');
  if (found === kind && /^\d+$/.test(position ?? '')) return Number(position);
  throw new AwsError('InvalidNextToken', `The token '${token}' is invalid.`);
}
