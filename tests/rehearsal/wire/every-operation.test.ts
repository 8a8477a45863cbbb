import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import type { Json, Protocol } from '../../../rehearsal/services/service';
import { clientModel, type OperationModel, type Shape } from '../../../rehearsal/wire/client-model';
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
        // Neither can the query of a URL.
        minLength: options.nothingEmpty || shape.getMergedTraits().httpQuery !== undefined ? 1 : 0,
        maxLength: options.depth > 0 ? 2 : 1,
      });
    case 'map':
      return fc
        .uniqueArray(fc.tuple(text, valueOf(shape.getValueSchema(), inner)), {
          minLength: options.nothingEmpty ? 1 : 0,
          maxLength: 2,
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

/** All required members of a structure and a few of the others; of a union, one. */
function structureOf(shape: Shape, options: Options): fc.Arbitrary<Json> {
  const members = membersOf(shape);
  const required = new Set(requiredOf(shape));
  // Clients invent idempotency tokens that are absent.
  const always = members.filter(
    ([name, member]) => required.has(name) || member.isIdempotencyToken(),
  );
  const further = members
    .filter((member) => !always.includes(member))
    .filter(([, member]) => options.depth > 0 || isScalar(member));
  const least = always.length === 0 && (options.nothingEmpty || shape.isUnionSchema()) ? 1 : 0;
  const candidates = further.length >= least ? further : members;
  const most = shape.isUnionSchema() || candidates !== further ? 1 : 6;
  return fc
    .subarray(candidates as (readonly [string, Shape])[], {
      minLength: Math.min(least, candidates.length),
      maxLength: Math.min(most, candidates.length),
    })
    .chain((chosen) =>
      fc.record(
        Object.fromEntries(
          [...always, ...chosen].map(([name, member]) => [name, valueOf(member, options)]),
        ),
      ),
    )
    .map((value): Json => ({ ...value }));
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
  const exports = load(clientPackage);
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
  const options = {
    seed: 20310506,
    numRuns: Math.max(200, operations.length),
    endOnFailure: true,
  };
  const anyOperation = fc.constantFrom(...operations.map((operation) => operation.name));

  test('speaks the protocol that its service declares', () => expect(model.protocol).toBe(name));

  test('any request is read as the client meant it', async () => {
    const calls = anyOperation.chain((called) =>
      fc.tuple(
        fc.constant(called),
        valueOf(model.operations.get(called)!.input, { nothingEmpty: form, depth: 3 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(calls, async ([called, input]) => {
        const operation = model.operations.get(called)!;
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
    const answers = anyOperation.chain((called) =>
      fc.tuple(
        fc.constant(called),
        valueOf(model.operations.get(called)!.input, { nothingEmpty: form, depth: 0 }),
        valueOf(model.operations.get(called)!.output, { nothingEmpty: false, depth: 4 }),
      ),
    );
    await fc.assert(
      fc.asyncProperty(answers, async ([called, input, output]) => {
        const operation = model.operations.get(called)!;
        const { receive } = await clientSide(config.protocol, exports[`${operation.name}$`], input);
        const received = await receive(protocol.write(model, operation, output, 'r-1'));
        expect(comparable(plain(received) ?? {})).toEqual(comparable(output));
      }),
      options,
    );
  });

  // An operation that returns its input, for as long as the test runs.
  const echo = model.operations as Map<string, OperationModel>;
  afterEach(() => echo.delete('Echo'));

  test('what Step Functions shows of an input leads back to it', () => {
    const inputs = anyOperation.chain((called) =>
      fc.tuple(
        fc.constant(called),
        valueOf(model.operations.get(called)!.input, { nothingEmpty: false, depth: 3 }),
      ),
    );
    fc.assert(
      fc.property(inputs, ([called, input]) => {
        // Bytes that are no text do not survive as text: on AWS neither.
        fc.pre(!JSON.stringify(comparable(input)).includes('"bytes"'));
        const { input: shape } = model.operations.get(called)!;
        echo.set('Echo', { name: 'Echo', input: shape, output: shape });
        const parameters = fromSdkCasing(clientPackage, 'Echo', input);
        const { input: back, errors } = toSdkCasing(clientPackage, 'Echo', parameters);
        expect(errors).toEqual([]);
        expect(back).toEqual(input);
      }),
      options,
    );
  });
});
