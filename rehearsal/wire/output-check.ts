import type { Json } from '../services/service';
import type { Conversion } from './convert';
import type { Shape } from './client-model';
import { kindOf } from './shape';

/**
 * What all writers of answers share: a value that the SDK's model does not have is a mistake of the emulation,
 * and must not vanish on its way to the client.
 */
export const strictOutput: Pick<Conversion, 'misfit' | 'unknown'> = {
  misfit(value, shape, path) {
    throw new Error(
      `Emulated answer: ${path || 'the output'} must be a ${kindOf(shape)}, not ${describe(value)}`,
    );
  },
  unknown(key, shape, path) {
    const place = path === '' ? '' : ` at ${path}`;
    throw new Error(`Emulated answer: ${shape.getName()} has no member ${key}${place}`);
  },
};

/** The scalar itself, once it has the type that handlers are to answer with. */
export function checkedScalar(value: Json, shape: Shape, path: string): Json {
  const fits: Partial<Record<string, boolean>> = {
    string: typeof value === 'string',
    boolean: typeof value === 'boolean',
    number: typeof value === 'number',
    timestamp: value instanceof Date && !Number.isNaN(value.getTime()),
    blob: value instanceof Uint8Array,
  };
  return fits[kindOf(shape)] === true ? value : strictOutput.misfit(value, shape, path);
}

function describe(value: Json): string {
  return JSON.stringify(value) ?? String(value);
}
