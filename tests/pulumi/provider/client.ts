import * as grpc from '@grpc/grpc-js';
import { ResourceProviderClient } from '@pulumi/pulumi/proto/provider_grpc_pb';
import * as proto from '@pulumi/pulumi/proto/provider_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { Json } from '../../../rehearsal/services/service';

/** Inputs or outputs of a resource, as on the wire. */
export type Properties = Record<string, Json>;

/** A resource as the engine knows it after its creation. */
export interface Deployed {
  readonly urn: string;
  readonly id: string;
  readonly inputs: Properties;
  readonly outputs: Properties;
}

/** What the provider says of a change. */
export interface Change {
  readonly changed: readonly string[];
  readonly replaces: readonly string[];
  readonly deleteBeforeReplace: boolean;
  /** `ADD`, `UPDATE_REPLACE` and so on, by property. */
  readonly kinds: Readonly<Record<string, string>>;
}

/** Calls a provider as the engine does, one method at a time. What the provider refuses is thrown. */
export interface ProviderCaller {
  close(): void;
  configure(config: Properties): Promise<void>;
  diffConfig(olds: Properties, news: Properties): Promise<void>;
  /** A function such as `aws:index/getRegion:getRegion`. */
  invoke(token: string, args: Properties): Promise<Properties>;
  /**
   * The inputs as the provider completes them.
   *
   * @param options `olds`: inputs of the last update, none for a new resource. `seed`: of generated names, the URN
   * unless given.
   */
  check(
    urn: string,
    news: Properties,
    options?: { readonly olds?: Properties; readonly seed?: string },
  ): Promise<Properties>;
  /** Checks and creates. */
  create(
    urn: string,
    news: Properties,
    options?: { readonly preview?: boolean; readonly seed?: string },
  ): Promise<Deployed>;
  /** Checks the new inputs against the old ones and compares them. */
  diff(resource: Deployed, news: Properties): Promise<Change>;
  /** Checks the new inputs against the old ones and updates. */
  update(resource: Deployed, news: Properties): Promise<Deployed>;
  /** `undefined` where the resource is gone. */
  read(resource: Deployed): Promise<Deployed | undefined>;
  delete(resource: Deployed): Promise<void>;
}

/** Speaks Pulumi's protocol itself. */
export class DirectClient implements ProviderCaller {
  private readonly client: ResourceProviderClient;

  /** @param address `127.0.0.1:<port>` */
  constructor(address: string) {
    this.client = new ResourceProviderClient(address, grpc.credentials.createInsecure());
  }

  close(): void {
    this.client.close();
  }

  async configure(config: Properties): Promise<void> {
    const checked: proto.CheckResponse = await this.call(
      'checkConfig',
      new proto.CheckRequest().setNews(struct(config)),
    );
    await this.call('configure', new proto.ConfigureRequest().setArgs(checked.getInputs()));
  }

  async diffConfig(olds: Properties, news: Properties): Promise<void> {
    const request = new proto.DiffRequest().setOlds(struct(olds)).setNews(struct(news));
    await this.call('diffConfig', request);
  }

  async invoke(token: string, args: Properties): Promise<Properties> {
    const request = new proto.InvokeRequest().setTok(token).setArgs(struct(args));
    const response: proto.InvokeResponse = await this.call('invoke', request);
    return properties(response.getReturn());
  }

  async check(
    urn: string,
    news: Properties,
    options: { readonly olds?: Properties; readonly seed?: string } = {},
  ): Promise<Properties> {
    const request = new proto.CheckRequest()
      .setUrn(urn)
      .setNews(struct(news))
      .setRandomseed(Buffer.from(options.seed ?? urn));
    if (options.olds !== undefined) request.setOlds(struct(options.olds));
    const response: proto.CheckResponse = await this.call('check', request);
    return properties(response.getInputs());
  }

  async create(
    urn: string,
    news: Properties,
    options: { readonly preview?: boolean; readonly seed?: string } = {},
  ): Promise<Deployed> {
    const inputs = await this.check(urn, news, options);
    const request = new proto.CreateRequest()
      .setUrn(urn)
      .setProperties(struct(inputs))
      .setPreview(options.preview ?? false);
    const response: proto.CreateResponse = await this.call('create', request);
    return { urn, id: response.getId(), inputs, outputs: properties(response.getProperties()) };
  }

  /** @param ignored paths of properties, as `ignoreChanges` has them. The engine puts old inputs there as well. */
  async diff(
    resource: Deployed,
    news: Properties,
    ignored: readonly string[] = [],
  ): Promise<Change> {
    const checked = await this.check(resource.urn, news, { olds: resource.inputs });
    const request = new proto.DiffRequest()
      .setUrn(resource.urn)
      .setId(resource.id)
      .setOldInputs(struct(resource.inputs))
      .setOlds(struct(resource.outputs))
      .setIgnorechangesList([...ignored])
      .setNews(struct(checked));
    const response: proto.DiffResponse = await this.call('diff', request);
    const kinds: Record<string, string> = {};
    response.getDetaileddiffMap().forEach((difference, key) => {
      kinds[key] = kindName(difference.getKind());
    });
    return {
      changed: response.getDiffsList(),
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
      kinds,
    };
  }

  /** @param ignored as in `diff` */
  async update(
    resource: Deployed,
    news: Properties,
    ignored: readonly string[] = [],
  ): Promise<Deployed> {
    const { urn, id } = resource;
    const inputs = await this.check(urn, news, { olds: resource.inputs });
    const request = new proto.UpdateRequest()
      .setUrn(urn)
      .setId(id)
      .setOlds(struct(resource.outputs))
      .setOldInputs(struct(resource.inputs))
      .setIgnorechangesList([...ignored])
      .setNews(struct(inputs));
    const response: proto.UpdateResponse = await this.call('update', request);
    return { urn, id, inputs, outputs: properties(response.getProperties()) };
  }

  async read(resource: Deployed): Promise<Deployed | undefined> {
    const request = new proto.ReadRequest()
      .setUrn(resource.urn)
      .setId(resource.id)
      .setInputs(struct(resource.inputs))
      .setProperties(struct(resource.outputs));
    const response: proto.ReadResponse = await this.call('read', request);
    if (response.getId() === '') return undefined;
    return {
      urn: resource.urn,
      id: response.getId(),
      inputs: properties(response.getInputs()),
      outputs: properties(response.getProperties()),
    };
  }

  async delete(resource: Deployed): Promise<void> {
    const request = new proto.DeleteRequest()
      .setUrn(resource.urn)
      .setId(resource.id)
      .setProperties(struct(resource.outputs));
    await this.call('delete', request);
  }

  private call(method: string, request: unknown): Promise<Json> {
    return new Promise((resolve, reject) => {
      (this.client as Json)[method](request, (error: grpc.ServiceError | null, response: Json) =>
        error === null ? resolve(response) : reject(new Error(error.details)),
      );
    });
  }
}

/** `UPDATE_REPLACE` for 5, and so on. */
export function kindName(kind: number): string {
  const found = Object.entries(proto.PropertyDiff.Kind).find(([, each]) => Number(each) === kind);
  if (found === undefined) throw new Error(`unknown kind of difference: ${kind}`);
  return found[0];
}

const struct = (value: Properties): Struct => Struct.fromJavaScript(value);
const properties = (value: Struct | undefined): Properties => value?.toJavaScript() ?? {};
