import { AwsError, type Json } from '../services/service';
import type { ErrorModel } from './client-model';
import { type JsonNames, readJson, writeJson } from './json-values';
import { membersOf } from './shape';
import type { WireProtocol, WireReply } from './wire-protocol';

/** https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html and -1_1-: they differ in the content type. */
export function jsonRpc(version: '1.0' | '1.1'): WireProtocol {
  const contentType = `application/x-amz-json-${version}`;
  return {
    operation(model, { headers }) {
      const target = String(headers['x-amz-target'] ?? '');
      const operation = model.operations.get(target.slice(target.lastIndexOf('.') + 1));
      if (operation === undefined) throw new AwsError('UnknownOperationException', '');
      return operation;
    },
    read: (operation, { body }) => readJson(parseJson(body), operation.input, 'member'),
    write(_model, operation, output, requestId) {
      const body = JSON.stringify(writeJson(output, operation.output, 'member'));
      return { status: 200, headers: jsonHeaders(contentType, requestId), body };
    },
    writeError(model, error, requestId) {
      const headers = jsonHeaders(contentType, requestId);
      const modelled = model.errors.get(error.code);
      if (model.queryCompatible && modelled !== undefined) {
        // https://smithy.io/2.0/aws/protocols/aws-query-protocol.html#aws-protocols-awsquerycompatible-trait
        const fault = error.status < 500 ? 'Sender' : 'Receiver';
        headers['x-amzn-query-error'] = `${modelled.queryCode};${fault}`;
      }
      return jsonError(error, modelled, headers, 'member');
    },
  };
}

/** The JSON of a body. An empty one is an empty object; anything else that is no JSON is refused. */
export function parseJson(body: Buffer): Json {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new AwsError('SerializationException', 'Unable to parse the request body as JSON');
  }
}

/** An error whose modelled members are written by its schema, and others as they are. */
export function jsonError(
  error: AwsError,
  modelled: ErrorModel | undefined,
  headers: Readonly<Record<string, string>>,
  names: JsonNames,
): WireReply {
  const type =
    modelled === undefined
      ? `com.amazon.coral.service#${error.code}`
      : `${modelled.namespace}#${modelled.name}`;
  const members =
    modelled === undefined
      ? { ...error.members, message: error.message }
      : writeJson(errorMembers(error, modelled), modelled.shape, names);
  return {
    status: error.status,
    headers,
    body: JSON.stringify({ __type: type, message: error.message, ...members }),
  };
}

/** All members of a modelled error, with the message under the name that its shape has for it. */
export function errorMembers(error: AwsError, modelled: ErrorModel): Record<string, Json> {
  const names = membersOf(modelled.shape).map(([name]) => name);
  const message = names.find((name) => name.toLowerCase() === 'message');
  return { ...error.members, ...(message === undefined ? {} : { [message]: error.message }) };
}

/** Headers of every JSON answer. */
export function jsonHeaders(contentType: string, requestId: string): Record<string, string> {
  return { 'content-type': contentType, 'x-amzn-requestid': requestId };
}
