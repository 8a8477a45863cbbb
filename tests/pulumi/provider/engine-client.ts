import { spawn, type ChildProcess } from 'node:child_process';
import * as readline from 'node:readline';
import type { Json } from '../../../rehearsal/services/service';
import {
  kindName,
  type Change,
  type Deployed,
  type Properties,
  type ProviderCaller,
} from './client';

/** Calls a provider with the Pulumi engine's own client, which runs in the process of `engine-client/main.go`. */
export class EngineClient implements ProviderCaller {
  private readonly process: ChildProcess;
  /** Who waits for an answer, in the order of the requests. */
  private readonly waiting: ((line: string | undefined) => void)[] = [];

  /**
   * @param binary the built program
   * @param address `127.0.0.1:<port>` of the provider
   */
  constructor(binary: string, address: string) {
    const attach = { PULUMI_DEBUG_PROVIDERS: `aws:${address.split(':')[1]}` };
    const child = spawn(binary, {
      env: { ...process.env, ...attach },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    readline
      .createInterface({ input: child.stdout })
      .on('line', (line) => this.waiting.shift()?.(line))
      .on('close', () => this.waiting.splice(0).forEach((settle) => settle(undefined)));
    this.process = child;
  }

  close(): void {
    this.process.kill();
  }

  async configure(news: Properties): Promise<void> {
    await this.call('configure', { news });
  }

  async diffConfig(oldInputs: Properties, news: Properties): Promise<void> {
    await this.call('diffConfig', { oldInputs, news });
  }

  async invoke(token: string, news: Properties): Promise<Properties> {
    return (await this.call('invoke', { token, news })).outputs;
  }

  async check(
    urn: string,
    news: Properties,
    options: { readonly olds?: Properties; readonly seed?: string } = {},
  ): Promise<Properties> {
    const { olds, seed = urn } = options;
    return (await this.call('check', { urn, seed, news, ...(olds && { oldInputs: olds }) })).inputs;
  }

  async create(
    urn: string,
    news: Properties,
    options: { readonly preview?: boolean; readonly seed?: string } = {},
  ): Promise<Deployed> {
    const inputs = await this.check(urn, news, options);
    const { preview = false } = options;
    const { id, outputs } = await this.call('create', { urn, preview, news: inputs });
    return { urn, id, inputs, outputs };
  }

  async diff(resource: Deployed, news: Properties): Promise<Change> {
    const checked = await this.check(resource.urn, news, { olds: resource.inputs });
    const answer = await this.call('diff', { ...stateOf(resource), news: checked });
    return {
      changed: answer.changed ?? [],
      replaces: answer.replaces ?? [],
      deleteBeforeReplace: answer.deleteBeforeReplace,
      kinds: Object.fromEntries(
        Object.entries<number>(answer.kinds).map(([key, kind]) => [key, kindName(kind)]),
      ),
    };
  }

  async update(resource: Deployed, news: Properties): Promise<Deployed> {
    const inputs = await this.check(resource.urn, news, { olds: resource.inputs });
    const { outputs } = await this.call('update', { ...stateOf(resource), news: inputs });
    return { ...resource, inputs, outputs };
  }

  async read(resource: Deployed): Promise<Deployed | undefined> {
    const { id, inputs, outputs } = await this.call('read', stateOf(resource));
    return id === '' ? undefined : { urn: resource.urn, id, inputs, outputs };
  }

  async delete(resource: Deployed): Promise<void> {
    await this.call('delete', stateOf(resource));
  }

  private async call(method: string, request: Json): Promise<Json> {
    const line = await new Promise<string | undefined>((resolve) => {
      this.waiting.push(resolve);
      this.process.stdin?.write(`${JSON.stringify({ method, ...request })}\n`);
    });
    if (line === undefined) throw new Error('the engine client ended');
    const answer: Json = JSON.parse(line);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  }
}

const stateOf = ({ urn, id, inputs, outputs }: Deployed): Json => ({
  urn,
  id,
  oldInputs: inputs,
  oldOutputs: outputs,
});
