import * as fs from 'node:fs';
import * as path from 'node:path';
import { countSteps, Project } from './project';

describe('with the Pulumi CLI', () => {
  let project: Project;
  afterEach(() => project.close());

  test('two stacks in one account have nothing in common, and one outlives the other', async () => {
    project = await Project.deployed();
    const { account } = project;
    const dev = account.list();
    await project.succeed('stack', 'init', 'staging');
    await project.configure('staging', { 'aws:region': 'eu-west-1', pollMinutes: '20' });
    await project.up('staging');
    const staging = account.list().filter((each) => !dev.includes(each));
    expect(staging.length).toBeGreaterThan(50);
    // What the one names is its own: nothing of the other occurs in it.
    const names = dev.flatMap(({ computed, inputs }) => [computed['arn'], inputs['name']]);
    const text = JSON.stringify(staging);
    expect(names.filter((name) => name !== undefined && text.includes(name))).toEqual([]);

    await project.succeed('destroy', '--yes', '--stack', 'staging');
    expect(account.list()).toEqual(dev);
    expect(Object.keys(countSteps(await project.up('dev')))).toEqual(['same']);
  });

  test('a setting that is encrypted is refused, since it would not be encrypted in the state', async () => {
    project = await Project.create();
    await project.succeed('stack', 'init', 'dev');
    const secret = ['--secret', '--stack', 'dev', 'emailFrom', 'images@evergreen-inc.com'];
    await project.succeed('config', 'set', ...secret);
    const { code, output } = await project.run('up', '--yes', '--skip-preview', '--stack', 'dev');
    expect(code).not.toBe(0);
    expect(output).toContain('evergreen:emailFrom: is encrypted');
    expect(output).not.toContain('images@evergreen-inc.com');
    expect(project.account.list()).toEqual([]);
  });

  test('a secret is plain for AWS only: encrypted in config and state, and hidden in what is shown', async () => {
    project = await Project.create(path.join(__dirname, 'directory'));
    const [first, second] = ['hush-hush-hush', 'loud-loud-loud'];
    const configure = (key: string, value: string, kind = '--plaintext') =>
      project.succeed('config', 'set', '--stack', 'dev', kind, key, value);
    await project.succeed('stack', 'init', 'dev');
    await configure('aws:region', 'eu-west-1');
    await configure('aws-native:region', 'eu-west-1');
    await configure('domain', 'corp.example.com');
    await configure('unit', 'OU=Images');
    await configure('password', first, '--secret');
    const outcomes = [await project.up('dev', '--diff')];
    expect(plain(project)).toEqual([first]);

    await configure('unit', 'OU=Desktops');
    await configure('password', second, '--secret');
    const changed = await project.up('dev', '--diff');
    outcomes.push(changed);
    expect(plain(project)).toEqual([second]);
    // A directory takes a new password as it is; a version of a secret does not.
    expect(countSteps(changed)).toMatchObject({ update: 1, replace: 1 });

    await configure('domain', 'other.example.com');
    outcomes.push(await project.up('dev', '--diff'));
    const directory = outcomes[2]?.steps.find(({ op }) => op === 'replace');
    expect(directory).toMatchObject({
      type: 'aws-native:appstream:DirectoryConfig',
      changed: ['directoryName'],
    });

    const files = [...project.stateFiles(), path.join(project.directory, 'Pulumi.dev.yaml')];
    const holders = files.filter((file) => /hush|loud/.test(fs.readFileSync(file, 'utf8')));
    expect(files.length).toBeGreaterThan(3);
    expect(holders).toEqual([]);
    expect(outcomes.map(({ output }) => output).join()).not.toMatch(/hush|loud/);
    const shown = await project.succeed(
      'stack',
      'output',
      'password',
      '--show-secrets',
      '--stack',
      'dev',
    );
    expect(shown.output.trim()).toBe(second);

    await project.succeed('destroy', '--yes', '--stack', 'dev');
    expect(project.account.list()).toEqual([]);
    expect(project.refusals).toEqual([]);
  });
});

/** Passwords that AWS was given and holds still. */
const plain = ({ account }: Project): readonly string[] => [
  ...new Set(JSON.stringify(account.list()).match(/(hush|loud)-[a-z]+-[a-z]+/g)),
];
