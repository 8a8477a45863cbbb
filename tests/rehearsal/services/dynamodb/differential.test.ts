import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';

import { DynamoDB } from '@aws-sdk/client-dynamodb';
import * as fc from 'fast-check';

import { dynamodb } from '../../../../rehearsal/services/dynamodb';
import { AwsError, type Json } from '../../../../rehearsal/services/service';
import { type Request, requests } from './requests';
import { Emulation, scopeOf, TABLES } from './support';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const dynalite: (options: Json) => Server = require('dynalite');

let server: Server;
let peer: DynamoDB;

beforeAll(async () => {
  server = dynalite({ createTableMs: 0, deleteTableMs: 0 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  peer = new DynamoDB({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    region: 'eu-central-1',
    credentials: { accessKeyId: 'none', secretAccessKey: 'none' },
    maxAttempts: 1,
  });
});

afterAll(async () => {
  peer.destroy();
  await new Promise((resolve) => server.close(resolve));
});

type Answer = { readonly output: Json } | { readonly error: string; readonly message: string };

async function askPeer({ operation, input }: Request): Promise<Answer> {
  const method = operation.charAt(0).toLowerCase() + operation.slice(1);
  try {
    return { output: await (peer as Json)[method](input) };
  } catch (error) {
    return { error: (error as Error).name, message: (error as Error).message };
  }
}

function askEmulation(emulation: Emulation, { operation, input }: Request): Answer {
  try {
    return { output: emulation.send(operation, input) };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { error: error.code, message: error.message };
  }
}

/** What an answer means: no order where AWS promises none, no difference between bytes and their base64. */
function meaning(value: Json): Json {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => {
        const content = meaning(value[name]);
        return [name, ['SS', 'NS', 'BS'].includes(name) ? content.sort() : content];
      }),
  );
}

const unordered = (items: readonly Json[]): readonly string[] =>
  items.map((item) => JSON.stringify(meaning(item))).sort();

/** The output of one call, or of all the pages of a query or scan together. */
async function drain(
  ask: (request: Request) => Answer | Promise<Answer>,
  request: Request,
): Promise<Json> {
  const pages: Json[] = [];
  let input = request.input;
  for (;;) {
    const answer = await ask({ ...request, input });
    if ('error' in answer) return { error: answer.error, message: answer.message };
    pages.push(answer.output);
    if (pages.length > 50) throw new Error(`pages without end: ${JSON.stringify(input)}`);
    if (answer.output.LastEvaluatedKey === undefined) break;
    input = { ...input, ExclusiveStartKey: answer.output.LastEvaluatedKey };
  }
  const { operation } = request;
  if (operation === 'BatchGetItem') {
    return Object.values<Json>(pages[0].Responses).map(unordered);
  }
  if (operation !== 'Query' && operation !== 'Scan') {
    const { Attributes: attributes, Item: item } = pages[0];
    return meaning({
      item,
      attributes: Object.keys(attributes ?? {}).length > 0 ? attributes : 'none',
    });
  }
  const items = pages.flatMap((page) => page.Items);
  // An index has an order among equal sort keys that is its own; a scan has all of its own.
  const ordered = operation === 'Query' && request.input.IndexName === undefined;
  return {
    pages: pages.map((page) => (ordered ? [page.Count, page.ScannedCount] : page.ScannedCount)),
    items: ordered ? meaning(items) : unordered(items),
    order: request.input.IndexName === 'byHolder' ? items.map((item) => item.score.N) : [],
  };
}

async function createPeerTable(name: string, inputs: Json): Promise<void> {
  const schema = (of: Json) => [
    { AttributeName: of.hashKey, KeyType: 'HASH' as const },
    ...(of.rangeKey ? [{ AttributeName: of.rangeKey, KeyType: 'RANGE' as const }] : []),
  ];
  const indexes = (inputs.globalSecondaryIndexes ?? []).map((index: Json) => ({
    IndexName: index.name,
    KeySchema: schema(index),
    Projection: {
      ProjectionType: index.projectionType,
      ...(index.nonKeyAttributes && { NonKeyAttributes: index.nonKeyAttributes }),
    },
  }));
  await peer.createTable({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: inputs.attributes.map((attribute: Json) => ({
      AttributeName: attribute.name,
      AttributeType: attribute.type,
    })),
    KeySchema: schema(inputs),
    ...(indexes.length > 0 && { GlobalSecondaryIndexes: indexes }),
  });
  while ((await peer.describeTable({ TableName: name })).Table?.TableStatus !== 'ACTIVE');
}

/** A request to a table of a name of its own, so that no run meets what another left. */
function renamed(input: Json, from: string, to: string): Json {
  if (input.RequestItems === undefined) return { ...input, TableName: to };
  return { RequestItems: { [to]: input.RequestItems[from] } };
}

/** Errors of which one request may deserve several, and each emulator tells another one first. */
const INTERCHANGEABLE = [
  /^Invalid \w+Expression: /,
  /^(The provided expression refers to an attribute|An operand in the update|The document path)/,
];

/** What a refusal means, so that two can be compared. */
function refusal({ error, message }: Json): Json {
  const group = INTERCHANGEABLE.findIndex((pattern) => pattern.test(message));
  return { error, message: group < 0 ? message : INTERCHANGEABLE[group]!.source };
}

/** What must have been met for the comparison to mean something. */
const EXPECTED_OUTCOMES = [
  'PutItem succeeds',
  'PutItem ConditionalCheckFailedException',
  'PutItem ValidationException',
  'UpdateItem succeeds',
  'UpdateItem ConditionalCheckFailedException',
  'UpdateItem ValidationException',
  'DeleteItem succeeds',
  'DeleteItem ConditionalCheckFailedException',
  'GetItem succeeds',
  'GetItem ValidationException',
  'BatchGetItem succeeds',
  'BatchGetItem ValidationException',
  'Query succeeds',
  'Query ValidationException',
  'Scan succeeds',
  'Scan ValidationException',
];

it.each(Object.keys(TABLES))(
  'answers as an independent emulator does to any sequence of requests to the table %s',
  async (table) => {
    const inputs = TABLES[table];
    const outcomes: Record<string, number> = {};
    let run = 0;
    await fc.assert(
      fc.asyncProperty(requests(table, 24), async (sequence) => {
        const name = `${table}-${++run}`;
        await createPeerTable(name, inputs);
        const emulation = new Emulation(scopeOf({ [name]: inputs }));
        for (const { operation, input } of sequence) {
          const request = { operation, input: renamed(input, table, name) };
          // Further than a read lags.
          emulation.now += 10_000;
          const ours = await drain((one) => askEmulation(emulation, one), request);
          const theirs = await drain(askPeer, request);
          const outcome = `${operation} ${theirs.error ?? 'succeeds'}`;
          outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
          expect({ request, answer: ours.error ? refusal(ours) : ours }).toEqual({
            request,
            answer: theirs.error ? refusal(theirs) : theirs,
          });
        }
        const left = await drain(askPeer, { operation: 'Scan', input: { TableName: name } });
        const estate: Json = dynamodb.toEstate(emulation.state, emulation.now, emulation.scope);
        expect(unordered(estate.dynamodb.tables[0].Items)).toEqual(left.items);
      }),
      { seed: 20260101, numRuns: 40 },
    );
    expect(outcomes).toEqual(
      expect.objectContaining(
        Object.fromEntries(EXPECTED_OUTCOMES.map((outcome) => [outcome, expect.any(Number)])),
      ),
    );
  },
);
