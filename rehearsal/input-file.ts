import * as fs from 'node:fs';

import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import * as yaml from 'yaml';

import { InputError } from './input-error';
import { suggestion } from './nearest';
import type { Json } from './services/service';

/**
 * Reads a YAML or JSON file and checks it against a JSON Schema (draft 2020-12).
 *
 * @throws {InputError} naming the file and, for each problem, the key path, what was given and what is allowed.
 */
export function readInputFile(file: string, schema: object): Json {
  return readInputText(readText(file), file, schema);
}

/**
 * As `readInputFile`, of text that is there already.
 *
 * @param name what the text is called in messages
 * @throws {InputError} as `readInputFile` does
 */
export function readInputText(text: string, name: string, schema: object): Json {
  const value = parse(text, name);
  const problems = schemaProblems(schema, value);
  if (problems.length > 0) {
    throw new InputError(`${name} cannot be used`, problems);
  }
  return value;
}

/** What of a value its JSON Schema forbids, one sentence each; empty where it fits. */
export function schemaProblems(schema: object, value: Json): string[] {
  const validate = compile(schema);
  if (validate(value)) {
    return [];
  }
  const problems = (validate.errors ?? [])
    .filter((error) => !SUMMARIES.has(error.keyword))
    .map((error) => describe(error, value));
  return [...new Set(problems)];
}

/** Keywords that only repeat what their parts have said already. */
const SUMMARIES = new Set(['if', 'const', 'not']);

const compiled = new WeakMap<object, ValidateFunction>();

function compile(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known) {
    return known;
  }
  const ajv = new Ajv2020({ allErrors: true, verbose: true, allowUnionTypes: true });
  addFormats(ajv);
  const validate = ajv.compile(schema);
  compiled.set(schema, validate);
  return validate;
}

function readText(file: string): string {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const reason = code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new InputError(`${file} cannot be read`, [reason]);
  }
}

function parse(text: string, file: string): Json {
  const document = yaml.parseDocument(text, { uniqueKeys: true });
  if (document.errors.length > 0) {
    throw new InputError(
      `${file} is neither YAML nor JSON`,
      document.errors.map((error) => error.message.trim()),
    );
  }
  try {
    return document.toJS();
  } catch (error) {
    // Aliases that do not resolve or expand beyond measure.
    throw new InputError(`${file} is neither YAML nor JSON`, [(error as Error).message]);
  }
}

function describe(error: ErrorObject, root: Json): string {
  const place = keyPath(error.instancePath, root);
  const { params } = error as { params: Json };
  switch (error.keyword) {
    case 'additionalProperties': {
      const allowed = Object.keys((error.parentSchema as Json).properties ?? {});
      const key = join(place, params.additionalProperty);
      return `${key} is unknown${suggestion(params.additionalProperty, allowed)}; allowed: ${allowed.join(', ')}`;
    }
    case 'required':
    case 'dependentRequired':
      return `${join(place, params.missingProperty)} is missing`;
    case 'false schema':
      return `${place} is not allowed beside the other keys`;
    case 'enum':
      return `${place} is ${show(error.data)}${suggestion(String(error.data), params.allowedValues)}; allowed: ${params.allowedValues.join(', ')}`;
    case 'pattern':
      return `${place} is ${show(error.data)}; it must match ${params.pattern}`;
    case 'anyOf':
      return `${place || 'the file'} fits none of the allowed forms`;
    default:
      return `${place || 'the file'} is ${show(error.data)}; it ${error.message ?? 'is not allowed'}`;
  }
}

/** `/faults/3/at` as `faults[3].at`. */
function keyPath(pointer: string, root: Json): string {
  let path = '';
  let value = root;
  for (const escaped of pointer.split('/').slice(1)) {
    const key = escaped.replace(/~1/g, '/').replace(/~0/g, '~');
    path = Array.isArray(value) ? `${path}[${key}]` : join(path, key);
    value = value?.[key];
  }
  return path;
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}

/** A value as messages have it, cut where it is long. */
export function show(value: Json): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
