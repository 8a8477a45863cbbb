import { AwsError, type Json, type Operation, type Scope } from '../service';
import { page, writeToken } from './describe-images';
import { checkName, imageArn, invalid } from './names';
import { isVisible, type AppStreamState, type ImageRecord } from './state';
import { resourceTags } from './tags';

/** Accounts that an image can be shared with: https://docs.aws.amazon.com/appstream2/latest/developerguide/limits.html */
const SHARES = { code: 'appstream2:L-99A44980', value: 100 };

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImagePermissions.html */
export const describeImagePermissions: Operation<AppStreamState> = {
  mutates: false,
  authorize: onImage('appstream:DescribeImagePermissions'),
  handle: (input, state, { now, scope }) => {
    const { sharedWith } = ownImage(input.Name, state, now, scope);
    const wanted: readonly string[] = input.SharedAwsAccountIds ?? [];
    const chosen =
      wanted.length === 0
        ? sharedWith
        : sharedWith.filter(({ sharedAccountId }) => wanted.includes(sharedAccountId));
    const { from, size } = page(input, chosen.length, 'permissions');
    const next = from + size;
    return {
      Name: input.Name,
      SharedImagePermissionsList: chosen.slice(from, next),
      ...(next < chosen.length && { NextToken: writeToken(next, 'permissions') }),
    };
  },
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_UpdateImagePermissions.html */
export const updateImagePermissions: Operation<AppStreamState> = {
  mutates: true,
  authorize: onImage('appstream:UpdateImagePermissions'),
  handle: ({ Name, SharedAccountId, ImagePermissions }, state, { now, scope }) => {
    checkAccount(SharedAccountId);
    const record = ownImage(Name, state, now, scope);
    checkAvailable(record, now);
    if (SharedAccountId === scope.account) {
      const message = `The image ${Name} belongs to the account ${SharedAccountId} itself.`;
      throw new AwsError('OperationNotPermittedException', message);
    }
    const others = record.sharedWith.filter(
      ({ sharedAccountId }) => sharedAccountId !== SharedAccountId,
    );
    const limit: number = scope.estate.quotas?.[SHARES.code] ?? SHARES.value;
    if (others.length >= limit) {
      const message = `The limit of ${limit} accounts for the image ${Name} is reached.`;
      throw new AwsError('LimitExceededException', message);
    }
    const permissions = { ...ImagePermissions };
    share(record, [...others, { sharedAccountId: SharedAccountId, imagePermissions: permissions }]);
    return {};
  },
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DeleteImagePermissions.html */
export const deleteImagePermissions: Operation<AppStreamState> = {
  mutates: true,
  authorize: onImage('appstream:DeleteImagePermissions'),
  handle: ({ Name, SharedAccountId }, state, { now, scope }) => {
    checkAccount(SharedAccountId);
    const record = ownImage(Name, state, now, scope);
    const others = record.sharedWith.filter(
      ({ sharedAccountId }) => sharedAccountId !== SharedAccountId,
    );
    if (others.length === record.sharedWith.length) {
      const message = `The image ${Name} is not shared with the account ${SharedAccountId}.`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    share(record, others);
    return {};
  },
};

function onImage(action: string): Operation<AppStreamState>['authorize'] {
  return ({ Name }, state, scope) => {
    const resource = imageArn(scope, Name);
    return [{ action, resource, context: resourceTags(state.images[resource]) }];
  };
}

/** Permissions are of own images only. */
function ownImage(name: Json, state: AppStreamState, now: number, scope: Scope): ImageRecord {
  checkName('name', name);
  const record = state.images[imageArn(scope, name)];
  if (record === undefined || !isVisible(record, now)) {
    throw new AwsError('ResourceNotFoundException', `The image ${name} does not exist.`);
  }
  return record;
}

function checkAvailable(record: ImageRecord, now: number): void {
  const { image, creation } = record;
  const state =
    creation === undefined || now >= creation.endsAt ? (creation?.end ?? image).State : '';
  if (state === 'AVAILABLE') return;
  const message = `The image ${image.Name} is not AVAILABLE.`;
  throw new AwsError('ResourceNotAvailableException', message);
}

function checkAccount(account: Json): void {
  if (!/^\d{12}$/.test(account ?? '')) {
    throw invalid(
      'sharedAccountId',
      account,
      'Member must satisfy regular expression pattern: ^\\d+$',
    );
  }
}

function share(record: ImageRecord, sharedWith: readonly Json[]): void {
  record.sharedWith = sharedWith;
  record.image.ImageSharedWithOthers = sharedWith.length > 0 ? 'TRUE' : 'FALSE';
}
