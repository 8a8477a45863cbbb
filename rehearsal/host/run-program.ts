import * as path from 'node:path';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { EngineService } from '@pulumi/pulumi/proto/engine_grpc_pb';
import * as engine from '@pulumi/pulumi/proto/engine_pb';
import { ResourceMonitorService } from '@pulumi/pulumi/proto/resource_grpc_pb';
import { ProgramError, StackConfigError } from './errors';
import { serve, type Handler } from './grpc-server';
import { programCommand } from './node-command';
import { startNode, type NodeProcess } from './node-process';
import type { Program } from './program';
import { ResourceMonitor } from './resource-monitor';
import { loadStackConfig, readProject } from './stack-config';

const GRACE_MILLISECONDS = 3_000;

export interface RunOptions {
  /** Folder of `Pulumi.yaml`. */
  readonly directory: string;
  readonly stack: string;
  /** @default the name in `Pulumi.yaml` */
  readonly project?: string;
  /** By full key, `project:key`. @default what `loadStackConfig` reads */
  readonly config?: Readonly<Record<string, string>>;
  /** Full keys of `config` that are secret. @default those that `loadStackConfig` finds, or none with `config` */
  readonly secretKeys?: readonly string[];
  /** Dry run: what only an update would tell is unknown. @default false */
  readonly preview?: boolean;
  /** AWS account of the stack. @default '123456789012' */
  readonly account?: string;
  /** @default the config's `aws:region` */
  readonly region?: string;
  /** Whether TypeScript is run without being type-checked, which takes seconds. @default true */
  readonly transpileOnly?: boolean;
  /** @default 120 */
  readonly timeoutSeconds?: number;
  /** Ends the run. */
  readonly signal?: AbortSignal;
}

/**
 * Runs a Pulumi program as the engine and its Node.js language host do, without either and without AWS, and returns
 * what it declared. Throws a `StackConfigError` for a wrong file, and a `ProgramError` with the program's own
 * message when it fails, uses what a rehearsal cannot answer, or does not end in time.
 */
export async function runProgram(options: RunOptions): Promise<Program> {
  const { directory, stack, preview = false, timeoutSeconds = 120 } = options;
  const project = readProject(directory);
  const name = options.project ?? project.name;
  const { config, secretKeys = [] }: Pick<RunOptions, 'config' | 'secretKeys'> =
    options.config === undefined ? loadStackConfig(directory, stack) : options;
  const region = options.region ?? config?.['aws:region'];
  if (region === undefined) {
    throw new StackConfigError(
      path.resolve(directory, `Pulumi.${stack}.yaml`),
      'aws:region',
      'is not set',
    );
  }

  const monitor = new ResourceMonitor({
    project: name,
    stack,
    preview,
    placement: { account: options.account ?? '123456789012', region },
    defaultTags: JSON.parse(config?.['aws:defaultTags'] ?? '{}').tags ?? {},
    programDirectory: project.programDirectory,
  });
  let program: NodeProcess | undefined;
  // An error in an `apply` may leave promises behind that never settle: the program gets some time to say more.
  const log = new EngineLog(
    () => void setTimeout(() => program?.kill(), GRACE_MILLISECONDS).unref(),
  );
  const refusals: string[] = [];
  const server = await serve(
    [
      { definition: ResourceMonitorService, handlers: monitor.handlers },
      { definition: EngineService, handlers: log.handlers },
    ],
    (error) => {
      refusals.push(error.message);
      program?.kill();
    },
  );
  try {
    const { command, environment, ...rest } = programCommand({
      programDirectory: project.programDirectory,
      rootDirectory: path.dirname(project.file),
      entryPoint: project.entryPoint,
      typescript: project.typescript,
      nodeArguments: project.nodeArguments,
      monitor: server.address,
      engine: server.address,
      organization: 'organization',
      project: name,
      stack,
      preview,
      parallel: 16,
      config: config ?? {},
      secretKeys,
    });
    program = startNode({
      ...rest,
      what: `The program of stack ${stack}`,
      command: ['-r', path.join(__dirname, 'plain-inspect.js'), ...command],
      environment: {
        ...environment,
        PULUMI_NODEJS_TRANSPILE_ONLY: String(options.transpileOnly ?? true),
      },
      timeoutSeconds,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const outcome = await program.ended.catch((error: ProgramError) => error);
    failIfBroken([...log.errors, ...refusals], outcome);
  } finally {
    server.close();
  }
  return {
    project: name,
    stack,
    resources: monitor.declared(),
    outputs: monitor.stackOutputs(),
    warnings: [...log.warnings, ...monitor.warnings()],
  };
}

/** What was logged or refused tells more than how the process ended. */
function failIfBroken(
  messages: readonly string[],
  outcome: { readonly code: number; readonly stderr: string } | ProgramError,
): void {
  const said = [...new Set(messages.map((message) => message.trim()))].join('\n');
  if (said !== '') throw new ProgramError(said, outcome.stderr);
  if (outcome instanceof ProgramError) throw outcome;
  if (outcome.code !== 0) {
    throw new ProgramError(`The program ended with code ${outcome.code}.`, outcome.stderr);
  }
}

/** What the program logs, and the URN of its stack. */
class EngineLog {
  readonly warnings: string[] = [];
  readonly errors: string[] = [];
  private root = '';

  constructor(private readonly onError: () => void) {}

  /** By method of `pulumirpc.Engine`. */
  readonly handlers: Readonly<Record<string, Handler>> = {
    log: (request: engine.LogRequest) => {
      const { WARNING, ERROR } = engine.LogSeverity;
      if (request.getSeverity() === WARNING) this.warnings.push(request.getMessage());
      if (request.getSeverity() === ERROR) {
        this.errors.push(request.getMessage());
        this.onError();
      }
      return new Empty();
    },
    getRootResource: () => new engine.GetRootResourceResponse().setUrn(this.root),
    setRootResource: (request: engine.SetRootResourceRequest) => {
      this.root = request.getUrn();
      return new engine.SetRootResourceResponse();
    },
    // Any version of this host is as good as the program's SDK.
    requirePulumiVersion: () => new engine.RequirePulumiVersionResponse(),
  };
}
