import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { AnalyzerClient } from '@pulumi/pulumi/proto/analyzer_grpc_pb';
import * as proto from '@pulumi/pulumi/proto/analyzer_pb';
import * as yaml from 'yaml';
import type { Json } from '../services/service';
import { ProgramError } from './errors';
import { CHANNEL_OPTIONS } from './grpc-server';
import { packCommand } from './node-command';
import { startNode } from './node-process';
import { checkedInputs } from './outputs';
import {
  settlePolicies,
  type EnforcementLevel,
  type PolicyDeclaration,
  type PolicyPackConfig,
} from './policy-config';
import type { Program, ProgramResource } from './program';

export interface PolicyViolation {
  /** Name of the policy. */
  readonly policy: string;
  readonly enforcement: EnforcementLevel;
  /** The policy's description and, below it, what it found. */
  readonly message: string;
  /** Of the resource, or of the stack where a stack policy names none. */
  readonly urn: string;
}

export interface AnalyzeOptions {
  /** Levels and properties of policies. @default what the pack says itself */
  readonly config?: PolicyPackConfig;
  /** Tags of the stack, which policies may read. */
  readonly stackTags?: Readonly<Record<string, string>>;
  /** Whether the program was run as a preview. @default false */
  readonly preview?: boolean;
  /** Whether a TypeScript pack is run without being type-checked, which takes seconds. @default true */
  readonly transpileOnly?: boolean;
  /** For the start of the pack and all its answers. @default 60 */
  readonly timeoutSeconds?: number;
  readonly signal?: AbortSignal;
}

const LEVELS: readonly EnforcementLevel[] = ['advisory', 'mandatory', 'disabled', 'remediate'];

/**
 * What a policy pack finds in a program: every resource as it would be before its creation, then the whole stack.
 * The pack runs in a process of its own and answers over its own gRPC analyzer, as under the Pulumi CLI.
 *
 * Throws a `ProgramError` when the pack does not start, a policy throws, its configuration does not fit, or it is set
 * to remediate, which a rehearsal does not do. Unlike under the CLI, policies see no provider resources and no config.
 */
export async function analyzeProgram(
  policyDirectory: string,
  program: Program,
  options: AnalyzeOptions = {},
): Promise<PolicyViolation[]> {
  const directory = path.resolve(policyDirectory);
  refuseOtherRuntimes(directory);
  const { command, environment, ...rest } = packCommand({
    directory,
    engine: '127.0.0.1:0',
    organization: 'organization',
    project: program.project,
    stack: program.stack,
    preview: options.preview ?? false,
  });
  const pack = startNode({
    ...rest,
    what: `The policy pack ${directory}`,
    // That command always checks types, so for speed the pack is run without it.
    command: (options.transpileOnly ?? true) ? transpilingCommand(directory) : command,
    environment: { ...environment, ...typescriptEnvironment(directory) },
    timeoutSeconds: options.timeoutSeconds ?? 60,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  let client: Analyzer | undefined;
  try {
    const port = await pack.firstLine;
    if (!/^\d+$/.test(port)) {
      throw new ProgramError(
        `The policy pack ${directory} must print its port first (it printed: ${port})`,
      );
    }
    client = new Analyzer(port, pack.ended);
    await client.configure(program, options);
    return await client.analyze(program);
  } finally {
    client?.close();
    pack.kill();
    await pack.ended.catch(() => undefined);
  }
}

function refuseOtherRuntimes(directory: string): void {
  const file = path.join(directory, 'PulumiPolicy.yaml');
  if (!fs.existsSync(file)) throw new ProgramError(`${file}: no such file`);
  const { runtime } = yaml.parse(fs.readFileSync(file, 'utf8')) ?? {};
  if ((runtime?.name ?? runtime) !== 'nodejs') {
    throw new ProgramError(
      `${file}: runtime: must be nodejs (received ${JSON.stringify(runtime)})`,
    );
  }
}

function transpilingCommand(directory: string): string[] {
  const { resolve } = createRequire(path.join(directory, 'index.js'));
  return ['-r', resolve('ts-node/register/transpile-only'), '.'];
}

/** The compiler options of `run-policy-pack`, which looks for a `tsconfig.json` in the pack's folder only. */
function typescriptEnvironment(directory: string): Record<string, string> {
  const hasProject = fs.existsSync(path.join(directory, 'tsconfig.json'));
  return hasProject
    ? { TS_NODE_PROJECT: 'tsconfig.json' }
    : {
        TS_NODE_SKIP_PROJECT: 'true',
        TS_NODE_COMPILER_OPTIONS: JSON.stringify({
          target: 'ES2020',
          module: 'nodenext',
          moduleResolution: 'nodenext',
        }),
      };
}

type Answer<Response> = (error: grpc.ServiceError | null, response: Response) => void;

class Analyzer {
  private readonly client: AnalyzerClient;

  constructor(
    port: string,
    /** Settles when the pack's process ends. */
    private readonly ended: Promise<unknown>,
  ) {
    this.client = new AnalyzerClient(
      `127.0.0.1:${port}`,
      grpc.credentials.createInsecure(),
      CHANNEL_OPTIONS,
    );
  }

  async configure(program: Program, options: AnalyzeOptions): Promise<void> {
    const info = await this.call<proto.AnalyzerInfo>((done) =>
      this.client.getAnalyzerInfo(new Empty(), done),
    );
    const settings = settlePolicies(
      info.getPoliciesList().map(declarationOf),
      initialConfig(info),
      options.config ?? {},
    );
    const request = new proto.ConfigureAnalyzerRequest();
    for (const [policy, { enforcement, properties }] of settings) {
      if (enforcement === 'remediate') {
        throw new ProgramError(`not implemented in a rehearsal: the policy ${policy} remediates`);
      }
      const config = new proto.PolicyConfig()
        .setEnforcementlevel(LEVELS.indexOf(enforcement))
        .setProperties(Struct.fromJavaScript(properties));
      request.getPolicyconfigMap().set(policy, config);
    }
    const stack = new proto.AnalyzerStackConfigureRequest()
      .setStack(program.stack)
      .setProject(program.project)
      .setOrganization('organization')
      .setDryRun(options.preview ?? false);
    for (const [key, value] of Object.entries(options.stackTags ?? {})) {
      stack.getTagsMap().set(key, value);
    }
    await this.call((done) => this.client.configureStack(stack, done));
    await this.call((done) => this.client.configure(request, done));
  }

  async analyze({ resources }: Program): Promise<PolicyViolation[]> {
    const violations: PolicyViolation[] = [];
    for (const resource of resources) {
      const request = new proto.AnalyzeRequest()
        .setUrn(resource.urn)
        .setType(resource.type)
        .setName(resource.name)
        .setProperties(Struct.fromJavaScript(checkedInputs(resource)))
        .setOptions(optionsOf(resource));
      const response = await this.call<proto.AnalyzeResponse>((done) =>
        this.client.analyze(request, done),
      );
      violations.push(...violationsOf(response, resource.urn));
    }
    const stack = resources.find(({ type }) => type === 'pulumi:pulumi:Stack');
    const request = new proto.AnalyzeStackRequest().setResourcesList(
      resources.map(analyzerResource),
    );
    const response = await this.call<proto.AnalyzeResponse>((done) =>
      this.client.analyzeStack(request, done),
    );
    return [...violations, ...violationsOf(response, stack?.urn ?? '')];
  }

  close(): void {
    this.client.close();
  }

  private call<Response>(send: (done: Answer<Response>) => unknown): Promise<Response> {
    return new Promise((resolve, reject) => {
      send((error, response) => {
        if (error === null) resolve(response);
        else if (error.code !== grpc.status.UNAVAILABLE) reject(new ProgramError(error.details));
        // The pack is gone, and its end tells why.
        else {
          const early = new ProgramError('The policy pack ended before it had answered');
          this.ended.then(() => reject(early), reject);
        }
      });
    });
  }
}

function declarationOf(policy: proto.PolicyInfo): PolicyDeclaration {
  const schema = policy.getConfigschema();
  return {
    name: policy.getName(),
    enforcement: levelOf(policy.getEnforcementlevel()),
    ...(schema === undefined
      ? {}
      : {
          schema: {
            properties: (schema.getProperties()?.toJavaScript() ?? {}) as Record<string, Json>,
            required: schema.getRequiredList(),
          },
        }),
  };
}

function initialConfig(info: proto.AnalyzerInfo): PolicyPackConfig {
  const config: Record<string, Json> = {};
  info.getInitialconfigMap().forEach((policy, name) => {
    config[name] = {
      ...policy.getProperties()?.toJavaScript(),
      enforcementLevel: levelOf(policy.getEnforcementlevel()),
    };
  });
  return config;
}

function levelOf(level: number): EnforcementLevel {
  const name = LEVELS[level];
  if (name === undefined) throw new ProgramError(`unknown enforcement level ${level}`);
  return name;
}

function optionsOf({
  parent,
  protect,
  ignoreChanges,
  aliases,
}: ProgramResource): proto.AnalyzerResourceOptions {
  return new proto.AnalyzerResourceOptions()
    .setParent(parent ?? '')
    .setProtect(protect)
    .setIgnorechangesList([...ignoreChanges])
    .setAliasesList(aliases.filter((alias) => typeof alias === 'string'));
}

function analyzerResource(resource: ProgramResource): proto.AnalyzerResource {
  const message = new proto.AnalyzerResource()
    .setUrn(resource.urn)
    .setType(resource.type)
    .setName(resource.name)
    .setParent(resource.parent ?? '')
    .setProperties(Struct.fromJavaScript(resource.outputs))
    .setDependenciesList([...resource.dependencies])
    .setOptions(optionsOf(resource));
  for (const [property, urns] of Object.entries(resource.propertyDependencies)) {
    if (urns.length === 0) continue;
    const dependencies = new proto.AnalyzerPropertyDependencies().setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(property, dependencies);
  }
  return message;
}

const violationsOf = (response: proto.AnalyzeResponse, urn: string): PolicyViolation[] =>
  response.getDiagnosticsList().map((diagnostic) => ({
    policy: diagnostic.getPolicyname(),
    enforcement: levelOf(diagnostic.getEnforcementlevel()),
    message: diagnostic.getMessage(),
    urn: diagnostic.getUrn() || urn,
  }));
