import { AwsError, type Json, type Scope } from '../service';
import type { AutoScalingState, GroupRecord } from './state';

/**
 * The group that a request names.
 *
 * @throws {AwsError} ValidationError
 */
export function groupNamed({ groups }: AutoScalingState, name: Json): GroupRecord {
  const found = Object.hasOwn(groups, name ?? '') ? groups[name] : undefined;
  if (found !== undefined) return found;
  throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`);
}

/** ARN of a group, as IAM sees it. One that does not exist has an id that no group has. */
export function groupArn({ groups }: AutoScalingState, name: Json, scope: Scope): string {
  const found = Object.hasOwn(groups, name ?? '') ? groups[name] : undefined;
  return found?.group.AutoScalingGroupARN ?? arnOf(NO_GROUP, name, scope);
}

const NO_GROUP = '00000000-0000-0000-0000-000000000000';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html */
export function arnOf(id: string, name: string, { partition, region, account }: Scope): string {
  return `arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:${id}:autoScalingGroupName/${name}`;
}

/** An id that looks like AWS's and is the same in every rehearsal. */
export function nextId(state: AutoScalingState, now: number): string {
  state.issued += 1;
  const seconds = Math.floor(now / 1000)
    .toString(16)
    .padStart(8, '0');
  return `${seconds}-0000-4000-8000-${state.issued.toString(16).padStart(12, '0')}`;
}

/** As Auto Scaling puts times into texts and events. */
export function secondsOf(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}

export function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}

/** @param what the part of the operation: `Strategy ReplaceRootVolume` */
export function notImplemented(what: string, operation: string): AwsError {
  const message = `The rehearsal does not implement ${what} of autoscaling:${operation}.`;
  return new AwsError('NotImplemented', message, 501);
}

/**
 * Refuses what an operation of the emulation does not obey.
 *
 * @param known members that it does
 * @throws {AwsError} NotImplemented
 */
export function checkMembers(input: Json, known: readonly string[], operation: string): void {
  const other = Object.keys(input).find(
    (member) => input[member] !== undefined && !known.includes(member),
  );
  if (other !== undefined) throw notImplemented(other, operation);
}

/** The state holds times as ISO 8601, the SDK's shapes hold dates. */
export function withDates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, part]) => part !== undefined)
      .map(([member, part]) => [
        member,
        typeof part === 'string' && /Time$/.test(member) ? new Date(part) : withDates(part),
      ]),
  );
}
