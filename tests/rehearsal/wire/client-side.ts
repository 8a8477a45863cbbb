import { HttpResponse } from '@smithy/core/protocols';
import type { Json } from '../../../rehearsal/services/service';
import type { WireReply, WireRequest } from '../../../rehearsal/wire/wire-protocol';

/** A request as a client writes it, and what the same client makes of an answer. */
export interface ClientSide {
  readonly wire: WireRequest;
  readonly receive: (reply: WireReply) => Promise<Json>;
}

/**
 * The SDK's own code for a protocol, without HTTP and middleware: the other side of every codec here.
 * `schema` is an operation's static schema.
 */
export async function clientSide(protocol: Json, schema: Json, input: Json): Promise<ClientSide> {
  const [, namespace, name, traits, inputSchema, outputSchema] = schema;
  const operation = { name, namespace, traits, input: inputSchema, output: outputSchema };
  const context = {
    endpoint: async () => ({ protocol: 'http:', hostname: 'h', path: '/' }),
    streamCollector: async (stream: Json) => stream,
    disableHostPrefix: true,
  };
  protocol.setSerdeContext(context);
  const sent = await protocol.serializeRequest(operation, input, context);
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries<Json>(sent.query ?? {})) {
    for (const each of [value].flat()) query.append(key, each);
  }
  const headers = Object.fromEntries(
    Object.entries<string>(sent.headers).map(([key, value]) => [key.toLowerCase(), value]),
  );
  return {
    wire: { method: sent.method, path: sent.path, query, headers, body: bytes(sent.body) },
    receive: ({ status, headers: replied, body }) =>
      protocol.deserializeResponse(
        operation,
        context,
        new HttpResponse({ statusCode: status, headers: { ...replied }, body: bytes(body) }),
      ),
  };
}

function bytes(body: Json): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  // The SDK's JSON body is bytes that warn when they are taken for text.
  return ArrayBuffer.isView(body)
    ? Buffer.from(body.buffer, body.byteOffset, body.byteLength)
    : Buffer.from(body, 'utf8');
}
