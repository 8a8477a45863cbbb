import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

import { InputError } from '../../../rehearsal/input-error';
import { schemaProblems } from '../../../rehearsal/input-file';
import { toJson, writeJson } from '../../../rehearsal/report/json';
import * as schema from '../../../rehearsal/schemas/rehearsal.schema.json';
import type { Json } from '../../../rehearsal/services/service';
import { sampleResult } from './sample';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'result-'));
afterAll(() => fs.rmSync(folder, { recursive: true }));

/** The same value with all keys in reverse. */
function reversed(value: Json): Json {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  return value !== null && typeof value === 'object' && !(value instanceof Date)
    ? Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, entry]) => [key, reversed(entry)]),
      )
    : value;
}

describe('toJson', () => {
  test('loses nothing', () => {
    expect(JSON.parse(toJson(sampleResult()))).toEqual(sampleResult());
  });

  test('gives equal bytes for equal results, whatever the order of their keys', () => {
    expect(toJson(reversed(sampleResult()))).toBe(toJson(sampleResult()));
  });

  test('is indented as JSON.stringify would, also where a list or the estate is empty', () => {
    for (const change of [{}, { calls: [], assumptions: [], estate: {} }, { items: [] }]) {
      const text = toJson(sampleResult(change));
      expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n`);
    }
  });

  test('writes keys in the order of the contract, and free shapes sorted', () => {
    const written = JSON.parse(toJson(reversed(sampleResult())));
    expect(Object.keys(written).join(' ')).toBe(
      'ok from to executions items notifications calls iam invariants assumptions cost estate',
    );
    expect(Object.keys(written.executions[0]).join(' ')).toBe(
      'workflow id trigger startedAt endedAt status output transitions historyEvents',
    );
    expect(Object.keys(written.executions[0].output)).toEqual(['items', 'mode']);
    expect(Object.keys(written.estate.appstream.images[0])).toEqual([
      'CreatedTime',
      'Name',
      'State',
    ]);
    expect(Object.keys(written.cost).join(' ')).toBe(
      'total groups controlPlanePerUpdatedItem lines',
    );
    expect(Object.keys(written.cost.lines[0]).join(' ')).toBe('group item quantity unit amount');
  });

  test('does not take what a workflow or an estate names alike for a part of the contract', () => {
    const alike = { error: { error: 'x', cause: 'y' }, cost: { total: 1, lines: [] } };
    const [first] = sampleResult().executions;
    const text = toJson(
      sampleResult({ estate: alike, executions: [{ ...first!, output: alike }] }),
    );
    const { estate, executions } = JSON.parse(text);
    for (const { error, cost } of [estate, executions[0].output]) {
      expect(Object.keys(error)).toEqual(['cause', 'error']);
      expect(Object.keys(cost)).toEqual(['lines', 'total']);
    }
  });

  test('writes dates as ISO 8601, and ends in a newline', () => {
    const estate = { at: new Date('2026-02-01T12:00:00Z') };
    const text = toJson(sampleResult({ estate }));
    expect(JSON.parse(text).estate.at).toBe('2026-02-01T12:00:00.000Z');
    expect(text).toMatch(/[^\n]\n$/);
  });
});

describe('writeJson', () => {
  test('creates missing folders, replaces the file and leaves nothing beside it', () => {
    const file = path.join(folder, 'a', 'b', 'r.json');
    writeJson(file, sampleResult({ ok: false }));
    writeJson(file, sampleResult());
    expect(fs.readFileSync(file, 'utf8')).toBe(toJson(sampleResult()));
    expect(fs.readdirSync(path.dirname(file))).toEqual(['r.json']);
  });

  test('writes a result of many megabytes whole', () => {
    const file = path.join(folder, 'large.json');
    const [call] = sampleResult().calls;
    const large = sampleResult({ calls: Array.from({ length: 20_000 }, () => call!) });
    writeJson(file, large);
    const text = fs.readFileSync(file, 'utf8');
    expect(text.length).toBeGreaterThan(3_000_000);
    expect(text === toJson(large)).toBe(true);
  });

  test('names the file that cannot be written, and leaves no part', () => {
    const file = path.join(folder, 'taken');
    fs.mkdirSync(file);
    expect(() => writeJson(file, sampleResult())).toThrow(InputError);
    expect(() => writeJson(file, sampleResult())).toThrow(`${file} cannot be written: `);
    expect(fs.readdirSync(folder).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });
});

describe('rehearsal.schema.json', () => {
  const written = () => JSON.parse(toJson(sampleResult()));

  test('accepts a full result', () => {
    expect(schemaProblems(schema, written())).toEqual([]);
  });

  test.each<[string, (result: Json) => void, string]>([
    [
      'an unknown key',
      (result) => (result.notification = []),
      'notification is unknown; did you mean "notifications"?',
    ],
    ['a missing key', (result) => delete result.invariants, 'invariants is missing'],
    [
      'eight invariants',
      (result) => result.invariants.pop(),
      'it must NOT have fewer than 9 items',
    ],
    ['an invariant 10', (result) => (result.invariants[8].id = '10'), 'invariants[8].id is "10"'],
    [
      'an unknown status',
      (result) => (result.executions[0].status = 'DONE'),
      'executions[0].status is "DONE"; allowed: RUNNING',
    ],
    [
      'an execution without an end',
      (result) => delete result.executions[0].endedAt,
      'executions[0].endedAt is missing',
    ],
    [
      'a local time',
      (result) => (result.from = '2026-02-01 12:00'),
      'from is "2026-02-01 12:00"; it must match format "date-time"',
    ],
    ['a negative cost', (result) => (result.cost.total = -1), 'cost.total is -1; it must be >= 0'],
    ['an item without id', (result) => (result.items[0].id = ''), 'items[0].id is ""'],
    ['half a transition', (result) => (result.executions[0].transitions = 0.5), 'must be integer'],
    [
      'an extra key in a call',
      (result) => (result.calls[0].input = {}),
      'calls[0].input is unknown',
    ],
    [
      'an extra key in a grant',
      (result) => (result.iam.unused[0].arn = ''),
      'iam.unused[0].arn is unknown',
    ],
  ])('refuses %s', (_, spoil, problem) => {
    const result = written();
    spoil(result);
    const problems = schemaProblems(schema, result);
    expect(problems.join('\n')).toContain(problem);
    expect(problems).toHaveLength(1);
  });
});
