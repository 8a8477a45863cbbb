import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as fs from 'node:fs';
import * as path from 'node:path';
import type { ResourceValidationPolicy } from '@pulumi/policy';
import { analyzeProgram } from '../../rehearsal/host/analyzer';
import type { PolicyPackConfig } from '../../rehearsal/host/policy-config';
import type { Program, ProgramResource } from '../../rehearsal/host/program';

const directory = path.join(__dirname, '../../policy');
const environment = (name: string): PolicyPackConfig =>
  JSON.parse(fs.readFileSync(path.join(directory, 'config', `${name}.json`), 'utf8'));

test('the pack type-checks, starts as the Pulumi CLI starts it, prints its port and ends when it is told to', async () => {
  const host = require.resolve('@pulumi/pulumi/cmd/run-policy-pack');
  const pack = spawn(process.execPath, [host, '127.0.0.1:0', '.'], {
    cwd: directory,
    env: { ...process.env, NODE_NO_WARNINGS: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let errors = '';
  pack.stderr.on('data', (chunk) => (errors += chunk));
  const exited = once(pack, 'exit');
  try {
    const [line] = await Promise.race([once(pack.stdout, 'data'), exited.then(() => [errors])]);

    expect(String(line)).toMatch(/^\d+\n$/);
  } finally {
    pack.kill();
  }
  expect(await exited).toEqual([null, 'SIGTERM']);
  expect(errors).toBe('');
});

/** Breaks every rule, one resource for each of the first ones. */
const bad: Program = programOf(
  resource('aws:iam/rolePolicy:RolePolicy', { policy: statement({ Action: '*', Resource: '*' }) }),
  resource('aws:iam/role:Role', { assumeRolePolicy: statement({ Principal: '*' }) }),
  resource('aws:iam/policy:Policy', { policy: '{"Statement":[]}' }),
  resource('aws:iam/user:User', {}),
  resource('aws:sqs/queue:Queue', {}),
  resource('aws:dynamodb/table:Table', { serverSideEncryption: { enabled: true } }),
  resource('aws:cloudwatch/logGroup:LogGroup', {}),
  resource('aws:lambda/function:Function', {
    runtime: 'nodejs12.x',
    loggingConfig: { logGroup: 'own' },
    environment: {
      variables: { BATCH_SIZE: '200', DB_PASSWORD: 'hunter2', EMAIL_TO: 'a@example.com' },
    },
  }),
  resource('aws:sfn/stateMachine:StateMachine', { definition: '{"States":{"A":{"Type":"Task"}}}' }),
  resource('aws:scheduler/schedule:Schedule', { target: {} }),
  resource('aws:lambda/functionUrl:FunctionUrl', { authorizationType: 'NONE' }),
);

async function levels(config: PolicyPackConfig): Promise<Record<string, string>> {
  const violations = await analyzeProgram(directory, bad, { config });
  return Object.fromEntries(violations.map(({ policy, enforcement }) => [policy, enforcement]));
}

test('every file of a rule is part of the pack under its name, and config can make it mandatory', async () => {
  const files = fs.readdirSync(path.join(directory, 'rules'));
  const names = files.map((file) => path.basename(file, '.ts')).sort();
  const tagged = { 'resource-tags': { requiredTags: ['owner'] } };

  expect(await levels({ ...environment('prod'), ...tagged })).toEqual(
    Object.fromEntries(names.map((name) => [name, 'mandatory'])),
  );
});

test('the page about the pack says the level and the config of every rule', () => {
  const page = fs.readFileSync(path.join(__dirname, '../../docs/policy.md'), 'utf8');
  const described = [...page.matchAll(/^\| `([\w-]+)` \|.*\| (\w+) \|([^|]*)\|$/gm)].map(
    ([, name, level, config = '']) => [
      name,
      level,
      ...[...config.matchAll(/`(\w+)`/g)].map(([, key]) => key),
    ],
  );
  const declared = fs.readdirSync(path.join(directory, 'rules')).map((file) => {
    const [rule] = Object.values<ResourceValidationPolicy>(
      // Each file exports its rule and nothing else.
      // eslint-disable-next-line @typescript-eslint/no-require-imports
      require(path.join(directory, 'rules', file)),
    );
    const keys = Object.keys(rule?.configSchema?.properties ?? {});
    return [rule?.name, rule?.enforcementLevel, ...keys];
  });

  expect(described.sort()).toEqual(declared.sort());
});

test('without config, rules about the program are mandatory and those about its settings advice', async () => {
  const {
    'appstream-batch-size': batch,
    'email-addresses-real': email,
    ...rest
  } = await levels({});

  expect([batch, email]).toEqual(['advisory', 'advisory']);
  expect(new Set(Object.values(rest))).toEqual(new Set(['mandatory']));
  expect(Object.keys(rest)).toHaveLength(14);
});

test('the config for dev makes all of it advice, and asks for no protection from deletion', async () => {
  const found = await levels(environment('dev'));

  expect(new Set(Object.values(found))).toEqual(new Set(['advisory']));
  expect(Object.keys(found)).toHaveLength(16);
  expect(found).not.toHaveProperty('data-deletion-protected');
});

test('the config of a policy reaches it', async () => {
  const program = programOf(
    resource('aws:iam/rolePolicy:RolePolicy', {
      policy: statement({ Action: 'sns:Publish', Resource: '*' }),
    }),
  );
  const config = { 'iam-grants-exact': { allowedWildcardActions: ['sns:Publish'] } };

  expect(await analyzeProgram(directory, program)).toHaveLength(1);
  expect(await analyzeProgram(directory, program, { config })).toEqual([]);
});

function statement(elements: object): string {
  return JSON.stringify({ Statement: { Effect: 'Allow', ...elements } });
}

function programOf(...resources: ProgramResource[]): Program {
  return { project: 'test', stack: 'dev', outputs: {}, warnings: [], resources };
}

function resource(type: string, inputs: object): ProgramResource {
  return {
    urn: `urn:pulumi:dev::test::${type}::thing`,
    type,
    name: 'thing',
    id: 'thing',
    custom: true,
    inputs,
    outputs: inputs,
    dependencies: [],
    propertyDependencies: {},
    protect: false,
    ignoreChanges: [],
    aliases: [],
    secretPaths: [],
    archives: {},
  };
}
