import type { AppStream } from '@aws-sdk/client-appstream';
import type { ServiceQuotas } from '@aws-sdk/client-service-quotas';
import { log } from '../foundation/environment';

/** What the account may have in its Region at a time. */
export interface Quotas {
  readonly updates: number;
  readonly images: number;
  readonly builders: number;
}

/** The quotas of the account; those that cannot be read have AWS's default, and are named. */
export async function readQuotas(
  serviceQuotas: Pick<ServiceQuotas, 'getServiceQuota' | 'getAWSDefaultServiceQuota'>,
): Promise<{ readonly quotas: Quotas; readonly unread: readonly string[] }> {
  // https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html
  const known = {
    updates: { QuotaCode: 'L-9B6418E0', value: 5 },
    images: { QuotaCode: 'L-E1182CCA', value: 10 },
    builders: { QuotaCode: 'L-DE32F884', value: 10 },
  };
  const unread: string[] = [];
  const read = async ({ QuotaCode, value }: { QuotaCode: string; value: number }) => {
    const quota = { ServiceCode: 'appstream2', QuotaCode };
    try {
      const answer = await serviceQuotas.getServiceQuota(quota).catch((error: Error) => {
        // Nothing was applied to this account.
        if (error.name !== 'NoSuchResourceException') throw error;
        return serviceQuotas.getAWSDefaultServiceQuota(quota);
      });
      if (answer.Quota?.Value !== undefined) return answer.Quota.Value;
    } catch (error) {
      // Not worth a run: AWS itself keeps the quota, and a start that it refuses waits.
      const { name, message } = error as Error;
      log('ERROR', 'A quota could not be read', { QuotaCode, error: `${name}: ${message}` });
    }
    unread.push(QuotaCode);
    return value;
  };
  const updates = await read(known.updates);
  const images = await read(known.images);
  const builders = await read(known.builders);
  return { quotas: { updates, images, builders }, unread };
}

/** What of the quotas is used now, by whomever. */
export interface BuilderUse {
  readonly builders: number;
  /** Names of the builders on which AppStream makes updates: each update has one. */
  readonly updating: readonly string[];
}

/** The image builders of the account; AppStream's own for updates are among them. */
export async function countBuilders(
  appstream: Pick<AppStream, 'describeImageBuilders'>,
): Promise<BuilderUse> {
  const updating: string[] = [];
  let builders = 0;
  let token: string | undefined;
  do {
    const page = await appstream.describeImageBuilders(
      token === undefined ? {} : { NextToken: token },
    );
    for (const builder of page.ImageBuilders ?? []) {
      builders += 1;
      // https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html
      if (builder.State === 'UPDATING' || builder.State === 'PENDING_QUALIFICATION') {
        updating.push(builder.Name ?? '');
      }
    }
    token = page.NextToken;
  } while (token !== undefined);
  return { builders, updating };
}

/** How many images the account owns, in whatever state: all count against the quota. */
export async function countImages(appstream: Pick<AppStream, 'describeImages'>): Promise<number> {
  let images = 0;
  let token: string | undefined;
  do {
    const page = await appstream.describeImages({
      Type: 'PRIVATE',
      MaxResults: 25,
      ...(token === undefined ? {} : { NextToken: token }),
    });
    images += page.Images?.length ?? 0;
    token = page.NextToken;
  } while (token !== undefined);
  return images;
}

/** Why an update cannot be started although nothing runs. */
export function doesNotFit(images: number, quota: number): string {
  return (
    `it does not fit: the account has ${images} of ${quota} images (L-E1182CCA); ` +
    'delete images that nothing uses, or have the quota raised'
  );
}
