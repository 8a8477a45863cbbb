import { AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import { TypeRegistry } from '@smithy/core/schema';
import { clientSide } from './client-side';
import { AwsError, type Json } from '../../../rehearsal/services/service';
import { type ClientModel, operationModel } from '../../../rehearsal/wire/client-model';
import { restJson } from '../../../rehearsal/wire/rest-json';

// A service with every binding that SESv2 does not use, in the form of the SDK's static schemas. `Invoke` is
// Lambda's: the client's own code for the protocol is the other side of the test.
const NAMESPACE = 'com.example';
const REPORT = [3, NAMESPACE, 'Report', 0, ['at', 'renamed'], [4, [0, { jsonName: 'Renamed' }]]];
const INVOKE = [
  9,
  NAMESPACE,
  'Invoke',
  { http: ['POST', '/functions/{FunctionName}/invocations', 202] },
  [
    3,
    NAMESPACE,
    'InvokeRequest',
    0,
    ['FunctionName', 'Qualifier', 'Kinds', 'When', 'Type', 'Meta', 'Payload'],
    [
      [0, 1],
      [0, { httpQuery: 'qualifier' }],
      [64 | 0, { httpQuery: 'kind' }],
      [4, { httpQuery: 'when' }],
      [0, { httpHeader: 'X-Amz-Invocation-Type' }],
      [128 | 0, { httpPrefixHeaders: 'X-Meta-' }],
      [21, 16],
    ],
    1,
  ],
  [
    3,
    NAMESPACE,
    'InvokeResponse',
    0,
    ['StatusCode', 'FunctionError', 'LastModified', 'Payload'],
    [
      [1, 32],
      [0, { httpHeader: 'X-Amz-Function-Error' }],
      [4, { httpHeader: 'Last-Modified' }],
      [21, 16],
    ],
  ],
];
const GET = [
  9,
  NAMESPACE,
  'GetReport',
  { http: ['GET', '/reports/{Path+}?view=full', 200] },
  [
    3,
    NAMESPACE,
    'GetReportRequest',
    0,
    ['Path', 'Size'],
    [
      [0, 1],
      [1, { httpQuery: 'size' }],
    ],
    1,
  ],
  REPORT,
];
const LIST = [
  9,
  NAMESPACE,
  'ListReports',
  { http: ['GET', '/reports/latest', 200] },
  [3, NAMESPACE, 'ListReportsRequest', 0, [], []],
  [3, NAMESPACE, 'ListReportsResult', 0, ['reports'], [[1, NAMESPACE, 'Reports', 0, () => REPORT]]],
];
const PUT = [
  9,
  NAMESPACE,
  'PutReport',
  { http: ['PUT', '/reports/{id}', 200] },
  [
    3,
    NAMESPACE,
    'PutReportRequest',
    0,
    ['id', 'report', 'tag'],
    [[1, 1], () => REPORT, [0, { httpQuery: 'tag' }]],
    2,
  ],
  [3, NAMESPACE, 'PutReportResult', 0, [], []],
];

const model: ClientModel = {
  clientPackage: 'example',
  serviceId: 'Example',
  signingName: 'example',
  protocol: 'rest-json',
  xmlNamespace: '',
  queryCompatible: false,
  operations: new Map(
    [INVOKE, GET, LIST, PUT].map((schema: Json) => [schema[2], operationModel(schema)]),
  ),
  errors: new Map(),
};

const protocol = new AwsRestJsonProtocol({
  defaultNamespace: NAMESPACE,
  errorTypeRegistries: [TypeRegistry.for(NAMESPACE)],
});
const request = (schema: Json, input: Json) => clientSide(protocol, schema, input);

test('path, query, headers and payload are read from where they are', async () => {
  const input = {
    FunctionName: 'arn:aws:lambda:eu:1:function:a/b c',
    Qualifier: '$LATEST',
    Kinds: ['a', 'b,c'],
    When: new Date('2031-05-06T12:00:00Z'),
    Type: 'Event',
    Meta: { one: '1', two: '2' },
    Payload: Buffer.from('{"x":"ü"}'),
  };
  const { wire } = await request(INVOKE, input);
  const operation = restJson.operation(model, wire);
  expect(operation.name).toBe('Invoke');
  expect(restJson.read(operation, wire)).toEqual(input);
});

test('an answer puts them there, with its own status', async () => {
  const { wire, receive } = await request(INVOKE, { FunctionName: 'f' });
  const operation = restJson.operation(model, wire);
  expect(restJson.read(operation, wire)).toEqual({ FunctionName: 'f' });
  const output = {
    StatusCode: 200,
    FunctionError: 'Unhandled',
    LastModified: new Date('2031-05-06T12:00:00Z'),
    Payload: new Uint8Array([123, 125]),
  };
  const reply = restJson.write(model, operation, output, 'r-1');
  expect(reply.status).toBe(200);
  const received = await receive(reply);
  expect({ ...received, Payload: [...received.Payload] }).toMatchObject({
    ...output,
    Payload: [123, 125],
  });
  expect(restJson.write(model, operation, {}, 'r-2')).toMatchObject({ status: 202, body: '' });
});

test('a greedy label takes slashes, and a literal in the query belongs to the template', async () => {
  const { wire, receive } = await request(GET, { Path: '2031/may day', Size: 3 });
  const operation = restJson.operation(model, wire);
  expect(operation.name).toBe('GetReport');
  expect(restJson.read(operation, wire)).toEqual({ Path: '2031/may day', Size: 3 });
  const output = { at: new Date(1_900_000_000_500), renamed: 'x' };
  const reply = restJson.write(model, operation, output, 'r-1');
  expect(JSON.parse(String(reply.body))).toEqual({ at: 1_900_000_000.5, Renamed: 'x' });
  expect(await receive(reply)).toMatchObject(output);
  expect(() => restJson.operation(model, { ...wire, query: new URLSearchParams() })).toThrow(
    AwsError,
  );
});

test('of two templates that fit, the one with more literal text wins', async () => {
  const { wire } = await request(LIST, {});
  const both = { ...wire, query: new URLSearchParams('view=full') };
  expect(restJson.operation(model, both).name).toBe('GetReport');
  expect(restJson.operation(model, wire).name).toBe('ListReports');
});

test('a bound member is not taken from the body, and a label that is no number is refused', async () => {
  const { wire } = await request(PUT, { id: 7, report: { renamed: 'x' } });
  const operation = restJson.operation(model, wire);
  const body = Buffer.from('{"id":9,"tag":"y","report":{"Renamed":"x"}}');
  expect(restJson.read(operation, { ...wire, body })).toEqual({ id: 7, report: { renamed: 'x' } });
  expect(() => restJson.read(operation, { ...wire, path: '/reports/seven' })).toThrow(
    'seven cannot be converted to number',
  );
});
