import type { Scope } from '../service';

/** What an alarm's action says of the OpsItem that it opens. */
export interface OpsItemAction {
  readonly severity: string;
  readonly category?: string;
}

/**
 * Reads `arn:aws:ssm:<region>:<account>:opsitem:<severity>[#CATEGORY=<category>]`, region and account being the alarm's.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-configuring-an-existing-alarm-programmatically.html
 *
 * @returns `undefined` for another action, or another place
 */
export function opsItemOf(
  action: string,
  { partition, region, account }: Pick<Scope, 'partition' | 'region' | 'account'>,
): OpsItemAction | undefined {
  const prefix = `arn:${partition}:ssm:${region}:${account}:opsitem:`;
  if (!action.startsWith(prefix)) return undefined;
  const match = /^([1-4])(?:#CATEGORY=(Availability|Cost|Performance|Recovery|Security))?$/.exec(
    action.slice(prefix.length),
  );
  if (match?.[1] === undefined) return undefined;
  return { severity: match[1], ...(match[2] !== undefined && { category: match[2] }) };
}
