import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import * as yaml from 'yaml';
import type { Json } from '../../rehearsal/services/service';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'workflow-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** The script of one step of a workflow. */
function script(file: string, job: string, name: string): string {
  const text = fs.readFileSync(path.join(__dirname, '../../.github/workflows', file), 'utf8');
  const { run } = yaml.parse(text).jobs[job].steps.find((step: Json) => step.name === name);
  return run;
}

/** Runs it as GitHub does with `shell: bash`, with stand-ins for the commands that it calls. */
function run(text: string, commands: Readonly<Record<string, string>>, environment: object = {}) {
  const bin = path.join(folder, 'bin');
  fs.mkdirSync(bin, { recursive: true });
  for (const [name, body] of Object.entries(commands)) {
    fs.writeFileSync(path.join(bin, name), `#!/bin/bash\n${body}\n`, { mode: 0o755 });
  }
  fs.writeFileSync(path.join(folder, 'script.sh'), text);
  const summary = path.join(folder, 'summary.md');
  const { status } = spawnSync(
    'bash',
    ['--noprofile', '--norc', '-eo', 'pipefail', path.join(folder, 'script.sh')],
    {
      cwd: folder,
      env: {
        ...process.env,
        ...environment,
        PATH: `${bin}:${process.env['PATH']}`,
        GITHUB_STEP_SUMMARY: summary,
      },
    },
  );
  return { status, summary: fs.existsSync(summary) ? fs.readFileSync(summary, 'utf8') : '' };
}

const rehearse = script('evergreen.yml', 'check', 'Rehearse every stack');
const npm = `
  echo "$@" >> calls.txt
  printf 'Rehearsal\\nInvariants\\n  1  held  %s\\nRehearsal OK\\n' "$6"
  [ "$6" != broken ]`;

test('every stack is rehearsed, and the summary has the end of each rehearsal', () => {
  for (const stack of ['dev', 'prod'])
    fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), '');

  const { status, summary } = run(rehearse, { npm });

  expect(status).toBe(0);
  expect(summary).toBe(
    ['dev', 'prod']
      .map(
        (stack) =>
          `### Rehearsal of ${stack}\n\`\`\`\nInvariants\n  1  held  ${stack}\nRehearsal OK\n\`\`\`\n`,
      )
      .join(''),
  );
  expect(fs.readFileSync(path.join(folder, 'calls.txt'), 'utf8').split('\n')[0]).toBe(
    'run --silent rehearse -- --stack dev --report rehearsals/dev.html --json rehearsals/dev.json',
  );
});

test('a rehearsal that fails fails the step, after the others and with its summary', () => {
  for (const stack of ['broken', 'dev'])
    fs.writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), '');

  const { status, summary } = run(rehearse, { npm });

  expect(status).toBe(1);
  expect(summary).toContain('1  held  broken');
  expect(summary).toContain('1  held  dev');
});

const pulumi = script('pulumi.yml', 'pulumi', 'Run Pulumi');
const npx = 'echo "$@"; [ "$STACK" != broken ]';
const output = (): string => fs.readFileSync(path.join(folder, 'pulumi.txt'), 'utf8');
const options = (stack: string): string =>
  `--stack ${stack} --non-interactive --color never --diff --policy-pack policy --policy-pack-config policy/config/${stack}.json`;

test('Pulumi judges a preview and an update by the policies of the stack, and updates without asking', () => {
  expect(run(pulumi, { npx }, { COMMAND: 'preview', STACK: 'dev' }).status).toBe(0);
  expect(output()).toBe(`pulumi preview ${options('dev')}\n`);

  expect(run(pulumi, { npx }, { COMMAND: 'up', STACK: 'prod' }).status).toBe(0);
  expect(output()).toBe(`pulumi up ${options('prod')} --yes --skip-preview\n`);
});

test('a refusal of Pulumi fails the step, and its words are shown', () => {
  const environment = { COMMAND: 'preview', STACK: 'broken' };

  expect(run(pulumi, { npx }, environment).status).toBe(1);
  expect(run(script('pulumi.yml', 'pulumi', 'Show the result'), {}, environment).summary).toBe(
    `### pulumi preview of broken\n\`\`\`\npulumi preview ${options('broken')}\n\`\`\`\n`,
  );
});
