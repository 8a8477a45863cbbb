import * as fs from 'node:fs';
import * as path from 'node:path';
import * as yaml from 'yaml';
import type { Json } from '../../rehearsal/services/service';

const root = path.join(__dirname, '../..');
const folder = path.join(root, '.github/workflows');
const workflows = fs.readdirSync(folder).map((file) => {
  const text = fs.readFileSync(path.join(folder, file), 'utf8');
  return { file, text, workflow: yaml.parse(text) };
});
const jobs = workflows.flatMap(({ file, workflow }) =>
  Object.entries<Json>(workflow.jobs).map(([name, job]) => ({ name: `${file}: ${name}`, job })),
);
const steps = jobs.flatMap(({ name, job }) =>
  (job.steps ?? []).map((step: Json) => ({ name, step })),
);
const commands = steps.flatMap(({ step }) => (step.run === undefined ? [] : [String(step.run)]));
const stacks = ['dev', 'prod'];

test('every action is pinned to a commit, whose version stands beside it, the same everywhere', () => {
  const lines = workflows.flatMap(({ text }) => text.match(/\buses: .*/g) ?? []);
  const actions = lines.filter((line) => !line.startsWith('uses: ./'));

  expect(actions.length).toBeGreaterThan(0);
  for (const action of actions) {
    expect(action).toMatch(/^uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  }
  const names = new Set(actions.map((action) => action.split('@')[0]));
  expect(new Set(actions).size).toBe(names.size);
});

test('nothing is allowed but reading the code, and a token for AWS where Pulumi runs', () => {
  for (const { workflow } of workflows) expect(workflow.permissions).toEqual({});
  for (const { name, job } of jobs) {
    const callsPulumi = job.uses !== undefined || name === 'pulumi.yml: pulumi';
    const forAws = callsPulumi || name.endsWith('deploy-prod') ? { 'id-token': 'write' } : {};

    expect([name, job.permissions]).toEqual([name, { contents: 'read', ...forAws }]);
  }
});

test('every job ends, and no checkout leaves its token behind', () => {
  for (const { name, job } of jobs) {
    if (job.uses === undefined)
      expect([name, job['timeout-minutes']]).toEqual([name, expect.any(Number)]);
  }
  for (const { name, step } of steps) {
    if (!String(step.uses).startsWith('actions/checkout@')) continue;
    expect([name, step.with]).toEqual([name, { 'persist-credentials': false }]);
  }
});

test('no secret is used, and nothing that others can write gets into a script', () => {
  for (const { text } of workflows) {
    expect(text).not.toMatch(/\bsecrets\b/);
    expect(text).not.toContain('pull_request_target');
  }
  expect(commands.length).toBeGreaterThan(0);
  for (const command of commands) expect(command).not.toContain('${{');
});

test('every command that a workflow runs is there', () => {
  const { scripts, devDependencies } = JSON.parse(
    fs.readFileSync(path.join(root, 'package.json'), 'utf8'),
  );
  const used = commands.flatMap((command) => [
    ...command.matchAll(/\bnpm (?:run (?:--silent )?)?(?!run|ci)([\w:]+)/g),
  ]);

  expect(new Set(used.map(([, script]) => script))).toEqual(
    new Set(['lint', 'types', 'rehearse', 'test']),
  );
  for (const [, script] of used) expect(Object.keys(scripts)).toContain(script);
  expect(devDependencies).toHaveProperty('pulumi');
});

test('the stacks are those with policies; prod is deployed after dev, both after tests and previews', () => {
  const { preview, ...others } = workflows.find(({ file }) => file === 'evergreen.yml')?.workflow
    .jobs;

  expect(preview.strategy.matrix.stack).toEqual(stacks);
  for (const stack of stacks) {
    expect(fs.existsSync(path.join(root, 'policy/config', `${stack}.json`))).toBe(true);
    expect(others[`deploy-${stack}`].with).toEqual({ command: 'up', stack, environment: stack });
  }
  expect(others['deploy-dev'].needs).toEqual(['test', 'preview']);
  expect(others['deploy-dev'].if).toBe("github.event_name == 'push'");
  expect(others['deploy-prod'].needs).toBe('deploy-dev');
});
