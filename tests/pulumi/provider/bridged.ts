import * as proto from '@pulumi/pulumi/proto/provider_pb';
import { Struct } from 'google-protobuf/google/protobuf/struct_pb';
import type { Handler } from '../../../rehearsal/host/grpc-server';
import { autoName } from '../../../rehearsal/host/naming';
import { resolveValues, UNKNOWN } from '../../../rehearsal/host/wire-values';
import type { Json } from '../../../rehearsal/services/service';
import type { Account } from './account';
import { autoScalingGroup } from './auto-scaling-group';
import { launchTemplate } from './launch-template';
import type { Machines } from './machines';
import { changesOf, planned, refreshedInputs, type TerraformSchema } from './terraform-plan';
import { DEFAULTS, fromStruct, notImplemented, plain, typeOf, type Properties } from './wire';

/**
 * A type of resources that people and services change as well, so that a record of what the program asked for would not
 * do: the provider asks AWS, for which the rehearsal's services stand, as Terraform's does.
 */
export interface BridgedType {
  readonly schema: TerraformSchema;
  /** Characters of a name. */
  readonly maxLength: number;
  /** Of outputs, those that will be others after an update of these properties. */
  readonly unknownAfter: (changed: readonly string[], plan: Properties) => readonly string[];
  /** Returns the id. */
  readonly create: (machines: Machines, inputs: Properties) => Promise<string>;
  /** All that AWS knows of it; `undefined` where it is gone. */
  readonly read: (machines: Machines, id: string) => Promise<Properties | undefined>;
  /** @param changed properties in which the plan differs from the state */
  readonly update: (
    machines: Machines,
    id: string,
    plan: Properties,
    changed: readonly string[],
  ) => Promise<void>;
}

const TYPES: Readonly<Record<string, BridgedType>> = {
  'aws:autoscaling/group:Group': autoScalingGroup,
  'aws:ec2/launchTemplate:LaunchTemplate': launchTemplate,
};

/** The handlers of a provider, which does with resources of these types as the bridge to Terraform's provider does. */
export function withBridgedTypes(
  handlers: Readonly<Record<string, Handler>>,
  account: Account,
): Readonly<Record<string, Handler>> {
  const bridged = Object.entries(METHODS).map(([method, handle]): [string, Handler] => [
    method,
    (request) => {
      const type = TYPES[typeOf(request.getUrn())];
      if (type === undefined) return handlers[method]?.(request);
      if (account.machines === undefined) {
        throw new Error(`the account has no machines, as ${request.getUrn()} needs`);
      }
      return handle(request, type, account.machines);
    },
  ]);
  return { ...handlers, ...Object.fromEntries(bridged) };
}

/** By method of `pulumirpc.ResourceProvider`. */
const METHODS: Readonly<
  Record<string, (request: Json, type: BridgedType, machines: Machines) => unknown>
> = {
  check,
  diff,
  create,
  read,
  update,
  delete: (request: proto.DeleteRequest) => {
    throw notImplemented(`the deletion of ${request.getUrn()}`);
  },
};

function check(request: proto.CheckRequest, { schema, maxLength }: BridgedType) {
  const olds = fromStruct(request.getOlds());
  const news = resolveValues(fromStruct(request.getNews()));
  const unknown = Object.keys(news).find((key) => !schema.arguments.includes(key));
  if (unknown !== undefined) {
    throw notImplemented(`${unknown} of ${typeOf(request.getUrn())}`);
  }
  const name = () => {
    const kept = (olds[DEFAULTS] ?? []).includes('name') ? olds['name'] : undefined;
    const logicalName = request.getUrn().split('::').slice(3).join('::');
    const seed = Buffer.from(request.getRandomseed_asU8()).toString('hex');
    return kept ?? autoName(logicalName, seed, { maxLength });
  };
  const defaults = { ...schema.defaults, ...('name' in news ? {} : { name: name() }) };
  const missing = Object.keys(defaults).filter((key) => !(key in news));
  const inputs = { ...defaults, ...news, [DEFAULTS]: missing };
  return new proto.CheckResponse().setInputs(Struct.fromJavaScript(inputs));
}

function diff(request: proto.DiffRequest, { schema }: BridgedType) {
  const { prior, plan } = planOf(request, schema);
  const changed = changesOf(prior, plan);
  if (changed.includes('name')) throw notImplemented(`another name of ${request.getUrn()}`);
  const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
  return new proto.DiffResponse()
    .setChanges(changed.length === 0 ? DIFF_NONE : DIFF_SOME)
    .setDiffsList([...changed]);
}

async function create(request: proto.CreateRequest, type: BridgedType, machines: Machines) {
  const inputs = plain(fromStruct(request.getProperties()));
  if (request.getPreview()) {
    const unknown = type.schema.computed.filter((path) => !path.includes('.') && !(path in inputs));
    const outputs = { ...inputs, ...Object.fromEntries(unknown.map((key) => [key, UNKNOWN])) };
    return new proto.CreateResponse().setProperties(Struct.fromJavaScript(outputs));
  }
  const id = await type.create(machines, inputs);
  const outputs = await outputsOf(id, inputs, type, machines);
  return new proto.CreateResponse()
    .setId(id)
    .setProperties(Struct.fromJavaScript(outputs ?? inputs));
}

async function read(request: proto.ReadRequest, type: BridgedType, machines: Machines) {
  const inputs = fromStruct(request.getInputs());
  const prior = plain(fromStruct(request.getProperties()));
  const outputs = await outputsOf(request.getId(), prior, type, machines);
  // An empty id tells that the resource is gone.
  if (outputs === undefined) return new proto.ReadResponse();
  return new proto.ReadResponse()
    .setId(request.getId())
    .setInputs(Struct.fromJavaScript(refreshedInputs(inputs, outputs)))
    .setProperties(Struct.fromJavaScript(outputs));
}

async function update(request: proto.UpdateRequest, type: BridgedType, machines: Machines) {
  const { prior, plan } = planOf(request, type.schema);
  const changed = changesOf(prior, plan);
  if (request.getPreview()) {
    const unknown = type.unknownAfter(changed, plan).map((key) => [key, UNKNOWN]);
    const outputs = { ...plan, ...Object.fromEntries(unknown) };
    return new proto.UpdateResponse().setProperties(Struct.fromJavaScript(outputs));
  }
  await type.update(machines, request.getId(), plan, changed);
  const outputs = await outputsOf(request.getId(), plan, type, machines);
  return new proto.UpdateResponse().setProperties(Struct.fromJavaScript(outputs ?? plan));
}

function planOf(request: proto.DiffRequest | proto.UpdateRequest, schema: TerraformSchema) {
  const prior = plain(fromStruct(request.getOlds()));
  const program = plain(fromStruct(request.getNews()));
  const ignored = request.getIgnorechangesList();
  return { prior, plan: planned(schema, prior, program, ignored) };
}

/** What AWS says, with what only the provider knows. */
async function outputsOf(
  id: string,
  known: Properties,
  type: BridgedType,
  machines: Machines,
): Promise<Properties | undefined> {
  const found = await type.read(machines, id);
  if (found === undefined) return undefined;
  const local = Object.entries(known).filter(([key]) => type.schema.local.includes(key));
  return { ...Object.fromEntries(local), ...found };
}
