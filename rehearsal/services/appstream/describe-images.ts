import { AwsError, type Json, type Operation } from '../service';
import { checkName, invalid } from './names';
import { imageAt, isVisible, type AppStreamState, type ImageRecord } from './state';

/** Largest page, and that of a request without `MaxResults`. */
const PAGE = 25;

/** https://docs.aws.amazon.com/appstream2/latest/APIReference/API_DescribeImages.html */
export const describeImages: Operation<AppStreamState> = {
  mutates: false,
  // No resource-level permission:
  // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html
  authorize: () => [{ action: 'appstream:DescribeImages', resource: '*' }],
  handle: (input, state, { now, uses }) => {
    const visible = Object.values(state.images).filter((record) => isVisible(record, now));
    uses('missing-name');
    if (visible.some(startedBefore)) uses('in-flight-at-start');
    const chosen = select(input, visible);
    const { from, size } = page(input, chosen.length, 'images');
    const next = from + size;
    return {
      Images: chosen.slice(from, next).map((record) => withDates(imageAt(record, now))),
      ...(next < chosen.length && { NextToken: writeToken(next, 'images') }),
    };
  },
};

function startedBefore({ creation }: ImageRecord): boolean {
  return creation !== undefined && creation.source === undefined;
}

function select({ Names, Arns, Type }: Json, visible: readonly ImageRecord[]): ImageRecord[] {
  const given = [Names?.length > 0, Arns?.length > 0, Type !== undefined];
  if (given.filter(Boolean).length > 1) {
    const message = 'Specify only one of Names, Arns and Type.';
    throw new AwsError('InvalidParameterCombinationException', message);
  }
  if (Names?.length > 0) {
    for (const name of Names) checkName('names', name);
    // What another account shares is found by ARN only.
    return findAll(
      Names,
      visible.filter(({ image }) => image.Visibility !== 'SHARED'),
      'Name',
    );
  }
  if (Arns?.length > 0) return findAll(Arns, visible, 'Arn');
  if (Type !== undefined && !['PUBLIC', 'PRIVATE', 'SHARED'].includes(Type)) {
    throw invalid('type', Type, 'Member must satisfy enum value set: [PUBLIC, PRIVATE, SHARED]');
  }
  return visible.filter(({ image }) => Type === undefined || image.Visibility === Type);
}

/** One missing image fails the whole call. */
function findAll(
  wanted: readonly string[],
  visible: readonly ImageRecord[],
  member: 'Name' | 'Arn',
): ImageRecord[] {
  return [...new Set(wanted)].map((key) => {
    const found = visible.find(({ image }) => image[member] === key);
    if (found !== undefined) return found;
    throw new AwsError('ResourceNotFoundException', `The image ${key} does not exist.`);
  });
}

/**
 * The part of a list that a request asks for.
 *
 * @param kind what is listed: the token of another list is refused
 * @throws {AwsError} ValidationException
 */
export function page({ MaxResults, NextToken }: Json, length: number, kind: string) {
  if (MaxResults !== undefined && !(MaxResults >= 0 && MaxResults <= PAGE)) {
    const rule = `Member must have value from 0 to ${PAGE}`;
    throw invalid('maxResults', MaxResults, rule);
  }
  const from = NextToken === undefined ? 0 : readToken(NextToken, kind);
  if (from === undefined || from > length) {
    throw invalid('nextToken', NextToken, 'Member must be the token of an earlier answer');
  }
  return { from, size: MaxResults || PAGE };
}

export function writeToken(position: number, kind: string): string {
  return Buffer.from(`${kind}:${position}`).toString('base64');
}

function readToken(token: string, kind: string): number | undefined {
  const [found, position] = Buffer.from(token, 'base64').toString().split(':');
  return found === kind && /^\d+$/.test(position ?? '') ? Number(position) : undefined;
}

/** The state holds times as ISO 8601, the SDK's shapes hold dates. */
export function withDates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, part]) => [
      member,
      /(Time|Date|Timestamp)$/.test(member) ? new Date(part as string) : withDates(part),
    ]),
  );
}
