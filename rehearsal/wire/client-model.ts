import { createRequire } from 'node:module';
import type { NormalizedSchema } from '@smithy/core/schema';
import { NormalizedSchema as Schema } from '@smithy/core/schema';
import type { Json, Protocol } from '../services/service';
import { suggestion } from '../nearest';

/** A shape of the SDK's own model, as its serializers see it. */
export type Shape = NormalizedSchema;

/** What an SDK client knows of its service: enough to answer it in its own language. */
export interface ClientModel {
  readonly clientPackage: string;
  /** `Auto Scaling`: the name from which the SDKs of all languages derive theirs. */
  readonly serviceId: string;
  /** Name in the credential scope of a SigV4 signature: `autoscaling`. */
  readonly signingName: string;
  readonly protocol: Protocol;
  /** Of XML answers; empty for JSON. */
  readonly xmlNamespace: string;
  /** The client expects the old query code of an error in a header beside the JSON one (SQS). */
  readonly queryCompatible: boolean;
  /** By API name, `DescribeImages`. */
  readonly operations: ReadonlyMap<string, OperationModel>;
  /** Modelled errors, by shape name and by the code of the query protocol where that differs. */
  readonly errors: ReadonlyMap<string, ErrorModel>;
}

/** An operation of a client. */
export interface OperationModel {
  readonly name: string;
  readonly input: Shape;
  readonly output: Shape;
  /** Method, path template and status of success; REST protocols only. */
  readonly http?: readonly [method: string, path: string, status: number];
}

/** An error that the model declares, so that a client raises its own class for it. */
export interface ErrorModel {
  /** `InstanceRefreshInProgressFault`. */
  readonly name: string;
  /** `com.amazonaws.autoscaling`. */
  readonly namespace: string;
  /** Code on the wire of a query protocol, `InstanceRefreshInProgress`. */
  readonly queryCode: string;
  readonly shape: Shape;
}

const load = createRequire(__filename);
const models = new Map<string, ClientModel>();

const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  'aws.protocols#awsJson1_0': 'json-1.0',
  'aws.protocols#awsJson1_1': 'json-1.1',
  'aws.protocols#awsQuery': 'query',
  'aws.protocols#ec2Query': 'ec2',
  'aws.protocols#restJson1': 'rest-json',
};

const OPERATION = 9;
const ERROR = -3;

/**
 * The model inside an installed client package such as `@aws-sdk/client-appstream`. Read once per process.
 * Throws if the package is absent, older than schema-driven serialization, or speaks a protocol that is not
 * implemented here.
 */
export function clientModel(clientPackage: string): ClientModel {
  const known = models.get(clientPackage);
  if (known !== undefined) return known;
  const model = readModel(clientPackage, load(clientPackage) as Record<string, Json>);
  models.set(clientPackage, model);
  return model;
}

/** API names of the operations of a client, in the order of its model. */
export function operationNames(clientPackage: string): readonly string[] {
  return [...clientModel(clientPackage).operations.keys()];
}

/** The schemas of one operation. Throws for a name that the client does not have. */
export function schemaOf(clientPackage: string, operation: string): OperationModel {
  const { operations } = clientModel(clientPackage);
  const found = operations.get(operation);
  if (found !== undefined) return found;
  throw new Error(
    `${clientPackage} has no operation ${operation}${suggestion(operation, [...operations.keys()])}`,
  );
}

/**
 * A model from the exports of a client: its static schemas (`DescribeImages$`) and, for what those do not say,
 * the configuration of one client that is never used.
 */
export function readModel(clientPackage: string, exports: Record<string, Json>): ClientModel {
  const operations = new Map<string, OperationModel>();
  const errors = new Map<string, ErrorModel>();
  for (const [name, schema] of Object.entries(exports)) {
    if (!name.endsWith('$') || !Array.isArray(schema)) continue;
    if (schema[0] === OPERATION) operations.set(schema[2], operationModel(schema));
    if (schema[0] === ERROR) addError(errors, schema);
  }
  if (operations.size === 0) {
    throw new Error(`${clientPackage} carries no schemas: a newer version of the client is needed`);
  }
  const config = configuration(clientPackage, exports);
  return {
    clientPackage,
    serviceId: config.serviceId,
    signingName: config.defaultSigningName,
    protocol: protocolOf(clientPackage, config),
    xmlNamespace: config.protocolSettings?.xmlNamespace ?? '',
    queryCompatible: config.protocolSettings?.awsQueryCompatible === true,
    operations,
    errors,
  };
}

/** An operation from its static schema: id, namespace, name, traits, input, output. */
export function operationModel(schema: Json): OperationModel {
  const [, , name, traits, input, output] = schema;
  const http = traits === 0 ? undefined : traits.http;
  return {
    name,
    input: Schema.of(input),
    output: Schema.of(output),
    ...(http === undefined ? {} : { http }),
  };
}

function addError(errors: Map<string, ErrorModel>, schema: Json): void {
  const [, namespace, name, traits] = schema;
  const queryCode: string = traits?.awsQueryError?.[0] ?? name;
  const error = { name, namespace, queryCode, shape: Schema.of(schema) };
  errors.set(name, error);
  if (!errors.has(queryCode)) errors.set(queryCode, error);
}

function configuration(clientPackage: string, exports: Record<string, Json>): Json {
  const name = Object.keys(exports).find((key) => key.endsWith('Client') && key !== '__Client');
  if (name === undefined) throw new Error(`${clientPackage} exports no client`);
  const credentials = { accessKeyId: 'unused', secretAccessKey: 'unused' };
  return new exports[name]({ region: 'us-east-1', credentials }).config;
}

function protocolOf(clientPackage: string, config: Json): Protocol {
  const id: string = config.protocol?.getShapeId() ?? 'no declared protocol';
  const protocol = PROTOCOLS[id];
  if (protocol === undefined) throw new Error(`${clientPackage} speaks ${id}: not implemented`);
  return protocol;
}
