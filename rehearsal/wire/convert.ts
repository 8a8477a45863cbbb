import type { Json } from '../services/service';
import type { Shape } from './client-model';
import { isSparse, kindOf, membersOf } from './shape';

/** What differs between the ways to turn one tree of values into another of the same shape. */
export interface Conversion {
  /** Key of a member in the tree that is read. @default its name */
  readonly from?: MemberKey;
  /** Key of a member in the tree that is written. @default its name */
  readonly to?: MemberKey;
  /** A string, boolean, number, timestamp or blob. Calls `misfit` itself. */
  scalar(value: Json, shape: Shape, path: string): Json;
  /** Told of a container that is not one; its answer is taken instead. */
  misfit(value: Json, shape: Shape, path: string): Json;
  /** Told of a key that no member has. */
  unknown(key: string, shape: Shape, path: string): void;
  /** Values that stand for themselves whatever the shape. */
  readonly opaque?: (value: Json) => boolean;
}

/** The key of a structure's member. */
export type MemberKey = (name: string, member: Shape, structure: Shape) => string;

const byName: MemberKey = (name) => name;

/**
 * Turns a tree of plain values into another, guided by its shape. `null` and `undefined` are left out of
 * structures, and of lists and maps that are not sparse, as the SDK's own serializers do.
 */
export function convert(value: Json, shape: Shape, conversion: Conversion, path = ''): Json {
  if (conversion.opaque?.(value) === true) return value;
  switch (kindOf(shape)) {
    case 'unit':
    case 'structure':
      return isObject(value)
        ? convertStructure(value, shape, conversion, path)
        : conversion.misfit(value, shape, path);
    case 'list':
      return Array.isArray(value)
        ? convertList(value, shape, conversion, path)
        : conversion.misfit(value, shape, path);
    case 'map':
      return isObject(value)
        ? convertMap(value, shape, conversion, path)
        : conversion.misfit(value, shape, path);
    case 'document':
      return value;
    default:
      return conversion.scalar(value, shape, path);
  }
}

/** Objects proper: neither null nor arrays, dates or bytes. */
export function isObject(value: Json): value is Record<string, Json> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return !(value instanceof Date) && !(value instanceof Uint8Array);
}

/** `Filters[0].Name` */
export function memberPath(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function convertStructure(
  value: Record<string, Json>,
  shape: Shape,
  conversion: Conversion,
  path: string,
): Json {
  const { from = byName, to = byName } = conversion;
  const result: Record<string, Json> = {};
  const known = new Set<string>();
  for (const [name, member] of membersOf(shape)) {
    const key = from(name, member, shape);
    known.add(key);
    const item = Object.hasOwn(value, key) ? value[key] : undefined;
    if (item === undefined || item === null) continue;
    result[to(name, member, shape)] = convert(item, member, conversion, memberPath(path, key));
  }
  for (const key of Object.keys(value)) {
    if (!known.has(key) && value[key] !== undefined) conversion.unknown(key, shape, path);
  }
  return result;
}

function convertList(value: Json[], shape: Shape, conversion: Conversion, path: string): Json {
  const item = shape.getValueSchema();
  const sparse = isSparse(shape);
  const result: Json[] = [];
  value.forEach((each, index) => {
    if (each !== undefined && each !== null) {
      result.push(convert(each, item, conversion, `${path}[${index}]`));
    } else if (sparse) {
      result.push(null);
    }
  });
  return result;
}

function convertMap(
  value: Record<string, Json>,
  shape: Shape,
  conversion: Conversion,
  path: string,
): Json {
  const item = shape.getValueSchema();
  const sparse = isSparse(shape);
  const entries: [string, Json][] = [];
  for (const [key, each] of Object.entries(value)) {
    if (each !== undefined && each !== null) {
      entries.push([key, convert(each, item, conversion, memberPath(path, key))]);
    } else if (sparse) {
      entries.push([key, null]);
    }
  }
  // Unlike assignment, this makes an ordinary key of `__proto__`.
  return Object.fromEntries(entries);
}
