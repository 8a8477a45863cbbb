import type { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { resolveValues } from '../../../rehearsal/host/wire-values';
import type { Json } from '../../../rehearsal/services/service';

/** Inputs or outputs of a resource, as on the wire. */
export type Properties = Record<string, Json>;

/** Which inputs the provider filled in itself: https://github.com/pulumi/pulumi-terraform-bridge, reservedkeys */
export const DEFAULTS = '__defaults';

export const fromStruct = (struct: Struct | undefined): Properties => struct?.toJavaScript() ?? {};

/** Inputs as AWS gets them. */
export function plain(wire: Properties): Properties {
  const entries = Object.entries<Json>(resolveValues(wire));
  return Object.fromEntries(entries.filter(([key]) => key !== DEFAULTS));
}

/** `aws:sqs/queue:Queue` of a URN. */
export const typeOf = (urn: string): string => urn.split('::')[2]?.split('$').pop() ?? '';

/** What the test provider refuses, rather than to do something else than AWS's. */
export const notImplemented = (what: string): Error =>
  new Error(`not implemented in the test provider: ${what}`);
