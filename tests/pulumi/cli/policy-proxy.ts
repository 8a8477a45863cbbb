import * as grpc from '@grpc/grpc-js';
import { AnalyzerClient, AnalyzerService } from '@pulumi/pulumi/proto/analyzer_grpc_pb';
import * as proto from '@pulumi/pulumi/proto/analyzer_pb';
import {
  CHANNEL_OPTIONS,
  serve,
  type GrpcServer,
  type Handler,
} from '../../../rehearsal/host/grpc-server';
import type { Json } from '../../../rehearsal/services/service';

/**
 * Stands before the analyzer of a policy pack, which reads its stack's names from its environment: the pack can only be
 * started once the engine has told them, and it tells them to an analyzer that runs already.
 *
 * https://github.com/pulumi/pulumi/blob/master/sdk/policy_proxy.go
 *
 * @param startPack gets what the engine said, and returns the port of the pack's own analyzer.
 */
export async function servePolicyProxy(
  startPack: (stack: proto.AnalyzerStackConfigureRequest) => Promise<number>,
): Promise<GrpcServer> {
  let pack: AnalyzerClient | undefined;
  const forward = (method: string, request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (pack === undefined) throw new Error(`${method} came before the stack was configured`);
      (pack as Json)[method](request, (error: grpc.ServiceError | null, response: unknown) =>
        error === null ? resolve(response) : reject(error),
      );
    });
  const handlers: Record<string, Handler> = Object.fromEntries(
    Object.keys(AnalyzerService).map((method) => [
      method,
      (request: unknown) => forward(method, request),
    ]),
  );
  const server = await serve(
    [
      {
        definition: AnalyzerService,
        handlers: {
          ...handlers,
          handshake: () => new proto.AnalyzerHandshakeResponse(),
          configureStack: async (stack: proto.AnalyzerStackConfigureRequest) => {
            const port = await startPack(stack);
            pack = new AnalyzerClient(
              `127.0.0.1:${port}`,
              grpc.credentials.createInsecure(),
              CHANNEL_OPTIONS,
            );
            return forward('configureStack', stack);
          },
        },
      },
    ],
    () => undefined,
  );
  return {
    address: server.address,
    close: () => {
      pack?.close();
      server.close();
    },
  };
}
