import { AwsError, type Json, type Scope } from '../service';

type Account = Pick<Scope, 'partition' | 'region' | 'account'>;

/** Resource types: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonappstream2.0.html */
export function imageArn({ partition, region, account }: Account, name: string): string {
  return `arn:${partition}:appstream:${region}:${account}:image/${name}`;
}

export function builderArn({ partition, region, account }: Account, name: string): string {
  return `arn:${partition}:appstream:${region}:${account}:image-builder/${name}`;
}

export function fleetArn({ partition, region, account }: Account, name: string): string {
  return `arn:${partition}:appstream:${region}:${account}:fleet/${name}`;
}

/** Patterns and lengths of the API's model, https://docs.aws.amazon.com/appstream2/latest/APIReference/API_CreateUpdatedImage.html */
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,100}$/;
const TAG_KEY = /^(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** One character less than the pattern allows: the limit of Image Assistant, which names the images that AWS documents. */
const NAME_LENGTH = 100;

/** @throws {AwsError} ValidationException */
export function checkName(member: string, value: Json): void {
  if (typeof value !== 'string' || !NAME.test(value)) {
    throw invalid(member, value, `Member must satisfy regular expression pattern: ${NAME.source}`);
  }
}

/** @throws {AwsError} ValidationException for what no new image may be called */
export function checkNewName(member: string, value: Json): void {
  checkName(member, value);
  if (value.length > NAME_LENGTH) {
    throw invalid(member, value, `Member must have length less than or equal to ${NAME_LENGTH}`);
  }
  // https://docs.aws.amazon.com/appstream2/latest/developerguide/administer-images.html
  if (/^(amazon|aws|appstream)/i.test(value)) {
    throw invalid(member, value, 'Member must not begin with Amazon, AWS or AppStream');
  }
}

/** @throws {AwsError} ValidationException */
export function checkLength(member: string, value: Json, longest: number): void {
  if (value !== undefined && value.length > longest) {
    throw invalid(member, value, `Member must have length less than or equal to ${longest}`);
  }
}

/** @throws {AwsError} ValidationException; an empty map of tags is refused, too */
export function checkTags(member: string, tags: Json): void {
  const entries = Object.entries(tags ?? {});
  if (entries.length < 1 || entries.length > 50) {
    throw invalid(member, tags, 'Map must have 1 to 50 entries');
  }
  for (const [key, value] of entries) {
    checkTagKey(member, key);
    if (typeof value !== 'string' || value.length > 256 || !TAG_VALUE.test(value)) {
      throw invalid(member, value, 'Map value must have 0 to 256 of the allowed characters');
    }
  }
}

/** @throws {AwsError} ValidationException */
export function checkTagKey(member: string, key: Json): void {
  if (typeof key !== 'string' || key.length < 1 || key.length > 128 || !TAG_KEY.test(key)) {
    const rule = `Map keys must have 1 to 128 characters and satisfy ${TAG_KEY.source}`;
    throw invalid(member, key, rule);
  }
}

/** Worded as AWS words it. */
export function invalid(member: string, value: Json, constraint: string): AwsError {
  const shown = typeof value === 'string' ? value : JSON.stringify(value);
  return new AwsError(
    'ValidationException',
    `1 validation error detected: Value '${shown}' at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
