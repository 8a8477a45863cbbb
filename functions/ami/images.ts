import type { EC2, Image } from '@aws-sdk/client-ec2';

/**
 * EC2 shares its request rates with the whole account: a function slows down rather than gives up. It is required by
 * name inside the factory: the client comes from the Lambda runtime, one per container.
 */
export function createEc2(): EC2 {
  const { EC2 } = require('@aws-sdk/client-ec2') as typeof import('@aws-sdk/client-ec2');
  return new EC2({ retryMode: 'adaptive', maxAttempts: 8 });
}

/** An AMI as far as a rollout must know it. */
export interface ImageFacts {
  readonly id: string;
  readonly name: string;
  readonly state: string;
  /** ISO 8601. */
  readonly createdAt: string;
  /** ISO 8601. Absent: it is not deprecated. */
  readonly deprecatedAt?: string;
  readonly owner: string;
  /** `amazon`, `aws-marketplace`, `aws-backup-vault`, where AWS has a name for the owner. */
  readonly ownerAlias?: string;
  readonly architecture: string;
  readonly virtualization: string;
  readonly rootDeviceType: string;
  readonly rootDeviceName: string;
}

/**
 * AMIs by id; those that are gone, or that the account cannot see, are missing.
 * Deprecated and disabled ones are there: groups run on them.
 */
export async function readImages(
  ec2: Pick<EC2, 'describeImages'>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, ImageFacts>> {
  const found = new Map<string, ImageFacts>();
  for (const id of new Set(ids)) {
    // One by one: a single unknown id fails the whole call.
    try {
      const answer = await ec2.describeImages({
        ImageIds: [id],
        IncludeDeprecated: true,
        IncludeDisabled: true,
      });
      const image = answer.Images?.[0];
      if (image !== undefined) found.set(id, toFacts(id, image));
    } catch (error) {
      const { name } = error as Error;
      if (!['InvalidAMIID.NotFound', 'InvalidAMIID.Unavailable'].includes(name)) throw error;
    }
  }
  return found;
}

function toFacts(id: string, image: Image): ImageFacts {
  return {
    id,
    name: image.Name ?? '',
    state: image.State ?? 'unknown',
    createdAt: image.CreationDate ?? '',
    ...(image.DeprecationTime === undefined ? {} : { deprecatedAt: image.DeprecationTime }),
    owner: image.OwnerId ?? '',
    ...(image.ImageOwnerAlias === undefined ? {} : { ownerAlias: image.ImageOwnerAlias }),
    architecture: image.Architecture ?? '',
    virtualization: image.VirtualizationType ?? '',
    rootDeviceType: image.RootDeviceType ?? '',
    rootDeviceName: image.RootDeviceName ?? '',
  };
}

/** Why an AMI must not be rolled out to anybody; `undefined`: it may. */
export function refuseImage(
  image: ImageFacts,
  owners: readonly string[],
  account: string,
  now: Date,
): string | undefined {
  if (image.state !== 'available') return `it is ${image.state}`;
  if (image.deprecatedAt !== undefined && new Date(image.deprecatedAt) <= now) {
    return `it is deprecated since ${image.deprecatedAt}`;
  }
  const names = [image.owner, image.ownerAlias, image.owner === account ? 'self' : undefined];
  if (owners.some((owner) => names.includes(owner))) return undefined;
  return `it belongs to ${image.ownerAlias ?? image.owner}; allowed is ${owners.join(', ')}`;
}
