import { isDeepStrictEqual } from 'node:util';
import { ResourceProviderService } from '@pulumi/pulumi/proto/provider_grpc_pb';
import * as proto from '@pulumi/pulumi/proto/provider_pb';
import * as aws from '@pulumi/aws/package.json';
import * as awsNative from '@pulumi/aws-native/package.json';
import * as plugin from '@pulumi/pulumi/proto/plugin_pb';
import { Empty } from 'google-protobuf/google/protobuf/empty_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import { invokeFunction } from '../../../rehearsal/host/functions';
import { serve, type GrpcServer, type Handler } from '../../../rehearsal/host/grpc-server';
import { autoName } from '../../../rehearsal/host/naming';
import { computeOutputs, type Placement } from '../../../rehearsal/host/outputs';
import { RESOURCE_TYPES } from '../../../rehearsal/host/resource-types';
import { isArchive, isAsset, resolveValues, secret } from '../../../rehearsal/host/wire-values';
import type { Json } from '../../../rehearsal/services/service';
import type { Account } from './account';
import { withBridgedTypes } from './bridged';
import { nameProperty, replacedBy } from './replacement';
import { DEFAULTS, fromStruct, notImplemented, plain, typeOf, type Properties } from './wire';

interface Settings {
  readonly placement: Placement;
  readonly defaultTags: Readonly<Record<string, string>>;
}

/** The providers that are served, with the versions of their SDKs. */
export const PROVIDERS = { aws: aws.version, 'aws-native': awsNative.version };

/**
 * Serves one of AWS's providers for Pulumi, with an account of our own behind it. The engine attaches to it by
 * `PULUMI_DEBUG_PROVIDERS=aws:<port>`. Types and functions that a rehearsal does not know are refused.
 *
 * @param onRefusal called with what the provider answered with an error.
 */
export async function serveAwsProvider(
  account: Account,
  provider: keyof typeof PROVIDERS = 'aws',
  onRefusal: (error: Error) => void = () => undefined,
): Promise<GrpcServer> {
  const { handlers } = new AwsProvider(account, PROVIDERS[provider]);
  const all = withBridgedTypes(handlers, account);
  return serve([{ definition: ResourceProviderService, handlers: all }], onRefusal);
}

/** One configured provider, as the engine has it for each run. */
class AwsProvider {
  private settings: Settings | undefined;

  constructor(
    private readonly account: Account,
    private readonly version: string,
  ) {}

  /** By method of `pulumirpc.ResourceProvider`. Protocol: https://pulumi-developer-docs.readthedocs.io/latest/docs/architecture/providers/ */
  readonly handlers: Readonly<Record<string, Handler>> = {
    handshake: () => new proto.ProviderHandshakeResponse().setAcceptSecrets(true),
    attach: () => new Empty(),
    cancel: () => new Empty(),
    getPluginInfo: () => new plugin.PluginInfo().setVersion(this.version),
    checkConfig: (request: proto.CheckRequest) =>
      new proto.CheckResponse().setInputs(request.getNews()),
    diffConfig: (request: proto.DiffRequest) => diffConfig(request),
    configure: (request: proto.ConfigureRequest) => this.configure(request),
    invoke: (request: proto.InvokeRequest) => {
      const args = resolveValues(fromStruct(request.getArgs()));
      const answer = invokeFunction(request.getTok(), args, this.configured().placement);
      return new proto.InvokeResponse().setReturn(Struct.fromJavaScript(answer));
    },
    check: (request: proto.CheckRequest) => this.check(request),
    diff: (request: proto.DiffRequest) => diff(request),
    create: (request: proto.CreateRequest) => this.create(request),
    read: (request: proto.ReadRequest) => this.read(request),
    update: (request: proto.UpdateRequest) => this.update(request),
    delete: (request: proto.DeleteRequest) => {
      this.account.delete(typeOf(request.getUrn()), request.getId());
      return new Empty();
    },
  };

  private configured(): Settings {
    if (this.settings === undefined) throw new Error('the provider was not configured');
    return this.settings;
  }

  private configure(request: proto.ConfigureRequest): proto.ConfigureResponse {
    const args = resolveValues(fromStruct(request.getArgs()));
    const { region, defaultTags } = args;
    if (typeof region !== 'string') throw new Error('the region of the provider is not set');
    // Settings that are no strings arrive as JSON.
    const tags = typeof defaultTags === 'string' ? JSON.parse(defaultTags) : defaultTags;
    this.settings = {
      placement: { account: this.account.number, region },
      defaultTags: tags?.tags ?? {},
    };
    return new proto.ConfigureResponse().setAcceptsecrets(true).setSupportspreview(true);
  }

  /** Completes the inputs: a physical name, kept once it was made up, and the default tags. */
  private check(request: proto.CheckRequest): proto.CheckResponse {
    const urn = request.getUrn();
    const type = knownType(urn);
    const olds = fromStruct(request.getOlds());
    const news = resolveValues(fromStruct(request.getNews()), { keepSecrets: true });
    const inputs: Properties = { ...news, [DEFAULTS]: [] };
    const property = nameProperty(type, news);
    if (property !== undefined && !(property in news) && !(`${property}Prefix` in news)) {
      const kept = (olds[DEFAULTS] ?? []).includes(property) ? olds[property] : undefined;
      inputs[property] = kept ?? makeName(urn, news, request.getRandomseed_asU8());
      inputs[DEFAULTS] = [property];
    }
    const { defaultTags } = this.configured();
    const tagged = RESOURCE_TYPES[type]?.tagged === true;
    if (tagged && Object.keys(defaultTags).length > 0) {
      inputs['tags'] = { ...defaultTags, ...inputs['tags'] };
    }
    return new proto.CheckResponse().setInputs(Struct.fromJavaScript(inputs));
  }

  private create(request: proto.CreateRequest): proto.CreateResponse {
    const urn = request.getUrn();
    const type = knownType(urn);
    const wire = fromStruct(request.getProperties());
    const inputs = plain(wire);
    const preview = request.getPreview();
    const computed = this.compute(
      type,
      preview ? urn : this.account.nextSeed(urn),
      inputs,
      preview,
    );
    const id = preview ? '' : String(computed['id']);
    if (!preview) this.account.create({ type, id, urn, inputs, computed });
    return new proto.CreateResponse()
      .setId(id)
      .setProperties(Struct.fromJavaScript(remark({ ...inputs, ...computed }, wire)));
  }

  /** What AWS says of a resource now, in the refresh of a stack. */
  private read(request: proto.ReadRequest): proto.ReadResponse {
    const found = this.account.find(knownType(request.getUrn()), request.getId());
    // An empty id tells that the resource is gone.
    if (found === undefined) return new proto.ReadResponse();
    const { id, inputs, computed } = found;
    const marks = { ...fromStruct(request.getInputs()), ...fromStruct(request.getProperties()) };
    const defaults = fromStruct(request.getInputs())[DEFAULTS] ?? [];
    return new proto.ReadResponse()
      .setId(id)
      .setInputs(Struct.fromJavaScript(remark({ ...inputs, [DEFAULTS]: defaults }, marks)))
      .setProperties(Struct.fromJavaScript(remark({ ...inputs, ...computed }, marks)));
  }

  private update(request: proto.UpdateRequest): proto.UpdateResponse {
    const urn = request.getUrn();
    const type = knownType(urn);
    const id = request.getId();
    const wire = fromStruct(request.getNews());
    const inputs = plain(wire);
    const before = this.account.find(type, id);
    if (before === undefined) throw new Error(`${type} ${id} does not exist`);
    if (inputs['publish'] === true) throw notImplemented(`the next version of ${type}`);
    const preview = request.getPreview();
    const fresh = this.compute(type, urn, inputs, preview);
    // What AWS gave once, it keeps; only what a setting adds, such as a stream, is new.
    const computed: Properties = Object.fromEntries(
      Object.entries(fresh).map(([key, value]) => [key, before.computed[key] ?? value]),
    );
    if ('tagsAll' in fresh) computed['tagsAll'] = fresh['tagsAll'];
    if (!preview) this.account.change(type, id, { inputs, computed });
    return new proto.UpdateResponse().setProperties(
      Struct.fromJavaScript(remark({ ...inputs, ...computed }, wire)),
    );
  }

  /** What the inputs lack of the outputs. */
  private compute(type: string, seed: string, inputs: Properties, preview: boolean): Properties {
    const { placement } = this.configured();
    const { outputs } = computeOutputs({ type, name: '', urn: seed, inputs }, placement, {
      preview,
    });
    return Object.fromEntries(Object.entries(outputs).filter(([key]) => !(key in inputs)));
  }
}

/** The logical name and seven digits drawn from the engine's seed, so that a preview and its update agree. */
function makeName(urn: string, inputs: Properties, seed: Uint8Array): string {
  if (seed.length === 0) throw new Error(`the engine sent no random seed for ${urn}`);
  const rule = RESOURCE_TYPES[typeOf(urn)]?.autoName?.(inputs);
  if (rule === undefined) throw new Error(`${typeOf(urn)} gets no name from the provider`);
  const logicalName = urn.split('::').slice(3).join('::');
  return autoName(logicalName, Buffer.from(seed).toString('hex'), rule);
}

/** A change of the provider's own settings. What it would replace is not modelled. */
function diffConfig(request: proto.DiffRequest): proto.DiffResponse {
  const olds = fromStruct(request.getOlds());
  const news = fromStruct(request.getNews());
  if (!isDeepStrictEqual(olds, news)) {
    throw notImplemented('a change of its configuration');
  }
  return new proto.DiffResponse().setChanges(proto.DiffResponse.DiffChanges.DIFF_NONE);
}

/** Which inputs differ, and whether AWS can change them in place. */
function diff(request: proto.DiffRequest): proto.DiffResponse {
  const type = knownType(request.getUrn());
  const olds = plain(fromStruct(request.getOldInputs()));
  const news = plain(fromStruct(request.getNews()));
  const changed = [...new Set([...Object.keys(olds), ...Object.keys(news)])]
    .filter((key) => !isSame(olds[key], news[key]))
    .sort();
  const replaces = replacedBy(type, changed);
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  const response = new proto.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList(changed)
    .setReplacesList([...replaces])
    .setDeletebeforereplace(
      replaces.length > 0 && keepsItsName(type, olds, fromStruct(request.getNews())),
    )
    .setHasdetaileddiff(true);
  for (const key of changed) {
    const kind = key in olds ? (key in news ? 'UPDATE' : 'DELETE') : 'ADD';
    const name = replaces.includes(key) ? (`${kind}_REPLACE` as const) : kind;
    response
      .getDetaileddiffMap()
      .set(key, new proto.PropertyDiff().setKind(proto.PropertyDiff.Kind[name]).setInputdiff(true));
  }
  return response;
}

/** Whether old and new would have the same name, which AWS refuses, so that the old one has to go first. */
function keepsItsName(type: string, olds: Properties, news: Properties): boolean {
  const property = nameProperty(type, news);
  if (property === undefined || (news[DEFAULTS] ?? []).includes(property)) return false;
  return news[property] !== undefined && isSame(olds[property], news[property]);
}

/** Whether two inputs are the same. Files count by their hash: the state of a stack need not hold their text. */
function isSame(old: Json, now: Json): boolean {
  const isFile = (value: Json): boolean => isAsset(value) || isArchive(value);
  if (isFile(old) && isFile(now) && old.hash && now.hash) return old.hash === now.hash;
  return isDeepStrictEqual(old, now);
}

/**
 * Marks what is secret: where the namesake in `marks` holds a secret, it is taken as it stands there if the values are
 * the same; a value that somebody else wrote is secret as a whole.
 */
function remark(properties: Properties, marks: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => {
      let isMarked = false;
      const kept = resolveValues(marks[key] ?? null, {
        keepSecrets: true,
        onSecret: () => (isMarked = true),
      });
      if (!isMarked) return [key, value];
      return [key, isDeepStrictEqual(resolveValues(kept), value) ? kept : secret(value)];
    }),
  );
}

function knownType(urn: string): string {
  const type = typeOf(urn);
  if (RESOURCE_TYPES[type] === undefined) {
    throw notImplemented(`the resource type ${type}`);
  }
  return type;
}
