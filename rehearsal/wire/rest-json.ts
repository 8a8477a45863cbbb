import { AwsError, type Json } from '../services/service';
import type { OperationModel, Shape } from './client-model';
import { isObject } from './convert';
import { parseScalar } from './form-values';
import { jsonError, jsonHeaders, parseJson } from './json-rpc';
import { readJson, writeJson } from './json-values';
import { checkedScalar, strictOutput } from './output-check';
import { findRoute, matchOperation } from './route';
import { kindOf, membersOf, timestampFormat, writeTimestamp } from './shape';
import type { WireProtocol, WireReply, WireRequest } from './wire-protocol';

/** https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html */
export const restJson: WireProtocol = {
  operation(model, request) {
    const route = findRoute(model, request);
    if (route === undefined) throw new AwsError('UnknownOperationException', '', 404);
    return route.operation;
  },
  read(operation, request) {
    const input: Record<string, Json> = hasBody(operation.input)
      ? readBody(operation.input, request)
      : {};
    const labels = matchOperation(operation, request) ?? {};
    for (const [name, member] of membersOf(operation.input)) {
      const value = readBinding(name, member, labels, request);
      if (value !== undefined) input[name] = value;
    }
    return input;
  },
  write: (_model, operation, output, requestId) => writeAnswer(operation, output, requestId),
  writeError(model, error, requestId) {
    const headers = {
      ...jsonHeaders('application/json', requestId),
      'x-amzn-errortype': error.code,
    };
    return jsonError(error, model.errors.get(error.code), headers, 'jsonName');
  },
};

const BINDINGS = ['httpLabel', 'httpQuery', 'httpQueryParams', 'httpHeader', 'httpPrefixHeaders'];
const PAYLOADS = ['httpPayload', 'httpResponseCode'];

function isBound(member: Shape): boolean {
  const traits: Json = member.getMergedTraits();
  return [...BINDINGS, ...PAYLOADS].some((trait) => traits[trait] !== undefined);
}

function hasBody(shape: Shape): boolean {
  return membersOf(shape).some(([, member]) => !isBound(member));
}

function readBody(shape: Shape, request: WireRequest): Record<string, Json> {
  const body = readJson(parseJson(request.body), shape, 'jsonName');
  for (const [name, member] of membersOf(shape)) {
    if (isBound(member)) delete body[name];
  }
  return body;
}

/** A member that lies outside of the JSON body; `undefined` where it is not there. */
function readBinding(
  name: string,
  member: Shape,
  labels: Readonly<Record<string, string>>,
  request: WireRequest,
): Json {
  const traits: Json = member.getMergedTraits();
  if (traits.httpLabel !== undefined) return readText([labels[name]!], member, 'date-time');
  if (traits.httpQuery !== undefined) {
    const values = request.query.getAll(traits.httpQuery);
    return values.length === 0 ? undefined : readText(values, member, 'date-time');
  }
  if (traits.httpQueryParams !== undefined) return Object.fromEntries(request.query);
  if (traits.httpHeader !== undefined) {
    const value = request.headers[String(traits.httpHeader).toLowerCase()];
    if (value === undefined) return undefined;
    const texts = kindOf(member) === 'list' ? String(value).split(/\s*,\s*/) : [String(value)];
    return readText(texts, member, 'http-date');
  }
  if (traits.httpPrefixHeaders !== undefined) {
    const prefix = String(traits.httpPrefixHeaders).toLowerCase();
    const found = Object.entries(request.headers).filter(([key]) => key.startsWith(prefix));
    if (found.length === 0) return undefined;
    return Object.fromEntries(found.map(([key, value]) => [key.slice(prefix.length), value]));
  }
  if (traits.httpPayload === undefined || request.body.length === 0) return undefined;
  return readPayload(request.body, member);
}

function readPayload(body: Buffer, member: Shape): Json {
  if (kindOf(member) === 'blob') return body;
  if (kindOf(member) === 'string') return body.toString('utf8');
  return readJson(parseJson(body), member, 'jsonName');
}

function readText(texts: readonly string[], member: Shape, dates: 'date-time' | 'http-date'): Json {
  const list = kindOf(member) === 'list';
  const shape = list ? member.getValueSchema() : member;
  const values = texts.map((text) => {
    const value = parseScalar(text, shape, dates);
    if (value !== undefined) return value;
    throw new AwsError('SerializationException', `${text} cannot be converted to ${kindOf(shape)}`);
  });
  return list ? values : values[0];
}

function writeAnswer(operation: OperationModel, output: Json, requestId: string): WireReply {
  const { output: shape } = operation;
  if (!isObject(output)) return strictOutput.misfit(output, shape, '');
  const headers = jsonHeaders('application/json', requestId);
  let status = operation.http?.[2] ?? 200;
  let payload: string | Uint8Array | undefined;
  const body = { ...output };
  for (const [name, member] of membersOf(shape)) {
    if (!isBound(member)) continue;
    const value = output[name];
    delete body[name];
    if (value === undefined || value === null) continue;
    const traits: Json = member.getMergedTraits();
    if (traits.httpResponseCode !== undefined) status = checkedScalar(value, member, name);
    if (traits.httpHeader !== undefined) {
      headers[String(traits.httpHeader).toLowerCase()] = headerText(value, member, name);
    }
    if (traits.httpPayload !== undefined) payload = writePayload(value, member, name);
  }
  const rest = JSON.stringify(writeJson(body, shape, 'jsonName'));
  const payloadMember = membersOf(shape).some(
    ([, m]) => m.getMergedTraits().httpPayload !== undefined,
  );
  return { status, headers, body: payloadMember ? (payload ?? '') : rest };
}

function writePayload(value: Json, member: Shape, name: string): string | Uint8Array {
  const kind = kindOf(member);
  if (kind === 'blob' || kind === 'string') return checkedScalar(value, member, name);
  return JSON.stringify(writeJson(value, member, 'jsonName'));
}

function headerText(value: Json, member: Shape, name: string): string {
  if (Array.isArray(value)) {
    return value.map((each) => headerText(each, member.getValueSchema(), name)).join(', ');
  }
  const checked = checkedScalar(value, member, name);
  return checked instanceof Date
    ? String(writeTimestamp(checked, timestampFormat(member, 'http-date')))
    : String(checked);
}
