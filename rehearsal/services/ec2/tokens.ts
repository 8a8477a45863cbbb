import { AwsError, type Call, type Json } from '../service';
import type { Ec2State } from './state';
import { plain } from './times';

const DAY = 86_400_000;

/**
 * Changes something at most once for each client token: the same request gets the same answer again.
 *
 * @param operation API name: a token counts for one operation
 * @param change makes the change and gives the answer, with times in ISO 8601; throws before it changes anything
 * @throws {AwsError} InvalidParameterValue, IdempotentParameterMismatch
 */
export function once(
  operation: string,
  { ClientToken, DryRun, ...request }: Json,
  state: Ec2State,
  { now, uses }: Call,
  change: () => Json,
): Json {
  void DryRun;
  if (ClientToken === undefined) return change();
  uses('client-token');
  checkToken(ClientToken);
  const key = `${operation} ${ClientToken}`;
  const parameters = canonical(request);
  const earlier = Object.hasOwn(state.answered, key) ? state.answered[key] : undefined;
  if (earlier !== undefined && now < earlier.at + DAY) {
    if (earlier.parameters === parameters) return earlier.output;
    const message =
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).';
    throw new AwsError('IdempotentParameterMismatch', message);
  }
  const output = plain(change());
  for (const [other, { at }] of Object.entries(state.answered)) {
    if (now >= at + DAY) delete state.answered[other];
  }
  state.answered[key] = { at: now, parameters, output };
  return output;
}

function checkToken(token: string): void {
  if (/^[\x00-\x7f]{1,128}$/.test(token)) return;
  const message = 'Invalid clientToken: it must have 1 to 128 ASCII characters.';
  throw new AwsError('InvalidParameterValue', message);
}

/** JSON text that does not depend on the order of members. */
function canonical(value: Json): string {
  return JSON.stringify(plain(value), (_key, part: Json) =>
    part === null || typeof part !== 'object' || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1))),
  );
}
