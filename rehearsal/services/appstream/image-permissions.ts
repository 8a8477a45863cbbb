import { AwsError, type Call, type Json, type Operation } from '../service';
import { checkName, imageArn, invalid } from './names';
import { pageOf } from './page';
import { limitOf } from './quotas';
import { imageAt, isVisible, type AppStreamState, type ImageRecord } from './state';
import { resourceTags } from './tags';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImagePermissions.html */
export const describeImagePermissions: Operation<AppStreamState> = {
  mutates: false,
  authorize: onImage('appstream:DescribeImagePermissions'),
  handle: (input, state, call) => {
    call.uses('pages');
    const { SharedAwsAccountIds: accounts } = input;
    if (accounts !== undefined && !(accounts.length >= 1 && accounts.length <= 5)) {
      throw invalid('sharedAwsAccountIds', accounts, 'Member must have 1 to 5 entries');
    }
    for (const account of accounts ?? []) checkAccount('sharedAwsAccountIds', account);
    const { sharedWith } = ownImage(input.Name, state, call);
    const chosen = sharedWith.filter(
      ({ sharedAccountId }) => accounts === undefined || accounts.includes(sharedAccountId),
    );
    const { entries, token } = pageOf('permissions', chosen, input, { usual: 25, largest: 500 });
    return { Name: input.Name, SharedImagePermissionsList: structuredClone(entries), ...token };
  },
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_UpdateImagePermissions.html */
export const updateImagePermissions: Operation<AppStreamState> = {
  mutates: true,
  authorize: onImage('appstream:UpdateImagePermissions'),
  handle: ({ Name, SharedAccountId, ImagePermissions }, state, call) => {
    call.uses('sharing');
    checkAccount('sharedAccountId', SharedAccountId);
    const record = availableImage(Name, state, call);
    if (SharedAccountId === call.scope.account) {
      throw invalid('sharedAccountId', SharedAccountId, 'Member must be another account');
    }
    const others = record.sharedWith.filter(isNot(SharedAccountId));
    const limit = limitOf(call.scope, 'appstream2:L-99A44980');
    if (others.length >= limit) {
      const message = `The limit of ${limit} accounts for the image ${Name} is reached.`;
      throw new AwsError('LimitExceededException', message);
    }
    const imagePermissions = structuredClone(ImagePermissions);
    share(record, [...others, { sharedAccountId: SharedAccountId, imagePermissions }]);
    return {};
  },
};

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DeleteImagePermissions.html */
export const deleteImagePermissions: Operation<AppStreamState> = {
  mutates: true,
  authorize: onImage('appstream:DeleteImagePermissions'),
  handle: ({ Name, SharedAccountId }, state, call) => {
    call.uses('sharing');
    checkAccount('sharedAccountId', SharedAccountId);
    const record = availableImage(Name, state, call);
    const others = record.sharedWith.filter(isNot(SharedAccountId));
    if (others.length === record.sharedWith.length) {
      const message = `The image ${Name} is not shared with the account ${SharedAccountId}.`;
      throw new AwsError('ResourceNotFoundException', message);
    }
    share(record, others);
    return {};
  },
};

/** The permission that operations on one own image ask for. */
export function onImage(action: string): Operation<AppStreamState>['authorize'] {
  return ({ Name }, state, scope) => {
    const resource = imageArn(scope, Name);
    return [{ action, resource, context: resourceTags(state.images[resource]) }];
  };
}

/** @throws {AwsError} ResourceNotFoundException also of an image that another account shares, or that is not shown yet */
export function ownImage(name: Json, state: AppStreamState, { now, scope }: Call): ImageRecord {
  checkName('name', name);
  const record = state.images[imageArn(scope, name)];
  if (record !== undefined && isVisible(record, now)) return record;
  throw new AwsError('ResourceNotFoundException', `The image ${name} does not exist.`);
}

function availableImage(name: Json, state: AppStreamState, call: Call): ImageRecord {
  const record = ownImage(name, state, call);
  const { State } = imageAt(record, call.now);
  if (State === 'AVAILABLE') return record;
  const message = `The image ${name} is ${State}. It must be AVAILABLE.`;
  throw new AwsError('ResourceNotAvailableException', message);
}

/** The pattern of the API's model, and twelve digits as its text says. */
function checkAccount(member: string, account: Json): void {
  if (!/^\d{12}$/.test(account ?? '')) {
    throw invalid(member, account, 'Member must satisfy regular expression pattern: ^\\d+$');
  }
}

function isNot(account: string) {
  return ({ sharedAccountId }: Json) => sharedAccountId !== account;
}

function share(record: ImageRecord, sharedWith: readonly Json[]): void {
  record.sharedWith = sharedWith;
  record.image.ImageSharedWithOthers = sharedWith.length > 0 ? 'TRUE' : 'FALSE';
}
