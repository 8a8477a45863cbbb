import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { StackConfigError } from '../../../rehearsal/host/errors';
import { loadStackConfig, readProject } from '../../../rehearsal/host/stack-config';
import { FIXTURE } from './support';

let directory: string;
beforeEach(() => {
  directory = fs.mkdtempSync(path.join(os.tmpdir(), 'stack-config-'));
});
afterEach(() => fs.rmSync(directory, { recursive: true }));

const PROJECT = 'name: shop\nruntime: nodejs\n';

function load(project: string, stack: string) {
  fs.writeFileSync(path.join(directory, 'Pulumi.yaml'), project);
  fs.writeFileSync(path.join(directory, 'Pulumi.dev.yaml'), stack);
  return loadStackConfig(directory, 'dev');
}

test('stack values go over project defaults, structured ones as JSON, secrets as stand-ins', () => {
  expect(loadStackConfig(FIXTURE, 'dev')).toEqual({
    project: 'workshop',
    config: {
      'aws:defaultTags': '{"tags":{"Stage":"dev"}}',
      'aws:region': 'eu-central-1',
      'workshop:case': 'plain',
      'workshop:mail':
        '{"from":"ops@example.com","smtp":{"user":"rehearsal-secret-mail.smtp.user"}}',
      'workshop:owners': '["ops","security"]',
      'workshop:password': 'rehearsal-secret-password',
      'workshop:retentionDays': '30',
    },
    secretKeys: ['workshop:mail', 'workshop:password'],
  });
});

test('a stack value replaces the default of its key, whichever way the key is written', () => {
  const project = `${PROJECT}config:\n  a: 1\n  b: { default: [x] }\n  aws:region: { value: eu-west-1 }\n`;
  expect(
    load(project, 'config:\n  a: 2\n  shop:b: [y]\n  aws:config:region: us-east-1\n').config,
  ).toEqual({
    'shop:a': '2',
    'shop:b': '["y"]',
    'aws:region': 'us-east-1',
  });
});

test('the keys of a map come in an order of their own, as from the CLI, not as they are written', () => {
  const { config } = load(
    PROJECT,
    'config:\n  a: { web: { z: 1, b: 2 }, batch: [{ d: 1, c: 2 }] }\n',
  );
  expect(config['shop:a']).toBe('{"batch":[{"c":2,"d":1}],"web":{"b":2,"z":1}}');
});

test('a stack name with its organization finds the same file', () => {
  load(PROJECT, 'config: { a: true }');
  expect(loadStackConfig(directory, 'org/shop/dev').config).toEqual({ 'shop:a': 'true' });
});

test.each([
  [
    'an unset key without default',
    'config:\n  b: { type: string }\n  a: { type: string }\n',
    '',
    /Pulumi\.dev\.yaml: a, b: has no value/,
  ],
  [
    'a wrong type',
    'config:\n  a: { type: integer }\n',
    'config: { a: many }',
    /dev\.yaml: a: must be of type integer \(received "many"\)/,
  ],
  [
    'a wrong item',
    'config:\n  a: { type: array, items: { type: boolean } }\n',
    'config: { a: [yes-please] }',
    /a: must be of type array<boolean>/,
  ],
  [
    'a wrong default',
    'config:\n  a: { type: boolean, default: 3 }\n',
    '',
    /Pulumi\.yaml: a: must be of type boolean/,
  ],
  [
    'an unencrypted secret',
    'config:\n  a: { type: string, secret: true }\n',
    'config: { a: open }',
    /a: must be encrypted/,
  ],
  [
    'a stray declaration',
    'config:\n  a: { defualt: 3 }\n',
    '',
    /Pulumi\.yaml: config\.a\.defualt: is not known/,
  ],
  [
    'a default outside the project',
    'config:\n  aws:region: { default: x }\n',
    '',
    /config\.aws:region\.default: use `value`/,
  ],
  ['a key that is set twice', '', 'config: { a: 1, shop:a: 2 }', /dev\.yaml: shop:a: is set twice/],
  ['a malformed key', '', 'config: { "a:b:c": 1 }', /dev\.yaml: a:b:c: must be of the form/],
  [
    'an ESC environment',
    '',
    'environment: [dev]',
    /dev\.yaml: environment: Pulumi ESC is not implemented/,
  ],
  ['bad YAML', '', 'config: [', /Pulumi\.dev\.yaml: .*at line 1/s],
  ['a list for config', '', 'config: [a]', /dev\.yaml: config: must be a map/],
])('%s is refused by file and key', (_what, project, stack, message) => {
  const attempt = () => load(PROJECT + project, stack);
  expect(attempt).toThrow(StackConfigError);
  expect(attempt).toThrow(message);
});

test('a missing stack file is refused with the stacks that there are', () => {
  load(PROJECT, '');
  expect(() => loadStackConfig(directory, 'prod')).toThrow(
    /Pulumi\.prod\.yaml: no such file \(stacks here: dev\)$/,
  );
});

test('an encrypted value is not held against the type of its stand-in', () => {
  const { config, secretKeys } = load(
    `${PROJECT}config:\n  pin: { type: integer, secret: true }\n`,
    'config:\n  pin: { secure: v1:x }\n',
  );
  expect(config).toEqual({ 'shop:pin': 'rehearsal-secret-pin' });
  expect(secretKeys).toEqual(['shop:pin']);
});

test('the project tells where its program is and how to run it', () => {
  fs.mkdirSync(path.join(directory, 'src'));
  fs.writeFileSync(path.join(directory, 'src', 'program.js'), '');
  fs.writeFileSync(
    path.join(directory, 'Pulumi.yaml'),
    'name: shop\nmain: src/program.js\nruntime: { name: nodejs, options: { typescript: false, nodeargs: --trace-warnings --stack-size=2000 } }\n',
  );
  expect(readProject(directory)).toMatchObject({
    programDirectory: path.join(directory, 'src'),
    entryPoint: 'program.js',
    typescript: false,
    nodeArguments: ['--trace-warnings', '--stack-size=2000'],
  });
});

test.each([
  ['name: shop\nruntime: python\n', /runtime: must be nodejs \(received python\)/],
  ['runtime: nodejs\n', /name: is missing/],
  [`${PROJECT}main: nowhere\n`, /main: .*nowhere does not exist/],
])('a project that cannot be run is refused: %j', (project, message) => {
  expect(() => load(project, '')).toThrow(message);
});
