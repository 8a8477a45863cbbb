import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { AwsError, type Json, type Protocol } from '../services/service';
import { clientModel, type ClientModel } from './client-model';
import { jsonRpc } from './json-rpc';
import { query } from './query';
import { RequestIds } from './request-ids';
import { checkRequired } from './required';
import { restJson } from './rest-json';
import type { WireProtocol, WireReply, WireRequest } from './wire-protocol';

/** What the server must know of a service. Every `Service` has it. */
export interface WireService {
  /** SigV4 signing name. */
  readonly id: string;
  readonly clientPackage: string;
  readonly protocol: Protocol;
}

/** A call as it came in, read and valid. */
export interface WireCall {
  /** SigV4 signing name. */
  readonly service: string;
  /** API name, `DescribeImages`. */
  readonly operation: string;
  /** In the casing and types of the JavaScript SDK. */
  readonly input: Json;
  /** From the credential scope; signatures are not verified. */
  readonly accessKeyId: string;
  /** From the header `x-evergreen-sequence`. */
  readonly sequence?: number;
  readonly userAgent?: string;
}

/** What a call gets; `drop` closes the connection without an answer, as if it were lost. */
export type WireAnswer =
  { readonly output: Json } | { readonly error: AwsError } | { readonly drop: true };

/** How to run a server. */
export interface WireServerOptions {
  readonly services: readonly WireService[];
  /** Port on the loopback interface. @default a free one */
  readonly port?: number;
  /** Answers a call. A rejection is a mistake of the emulation: see `onDefect`. */
  onCall(call: WireCall): Promise<WireAnswer>;
  /** Virtual time, epoch milliseconds: the `Date` header, from which SDKs correct their clocks. */
  now(): number;
  /**
   * Answers a request that is not signed, so that it is none of AWS's: a control path of an emulator.
   * `undefined` refuses it as AWS would. @default all are refused
   */
  onUnsigned?(request: WireRequest): Promise<WireReply | undefined>;
  /** A request has arrived; its body may not have. */
  onArrival?(sequence: number | undefined): void;
  /** The answer has left, or the connection is gone. Follows every `onArrival` once. */
  onAnswered?(sequence: number | undefined): void;
  /**
   * Told of mistakes of the emulation, with the call in which they happened (`ec2:DescribeImages`): `onCall`
   * rejected, or its output does not fit the SDK's model. The client gets an `EmulatorDefect`, which it does not
   * retry. @default written to standard error
   */
  onDefect?(error: Error, place: string): void;
}

/** A running server. */
export interface WireServer {
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** For whoever connects to it within this process. */
  readonly http: http.Server;
  /** Stops listening and closes all connections. */
  close(): Promise<void>;
}

interface Endpoint {
  readonly model: ClientModel;
  readonly protocol: WireProtocol;
}

const PROTOCOLS: Readonly<Record<Protocol, WireProtocol>> = {
  'json-1.0': jsonRpc('1.0'),
  'json-1.1': jsonRpc('1.1'),
  query: query('query'),
  ec2: query('ec2'),
  'rest-json': restJson,
};

/**
 * Serves AWS services to real SDK clients on a loopback port, through the schemas of those clients. Throws if a
 * service contradicts its client package, if two services share a signing name, or if the port is taken.
 */
export async function startWireServer(options: WireServerOptions): Promise<WireServer> {
  const endpoints = new Map<string, Endpoint>();
  for (const service of options.services) {
    if (endpoints.has(service.id)) throw new Error(`Two services sign as ${service.id}`);
    endpoints.set(service.id, endpointOf(service));
  }
  const ids = new RequestIds();
  const server = http.createServer((request, response) => {
    const sequence = sequenceOf(request.headers);
    const requestId = ids.next(sequence);
    response.once('close', () => options.onAnswered?.(sequence));
    options.onArrival?.(sequence);
    void answer(endpoints, options, request, requestId).then((reply) => {
      if (reply === undefined) return response.destroy();
      const date = new Date(options.now()).toUTCString();
      return response.writeHead(reply.status, { ...reply.headers, date }).end(reply.body);
    });
  });
  // No timers of its own: real time must not decide anything.
  Object.assign(server, { keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, http: server, close: () => close(server) };
}

/** The answer to one request; `undefined` where it is to be lost. Never rejects. */
async function answer(
  endpoints: ReadonlyMap<string, Endpoint>,
  options: WireServerOptions,
  incoming: http.IncomingMessage,
  requestId: string,
): Promise<WireReply | undefined> {
  const request = await receive(incoming);
  if (request === undefined) return undefined;
  const scope = credentialScope(request.headers.authorization);
  if (scope === undefined) {
    const error = new AwsError('MissingAuthenticationToken', 'The request is not signed', 403);
    return (await askEmulator(options, request)) ?? refusal(request, error, requestId);
  }
  const endpoint = endpoints.get(scope.service);
  if (endpoint === undefined) {
    const error = new AwsError('NotImplemented', `No emulated service signs as ${scope.service}`);
    return refusal(request, error, requestId);
  }
  const { model, protocol } = endpoint;
  let place = scope.service;
  try {
    const operation = protocol.operation(model, request);
    place = `${scope.service}:${operation.name}`;
    const input = protocol.read(operation, request);
    checkRequired(model, operation, input);
    const call = describeCall(scope, operation.name, input, request.headers);
    const result = await onCall(options, call);
    if ('drop' in result) return undefined;
    if ('error' in result) return protocol.writeError(model, result.error, requestId);
    return protocol.write(model, operation, result.output, requestId);
  } catch (error) {
    if (error instanceof AwsError) return protocol.writeError(model, error, requestId);
    return protocol.writeError(model, reportDefect(options, error, place), requestId);
  }
}

async function askEmulator(
  options: WireServerOptions,
  request: WireRequest,
): Promise<WireReply | undefined> {
  try {
    return await options.onUnsigned?.(request);
  } catch (error) {
    return refusal(request, reportDefect(options, error, request.path), '');
  }
}

/** Tells of a mistake of the emulation; the client gets the returned error. */
function reportDefect(options: WireServerOptions, error: unknown, place: string): AwsError {
  const defect = error instanceof Error ? error : new Error(String(error));
  (options.onDefect ?? printDefect)(defect, place);
  return new AwsError('EmulatorDefect', defect.message);
}

/** An `AwsError` is an answer only where it is given as one: thrown, it is a mistake like any other. */
async function onCall(options: WireServerOptions, call: WireCall): Promise<WireAnswer> {
  try {
    return await options.onCall(call);
  } catch (error) {
    throw new Error(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

function endpointOf(service: WireService): Endpoint {
  const model = clientModel(service.clientPackage);
  if (model.protocol !== service.protocol || model.signingName !== service.id) {
    throw new Error(
      `${service.clientPackage} signs as ${model.signingName} and speaks ${model.protocol}, ` +
        `but its service says ${service.id} and ${service.protocol}`,
    );
  }
  return { model, protocol: PROTOCOLS[model.protocol] };
}

function describeCall(
  scope: CredentialScope,
  operation: string,
  input: Json,
  headers: http.IncomingHttpHeaders,
): WireCall {
  const sequence = sequenceOf(headers);
  const userAgent = headers['user-agent'];
  return {
    service: scope.service,
    operation,
    input,
    accessKeyId: scope.accessKeyId,
    ...(sequence === undefined ? {} : { sequence }),
    ...(userAgent === undefined ? {} : { userAgent }),
  };
}

interface CredentialScope {
  readonly accessKeyId: string;
  readonly service: string;
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function credentialScope(authorization: string | undefined): CredentialScope | undefined {
  const match = /Credential=([^/]+)\/\d{8}\/[^/]+\/([^/]+)\/aws4_request/.exec(authorization ?? '');
  return match === null ? undefined : { accessKeyId: match[1]!, service: match[2]! };
}

function sequenceOf(headers: http.IncomingHttpHeaders): number | undefined {
  const text = headers['x-evergreen-sequence'];
  return typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** An answer in the language of the question, to one that no emulated service can be asked. */
function refusal({ headers }: WireRequest, error: AwsError, requestId: string): WireReply {
  const form = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  const protocol = form ? PROTOCOLS.query : PROTOCOLS['rest-json'];
  return protocol.writeError(NO_MODEL, error, requestId);
}

const NO_MODEL: ClientModel = {
  clientPackage: '',
  serviceId: '',
  signingName: '',
  protocol: 'query',
  xmlNamespace: '',
  queryCompatible: false,
  operations: new Map(),
  errors: new Map(),
};

/** `undefined` where the client went away before all of its request was there. */
async function receive(incoming: http.IncomingMessage): Promise<WireRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    body: Buffer.concat(chunks),
  };
}

function printDefect(error: Error, place: string): void {
  console.error(`${place}: ${error.stack ?? error.message}`);
}

async function close(server: http.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
