import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/**
 * `npm run test:pulumi`: builds the Pulumi engine's own client of providers from its Go SDK, and has it ask the test
 * provider what the test suite asks it directly. Go keeps what it built: the first time takes minutes, others seconds.
 */
function main(): number {
  const go = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (go.error !== undefined) {
    console.log(
      `Skipped: the engine's client is built with Go, and go cannot be run (${go.error.message})`,
    );
    return 0;
  }
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'engine-client-'));
  try {
    const binary = path.join(folder, 'engine-client');
    const started = Date.now();
    console.log(`Building the Pulumi engine's client with ${go.stdout.trim()} ...`);
    const source = path.join(__dirname, 'engine-client');
    const build = run('go', ['build', '-o', binary, '.'], { cwd: source });
    if (build !== 0) return build;
    console.log(`Built in ${Math.round((Date.now() - started) / 1000)} s.`);
    const jest = [require.resolve('jest/bin/jest'), '-c', path.join(__dirname, 'jest.config.js')];
    return run(process.execPath, jest, { env: { ...process.env, ENGINE_CLIENT: binary } });
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

function run(
  command: string,
  options: readonly string[],
  settings: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv },
): number {
  return spawnSync(command, options, { stdio: 'inherit', ...settings }).status ?? 1;
}

process.exitCode = main();
