import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { rehearseCommand } from '../../support/scenarios';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'preview-'));

afterAll(() => fs.rmSync(folder, { recursive: true }));

function writeProgram(text: string): void {
  fs.writeFileSync(path.join(folder, 'index.js'), text);
}

beforeAll(() => {
  fs.symlinkSync(path.resolve('node_modules'), path.join(folder, 'node_modules'));
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "main": "index.js" }');
  fs.writeFileSync(path.join(folder, 'Pulumi.yaml'), 'name: glance\nruntime: nodejs\n');
  fs.writeFileSync(path.join(folder, 'Pulumi.dev.yaml'), 'config:\n  aws:region: eu-west-1\n');
});

test('a program that bears an update but no preview cannot be rehearsed', async () => {
  writeProgram(`
    const { runtime } = require('@pulumi/pulumi');
    if (runtime.isDryRun()) throw new Error('This output is not known yet.');
  `);
  const { code, stderr } = await rehearseCommand(['--days', '1'], folder);
  expect(stderr).toContain('In a preview: ');
  expect(stderr).toContain('This output is not known yet.');
  expect(code).toBe(2);
});

test('a rehearsal that fails ends the preview with it', async () => {
  const [asked, answered] = ['asked', 'answered'].map((name) => path.join(folder, name));
  writeProgram(`
    const fs = require('node:fs');
    const { runtime } = require('@pulumi/pulumi');
    const aws = require('@pulumi/aws');
    if (runtime.isDryRun()) {
      setInterval(() => {
        if (fs.existsSync(${JSON.stringify(asked)})) fs.writeFileSync(${JSON.stringify(answered)}, '');
      }, 50);
    } else {
      new aws.sfn.StateMachine('steps', { roleArn: 'arn:aws:iam::111122223333:role/r', definition: '{}' });
    }
  `);
  const { code, stderr } = await rehearseCommand(['--days', '1'], folder);
  expect(stderr).toContain('steps');
  expect(stderr).not.toContain('In a preview');
  expect(code).toBe(2);
  // Whoever runs still would answer.
  fs.writeFileSync(asked!, '');
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(fs.existsSync(answered!)).toBe(false);
});
