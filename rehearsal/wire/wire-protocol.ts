import type { IncomingHttpHeaders } from 'node:http';
import type { AwsError, Json } from '../services/service';
import type { ClientModel, OperationModel } from './client-model';

/** What a client sent. */
export interface WireRequest {
  readonly method: string;
  /** Undecoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What goes back to it. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** One of AWS's wire protocols, seen from the service. */
export interface WireProtocol {
  /** The operation that a request asks for. Throws the `AwsError` of an unknown one. */
  operation(model: ClientModel, request: WireRequest): OperationModel;
  /** Its input, in the SDK's casing and types. Throws the `AwsError` of an unreadable one. */
  read(operation: OperationModel, request: WireRequest): Json;
  /** An answer. Throws a plain error where the output does not fit the model. */
  write(model: ClientModel, operation: OperationModel, output: Json, requestId: string): WireReply;
  /** An error, modelled or not. */
  writeError(model: ClientModel, error: AwsError, requestId: string): WireReply;
}
