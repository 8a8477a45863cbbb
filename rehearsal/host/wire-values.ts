import type { Json } from '../services/service';

// The marks with which Pulumi wraps special values on the wire:
// https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/runtime/rpc.ts
const SIGNATURE = '4dabf18193072939515e22adb298388d';
const ASSET = 'c44067f5952c0a294b673a41bacd8c17';
const ARCHIVE = '0def7320c3a5731c473e5ecbe6d01bc7';
const SECRET = '1b47061264138c4ac30d75fd1eb44270';
const RESOURCE = '5cf8f73096256a8f31e491e813e4eb8e';

/** What stands for a value that is not known before the update, in a preview. */
export const UNKNOWN = '04da6b54-80e4-46f7-96ec-b56ff0331ba9';

/** An asset on the wire: exactly one of the members is set. */
export interface WireAsset {
  readonly text?: string;
  readonly path?: string;
  readonly uri?: string;
}

/** An archive on the wire: files by name, or a folder or file on disk, or a URL. */
export interface WireArchive {
  readonly assets?: Readonly<Record<string, WireAsset | WireArchive>>;
  readonly path?: string;
  readonly uri?: string;
}

export const isSecret = (value: Json): boolean => value?.[SIGNATURE] === SECRET;
export const isAsset = (value: Json): value is WireAsset => value?.[SIGNATURE] === ASSET;
export const isArchive = (value: Json): value is WireArchive => value?.[SIGNATURE] === ARCHIVE;

/** Marks a value as secret for the program. */
export const secret = (value: Json): Json =>
  isSecret(value) ? value : { [SIGNATURE]: SECRET, value };

/**
 * Values as an AWS provider sees them: references to resources are replaced by their ids (by the URN for a
 * component), secrets by the plain value unless `keepSecrets`. Assets and archives stay as they are.
 *
 * @param onSecret called with the path of each secret, such as `environment.variables["A.B"]` or `rules[0]`.
 */
export function resolveValues(
  value: Json,
  options: { readonly keepSecrets?: boolean; readonly onSecret?: (path: string) => void } = {},
  path = '',
): Json {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) {
    return value.map((element, index) => resolveValues(element, options, `${path}[${index}]`));
  }
  if (isAsset(value) || isArchive(value)) return value;
  if (isSecret(value)) {
    options.onSecret?.(path);
    const plain = resolveValues(value.value, options, path);
    return options.keepSecrets === true ? secret(plain) : plain;
  }
  // A custom resource that is not created yet, in a preview, has an empty id.
  if (value[SIGNATURE] === RESOURCE) return 'id' in value ? value.id || UNKNOWN : value.urn;
  if (SIGNATURE in value) throw new Error(`unknown kind of value ${value[SIGNATURE]} at ${path}`);
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      resolveValues(member, options, memberPath(path, key)),
    ]),
  );
}

const memberPath = (path: string, key: string): string =>
  !/^[\w$-]+$/.test(key) ? `${path}[${JSON.stringify(key)}]` : path === '' ? key : `${path}.${key}`;
