import { builderArn, fleetArn, imageArn } from '../services/appstream/names';
import type { Json } from '../services/service';
import { duplicates, listAt } from './problems';
import type { Estate } from './types';

/** What AWS would show of the rest. */
export function appStreamWithDefaults({
  account,
  region,
  capturedAt,
  appstream,
}: Json): Estate['appstream'] {
  const scope = { partition: 'aws' as const, account, region };
  return {
    images: (appstream?.images ?? []).map((image: Json) => ({
      Name: image.Name,
      Arn: imageArn(image.Visibility === 'PUBLIC' ? { ...scope, account: '' } : scope, image.Name),
      State: 'AVAILABLE',
      Visibility: 'PRIVATE',
      CreatedTime: capturedAt,
      ...image,
    })),
    imageBuilders: (appstream?.imageBuilders ?? []).map((builder: Json) => ({
      Name: builder.Name,
      Arn: builderArn(scope, builder.Name),
      State: 'STOPPED',
      CreatedTime: capturedAt,
      ...builder,
    })),
    fleets: (appstream?.fleets ?? []).map((fleet: Json) => ({
      Name: fleet.Name,
      Arn: fleetArn(scope, fleet.Name),
      State: 'STOPPED',
      FleetType: 'ALWAYS_ON',
      InstanceType: 'stream.standard.medium',
      ComputeCapacityStatus: { Desired: 0 },
      CreatedTime: capturedAt,
      ...fleet,
    })),
  };
}

/** What no schema can say of AppStream. Nothing is sure of the shape yet. */
export function appStreamClashes(given: Json): string[] {
  const images = listAt(given?.appstream?.images);
  return [
    ...duplicates(images, 'appstream.images', 'Name', ({ Visibility }) => Visibility !== 'SHARED'),
    ...duplicates(images, 'appstream.images', 'Arn'),
    ...duplicates(listAt(given?.appstream?.imageBuilders), 'appstream.imageBuilders', 'Name'),
    ...duplicates(listAt(given?.appstream?.fleets), 'appstream.fleets', 'Name'),
    ...foreignArns(images, given),
    ...unnamedShares(images),
  ];
}

/** The ARN is what tells images apart, so it must say the same as the name and the visibility. */
function foreignArns(images: readonly Json[], given: Json): string[] {
  const scope = { partition: 'aws' as const, account: given?.account, region: given?.region };
  return images.flatMap((image, position) => {
    const { Name, Arn, Visibility = 'PRIVATE' } = image ?? {};
    if (typeof Arn !== 'string' || typeof Name !== 'string') return [];
    const own = imageArn(scope, Name);
    const place = `appstream.images[${position}].Arn is "${Arn}"`;
    if (Visibility === 'PRIVATE') return Arn === own ? [] : [`${place}; an own image has "${own}"`];
    return Arn !== own && Arn.endsWith(`:image/${Name}`)
      ? []
      : [`${place}; it must end in ":image/${Name}" and belong to another account`];
  });
}

/** An account captured without its permissions would look as if nobody used the image. */
function unnamedShares(images: readonly Json[]): string[] {
  return images.flatMap((image, position) => {
    const {
      Visibility = 'PRIVATE',
      ImageSharedWithOthers,
      SharedImagePermissionsList,
    } = image ?? {};
    const isTold = ImageSharedWithOthers === 'TRUE' && Visibility === 'PRIVATE';
    return isTold && listAt(SharedImagePermissionsList).length === 0
      ? [
          `appstream.images[${position}].ImageSharedWithOthers is "TRUE"; SharedImagePermissionsList must say with whom`,
        ]
      : [];
  });
}
