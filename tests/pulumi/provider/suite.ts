import * as path from 'node:path';
import type { GrpcServer } from '../../../rehearsal/host/grpc-server';
import type { Program, ProgramResource } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import { loadStackConfig } from '../../../rehearsal/host/stack-config';
import { RESOURCE_TYPES } from '../../../rehearsal/host/resource-types';
import { UNKNOWN, isSecret, secret } from '../../../rehearsal/host/wire-values';
import type { Json } from '../../../rehearsal/services/service';
import { Account } from './account';
import { serveAwsProvider } from './aws-provider';
import type { Deployed, ProviderCaller } from './client';

const directory = path.join(__dirname, '..', '..', '..');
const urnOf = (type: string, name: string): string => `urn:pulumi:dev::evergreen::${type}::${name}`;
const ROLE = 'aws:iam/role:Role';
const TABLE = 'aws:dynamodb/table:Table';
const FUNCTION = 'aws:lambda/function:Function';
const role = urnOf(ROLE, 'worker');
const table = urnOf(TABLE, 'ledger');

/** What the test provider does, asked by one client of providers or another. */
export function describeProvider(connect: (address: string) => ProviderCaller): void {
  let account: Account;
  let server: GrpcServer;
  let provider: ProviderCaller;

  beforeEach(async () => {
    account = new Account();
    server = await serveAwsProvider(account);
    provider = connect(server.address);
    await provider.configure({ region: 'eu-west-1' });
  });
  afterEach(() => {
    provider.close();
    server.close();
  });

  describe('names', () => {
    test('are made of the logical name and seven digits of the seed, and kept from then on', async () => {
      const inputs = await provider.check(role, { description: 'a' }, { seed: 'one' });
      const other = await provider.check(role, { description: 'a' }, { seed: 'two' });
      const again = await provider.check(role, {}, { olds: inputs, seed: 'two' });
      expect(inputs).toMatchObject({ description: 'a', __defaults: ['name'] });
      expect(inputs['name']).toMatch(/^worker-[0-9a-f]{7}$/);
      expect(other['name']).not.toBe(inputs['name']);
      expect(again['name']).toBe(inputs['name']);
    });

    test('that the program gives are left alone, and one that it no longer gives is made up', async () => {
      const named = await provider.check(role, { name: 'worker' });
      expect(named).toEqual({ name: 'worker', __defaults: [] });
      const unnamed = await provider.check(role, {}, { olds: named });
      expect(unnamed['name']).toMatch(/^worker-[0-9a-f]{7}$/);
      expect(await provider.check(role, { namePrefix: 'w' })).not.toHaveProperty('name');
    });

    test('of a queue that keeps the order end as AWS asks', async () => {
      const inputs = await provider.check(urnOf('aws:sqs/queue:Queue', 'q'), { fifoQueue: true });
      expect(inputs['name']).toMatch(/^q-[0-9a-f]{7}\.fifo$/);
    });

    test('that are too long for AWS are refused', async () => {
      const urn = urnOf(ROLE, 'w'.repeat(60));
      await expect(provider.check(urn, {})).rejects.toThrow(/longer than maximum length 64/);
    });
  });

  describe('one resource', () => {
    test('is not created in a preview, and what AWS will add is unknown', async () => {
      const planned = await provider.create(role, {}, { preview: true });
      expect(planned).toMatchObject({ id: '', outputs: { arn: UNKNOWN, uniqueId: UNKNOWN } });
      expect(planned.outputs['name']).toMatch(/^worker-/);
      expect(account.list()).toEqual([]);
      const { outputs } = await provider.create(role, {});
      expect(outputs['name']).toBe(planned.outputs['name']);
    });

    test('whose key changes is replaced, with a new name beside the old one', async () => {
      const created = await provider.create(table, { hashKey: 'a', billingMode: 'PROVISIONED' });
      expect(
        await provider.diff(created, { hashKey: 'b', billingMode: 'PAY_PER_REQUEST', ttl: {} }),
      ).toEqual({
        changed: ['billingMode', 'hashKey', 'ttl'],
        replaces: ['hashKey'],
        deleteBeforeReplace: false,
        kinds: { billingMode: 'UPDATE', hashKey: 'UPDATE_REPLACE', ttl: 'ADD' },
      });
    });

    test('with a name of its own has to go before its replacement comes', async () => {
      const created = await provider.create(table, { name: 'ledger', hashKey: 'a' });
      const change = await provider.diff(created, { name: 'ledger', hashKey: 'b' });
      expect(change).toMatchObject({ replaces: ['hashKey'], deleteBeforeReplace: true });
      await expect(provider.create(table, { name: 'ledger', hashKey: 'b' })).rejects.toThrow(
        'aws:dynamodb/table:Table ledger already exists',
      );
      const renamed = await provider.diff(created, { name: 'other', hashKey: 'a' });
      expect(renamed).toMatchObject({ replaces: ['name'], deleteBeforeReplace: false });
    });

    test('that may turn out to change counts as changed', async () => {
      const created = await provider.create(table, { hashKey: 'a' });
      const { changed, kinds } = await provider.diff(created, {
        hashKey: 'a',
        tags: { x: UNKNOWN },
      });
      expect(changed).toEqual(['tags']);
      expect(kinds).toEqual({ tags: 'ADD' });
      const { replaces } = await provider.diff(created, { hashKey: UNKNOWN });
      expect(replaces).toEqual(['hashKey']);
    });

    test('keeps what AWS gave it when it is updated, also under a new URN', async () => {
      const created = await provider.create(role, { description: 'a' });
      const renamed = { ...created, urn: urnOf(ROLE, 'renamed') };
      expect(await provider.diff(renamed, { description: 'a' })).toMatchObject({ changed: [] });
      const updated = await provider.update(renamed, { description: 'b' });
      expect(updated.id).toBe(created.id);
      expect(updated.outputs).toEqual({ ...created.outputs, description: 'b' });
    });

    test('has a stream once it is switched on, and none once it is switched off', async () => {
      const created = await provider.create(table, { hashKey: 'a' });
      const on = await provider.update(created, { hashKey: 'a', streamEnabled: true });
      expect(on.outputs['streamArn']).toMatch(/:table\/ledger-.*\/stream\//);
      const off = await provider.update(on, { hashKey: 'a', streamEnabled: false });
      expect(off.outputs).not.toHaveProperty('streamArn');
    });

    test('of the other provider is replaced by a change only where AWS cannot change it', async () => {
      const urn = urnOf('aws-native:appstream:DirectoryConfig', 'directory');
      const inputs = {
        directoryName: 'corp.example.com',
        organizationalUnitDistinguishedNames: [],
      };
      const created = await provider.create(urn, inputs);
      expect(created.id).toBe('corp.example.com');
      const units = { ...inputs, organizationalUnitDistinguishedNames: ['OU=Images'] };
      expect(await provider.diff(created, units)).toMatchObject({ replaces: [] });
      const renamed = { ...inputs, directoryName: 'other.example.com' };
      expect(await provider.diff(created, renamed)).toMatchObject({ replaces: ['directoryName'] });
    });

    test('that comes again after its deletion is another one to AWS', async () => {
      const first = await provider.create(role, {});
      await provider.delete(first);
      const second = await provider.create(role, {});
      expect(second.outputs['arn']).toBe(first.outputs['arn']);
      expect(second.outputs['uniqueId']).not.toBe(first.outputs['uniqueId']);
    });

    test('that somebody changed, or deleted, is seen so by a refresh', async () => {
      const created = await provider.create(role, { description: 'a' });
      const { inputs } = account.find(ROLE, created.id)!;
      account.change(ROLE, created.id, { inputs: { ...inputs, description: 'by hand' } });
      const read = await provider.read(created);
      expect(read?.outputs).toEqual({ ...created.outputs, description: 'by hand' });
      expect(await provider.diff(read!, { description: 'a' })).toMatchObject({
        changed: ['description'],
      });
      account.delete(ROLE, created.id);
      expect(await provider.read(created)).toBeUndefined();
      await expect(provider.update(created, {})).rejects.toThrow('does not exist');
      await provider.delete(created);
    });

    test('fails with the words of AWS when the test says so, once, and leaves nothing', async () => {
      account.failCreation(/::worker$/, 'LimitExceeded: Cannot exceed quota for RolesPerAccount');
      await provider.create(table, { hashKey: 'a' });
      await expect(provider.create(role, {})).rejects.toThrow('LimitExceeded: Cannot exceed quota');
      expect(account.list().map(({ type }) => type)).toEqual([TABLE]);
      await provider.create(role, {});
      expect(account.list()).toHaveLength(2);
    });

    test('that goes while another one names it is written down', async () => {
      const created = await provider.create(role, {});
      const worker = await provider.create(urnOf(FUNCTION, 'f'), { role: created.outputs['arn'] });
      await provider.delete(created);
      expect(account.violations).toEqual([
        `${ROLE} ${created.id} was deleted while ${FUNCTION} ${worker.id} named it`,
      ]);
    });

    test('keeps its secrets secret, and plain for AWS', async () => {
      const variables = (key: string) => ({ environment: { variables: { KEY: secret(key) } } });
      const created = await provider.create(urnOf(FUNCTION, 'f'), variables('hush'));
      const read = await provider.read(created);
      for (const { inputs, outputs } of [created, read as Deployed]) {
        for (const { environment } of [inputs, outputs]) {
          expect(isSecret(environment.variables.KEY)).toBe(true);
        }
      }
      expect(account.list()[0]?.inputs['environment']).toEqual({ variables: { KEY: 'hush' } });
      expect(await provider.diff(created, variables('hush'))).toMatchObject({ changed: [] });
      expect(await provider.diff(created, variables('loud'))).toMatchObject({
        changed: ['environment'],
      });
      // What somebody else wrote there is as secret as what was there before.
      const environment = { variables: { KEY: 'stolen' } };
      account.change(FUNCTION, created.id, { inputs: { environment } });
      const changed = await provider.read(created);
      expect(changed?.outputs['environment']).toEqual(secret(environment));
    });
  });

  describe('the provider itself', () => {
    test('puts its default tags below those of the resource, where there can be any', async () => {
      const defaultTags = JSON.stringify({ tags: { team: 'images', app: 'x' } });
      await provider.configure({ region: 'eu-west-1', defaultTags });
      const created = await provider.create(role, { tags: { app: 'evergreen' } });
      expect(created.outputs).toMatchObject({
        tags: { team: 'images', app: 'evergreen' },
        tagsAll: { team: 'images', app: 'evergreen' },
      });
      const policy = await provider.check(urnOf('aws:iam/rolePolicy:RolePolicy', 'p'), {});
      expect(policy).not.toHaveProperty('tags');
    });

    test('tells account and region, and refuses what depends on an account that is not there', async () => {
      const identity = await provider.invoke('aws:index/getCallerIdentity:getCallerIdentity', {});
      expect(identity['accountId']).toBe('123456789012');
      await expect(provider.invoke('aws:ec2/getAmi:getAmi', {})).rejects.toThrow(
        'aws:ec2/getAmi:getAmi',
      );
    });

    test('refuses types and changes of itself that it does not know, and work without a region', async () => {
      await expect(provider.check(urnOf('aws:s3/bucket:Bucket', 'b'), {})).rejects.toThrow(
        'not implemented in the test provider: the resource type aws:s3/bucket:Bucket',
      );
      await expect(
        provider.diffConfig({ region: 'eu-west-1' }, { region: 'us-east-1' }),
      ).rejects.toThrow('a change of its configuration');
      await provider.diffConfig({ region: 'eu-west-1' }, { region: 'eu-west-1' });
      // The engine learns it with the next call: it does not wait for the provider.
      const unconfigured = provider.configure({}).then(() => provider.check(role, {}));
      await expect(unconfigured).rejects.toThrow('the region of the provider is not set');
    });
  });

  describe('the stack dev', () => {
    let program: Program;
    beforeAll(async () => {
      program = await runProgram({ directory, stack: 'dev' });
    });

    test('gets the outputs of the default host, changes nothing the second time, and leaves nothing', async () => {
      const deployed: { resource: ProgramResource; created: Deployed }[] = [];
      for (const resource of customResources(program)) {
        const created = await provider.create(resource.urn, namedInputs(resource));
        expect(withoutDrawn(created.outputs)).toEqual(withoutDrawn(resource.outputs));
        deployed.push({ resource, created });
      }
      for (const { resource, created } of deployed) {
        expect(await provider.diff(created, namedInputs(resource))).toMatchObject({ changed: [] });
        expect(await provider.read(created)).toEqual(created);
      }
      for (const { created } of deployed.reverse()) await provider.delete(created);
      expect(account.violations).toEqual([]);
      expect(account.list()).toEqual([]);
    });

    test.each([
      ['evergreen:pollMinutes', '20'],
      ['evergreen:emailTo', '["somebody@example.com"]'],
      ['evergreen:protectFromDeletion', 'true'],
    ])('is updated in place, and its roles not at all, when %s changes', async (key, value) => {
      const { config } = loadStackConfig(directory, 'dev');
      const next = await runProgram({
        directory,
        stack: 'dev',
        config: { ...config, [key]: value },
      });
      const before = new Map(program.resources.map((resource) => [resource.urn, resource]));
      expect(next.resources.map(({ urn }) => urn)).toEqual([...before.keys()]);
      const changes = [];
      for (const resource of customResources(next)) {
        const old = before.get(resource.urn)!;
        const created = await provider.create(old.urn, namedInputs(old));
        const { changed, replaces } = await provider.diff(created, namedInputs(resource));
        expect([resource.urn, replaces]).toEqual([resource.urn, []]);
        if (changed.length > 0) changes.push({ type: resource.type, changed });
      }
      expect(changes.length).toBeGreaterThan(0);
      // Who may do what is none of these settings.
      expect(changes.filter(({ type }) => type === ROLE)).toEqual([]);
    });
  });
}

const customResources = (program: Program): readonly ProgramResource[] =>
  program.resources.filter(({ type, custom }) => custom && type in RESOURCE_TYPES);

/** Inputs with the names that the default host made up, so that both speak of the same resources. */
function namedInputs({ type, inputs, outputs }: ProgramResource): Record<string, Json> {
  const rule = RESOURCE_TYPES[type]?.autoName?.(inputs);
  const property = rule?.property ?? 'name';
  return rule === undefined ? inputs : { ...inputs, [property]: outputs[property] };
}

/** Without what AWS draws by chance, and what the SDK and the engine write down about files. */
const withoutDrawn = (outputs: Json): Json =>
  JSON.parse(
    JSON.stringify(outputs).replace(/AROA\w{17}|terraform-[0-9a-f]{26}/g, 'drawn'),
    (key, value) => (/^(hash|__pulumiA\w+)$/.test(key) ? undefined : value),
  );
