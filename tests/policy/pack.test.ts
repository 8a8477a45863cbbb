import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as path from 'node:path';
import { analyzeProgram } from '../../rehearsal/host/analyzer';
import type { Program, ProgramResource } from '../../rehearsal/host/program';

const directory = path.join(__dirname, '../../policy');

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

test('every rule is part of the pack, and mandatory', async () => {
  const program: Program = {
    project: 'test',
    stack: 'dev',
    outputs: {},
    warnings: [],
    resources: [
      resource('aws:iam/rolePolicy:RolePolicy', {
        role: 'r',
        policy: '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}',
      }),
      resource('aws:sqs/queue:Queue', {}),
      resource('aws:sfn/stateMachine:StateMachine', { roleArn: 'r', definition: '{"States":{}}' }),
    ],
  };

  const violations = await analyzeProgram(directory, program);

  expect(violations.map(({ policy, enforcement }) => `${policy} ${enforcement}`)).toEqual([
    'iam-grants-exact mandatory',
    'data-encrypted mandatory',
    'workflow-retry-and-catch mandatory',
  ]);
});

test('the config of a policy reaches it', async () => {
  const resources = [
    resource('aws:iam/rolePolicy:RolePolicy', {
      role: 'r',
      policy: '{"Statement":{"Effect":"Allow","Action":"sns:Publish","Resource":"*"}}',
    }),
  ];
  const program: Program = { project: 'test', stack: 'dev', outputs: {}, warnings: [], resources };
  const config = { 'iam-grants-exact': { allowedWildcardActions: ['sns:Publish'] } };

  expect(await analyzeProgram(directory, program)).toHaveLength(1);
  expect(await analyzeProgram(directory, program, { config })).toEqual([]);
});

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
