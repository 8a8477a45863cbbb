import { AwsError, type Json } from '../services/service';
import type { Shape } from './client-model';
import { convert, type Conversion, type MemberKey } from './convert';
import { checkedScalar, strictOutput } from './output-check';
import { kindOf, readTimestamp, timestampFormat, writeTimestamp } from './shape';

/** awsJson ignores `jsonName`, restJson1 uses it: https://smithy.io/2.0/spec/protocol-traits.html#jsonname-trait */
export type JsonNames = 'member' | 'jsonName';

const jsonName: MemberKey = (name, member) => member.getMergedTraits().jsonName ?? name;

/**
 * Parsed JSON as the SDK's types have it: timestamps as `Date`, blobs as bytes. Members that the model does not
 * know are ignored, as AWS does; a wrong type is refused with `SerializationException`.
 */
export function readJson(value: Json, shape: Shape, names: JsonNames): Json {
  return convert(value, shape, names === 'member' ? READ : { ...READ, from: jsonName });
}

/** An answer as JSON. Throws for what the model does not have: a mistake of the emulation. */
export function writeJson(value: Json, shape: Shape, names: JsonNames): Json {
  return convert(value, shape, names === 'member' ? WRITE : { ...WRITE, to: jsonName });
}

const READ: Conversion = {
  scalar(value, shape, path) {
    switch (kindOf(shape)) {
      case 'timestamp':
        return readTimestampValue(value, shape) ?? this.misfit(value, shape, path);
      case 'blob':
        return isBase64(value) ? Buffer.from(value, 'base64') : this.misfit(value, shape, path);
      case 'number':
        if (['NaN', 'Infinity', '-Infinity'].includes(value)) return Number(value);
        return typeof value === 'number' ? value : this.misfit(value, shape, path);
      default:
        return typeof value === kindOf(shape) ? value : this.misfit(value, shape, path);
    }
  },
  misfit(value, shape) {
    throw new AwsError('SerializationException', misfitMessage(value, shape));
  },
  unknown() {
    // Ignored by AWS, so that a newer client can talk to an older service.
  },
};

const WRITE: Conversion = {
  ...strictOutput,
  scalar(value, shape, path) {
    const checked = checkedScalar(value, shape, path);
    switch (kindOf(shape)) {
      case 'timestamp':
        return writeTimestamp(checked, timestampFormat(shape, 'epoch-seconds'));
      case 'blob':
        return Buffer.from(checked).toString('base64');
      case 'number':
        return Number.isFinite(checked) ? checked : String(checked);
      default:
        return checked;
    }
  },
};

function readTimestampValue(value: Json, shape: Shape): Date | undefined {
  const format = timestampFormat(shape, 'epoch-seconds');
  const expected = format === 'epoch-seconds' ? 'number' : 'string';
  return typeof value === expected ? readTimestamp(value, format) : undefined;
}

function isBase64(value: Json): value is string {
  return typeof value === 'string' && Buffer.from(value, 'base64').toString('base64') === value;
}

/** Texts that AWS's JSON parser gives, as recorded by the DynamoDB emulator dynalite (`validations/index.js`). */
function misfitMessage(value: Json, shape: Shape): string {
  const kind = kindOf(shape);
  if (Array.isArray(value)) return `Unrecognized collection type for ${javaType(kind)}`;
  if (typeof value === 'object') return 'Start of structure or map found where not expected';
  if (kind === 'list' || kind === 'map' || kind === 'structure') return 'Unexpected field type';
  if (kind === 'blob') return 'only base-64-encoded strings are convertible to bytes';
  return `${token(value)} cannot be converted to ${javaType(kind)}`;
}

function token(value: Json): string {
  if (typeof value === 'number') return Number.isInteger(value) ? 'NUMBER_VALUE' : 'DECIMAL_VALUE';
  if (typeof value === 'boolean') return value ? 'TRUE_VALUE' : 'FALSE_VALUE';
  return 'STRING_VALUE';
}

function javaType(kind: string): string {
  const names: Readonly<Record<string, string>> = {
    string: 'String',
    boolean: 'Boolean',
    number: 'Integer',
    timestamp: 'Date',
    blob: 'ByteBuffer',
  };
  return names[kind] ?? 'Map';
}
