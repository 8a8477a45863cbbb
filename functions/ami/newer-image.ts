import type { EC2 } from '@aws-sdk/client-ec2';
import type { ConfiguredGroup } from './groups';
import { readImages } from './images';

/**
 * An AMI, by id, that a group launches and that was created later than so. One that is gone by now counts as older.
 *
 * @param createdAt ISO 8601, as EC2 writes it
 */
export async function findNewer(
  ec2: Pick<EC2, 'describeImages'>,
  { templates }: ConfiguredGroup,
  createdAt: string,
): Promise<string | undefined> {
  const ids = templates.flatMap(({ data }) =>
    data.ImageId?.startsWith('ami-') ? [data.ImageId] : [],
  );
  const images = await readImages(ec2, ids);
  return [...images.values()].find((image) => image.createdAt > createdAt)?.id;
}
