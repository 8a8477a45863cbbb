import { AwsError, type Json, type Operation, type Scope } from '../service';
import { checkName, imageArn, invalid } from './names';
import { pageOf, withDates } from './page';
import {
  foreignImage,
  imageAt,
  isVisible,
  recordsOf,
  type AppStreamState,
  type ImageRecord,
} from './state';

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImages.html */
export const describeImages: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:DescribeImages', resource: '*' }],
  handle: (input, state, { now, scope, uses }) => {
    uses('missing-name');
    const { Type } = input;
    const { entries, token } = pageOf('images', select(input, state, now, scope), input, {
      usual: 25,
      largest: 25,
      counts: (record) =>
        isVisible(record, now) && (Type === undefined || record.image.Visibility === Type),
    });
    if (entries.some(startedBefore)) uses('in-flight-at-start');
    return { Images: entries.map((record) => withDates(imageAt(record, now))), ...token };
  },
};

function startedBefore({ creation }: ImageRecord): boolean {
  return creation !== undefined && creation.source === undefined;
}

/** What is asked for, whether it is shown yet or not. */
function select(
  { Names, Arns, Type }: Json,
  state: AppStreamState,
  now: number,
  scope: Scope,
): readonly ImageRecord[] {
  const given = [Names?.length > 0, Arns?.length > 0, Type !== undefined];
  if (given.filter(Boolean).length > 1) {
    const message = 'Specify only one of Names, Arns and Type.';
    throw new AwsError('InvalidParameterCombinationException', message);
  }
  if (Names?.length > 0) {
    for (const name of Names) checkName('names', name);
    // What another account shares is found by ARN only.
    const isPublic = (name: string) => (image: Json) =>
      image.Name === name && image.Visibility === 'PUBLIC';
    return findAll(
      Names,
      now,
      (name) => state.images[imageArn(scope, name)] ?? foreignImage(state, isPublic(name)),
    );
  }
  if (Arns?.length > 0) return findAll(Arns, now, (arn) => state.images[arn]);
  if (Type !== undefined && !['PUBLIC', 'PRIVATE', 'SHARED'].includes(Type)) {
    throw invalid('type', Type, 'Member must satisfy enum value set: [PUBLIC, PRIVATE, SHARED]');
  }
  return recordsOf(state);
}

/** One missing image fails the whole call. */
function findAll(
  wanted: readonly string[],
  now: number,
  find: (key: string) => ImageRecord | undefined,
): ImageRecord[] {
  return [...new Set(wanted)].map((key) => {
    const found = find(key);
    if (found !== undefined && isVisible(found, now)) return found;
    throw new AwsError('ResourceNotFoundException', `The image ${key} does not exist.`);
  });
}
