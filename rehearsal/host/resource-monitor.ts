import * as path from 'node:path';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import * as provider from '@pulumi/pulumi/proto/provider_pb';
import * as proto from '@pulumi/pulumi/proto/resource_pb';
import type { Json } from '../services/service';
import { archiveFiles } from './archive';
import { invokeFunction } from './functions';
import type { Handler } from './grpc-server';
import { computeOutputs, type Placement } from './outputs';
import { inOrder, type ProgramResource } from './program';
import { isArchive, resolveValues, secret } from './wire-values';

const STACK_TYPE = 'pulumi:pulumi:Stack';

export interface MonitorOptions {
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  /** Where resources without a provider of their own are deployed. */
  readonly placement: Placement;
  readonly defaultTags: Readonly<Record<string, string>>;
  /** Where the program runs: relative paths of assets start here. */
  readonly programDirectory: string;
}

interface Provider {
  readonly placement: Placement;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** The engine's side of a Pulumi program: remembers what the program declares and answers as the providers would. */
export class ResourceMonitor {
  private readonly resources = new Map<string, ProgramResource>();
  private readonly providers = new Map<string, Provider>();
  /** By URN. */
  private readonly registeredOutputs = new Map<string, Json>();
  private readonly unmodelled = new Set<string>();

  constructor(private readonly options: MonitorOptions) {}

  /** By method of `pulumirpc.ResourceMonitor`. */
  readonly handlers: Readonly<Record<string, Handler>> = {
    // All that the engine can do is claimed, so that what is missing here fails with our message, not the SDK's
    // "please update the CLI". Output values are for remote components only.
    supportsFeature: (request: proto.SupportsFeatureRequest) =>
      new proto.SupportsFeatureResponse().setHassupport(request.getId() !== 'outputValues'),
    registerResource: (request: proto.RegisterResourceRequest) => this.register(request),
    registerResourceOutputs: (request: proto.RegisterResourceOutputsRequest) => {
      const outputs = resolveValues(request.getOutputs()?.toJavaScript() ?? {});
      this.registeredOutputs.set(request.getUrn(), outputs);
      return emptyAnswer();
    },
    readResource: (request: proto.ReadResourceRequest) => this.read(request),
    invoke: (request: proto.ResourceInvokeRequest) => {
      const args = resolveValues(request.getArgs()?.toJavaScript() ?? {});
      const answer =
        request.getTok() === 'pulumi:pulumi:getResource'
          ? this.find(args.urn)
          : invokeFunction(
              request.getTok(),
              args,
              this.providerOf(request.getProvider()).placement,
            );
      return new provider.InvokeResponse().setReturn(Struct.fromJavaScript(answer));
    },
    call: (request: proto.ResourceCallRequest) => {
      throw notImplemented(`the method ${request.getTok()}`);
    },
    signalAndWaitForShutdown: emptyAnswer,
  };

  /** Resources in an order in which they could have been registered, the same in every run. */
  declared(): readonly ProgramResource[] {
    const resources = [...this.resources.values()].map((each) =>
      each.custom ? each : { ...each, outputs: this.registeredOutputs.get(each.urn) ?? {} },
    );
    return inOrder(resources);
  }

  /** What the program exports. */
  stackOutputs(): Readonly<Record<string, Json>> {
    const stack = [...this.resources.values()].find(({ type }) => type === STACK_TYPE);
    return this.registeredOutputs.get(stack?.urn ?? '') ?? {};
  }

  /** One for each resource type whose outputs are not modelled. */
  warnings(): readonly string[] {
    return [...this.unmodelled].sort();
  }

  private register(request: proto.RegisterResourceRequest): proto.RegisterResourceResponse {
    const type = request.getType();
    const name = request.getName();
    refuseUnsupported(request);
    const urn = this.urn(type, name, request.getParent());
    if (this.resources.has(urn))
      throw new Error(`Duplicate resource URN '${urn}'; try giving it a unique name`);

    const wire: Json = request.getObject()?.toJavaScript() ?? {};
    const secretPaths: string[] = [];
    const inputs = resolveValues(wire, { onSecret: (at) => secretPaths.push(at) });
    const answer = new proto.RegisterResourceResponse().setUrn(urn);
    let id = '';
    let outputs: Json = {};
    if (request.getCustom()) {
      ({ id, outputs } = this.create({ type, name, urn, inputs }, request.getProvider()));
      const marked = resolveValues(wire, { keepSecrets: true });
      const echo: Json = { ...outputs };
      for (const at of secretPaths) {
        const key = Object.keys(wire).find((property) => isWithin(at, property)) ?? '';
        echo[key] = marked[key];
      }
      for (const key of request.getAdditionalsecretoutputsList()) {
        if (key in echo) echo[key] = secret(echo[key]);
      }
      answer.setId(id).setObject(Struct.fromJavaScript(echo));
    } else {
      answer.setObject(Struct.fromJavaScript({}));
    }

    const parent = request.getParent();
    this.resources.set(urn, {
      urn,
      type,
      name,
      custom: request.getCustom(),
      id,
      ...(parent === '' ? {} : { parent }),
      inputs,
      outputs,
      dependencies: [...request.getDependenciesList()].sort(),
      propertyDependencies: propertyDependencies(request),
      protect: request.getProtect() ?? false,
      ignoreChanges: request.getIgnorechangesList(),
      aliases: request
        .getAliasesList()
        .map((alias) => alias.getUrn() || alias.getSpec()?.toObject()),
      secretPaths,
      archives: this.archives(inputs),
    });
    return answer;
  }

  private create(
    resource: { type: string; name: string; urn: string; inputs: Json },
    providerReference: string,
  ): { id: string; outputs: Json } {
    const { placement, defaultTags } = this.providerOf(providerReference);
    const { preview } = this.options;
    let computed;
    try {
      computed = computeOutputs(resource, placement, { preview, defaultTags });
    } catch (error) {
      throw new Error(`${resource.type} ${resource.name}: ${(error as Error).message}`);
    }
    if (resource.type.startsWith('pulumi:providers:')) {
      this.providers.set(resource.urn, providerSettings(resource.inputs, this.providerOf('')));
    } else if (!computed.known) {
      this.unmodelled.add(
        `The outputs of ${resource.type} are not modelled in a rehearsal: it has its inputs and an id only.`,
      );
    }
    return computed;
  }

  /** An existing resource, `Role.get(...)`: it is not deployed, and only what its id tells is known of it. */
  private read(request: proto.ReadResourceRequest): proto.ReadResourceResponse {
    const type = request.getType();
    if (type === 'pulumi:pulumi:StackReference') {
      throw notImplemented(`the stack reference ${request.getName()}`);
    }
    const id = request.getId();
    const urn = this.urn(type, request.getName(), request.getParent());
    const inputs = { name: id, ...resolveValues(request.getProperties()?.toJavaScript() ?? {}) };
    const { placement } = this.providerOf(request.getProvider());
    const computed = computeOutputs({ type, name: request.getName(), urn, inputs }, placement, {
      preview: false,
    });
    // Types whose id is not their name cannot be told from it.
    const outputs = computed.known && computed.id === id ? computed.outputs : { ...inputs, id };
    if (!computed.known || computed.id !== id) {
      const arn = id.startsWith('arn:') ? { arn: id } : {};
      Object.assign(outputs, arn);
      this.unmodelled.add(`The existing ${type} ${id} is known to a rehearsal by its id only.`);
    }
    return new proto.ReadResourceResponse()
      .setUrn(urn)
      .setProperties(Struct.fromJavaScript(outputs));
  }

  private find(urn: string): Json {
    const resource = this.resources.get(urn);
    if (resource === undefined) throw new Error(`unknown resource ${urn}`);
    return { urn, id: resource.id, state: resource.outputs };
  }

  /** `reference` is `<urn>::<id>`, or empty for the default provider. */
  private providerOf(reference: string): Provider {
    const urn = reference.split('::').slice(0, 4).join('::');
    const { placement, defaultTags } = this.options;
    return this.providers.get(urn) ?? { placement, defaultTags };
  }

  /** https://www.pulumi.com/docs/iac/concepts/resources/names/#urns */
  private urn(type: string, name: string, parent: string): string {
    const parentType = parent.split('::')[2] ?? STACK_TYPE;
    const qualified = parentType === STACK_TYPE ? type : `${parentType}$${type}`;
    return `urn:pulumi:${this.options.stack}::${this.options.project}::${qualified}::${name}`;
  }

  private archives(inputs: Json): ProgramResource['archives'] {
    const archives = Object.entries<Json>(inputs).filter(([, value]) => isArchive(value));
    return Object.fromEntries(
      archives.map(([key, value]) => [
        key,
        archiveFiles(value, path.resolve(this.options.programDirectory)),
      ]),
    );
  }
}

function refuseUnsupported(request: proto.RegisterResourceRequest): void {
  const what = `${request.getType()} ${request.getName()}`;
  const hooks: Record<string, readonly string[]> = { ...request.getHooks()?.toObject() };
  if (request.getRemote()) throw notImplemented(`the component of another language ${what}`);
  if (request.getTransformsList().length > 0) throw notImplemented(`the transforms of ${what}`);
  if (Object.values(hooks).some((names) => names.length > 0)) {
    throw notImplemented(`the hooks of ${what}`);
  }
  if (request.getImportid() !== '') throw notImplemented(`the import of ${what}`);
}

function propertyDependencies(
  request: proto.RegisterResourceRequest,
): ProgramResource['propertyDependencies'] {
  const dependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, property) => {
    dependencies[property] = [...urns.getUrnsList()].sort();
  });
  return dependencies;
}

const isWithin = (at: string, property: string): boolean =>
  at === property || at.startsWith(`${property}.`) || at.startsWith(`${property}[`);

/** Inputs of a provider arrive as JSON text where they are no strings. */
function providerSettings(inputs: Json, fallback: Provider): Provider {
  const parse = (value: Json): Json => (typeof value === 'string' ? JSON.parse(value) : value);
  const roles = parse(inputs.assumeRoles ?? '[]');
  const account = String(roles.at(-1)?.roleArn ?? '').split(':')[4];
  return {
    placement: {
      region: inputs.region ?? fallback.placement.region,
      account: account ?? fallback.placement.account,
    },
    defaultTags: parse(inputs.defaultTags ?? '{}').tags ?? {},
  };
}

const emptyAnswer = (): Empty => new Empty();
const notImplemented = (what: string): Error =>
  new Error(`not implemented in a rehearsal: ${what}`);
