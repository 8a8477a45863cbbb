import * as fs from 'node:fs';
import * as path from 'node:path';

import { InputError } from '../input-error';
import type { RehearsalResult } from '../result';
import type { Json } from '../services/service';

/**
 * The order of keys in the published contract, by the name of the part. What is not listed (the estate, the output
 * of a workflow) is free in shape and sorted by key.
 */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  result:
    'ok from to executions items notifications calls iam invariants assumptions cost refreshes capacity estate'.split(
      ' ',
    ),
  executions:
    'workflow id trigger startedAt endedAt status output error transitions historyEvents'.split(
      ' ',
    ),
  error: ['error', 'cause'],
  items: 'workflow execution id startedAt endedAt outcome reason'.split(' '),
  notifications: 'id at channel to subject text'.split(' '),
  calls: 'at principal action resource outcome'.split(' '),
  iam: ['denied', 'unused'],
  denied: 'principal action resource reason'.split(' '),
  unused: 'role sid action resource'.split(' '),
  invariants: 'id title held detail'.split(' '),
  cost: 'total groups controlPlanePerUpdatedItem lines'.split(' '),
  groups: ['group', 'amount'],
  lines: 'group item quantity unit amount'.split(' '),
  refreshes: 'id group startedAt endedAt status reason images minHealthyPercentage lowest'.split(
    ' ',
  ),
  lowest: ['at', 'running', 'desired'],
  capacity: ['kind', 'name', 'points'],
  points: ['at', 'running', 'desired'],
};

/**
 * The result as JSON text: indented, keys in one order whatever produced them, a newline at the end. Equal results
 * give equal bytes. `schemas/rehearsal.schema.json` describes it.
 */
export function toJson(result: RehearsalResult): string {
  return [...jsonParts(result)].join('');
}

/** The same in parts, since no text may be longer than half a gigabyte: those of a large estate's month are. */
export function* jsonParts(result: RehearsalResult): Generator<string> {
  const given: Json = result;
  const keys = keysOf(given, 'result').filter((key) => given[key] !== undefined);
  yield '{';
  for (const [index, key] of keys.entries()) {
    const value = given[key];
    yield `${index === 0 ? '' : ','}\n  ${JSON.stringify(key)}: `;
    const part = isContract(key) ? key : undefined;
    if (Array.isArray(value) && value.length > 0) {
      for (const [position, entry] of value.entries()) {
        yield `${position === 0 ? '[' : ','}\n    ${indented(entry, part, 4)}`;
      }
      yield '\n  ]';
    } else {
      yield indented(value, part, 2);
    }
  }
  yield '\n}\n';
}

function indented(value: Json, part: string | undefined, spaces: number): string {
  // Through JSON first, so that dates and absent values look as they will be read.
  const plain = JSON.parse(JSON.stringify(value));
  return JSON.stringify(ordered(plain, part), null, 2).replaceAll('\n', `\n${' '.repeat(spaces)}`);
}

/**
 * Writes the result to a file, at once or not at all; missing folders are created.
 *
 * @throws {InputError} naming the file, where it cannot be written.
 */
export function writeJson(file: string, result: RehearsalResult): void {
  writeWhole(file, jsonParts(result));
}

/**
 * Writes a text so that a reader sees the old file or the new one, never a part.
 *
 * @param text the whole, or its parts in order
 * @throws {InputError} naming the file, where it cannot be written.
 */
export function writeWhole(file: string, text: string | Iterable<string>): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    writeParts(temporary, typeof text === 'string' ? [text] : text);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new InputError(`${file} cannot be written`, [(error as Error).message]);
  }
}

/** Parts are written together up to this length: a file system is asked a thousand times, not a million. */
const CHUNK = 1 << 20;

function writeParts(file: string, parts: Iterable<string>): void {
  const descriptor = fs.openSync(file, 'w');
  try {
    let chunk = '';
    for (const part of parts) {
      chunk += part;
      if (chunk.length < CHUNK) continue;
      fs.writeFileSync(descriptor, chunk);
      chunk = '';
    }
    fs.writeFileSync(descriptor, chunk);
  } finally {
    fs.closeSync(descriptor);
  }
}

/** @param part the key that holds the value, or `undefined` inside what is free in shape */
function ordered(value: Json, part: string | undefined): Json {
  if (Array.isArray(value)) {
    return value.map((entry) => ordered(entry, part));
  }
  if (value === null || typeof value !== 'object') {
    return value;
  }
  const free = part === undefined || KEYS[part] === undefined;
  return Object.fromEntries(
    keysOf(value, part).map((key) => [
      key,
      ordered(value[key], !free && isContract(key) ? key : undefined),
    ]),
  );
}

/** In the order in which they are written. */
function keysOf(value: object, part: string | undefined): readonly string[] {
  const known = (part === undefined ? undefined : KEYS[part]) ?? [];
  const keys = Object.keys(value).sort();
  return [...known.filter((key) => key in value), ...keys.filter((key) => !known.includes(key))];
}

function isContract(key: string): boolean {
  return key !== 'output' && key !== 'estate';
}
