import type { Ledger } from '../foundation/ledger';
import type { Tags } from './images';

/** An image as the survey of a run saw it, with what decides whether the run takes it. */
export interface SurveyedImage {
  readonly name: string;
  readonly state: string;
  /** Those of the lineage; an image has up to fifty. */
  readonly tags: Tags;
  /** What AppStream would refuse of a successor. */
  readonly problem?: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** Account of the owner, where that is another one. */
  readonly owner?: string;
}

/**
 * Writes one page of a survey, 25 images. The same page written again is the same row.
 *
 * @param page from 0, at most 9,999
 */
export async function recordSurveyed(
  ledger: Ledger,
  run: string,
  page: number,
  images: readonly SurveyedImage[],
  now: Date,
): Promise<void> {
  await ledger.client.updateItem({
    TableName: ledger.table,
    Key: {
      workflow: { S: ledger.workflow },
      item: { S: `${prefixOf(run)}${String(page).padStart(4, '0')}` },
    },
    UpdateExpression: 'SET body = :body, expiresAt = :expires',
    ExpressionAttributeValues: {
      ':body': { S: JSON.stringify(images) },
      // Nobody reads it after the run has chosen.
      ':expires': { N: String(Math.floor(now.getTime() / 1000) + 7 * 86_400) },
    },
  });
}

/** All images that the survey of a run saw, in the order in which AppStream listed them. */
export async function readSurveyed(ledger: Ledger, run: string): Promise<SurveyedImage[]> {
  const images: SurveyedImage[] = [];
  let start: Record<string, { S: string }> | undefined;
  do {
    const page = await ledger.client.query({
      TableName: ledger.table,
      KeyConditionExpression: 'workflow = :workflow AND begins_with(#item, :prefix)',
      ExpressionAttributeNames: { '#item': 'item' },
      ExpressionAttributeValues: {
        ':workflow': { S: ledger.workflow },
        ':prefix': { S: prefixOf(run) },
      },
      ConsistentRead: true,
      ...(start === undefined ? {} : { ExclusiveStartKey: start }),
    });
    for (const row of page.Items ?? []) {
      images.push(...(JSON.parse(row['body']?.S ?? '[]') as SurveyedImage[]));
    }
    start = page.LastEvaluatedKey as Record<string, { S: string }> | undefined;
  } while (start !== undefined);
  return images;
}

function prefixOf(run: string): string {
  return `survey#${run}#`;
}
