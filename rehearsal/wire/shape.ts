import type { Shape } from './client-model';

/** The kinds of value that the codecs tell apart. */
export type Kind =
  | 'structure'
  | 'list'
  | 'map'
  | 'string'
  | 'boolean'
  | 'number'
  | 'timestamp'
  | 'blob'
  | 'document'
  | 'unit';

/** How a timestamp is written. */
export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

// Codes of the SDK's static schemas: `@smithy/types`, schema/sentinels.
const TIMESTAMPS: Readonly<Record<number, TimestampFormat>> = {
  5: 'date-time',
  6: 'http-date',
  7: 'epoch-seconds',
};

/** Throws for the kinds that no service here uses: big numbers. */
export function kindOf(shape: Shape): Kind {
  if (shape.isUnitSchema()) return 'unit';
  if (shape.isStructSchema()) return 'structure';
  if (shape.isListSchema()) return 'list';
  if (shape.isMapSchema()) return 'map';
  if (shape.isStringSchema()) return 'string';
  if (shape.isBooleanSchema()) return 'boolean';
  if (shape.isNumericSchema()) return 'number';
  if (shape.isTimestampSchema()) return 'timestamp';
  if (shape.isBlobSchema()) return 'blob';
  if (shape.isDocumentSchema()) return 'document';
  throw new Error(`Values of shape ${shape.getName(true)} are not implemented`);
}

/** Members of a structure, required ones first; none for an operation without input or output. */
export function membersOf(shape: Shape): readonly (readonly [name: string, member: Shape])[] {
  return shape.isUnitSchema() ? [] : [...shape.structIterator()];
}

/**
 * Names of the required members. The static schema of a structure ends with their number, and lists them first:
 * `StaticStructureSchema` of `@smithy/types`.
 */
export function requiredOf(shape: Shape): readonly string[] {
  const schema = shape.getSchema();
  if (!Array.isArray(schema) || typeof schema[6] !== 'number') return [];
  return (schema[4] as string[]).slice(0, schema[6]);
}

/** Whether null items of a list or map mean something. */
export function isSparse(shape: Shape): boolean {
  return shape.getMergedTraits().sparse !== undefined;
}

/** The format of a timestamp that declares one, else the default of its place in the message. */
export function timestampFormat(shape: Shape, otherwise: TimestampFormat): TimestampFormat {
  const schema = shape.getSchema();
  return (typeof schema === 'number' ? TIMESTAMPS[schema] : undefined) ?? otherwise;
}

/** A timestamp as it goes on the wire: a number for epoch seconds, else text. */
export function writeTimestamp(date: Date, format: TimestampFormat): string | number {
  if (format === 'epoch-seconds') return date.getTime() / 1000;
  return format === 'http-date' ? date.toUTCString() : isoInstant(date);
}

/** `undefined` where the value is no timestamp of that format. */
export function readTimestamp(value: string | number, format: TimestampFormat): Date | undefined {
  if (format === 'epoch-seconds') {
    const seconds = typeof value === 'number' || value === '' ? value : Number(value);
    return typeof seconds === 'number' && Number.isFinite(seconds)
      ? new Date(Math.round(seconds * 1000))
      : undefined;
  }
  if (typeof value !== 'string') return undefined;
  if (format === 'date-time' && !ISO_INSTANT.test(value)) return undefined;
  const date = new Date(value);
  return Number.isNaN(date.getTime()) ? undefined : date;
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** ISO 8601 as AWS and Java's `Instant` write it: no fraction where it is zero. */
export function isoInstant(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z');
}
