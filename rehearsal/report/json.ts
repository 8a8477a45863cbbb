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
    'ok from to executions items notifications calls iam invariants assumptions cost estate'.split(
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
  cost: ['total', 'lines'],
  lines: 'item quantity unit amount'.split(' '),
};

/**
 * The result as JSON text: indented, keys in one order whatever produced them, a newline at the end. Equal results
 * give equal bytes. `schemas/rehearsal.schema.json` describes it.
 */
export function toJson(result: RehearsalResult): string {
  // Through JSON first, so that dates and absent values look as they will be read.
  return `${JSON.stringify(ordered(JSON.parse(JSON.stringify(result)), 'result'), null, 2)}\n`;
}

/**
 * Writes the result to a file, at once or not at all; missing folders are created.
 *
 * @throws {InputError} naming the file, where it cannot be written.
 */
export function writeJson(file: string, result: RehearsalResult): void {
  writeWhole(file, toJson(result));
}

/**
 * Writes a text so that a reader sees the old file or the new one, never a part.
 *
 * @throws {InputError} naming the file, where it cannot be written.
 */
export function writeWhole(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw new InputError(`${file} cannot be written`, [(error as Error).message]);
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
  const known = part === undefined ? undefined : KEYS[part];
  const free = known === undefined;
  const keys = Object.keys(value).sort();
  const sequence = free
    ? keys
    : [...known.filter((key) => key in value), ...keys.filter((key) => !known.includes(key))];
  return Object.fromEntries(
    sequence.map((key) => [key, ordered(value[key], !free && isContract(key) ? key : undefined)]),
  );
}

function isContract(key: string): boolean {
  return key !== 'output' && key !== 'estate';
}
