import type { Scope } from '../service';

/** A quota as Service Quotas knows it. */
export interface Quota {
  readonly name: string;
  /** What an account has that never asked for more. */
  readonly value: number;
}

/** By service and quota code: https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html */
export const QUOTAS = {
  'appstream2:L-9B6418E0': { name: 'Concurrent image updates', value: 5 },
  'appstream2:L-E1182CCA': { name: 'Images', value: 10 },
  'appstream2:L-DE32F884': { name: 'Image builders', value: 10 },
  'appstream2:L-60244546': { name: 'Concurrent image copies per destination Region', value: 2 },
  'appstream2:L-99A44980': { name: 'Accounts an image can be shared with', value: 100 },
} as const satisfies Readonly<Record<string, Quota>>;

export type QuotaCode = keyof typeof QUOTAS;

/** How much the account may have: what the estate says, else AWS's default. */
export function limitOf({ estate }: Scope, code: QuotaCode): number {
  return estate.quotas?.[code] ?? QUOTAS[code].value;
}
