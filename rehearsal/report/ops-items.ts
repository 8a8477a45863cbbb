import type { RehearsalResult } from '../result';
import type { Json } from '../services/service';

/** An OpsItem that was opened in the rehearsed time. */
export interface OpsItemShown {
  readonly id: string;
  readonly at: string;
  readonly title: string;
  /** With the category, where it has one: `3, Security`. */
  readonly severity: string;
  /** At the end. */
  readonly status: string;
}

/** The OpsItems that were opened in the rehearsed time, from the final estate, in order. */
export function openedOpsItems({ estate, from }: RehearsalResult): OpsItemShown[] {
  const all: readonly Json[] = estate?.ssm?.opsItems ?? [];
  return all
    .filter(({ CreatedTime }) => Date.parse(CreatedTime) >= Date.parse(from))
    .map(({ OpsItemId, CreatedTime, Title, Severity, Category, Status }) => ({
      id: OpsItemId,
      at: new Date(CreatedTime).toISOString(),
      title: Title,
      severity: [Severity, Category].filter((part) => part !== undefined).join(', '),
      status: Status,
    }));
}
