import { AwsError, type AccessRequest, type Json, type Scope } from '../service';
import type { EcsState } from './state';

/** Resource types: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html */
export function arnOf({ partition, region, account }: Scope, type: string, name: string): string {
  return `arn:${partition}:ecs:${region}:${account}:${type}/${name}`;
}

/** The ARN of the cluster that a request is about, whether there is one or not. */
export function clusterArn(cluster: string | undefined, scope: Scope): string {
  return isArn(cluster) ? cluster : arnOf(scope, 'cluster', cluster ?? 'default');
}

/**
 * The ARN of something in a cluster.
 *
 * @param type resource type: `task`
 * @param name its ARN, id or name
 * @param cluster ARN
 */
export function memberArn(type: string, name: string, cluster: string, scope: Scope): string {
  return isArn(name) ? name : arnOf(scope, type, `${lastPart(cluster)}/${name}`);
}

/** The name or id at the end of an ARN. */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/**
 * The cluster that a request is about.
 *
 * @throws {AwsError} ClusterNotFoundException
 */
export function knownCluster(state: EcsState, { cluster }: Json, scope: Scope): string {
  const arn = clusterArn(cluster, scope);
  if (Object.hasOwn(state.clusters, arn)) return arn;
  throw new AwsError('ClusterNotFoundException', 'Cluster not found.');
}

/** What a call must be allowed to do to things of a cluster. */
export function accessTo(
  action: string,
  resources: readonly string[],
  input: Json,
  scope: Scope,
  tagsOf: (arn: string) => Json = () => undefined,
): AccessRequest[] {
  return resources.map((resource) => ({
    action: `ecs:${action}`,
    resource,
    context: { 'ecs:cluster': clusterArn(input.cluster, scope), ...tagContext(tagsOf(resource)) },
  }));
}

/** The condition keys that carry the tags of a resource. */
export function tagContext(tags: Json): Record<string, string> {
  return Object.fromEntries(
    ((tags ?? []) as Json[]).flatMap(({ key, value }) => [
      [`aws:resourcetag/${key.toLowerCase()}`, value],
      [`ecs:resourcetag/${key.toLowerCase()}`, value],
    ]),
  );
}

/** @throws {AwsError} NotImplemented for members that AWS obeys and the rehearsal does not know */
export function refuseMembers(operation: string, input: Json, members: readonly string[]): void {
  const found = members.find((member) => input[member] !== undefined);
  if (found !== undefined) throw notImplemented(`${found} of ecs:${operation}`);
}

export function notImplemented(what: string): AwsError {
  return new AwsError('NotImplemented', `The rehearsal does not implement ${what}.`, 501);
}

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/**
 * What a request names.
 *
 * @param what as AWS's message names the list: `instanceIds`
 * @throws {AwsError} InvalidParameterException for none, or too many
 */
export function checkList(what: string, list: Json, most: number): readonly string[] {
  if (!Array.isArray(list) || list.length === 0) throw invalid(`${what} cannot be empty.`);
  // Worded as in https://github.com/mapbox/ecs-watchbot/issues/81
  if (list.length > most) throw invalid(`${what} can have at most ${most} items.`);
  return list;
}

/** What `include` asks for; anything that is not in the list is refused. */
export function included(
  operation: string,
  { include = [] }: Json,
  known: readonly string[],
): readonly string[] {
  const other = include.find((field: string) => !known.includes(field));
  if (other !== undefined) throw notImplemented(`include ${other} of ecs:${operation}`);
  return include;
}

/** A copy of something without some of its members. */
export function without(whole: Json, members: readonly string[]): Json {
  return Object.fromEntries(Object.entries(whole).filter(([member]) => !members.includes(member)));
}

/** The state holds times as ISO 8601, the SDK's shapes hold dates. */
export function withDates(value: Json): Json {
  if (Array.isArray(value)) return value.map(withDates);
  if (value === null || typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(
    Object.entries(value).map(([member, part]) => [
      member,
      /At$/.test(member) && typeof part === 'string' ? new Date(part) : withDates(part),
    ]),
  );
}

function isArn(text: string | undefined): text is string {
  return text?.startsWith('arn:') === true;
}
