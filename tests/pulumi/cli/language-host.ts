import * as fs from 'node:fs';
import * as path from 'node:path';
import { Readable } from 'node:stream';
import * as grpc from '@grpc/grpc-js';
import { version } from '@pulumi/pulumi/version';
import { LanguageRuntimeService } from '@pulumi/pulumi/proto/language_grpc_pb';
import * as proto from '@pulumi/pulumi/proto/language_pb';
import * as plugin from '@pulumi/pulumi/proto/plugin_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { serve, type GrpcServer, type Handler } from '../../../rehearsal/host/grpc-server';
import {
  packCommand,
  programCommand,
  type NodeCommand,
} from '../../../rehearsal/host/node-command';
import {
  startNode,
  type NodeProcess,
  type NodeProcessOptions,
} from '../../../rehearsal/host/node-process';
import type { Json } from '../../../rehearsal/services/service';
import { servePolicyProxy } from './policy-proxy';

/** With this code the SDK says that it has told the user what is wrong: nothing is to be added. */
const TOLD_THE_USER = 32;

/**
 * Serves a language host for Node.js to the Pulumi engine, for where Pulumi's own cannot be had. It starts programs and
 * policy packs with the commands of Pulumi's, and with those of a rehearsal. What only generates code is refused.
 *
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/pulumi-language-nodejs/main.go
 *
 * @param engine address of the engine, `127.0.0.1:<port>`
 */
export function serveLanguageHost(
  engine: string,
  onOutput: NonNullable<NodeProcessOptions['onOutput']>,
): Promise<GrpcServer> {
  const { handlers } = new LanguageHost(engine, onOutput);
  return serve([{ definition: LanguageRuntimeService, handlers }], () => undefined);
}

class LanguageHost {
  private readonly running = new Set<NodeProcess>();

  constructor(
    private readonly engine: string,
    private readonly onOutput: NonNullable<NodeProcessOptions['onOutput']>,
  ) {}

  /** By method of `pulumirpc.LanguageRuntime`. */
  readonly handlers: Readonly<Record<string, Handler>> = {
    handshake: () => new proto.LanguageHandshakeResponse(),
    getPluginInfo: () => new plugin.PluginInfo().setVersion(version),
    getRequiredPackages: (request: proto.GetRequiredPackagesRequest) =>
      new proto.GetRequiredPackagesResponse().setPackagesList(
        requiredPackages(informed(request).getProgramDirectory()),
      ),
    about: () =>
      new proto.AboutResponse().setExecutable(process.execPath).setVersion(process.version),
    getProgramDependencies: (request: proto.GetProgramDependenciesRequest) =>
      new proto.GetProgramDependenciesResponse().setDependenciesList(
        dependencies(informed(request).getProgramDirectory()),
      ),
    run: (request: proto.RunRequest) => this.run(request),
    runPlugin: (request: proto.RunPluginRequest) => this.runPlugin(request),
    cancel: () => {
      for (const each of this.running) each.kill();
      return new Empty();
    },
  };

  private async run(request: proto.RunRequest): Promise<proto.RunResponse> {
    const info = informed(request);
    const program = this.start(
      `The program of stack ${request.getStack()}`,
      programCommand({
        programDirectory: info.getProgramDirectory(),
        rootDirectory: info.getRootDirectory(),
        entryPoint: info.getEntryPoint(),
        ...optionsOf(info),
        monitor: request.getMonitorAddress(),
        engine: this.engine,
        organization: request.getOrganization(),
        project: request.getProject(),
        stack: request.getStack(),
        preview: request.getDryrun(),
        parallel: request.getParallel(),
        config: Object.fromEntries(request.getConfigMap().entries()),
        secretKeys: request.getConfigsecretkeysList(),
      }),
      this.onOutput,
    );
    const { code } = await program.ended;
    const response = new proto.RunResponse();
    if (code === TOLD_THE_USER) return response.setBail(true);
    return code === 0 ? response : response.setError(`The program ended with code ${code}`);
  }

  /** A policy pack: what it writes goes to the engine, which expects the port of the analyzer first. */
  private runPlugin(request: proto.RunPluginRequest): Readable {
    if (request.getKind() !== 'analyzer') throw refused(`plugins of kind ${request.getKind()}`);
    let pack: NodeProcess | undefined;
    let proxy: GrpcServer | undefined;
    const output = new Readable({
      objectMode: true,
      read: () => undefined,
      destroy: (error, done) => {
        pack?.kill();
        proxy?.close();
        done(error);
      },
    });
    const write = (text: string, stream: 'stdout' | 'stderr'): void => {
      const response = new proto.RunPluginResponse();
      const bytes = Buffer.from(text);
      output.push(stream === 'stdout' ? response.setStdout(bytes) : response.setStderr(bytes));
    };
    const starting = servePolicyProxy(async (stack) => {
      const command = packCommand({
        directory: informed(request).getProgramDirectory(),
        engine: this.engine,
        organization: stack.getOrganization(),
        project: stack.getProject(),
        stack: stack.getStack(),
        preview: stack.getDryRun(),
        config: Object.fromEntries(stack.getConfigMap().entries()),
      });
      pack = this.start('The policy pack', command, (text, stream) => {
        // Its own port is none of the engine's business.
        if (!/^\d+\n$/.test(text)) write(text, stream);
      });
      pack.ended.then(
        ({ code }) => {
          output.push(new proto.RunPluginResponse().setExitcode(code));
          output.push(null);
        },
        (error: Error) => output.destroy(error),
      );
      return Number(await pack.firstLine);
    });
    starting.then(
      (server) => {
        proxy = server;
        write(`${server.address.split(':')[1]}\n`, 'stdout');
      },
      (error: Error) => output.destroy(error),
    );
    return output;
  }

  private start(
    what: string,
    { environment, ...rest }: NodeCommand,
    onOutput: NonNullable<NodeProcessOptions['onOutput']>,
  ): NodeProcess {
    const started = startNode({
      ...rest,
      what,
      environment: { ...definedEnvironment(), ...environment },
      timeoutSeconds: 3600,
      onOutput,
    });
    this.running.add(started);
    const forget = (): void => void this.running.delete(started);
    started.ended.then(forget, forget);
    return started;
  }
}

const definedEnvironment = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([key, value]) =>
      value === undefined ? [] : [[key, value]],
    ),
  );

function informed(request: { getInfo(): proto.ProgramInfo | undefined }): proto.ProgramInfo {
  const info = request.getInfo();
  if (info === undefined) throw new Error('the engine did not say which program it means');
  return info;
}

/** The options of `runtime` in `Pulumi.yaml`. */
function optionsOf(info: proto.ProgramInfo): { typescript: boolean; nodeArguments: string[] } {
  const options: Json = info.getOptions()?.toJavaScript() ?? {};
  return {
    typescript: options.typescript ?? true,
    nodeArguments: String(options.nodeargs ?? '')
      .split(/\s+/)
      .filter((argument) => argument !== ''),
  };
}

/** The providers of the packages that are installed: those that say `"pulumi": { "resource": true }`. */
function requiredPackages(directory: string): plugin.PackageDependency[] {
  return installed(directory).flatMap(({ name, version: own, pulumi }) =>
    pulumi?.resource === true
      ? [
          new plugin.PackageDependency()
            .setName(pulumi.name ?? name.replace('@pulumi/', ''))
            .setKind('resource')
            .setVersion(`v${String(pulumi.version ?? own).replace(/^v/, '')}`)
            .setServer(pulumi.server ?? ''),
        ]
      : [],
  );
}

/** What `pulumi about` lists: the packages that the program itself names. */
function dependencies(directory: string): proto.DependencyInfo[] {
  const { dependencies: own = {}, devDependencies = {} } = manifest(directory) ?? {};
  const named = { ...own, ...devDependencies };
  return installed(directory)
    .filter(({ name }) => name in named)
    .map(({ name, version: installedVersion }) =>
      new proto.DependencyInfo().setName(name).setVersion(installedVersion),
    );
}

/** The manifests of the packages in `node_modules`. */
function installed(directory: string): readonly Json[] {
  const modules = path.join(directory, 'node_modules');
  const list = (folder: string): string[] => (fs.existsSync(folder) ? fs.readdirSync(folder) : []);
  return list(modules)
    .flatMap((name) =>
      name.startsWith('@')
        ? list(path.join(modules, name)).map((each) => path.join(name, each))
        : [name],
    )
    .sort()
    .flatMap((name) => manifest(path.join(modules, name)) ?? []);
}

function manifest(directory: string): Json {
  const file = path.join(directory, 'package.json');
  return fs.existsSync(file) ? JSON.parse(fs.readFileSync(file, 'utf8')) : undefined;
}

/** As Pulumi's own language hosts answer what they do not offer. */
const refused = (what: string): Error =>
  Object.assign(new Error(`not implemented in the test language host: ${what}`), {
    code: grpc.status.UNIMPLEMENTED,
  });

async function main(): Promise<void> {
  // Flags may precede it.
  const engine = process.argv.at(-1) ?? '';
  const server = await serveLanguageHost(engine, (text, stream) => process[stream].write(text));
  // Otherwise the programs would outlive it.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  console.log(server.address.split(':')[1]);
}

if (require.main === module) void main();
