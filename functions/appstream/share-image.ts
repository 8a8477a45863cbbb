import type { AppStream, ImagePermissions } from '@aws-sdk/client-appstream';
import { createAppStream } from './images';

export interface ShareEvent {
  readonly source: string;
  readonly target: string;
}

export interface ShareResult {
  /** Accounts with which the successor is shared, as the source is. */
  readonly accounts: readonly string[];
}

export interface ShareDependencies {
  readonly appstream: Pick<AppStream, 'describeImagePermissions' | 'updateImagePermissions'>;
}

/**
 * Shares the successor with the accounts with which the source is shared, with the same permissions. AppStream does
 * not: an update has no permissions, and fleets of other accounts could not move to it. Nothing is ever unshared,
 * since that would set those fleets to zero:
 * https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html
 */
export function createHandler({ appstream }: ShareDependencies) {
  return async ({ source, target }: ShareEvent): Promise<ShareResult> => {
    const wanted = await readPermissions(appstream, source);
    const accounts = Object.keys(wanted);
    if (accounts.length === 0) return { accounts };
    const present = await readPermissions(appstream, target);
    for (const [account, permissions] of Object.entries(wanted)) {
      if (isSame(present[account], permissions)) continue;
      await appstream.updateImagePermissions({
        Name: target,
        SharedAccountId: account,
        ImagePermissions: permissions,
      });
    }
    return { accounts };
  };
}

export const factory = () => {
  return createHandler({ appstream: createAppStream() });
};

/** By account. A source that is gone is shared with nobody. */
async function readPermissions(
  appstream: Pick<AppStream, 'describeImagePermissions'>,
  name: string,
): Promise<Record<string, ImagePermissions>> {
  const permissions: Record<string, ImagePermissions> = {};
  let token: string | undefined;
  try {
    do {
      const page = await appstream.describeImagePermissions({
        Name: name,
        ...(token === undefined ? {} : { NextToken: token }),
      });
      for (const entry of page.SharedImagePermissionsList ?? []) {
        if (entry.sharedAccountId === undefined) continue;
        permissions[entry.sharedAccountId] = {
          allowFleet: entry.imagePermissions?.allowFleet ?? false,
          allowImageBuilder: entry.imagePermissions?.allowImageBuilder ?? false,
        };
      }
      token = page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
  }
  return permissions;
}

function isSame(one: ImagePermissions | undefined, other: ImagePermissions): boolean {
  return one?.allowFleet === other.allowFleet && one?.allowImageBuilder === other.allowImageBuilder;
}
