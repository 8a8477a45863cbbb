import type { AppStream, Image } from '@aws-sdk/client-appstream';
import { namedError } from '../foundation/environment';

/** AppStream shares its request rates with the whole account: a function slows down rather than gives up. */
export function createAppStream(): AppStream {
  // Required by name inside the factory: the client comes from the Lambda runtime, one per container.
  const { AppStream } =
    require('@aws-sdk/client-appstream') as typeof import('@aws-sdk/client-appstream');
  return new AppStream({ retryMode: 'adaptive', maxAttempts: 8 });
}

export type Tags = Readonly<Record<string, string>>;

/** An image with its tags, less those that AWS keeps for itself. */
export interface TaggedImage {
  readonly name: string;
  readonly arn: string;
  readonly state: string;
  readonly image: Image;
  readonly tags: Tags;
  /** All tags, also those of AWS: AppStream does not say that they leave its limit alone. */
  readonly tagCount: number;
}

/** The tags of a lineage. The first three are those of the seed; the last tells whose successor an image is. */
export function tagNames() {
  return {
    autoUpdate: 'AutoUpdate',
    baseName: 'BaseName',
    nextVersion: 'NextVersion',
    source: 'evergreen:source',
  } as const;
}

/** States in which AWS is still at work. An unknown one counts as such, so that it is never taken for a failure. */
export function isInFlight(state: string): boolean {
  return state !== 'AVAILABLE' && state !== 'FAILED' && state !== 'DELETING';
}

/** Reads one image and its tags; `undefined` where AppStream does not know it (yet, or any more). */
export async function readImage(
  appstream: Pick<AppStream, 'describeImages' | 'listTagsForResource'>,
  name: string,
): Promise<TaggedImage | undefined> {
  try {
    const answer = await appstream.describeImages({ Names: [name] });
    const image = answer.Images?.[0];
    return image === undefined ? undefined : await withTags(appstream, image);
  } catch (error) {
    if ((error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

export async function withTags(
  appstream: Pick<AppStream, 'listTagsForResource'>,
  image: Image,
): Promise<TaggedImage> {
  if (image.Name === undefined || image.Arn === undefined) {
    throw namedError('UnexpectedAnswer', 'AppStream described an image without a name or an ARN.');
  }
  const answer = await appstream.listTagsForResource({ ResourceArn: image.Arn });
  return {
    name: image.Name,
    arn: image.Arn,
    state: image.State ?? 'UNKNOWN',
    image,
    tagCount: Object.keys(answer.Tags ?? {}).length,
    // Tags that begin with aws: come from AWS itself (CloudFormation and others) and must not be sent back.
    tags: Object.fromEntries(
      Object.entries(answer.Tags ?? {}).filter(([key]) => !key.toLowerCase().startsWith('aws:')),
    ),
  };
}

/** AWS's own reason for a failed image, whole. */
export function failureReason(image: Image): string {
  const reason = image.StateChangeReason;
  const errors = (image.ImageErrors ?? []).map(
    (error) => `${error.ErrorCode ?? 'ERROR'}: ${error.ErrorMessage ?? 'no message'}`,
  );
  const parts = [
    ...(reason === undefined
      ? []
      : [`${reason.Code ?? 'NO_CODE'}: ${reason.Message ?? 'no message'}`]),
    ...errors,
  ];
  return parts.length === 0 ? 'AppStream gave no reason' : parts.join('; ');
}
