import { Readable } from 'node:stream';
import * as grpc from '@grpc/grpc-js';
import type { Json } from '../services/service';

/**
 * Answers one call, with an async iterable where the answer is a stream: it is returned early when the caller hangs up.
 * What it throws goes to the caller as the call's error, with the `code` that it has, if any.
 */
export type Handler = (request: Json) => unknown;

/** The same limit as in Pulumi's SDK: 400 MB. */
export const CHANNEL_OPTIONS = {
  'grpc.max_receive_message_length': 400 * 1024 * 1024,
  'grpc.max_send_message_length': 400 * 1024 * 1024,
};

export interface GrpcServer {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  close(): void;
}

/**
 * Serves gRPC services on a free loopback port.
 *
 * @param onRefusal called when a handler threw, or a method has none.
 */
export async function serve(
  services: readonly {
    readonly definition: grpc.ServiceDefinition;
    readonly handlers: Readonly<Record<string, Handler>>;
  }[],
  onRefusal: (error: Error) => void,
): Promise<GrpcServer> {
  const server = new grpc.Server(CHANNEL_OPTIONS);
  for (const { definition, handlers } of services) {
    const methods = Object.keys(definition).map((method) => {
      const handler = handlers[method] ?? refuse(method);
      const refusal = (error: Error & { code?: grpc.status }): Partial<grpc.StatusObject> => {
        onRefusal(error);
        // Not UNIMPLEMENTED, which the SDK takes for an old engine and passes over in silence.
        return { code: error.code ?? grpc.status.FAILED_PRECONDITION, details: error.message };
      };
      const answer: grpc.handleUnaryCall<unknown, unknown> = (call, callback) => {
        Promise.resolve(call.request)
          .then(handler)
          .then(
            (response) => callback(null, response),
            (error: Error) => callback(refusal(error)),
          );
      };
      const stream: grpc.handleServerStreamingCall<unknown, unknown> = (call) => {
        const source = Readable.from(handler(call.request) as AsyncIterable<unknown>);
        source.on('error', (error) => call.emit('error', refusal(error))).pipe(call);
        call.on('cancelled', () => source.destroy());
      };
      return [method, definition[method]?.responseStream === true ? stream : answer] as const;
    });
    server.addService(definition, Object.fromEntries(methods));
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return { address: `127.0.0.1:${port}`, close: () => server.forceShutdown() };
}

const refuse =
  (method: string): Handler =>
  () => {
    throw new Error(`not implemented in a rehearsal: ${method}`);
  };
