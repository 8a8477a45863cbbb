import type { Operation, Service } from '../service';
import { deleteImage } from './delete-image';
import { describeFleets } from './describe-fleets';
import { describeImageBuilders } from './describe-image-builders';
import { describeImages } from './describe-images';
import { createState, toEstate } from './estate';
import {
  deleteImagePermissions,
  describeImagePermissions,
  updateImagePermissions,
} from './image-permissions';
import { afterOthers } from './others';
import type { AppStreamState } from './state';
import { listTagsForResource, tagResource, untagResource } from './tags';
import { createUpdatedImage } from './update';
import { builderUsage } from './usage';

export type { AppStreamState } from './state';

const GUIDE = 'https://docs.aws.amazon.com/appstream2/latest/developerguide';
const REFERENCE = 'https://docs.aws.amazon.com/appstream2/latest/APIReference';

const OPERATIONS: Readonly<Record<string, Operation<AppStreamState>>> = {
  DescribeImages: describeImages,
  DescribeImageBuilders: describeImageBuilders,
  DescribeFleets: describeFleets,
  DescribeImagePermissions: describeImagePermissions,
  UpdateImagePermissions: updateImagePermissions,
  DeleteImagePermissions: deleteImagePermissions,
  CreateUpdatedImage: createUpdatedImage,
  DeleteImage: deleteImage,
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
};

/** Amazon AppStream 2.0: images, their tags, with whom they are shared, and their managed updates. */
export const appstream: Service<AppStreamState> = {
  id: 'appstream',
  clientPackage: '@aws-sdk/client-appstream',
  protocol: 'json-1.1',
  behaviours: [
    {
      id: 'update-life',
      text: 'An image update goes through PENDING and CREATING to AVAILABLE or FAILED. An image builder of AppStream works on it, UPDATING and then PENDING_QUALIFICATION, and is gone at the end.',
      source: `${GUIDE}/administer-images.html`,
    },
    {
      id: 'update-builder',
      text: 'DescribeImageBuilders shows the builder of an update as soon as DescribeImages shows the image.',
      source: 'assumed',
    },
    {
      id: 'update-duration',
      text: 'An image update takes 2 to 5 hours unless the estate says otherwise: AWS says only that it may take several hours.',
      source: 'assumed',
    },
    {
      id: 'late-visibility',
      text: 'DescribeImages shows a new image up to 8 seconds late, unless the estate says otherwise.',
      source: 'assumed',
    },
    {
      id: 'quotas',
      text: 'An update is refused beyond 5 concurrent image updates, 10 images or 10 image builders, unless the estate names other quotas. Images in flight and failed ones count.',
      source: `${GUIDE}/limits.html`,
    },
    {
      id: 'dry-run',
      text: 'A dry run refuses what the update would refuse for its names and its source; quotas are not checked.',
      source: 'assumed',
    },
    {
      id: 'concurrent-modification',
      text: 'A second update of an image is refused while the first is PENDING: AWS says only to wait a few minutes.',
      source: 'assumed',
    },
    {
      id: 'nothing-to-update',
      text: 'An update that brings nothing is refused as not permitted: AWS does not say what happens.',
      source: 'assumed',
    },
    {
      id: 'missing-name',
      text: 'One unknown name fails a whole DescribeImages; Names, Arns and Type exclude each other.',
      source: `${REFERENCE}/API_DescribeImages.html`,
    },
    {
      id: 'incompatible',
      text: 'Only Windows images on a base image of July 24, 2017 or later can be updated.',
      source: `${GUIDE}/administer-images.html`,
    },
    {
      id: 'sharing',
      text: "Only an AVAILABLE image of one's own is shared, with at most 100 accounts unless the estate names another quota. An update carries no permissions over. What is not shared with an account cannot be taken from it.",
      source: `${REFERENCE}/API_UpdateImagePermissions.html`,
    },
    {
      id: 'delete-image',
      text: 'An image that a fleet or an image builder uses, or that is shared, is not deleted, nor is one in flight. What is deleted is gone at once.',
      source: `${GUIDE}/administer-images.html`,
    },
    {
      id: 'pages',
      text: 'A page of image builders, fleets or permissions has 25 entries unless fewer are asked for (of permissions: up to 500): AWS names no number.',
      source: 'assumed',
    },
    {
      id: 'others',
      text: 'An update that somebody else starts is refused as ours are; it takes the middle of its duration, and its image is named after who started it.',
      source: 'assumed',
    },
    {
      id: 'in-flight-at-start',
      text: 'An image that is in flight at the start takes as long as an update on average.',
      source: 'assumed',
    },
  ],
  createState,
  operations: Object.fromEntries(
    Object.entries(OPERATIONS).map(([name, operation]) => [name, afterOthers(operation)]),
  ),
  toEstate,
  usage: builderUsage,
};
