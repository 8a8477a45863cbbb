import { EngineClient } from './provider/engine-client';
import { describeProvider } from './provider/suite';

/** Set by `main.ts`, which builds it. */
const binary = process.env['ENGINE_CLIENT'] ?? '';

describe("with the Pulumi engine's own client", () => {
  describeProvider((address) => new EngineClient(binary, address));
});
