import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import type { Json, Protocol } from '../../../rehearsal/services/service';
import { clientModel, type Shape } from '../../../rehearsal/wire/client-model';
import { jsonRpc } from '../../../rehearsal/wire/json-rpc';
import { query } from '../../../rehearsal/wire/query';
import { missingMembers } from '../../../rehearsal/wire/required';
import { restJson } from '../../../rehearsal/wire/rest-json';
import { fromSdkCasing, toSdkCasing } from '../../../rehearsal/wire/sdk-parameters';
import { kindOf, membersOf, requiredOf, timestampFormat } from '../../../rehearsal/wire/shape';
import type { WireProtocol } from '../../../rehearsal/wire/wire-protocol';
import { clientSide } from './client-side';
import { plain, SERVICES } from './support';

const load = createRequire(__filename);

const PROTOCOLS: Record<Protocol, WireProtocol> = {
  'json-1.0': jsonRpc('1.0'),
  'json-1.1': jsonRpc('1.1'),
  query: query('query'),
  ec2: query('ec2'),
  'rest-json': restJson,
};

/** Forms cannot say that a structure or, for EC2, a list is there but empty. */
interface Options {
  readonly nothingEmpty: boolean;
  readonly depth: number;
}

const text = fc.oneof(
  fc.string({ minLength: 1, maxLength: 8 }).filter((value) => value.trim() === value),
  fc.constantFrom(
    'a & b',
    '<x/>',
    '"quoted"',
    "it's",
    'ü€𝄞',
    'two\nlines',
    'true',
    '0',
    'a.b',
    'a+b=c%20',
  ),
);

/** Values of a shape, within the limits of what its wire format can carry. */
function valueOf(shape: Shape, options: Options): fc.Arbitrary<Json> {
  const inner = { ...options, depth: options.depth - 1 };
  switch (kindOf(shape)) {
    case 'unit':
      return fc.constant({});
    case 'structure':
      return structureOf(shape, inner);
    case 'list':
      return fc.array(valueOf(shape.getValueSchema(), inner), {
        minLength: options.nothingEmpty ? 1 : 0,
        maxLength: 3,
      });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(text, valueOf(shape.getValueSchema(), inner)), {
          minLength: options.nothingEmpty ? 1 : 0,
          maxLength: 3,
          selector: ([key]) => key,
        })
        .map((entries) => Object.fromEntries(entries));
    case 'string':
      return shape.getMergedTraits().httpLabel === undefined
        ? text
        : text.filter((t) => !/[./\\]/.test(t));
    case 'boolean':
      return fc.boolean();
    case 'number':
      return fc.oneof(fc.integer(), fc.constantFrom(0, 1.5, -2.25));
    case 'timestamp':
      return fc
        .integer({ min: 0, max: 4_000_000_000 })
        .map(
          (n) =>
            new Date(
              timestampFormat(shape, 'date-time') === 'http-date' ? n * 1000 : n * 1000 + 123,
            ),
        );
    case 'blob':
      return fc.uint8Array({ minLength: 1, maxLength: 6 });
    case 'document':
      return fc.constant({ any: ['thing', 1, null] });
  }
}

function structureOf(shape: Shape, options: Options): fc.Arbitrary<Json> {
  const members = membersOf(shape);
  const required = new Set(requiredOf(shape));
  const wanted = members.filter(
    ([name, member]) => options.depth > 0 || required.has(name) || isScalar(member),
  );
  if (shape.isUnionSchema()) {
    const choices = wanted.length > 0 ? wanted : members;
    return fc.oneof(
      ...choices.map(([name, member]) =>
        valueOf(member, options).map((value) => ({ [name]: value })),
      ),
    );
  }
  const fields: Record<string, fc.Arbitrary<Json>> = {};
  for (const [name, member] of wanted) fields[name] = valueOf(member, options);
  // Clients invent idempotency tokens that are absent.
  const always = wanted.filter(
    ([name, member]) => required.has(name) || member.isIdempotencyToken(),
  );
  return fc
    .record(fields, { requiredKeys: always.map(([name]) => name) })
    .map((value): Json => ({ ...value }))
    .filter(
      (value) => !options.nothingEmpty || Object.keys(value).length > 0 || members.length === 0,
    );
}

function isScalar(shape: Shape): boolean {
  return !['structure', 'list', 'map'].includes(kindOf(shape));
}

/** Bytes as arrays, so that `Buffer` and `Uint8Array` compare equal. */
function comparable(value: Json): Json {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, comparable(each)]));
}

describe.each(SERVICES)('$clientPackage', ({ clientPackage, protocol: name }) => {
  const exports = load(clientPackage) as Json;
  const clientClass = Object.keys(exports).find(
    (key) => key.endsWith('Client') && key !== '__Client',
  )!;
  const { config } = new exports[clientClass]({
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  });
  const model = clientModel(clientPackage);
  const protocol = PROTOCOLS[name];
  const operations = [...model.operations.values()];
  const form = name === 'query' || name === 'ec2';
  const options = { seed: 20310506, numRuns: Math.max(100, operations.length / 4) };
  const anyOperation = fc.constantFrom(...operations);

  test('speaks the protocol that its service declares', () => expect(model.protocol).toBe(name));

  test('any request is read as the client meant it', async () => {
    const calls = anyOperation.chain((operation) =>
      fc.tuple(fc.constant(operation), valueOf(operation.input, { nothingEmpty: form, depth: 3 })),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ([operation, input]) => {
        const { wire } = await clientSide(config.protocol, exports[`${operation.name}$`], input);
        expect(protocol.operation(model, wire).name).toBe(operation.name);
        const read = protocol.read(operation, wire);
        expect(comparable(read)).toEqual(comparable(input));
        expect(missingMembers(read, operation.input)).toEqual([]);
      }),
      options,
    );
  });

  test('any answer is read by the client as it was meant', async () => {
    const answers = anyOperation.chain((operation) =>
      fc.tuple(
        fc.constant(operation),
        valueOf(operation.input, { nothingEmpty: form, depth: 0 }),
        valueOf(operation.output, { nothingEmpty: false, depth: 4 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(answers, async ([operation, input, output]) => {
        const { receive } = await clientSide(config.protocol, exports[`${operation.name}$`], input);
        const received = await receive(protocol.write(model, operation, output, 'r-1'));
        expect(comparable(plain(received) ?? {})).toEqual(comparable(output));
      }),
      options,
    );
  });

  test('what Step Functions shows of an input leads back to it', () => {
    const inputs = anyOperation.chain((operation) =>
      fc.tuple(fc.constant(operation), valueOf(operation.input, { nothingEmpty: false, depth: 3 })),
    );
    fc.assert(
      fc.property(inputs, ([operation, input]) => {
        // Bytes that are no text do not survive as text: on AWS neither.
        fc.pre(!JSON.stringify(comparable(input)).includes('"bytes"'));
        const shown = { ...operation, output: operation.input };
        const echo = new Map(model.operations).set(operation.name, shown);
        const original = model.operations;
        Object.assign(model, { operations: echo });
        const parameters = fromSdkCasing(clientPackage, operation.name, input);
        Object.assign(model, { operations: original });
        const { input: back, errors } = toSdkCasing(clientPackage, operation.name, parameters);
        expect(errors).toEqual([]);
        expect(back).toEqual(input);
      }),
      options,
    );
  });
});
