import type { Json } from '../service';

/** OpsCenter. */
export interface OpsItems {
  /** As `GetOpsItem` shows them, with times in ISO 8601, the oldest first. */
  readonly opsItems: Json[];
}

/** What a service that opens an OpsItem says of it. */
export interface OpsItemRequest {
  readonly title: string;
  readonly source: string;
  /** 1 to 4. */
  readonly severity: string;
  /** @default none */
  readonly category?: string;
  /** ARN of what is concerned, from which, with the string, duplicates are told. */
  readonly resource: string;
  readonly deduplication: string;
  /** ARN of who opens it. */
  readonly createdBy: string;
  /** ISO 8601. */
  readonly at: string;
}

/**
 * Opens an OpsItem, unless an equal one is open or in progress: one that is resolved, or closed, does not count.
 * https://docs.aws.amazon.com/systems-manager/latest/userguide/OpsCenter-working-deduplication.html
 *
 * @returns whether there is a new one
 */
export function openOpsItem({ opsItems }: OpsItems, request: OpsItemRequest): boolean {
  const { title, source, severity, category, resource, deduplication, createdBy, at } = request;
  const dedup = JSON.stringify({ dedupString: deduplication });
  const resources = JSON.stringify([{ arn: resource }]);
  const isSame = ({ Status, OperationalData }: Json) =>
    ['Open', 'InProgress'].includes(Status) &&
    OperationalData?.['/aws/dedup']?.Value === dedup &&
    OperationalData?.['/aws/resources']?.Value === resources;
  if (opsItems.some(isSame)) return false;
  opsItems.push({
    OpsItemId: nextId(opsItems),
    Title: title,
    Source: source,
    Severity: severity,
    ...(category !== undefined && { Category: category }),
    Status: 'Open',
    CreatedBy: createdBy,
    CreatedTime: at,
    LastModifiedBy: createdBy,
    LastModifiedTime: at,
    Version: '1',
    OperationalData: {
      '/aws/dedup': { Type: 'SearchableString', Value: dedup },
      '/aws/resources': { Type: 'SearchableString', Value: resources },
    },
  });
  return true;
}

/** AWS draws them: https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_OpsItem.html */
function nextId(opsItems: readonly Json[]): string {
  const taken = new Set(opsItems.map(({ OpsItemId }) => OpsItemId));
  for (let number = opsItems.length + 1; ; number += 1) {
    const id = `oi-${String(number).padStart(12, '0')}`;
    if (!taken.has(id)) return id;
  }
}
