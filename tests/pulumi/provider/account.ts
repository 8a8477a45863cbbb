import type { Json } from '../../../rehearsal/services/service';
import type { Machines } from './machines';

/** A resource as it exists in the account, whoever made or changed it. */
export interface CloudResource {
  readonly type: string;
  readonly id: string;
  readonly urn: string;
  /** What was asked for, name and tags included; plain values, also of secrets. */
  readonly inputs: Readonly<Record<string, Json>>;
  /** What AWS added: ARNs, generated ids. */
  readonly computed: Readonly<Record<string, Json>>;
}

/** What exists in an account, as JSON. */
export interface SavedAccount {
  readonly number: string;
  readonly resources: readonly CloudResource[];
  readonly generations: readonly (readonly [urn: string, count: number])[];
}

/** The cloud behind the provider: what exists, and what went wrong with it. One for each test. */
export class Account {
  /** Resources that were deleted while another one still named them. */
  readonly violations: string[] = [];
  /** Launch templates and groups: only of an account that a test gives some. They are not saved. */
  machines: Machines | undefined;
  private readonly resources = new Map<string, CloudResource>();
  /** Creations so far, by URN. */
  private readonly generations = new Map<string, number>();
  private readonly failures: { readonly urn: RegExp; readonly message: string }[] = [];

  constructor(readonly number = '123456789012') {}

  /** An account with what was saved of another one. */
  static restore({ number, resources, generations }: SavedAccount): Account {
    const account = new Account(number);
    for (const each of resources) account.resources.set(key(each.type, each.id), each);
    for (const [urn, generation] of generations) account.generations.set(urn, generation);
    return account;
  }

  save(): SavedAccount {
    return { number: this.number, resources: this.list(), generations: [...this.generations] };
  }

  /** All that exists, in the order of its creation. */
  list(): readonly CloudResource[] {
    return [...this.resources.values()];
  }

  /** `undefined` where it does not exist, or no longer. */
  find(type: string, id: string): CloudResource | undefined {
    return this.resources.get(key(type, id));
  }

  /** Fails the next creation of a resource whose URN matches, once, with the words of AWS. */
  failCreation(urn: RegExp, message: string): void {
    this.failures.push({ urn, message });
  }

  /** A seed for what AWS generates: another one each time that a resource of this URN is created. */
  nextSeed(urn: string): string {
    const generation = (this.generations.get(urn) ?? 0) + 1;
    this.generations.set(urn, generation);
    return `${urn}#${generation}`;
  }

  /** Throws the injected failure, or where a resource of that type and id exists. */
  create(resource: CloudResource): void {
    const index = this.failures.findIndex(({ urn }) => urn.test(resource.urn));
    const [failure] = index < 0 ? [] : this.failures.splice(index, 1);
    if (failure !== undefined) throw new Error(failure.message);
    if (this.find(resource.type, resource.id) !== undefined) {
      throw new Error(`${resource.type} ${resource.id} already exists`);
    }
    this.resources.set(key(resource.type, resource.id), resource);
  }

  /** Changes a resource, as the provider does and as people do behind its back. Throws where there is none. */
  change(
    type: string,
    id: string,
    change: Partial<Pick<CloudResource, 'inputs' | 'computed'>>,
  ): CloudResource {
    const before = this.find(type, id);
    if (before === undefined) throw new Error(`${type} ${id} does not exist`);
    const after = { ...before, ...change };
    this.resources.set(key(type, id), after);
    return after;
  }

  /** Deletes a resource. One that does not exist is as good as deleted, as it is for AWS's own provider. */
  delete(type: string, id: string): void {
    const deleted = this.find(type, id);
    if (deleted === undefined) return;
    this.resources.delete(key(type, id));
    const identities = identitiesOf(deleted);
    for (const other of this.list()) {
      const text = JSON.stringify(other.inputs);
      if (identities.some((identity) => text.includes(JSON.stringify(identity).slice(1, -1)))) {
        this.violations.push(`${type} ${id} was deleted while ${other.type} ${other.id} named it`);
      }
    }
  }
}

const key = (type: string, id: string): string => `${type}::${id}`;

/** Texts by which others name a resource. A part of another one, such as a queue's policy, has none of its own. */
function identitiesOf({ id, inputs, computed }: CloudResource): readonly string[] {
  const { arn } = computed;
  return typeof arn === 'string' && !Object.values(inputs).includes(arn) ? [arn, id] : [];
}
