import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { build, goVersion } from './build';
import { findCli } from './cli/find';
import { Project } from './cli/project';

/**
 * `npm run test:pulumi`: has the real Pulumi CLI deploy the program into an account of our own, and the engine's own
 * client of providers ask the provider of that account what the test suite asks it directly. What Go has to build is
 * kept: the first time takes minutes, others seconds. Skips only what cannot be had at all; options are jest's.
 */
async function main(): Promise<number> {
  const suites: string[] = [];
  const environment: Record<string, string> = {};
  const cli = await findCli();
  if (cli === undefined) {
    console.log('Skipped: the tests with the Pulumi CLI, which cannot be had.');
  } else {
    suites.push('tests/pulumi/cli/');
    Object.assign(environment, cli.environment, { PULUMI_CLI: cli.binary });
  }
  if (goVersion() === undefined) {
    console.log("Skipped: the tests with the engine's client, which Go would build.");
  } else {
    const folder = path.join(__dirname, 'engine-client');
    environment['ENGINE_CLIENT'] = await build({ name: 'engine-client', folder, package: '.' });
    suites.push('tests/pulumi/with-engine-client');
  }
  if (suites.length === 0) return 0;
  const options = process.argv.slice(2);
  const chosen = options.some((option) => !option.startsWith('-')) ? [] : suites;
  const jest = [require.resolve('jest/bin/jest'), '-c', path.join(__dirname, 'jest.config.js')];
  Object.assign(process.env, environment);
  const deployed = cli === undefined ? undefined : await deployOnce();
  try {
    const { status } = spawnSync(process.execPath, [...jest, ...options, ...chosen], {
      stdio: 'inherit',
      env: { ...process.env, DEPLOYED: deployed },
    });
    return status ?? 1;
  } finally {
    if (deployed !== undefined) fs.rmSync(deployed, { recursive: true });
  }
}

/** Deploys the stack `dev` for all tests together: each gets a copy of what `Project.leave` leaves. */
async function deployOnce(): Promise<string> {
  const started = Date.now();
  const project = await Project.create();
  await project.succeed('stack', 'init', 'dev');
  await project.up('dev');
  console.log(`The stack dev is deployed, in ${Math.round((Date.now() - started) / 1000)} s.`);
  return project.leave();
}

main().then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  },
);
