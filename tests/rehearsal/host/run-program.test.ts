import * as vm from 'node:vm';
import type { Program } from '../../../rehearsal/host/program';
import { runProgram } from '../../../rehearsal/host/run-program';
import { UNKNOWN } from '../../../rehearsal/host/wire-values';
import { FIXTURE, resource, runCase } from './support';

const WORKSHOP = 'urn:pulumi:dev::workshop::workshop:index:Workshop';

describe('an update of the stack dev', () => {
  let program: Program;
  beforeAll(async () => {
    program = await runProgram({ directory: FIXTURE, stack: 'dev' });
  });

  test('lists exactly the resources of the program, each after its parent and dependencies, else by URN', () => {
    expect(program.resources.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'pulumi:pulumi:Stack workshop-dev',
      'aws:dynamodb/table:Table items',
      'workshop:index:Workshop one',
      'aws:iam/role:Role one-role',
      'aws:lambda/function:Function one-greet',
      'aws:sqs/queue:Queue one-queue',
      'aws:iam/rolePolicy:RolePolicy one-policy',
    ]);
    const seen: string[] = [];
    for (const { urn, parent, dependencies } of program.resources) {
      expect(seen).toEqual(expect.arrayContaining([...dependencies]));
      if (parent !== undefined) expect(seen).toContain(parent);
      seen.push(urn);
    }
  });

  test('keeps parent, dependencies and options of a resource, with the whole chain of types in its URN', () => {
    const role = resource(program, 'one-role');
    const queue = resource(program, 'one-queue');
    expect(role).toMatchObject({
      urn: `${WORKSHOP}$aws:iam/role:Role::one-role`,
      parent: `${WORKSHOP}::one`,
      custom: true,
      protect: false,
      ignoreChanges: ['description'],
      aliases: [expect.objectContaining({ name: 'old-role' })],
    });
    expect(queue.protect).toBe(true);
    expect(resource(program, 'one-policy').propertyDependencies).toEqual({
      policy: [queue.urn],
      role: [role.urn],
    });
    expect(resource(program, 'workshop-dev')).not.toHaveProperty('parent');
  });

  test('hands outputs of one resource to the inputs of another', () => {
    const role = resource(program, 'one-role');
    const queue = resource(program, 'one-queue');
    expect(role.outputs.arn).toBe(`arn:aws:iam::123456789012:role/workshop/${role.outputs.name}`);
    expect(role.outputs.name).toMatch(/^one-role-[0-9a-f]{7}$/);
    expect(resource(program, 'one-greet').inputs.role).toBe(role.outputs.arn);
    const { policy } = resource(program, 'one-policy').inputs;
    expect(JSON.parse(policy).Statement[0].Resource).toBe(queue.outputs.arn);
  });

  test('adds the default tags of aws:defaultTags where a type has tags', () => {
    const tags = { Stage: 'dev', Team: 'images' };
    expect(resource(program, 'one-role').outputs).toMatchObject({ tags, tagsAll: tags });
    expect(resource(program, 'one-policy').outputs).not.toHaveProperty('tagsAll');
  });

  test('unwraps secrets and notes where they were', () => {
    const { inputs, secretPaths } = resource(program, 'one-greet');
    expect(inputs.environment.variables.PASSWORD).toBe('rehearsal-secret-password');
    expect(secretPaths).toEqual(['environment.variables']);
  });

  test('extracts code that runs as it would in Lambda', async () => {
    const { archives } = resource(program, 'one-greet');
    expect(Object.keys(archives.code ?? {})).toEqual(['__index.js']);
    const exported: { handler?: (event: object) => Promise<string> } = {};
    vm.compileFunction(archives.code?.['__index.js'] ?? '', ['exports', 'require'])(
      exported,
      require,
    );
    await exported.handler?.({ name: 'Ann' });
    expect(await exported.handler?.({ name: 'Bob' })).toBe('Hello Bob, number 2');
  });

  test('collects the outputs of stack and components, typed as the config has them', () => {
    const { arn } = resource(program, 'one-greet').outputs;
    expect(program.outputs).toEqual({
      functionArn: arn,
      tableArn: resource(program, 'items').outputs.arn,
      account: '123456789012',
      region: 'eu-central-1',
      password: 'rehearsal-secret-password',
      retentionDays: 30,
      owners: ['ops', 'security'],
      mail: { from: 'ops@example.com', smtp: { user: 'rehearsal-secret-mail.smtp.user' } },
    });
    expect(resource(program, 'one').outputs).toEqual({ functionArn: arn });
  });

  test('keeps the warnings of the program', () => {
    expect(program.warnings).toEqual(['the workshop is small']);
  });

  test('gives the same program in every run', async () => {
    const again = await runProgram({ directory: FIXTURE, stack: 'dev' });
    expect(JSON.stringify(again)).toBe(JSON.stringify(program));
  });
});

test('a preview knows names and inputs, but neither ids nor ARNs', async () => {
  const program = await runProgram({ directory: FIXTURE, stack: 'dev', preview: true });
  const role = resource(program, 'one-role');
  expect(role).toMatchObject({ id: '', outputs: { arn: UNKNOWN, path: '/workshop/' } });
  expect(role.outputs.name).toMatch(/^one-role-[0-9a-f]{7}$/);
  expect(resource(program, 'one-policy').inputs).toEqual({
    role: role.outputs.name,
    policy: UNKNOWN,
  });
  expect(program.outputs).toMatchObject({ functionArn: UNKNOWN, retentionDays: 30 });
});

test('a provider of its own and a region of its own place a resource elsewhere', async () => {
  const { outputs } = await runCase('regions');
  expect(outputs.provider).toMatch(/^arn:aws:sns:us-west-2:210987654321:far-/);
  expect(outputs.own).toMatch(/^arn:aws:sns:eu-west-1:123456789012:near-/);
  expect(outputs.asked).toBe('us-west-2');
});

test('what is secret in one resource stays secret in the next', async () => {
  const program = await runCase('secrets');
  expect(resource(program, 'first').secretPaths).toEqual(['displayName', 'tags["a.b"]']);
  const { inputs, secretPaths } = resource(program, 'second');
  expect(inputs.displayName).toBe('hunter2');
  expect([...secretPaths].sort()).toEqual(['deliveryPolicy', 'displayName']);
});

test('an existing resource is known by its id, is not deployed, and is warned of where that is not enough', async () => {
  const program = await runCase('existing');
  expect(program.outputs).toEqual({
    role: 'arn:aws:iam::123456789012:role/deployer',
    key: 'arn:aws:kms:eu-central-1:123456789012:key/1',
  });
  expect(program.resources).toHaveLength(1);
  expect(program.warnings).toEqual([expect.stringContaining('aws:kms/key:Key arn:aws:kms')]);
});

test('a type without model echoes its inputs and is warned of by name', async () => {
  const program = await runCase('unmodelled');
  expect(resource(program, 'vpc').outputs).toMatchObject({ cidrBlock: '10.0.0.0/16' });
  expect(program.outputs.id).toMatch(/^vpc-[0-9a-f]{12}$/);
  expect(program.warnings).toEqual([expect.stringContaining('aws:ec2/vpc:Vpc')]);
});

test('files and folders on disk become files of the archive', async () => {
  const program = await runCase('files');
  const files = resource(program, 'packed').archives.code ?? {};
  expect(Object.keys(files)).toEqual([
    'lib/one.js',
    'package.json',
    'rules/PulumiPolicy.yaml',
    'rules/index.ts',
    'rules/package.json',
  ]);
  expect(files['lib/one.js']).toBe('exports.one = 1;');
  expect(JSON.parse(files['package.json'] ?? '')).toMatchObject({ name: 'workshop' });
});
