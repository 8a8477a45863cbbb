import { AwsError, type AccessRequest, type Json, type Operation } from '../service';
import { checkTagKey, checkTags, invalid } from './names';
import { isVisible, type AppStreamState, type ImageRecord } from './state';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_ListTagsForResource.html */
export const listTagsForResource: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:ListTagsForResource', resource: '*' }],
  handle: ({ ResourceArn }, state, { now }) => ({
    Tags: { ...taggedImage(ResourceArn, state, now).tags },
  }),
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_TagResource.html */
export const tagResource: Operation<AppStreamState> = {
  mutates: true,
  authorize: ({ ResourceArn, Tags }, state) => [
    {
      action: 'appstream:TagResource',
      resource: ResourceArn,
      context: { ...resourceTags(state.images[ResourceArn]), ...requestTags(Tags) },
    },
  ],
  handle: ({ ResourceArn, Tags }, state, { now }) => {
    checkTags('Tags', Tags);
    const image = taggedImage(ResourceArn, state, now);
    const tags = { ...image.tags, ...Tags };
    if (Object.keys(tags).length > 50) {
      throw new AwsError('LimitExceededException', `${ResourceArn} would have more than 50 tags.`);
    }
    image.tags = tags;
    return {};
  },
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_UntagResource.html */
export const untagResource: Operation<AppStreamState> = {
  mutates: true,
  authorize: ({ ResourceArn, TagKeys }, state) => [
    {
      action: 'appstream:UntagResource',
      resource: ResourceArn,
      context: { ...resourceTags(state.images[ResourceArn]), 'aws:tagkeys': TagKeys ?? [] },
    },
  ],
  handle: ({ ResourceArn, TagKeys }, state, { now }) => {
    if (!Array.isArray(TagKeys) || TagKeys.length < 1 || TagKeys.length > 50) {
      throw invalid('TagKeys', TagKeys, 'Member must have 1 to 50 entries');
    }
    for (const key of TagKeys) checkTagKey('TagKeys', key);
    const image = taggedImage(ResourceArn, state, now);
    const kept = Object.entries(image.tags).filter(([key]) => !TagKeys.includes(key));
    image.tags = Object.fromEntries(kept);
    return {};
  },
};

/** Condition keys for the tags in a request; none where it has none. */
export function requestTags(tags: Json): NonNullable<AccessRequest['context']> {
  const entries = Object.entries((tags ?? {}) as Record<string, string>);
  if (entries.length === 0) return {};
  return {
    ...Object.fromEntries(entries.map(([key, value]) => [contextKey('request', key), value])),
    'aws:tagkeys': entries.map(([key]) => key),
  };
}

/** Condition keys for the tags that a resource has. */
export function resourceTags(
  image: ImageRecord | undefined,
): NonNullable<AccessRequest['context']> {
  const entries = Object.entries(image?.tags ?? {});
  return Object.fromEntries(entries.map(([key, value]) => [contextKey('resource', key), value]));
}

function contextKey(of: 'request' | 'resource', key: string): string {
  return `aws:${of}tag/${key.toLowerCase()}`;
}

/** Only an image of one's own has tags that one sees. */
function taggedImage(arn: Json, state: AppStreamState, now: number): ImageRecord {
  if (typeof arn !== 'string' || !/^arn:aws[a-z-]*:appstream:[^:]*:[^:]*:.+$/.test(arn)) {
    throw invalid('ResourceArn', arn, 'Member must be the ARN of an AppStream resource');
  }
  const record = state.images[arn];
  if (record === undefined || record.image.Visibility !== 'PRIVATE' || !isVisible(record, now)) {
    throw new AwsError('ResourceNotFoundException', `Resource ${arn} not found.`);
  }
  return record;
}
