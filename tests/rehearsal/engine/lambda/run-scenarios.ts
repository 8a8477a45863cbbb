import { spawnSync } from 'node:child_process';
import type { Json } from '../../../../rehearsal/services/service';

/**
 * Runs a file of scenarios in a process of its own, since virtual time needs the real globals and jest hides them.
 * Returns what it printed; anything else on its output fails, which proves that functions do not print there.
 */
export function runScenarios(file: string, environment: Record<string, string> = {}): Json {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [require.resolve('tsx/cli'), file],
    {
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], TZ: 'America/Lima', ...environment },
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  if (status !== 0 || stderr !== '') {
    throw new Error(`${file} ended with ${status}:\n${stderr}\n${stdout.slice(0, 2000)}`);
  }
  return JSON.parse(stdout);
}

/** For a file of scenarios: runs each and prints the results by name. */
export async function printScenarios(scenarios: Record<string, () => Promise<Json>>) {
  const results: Record<string, Json> = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    try {
      results[name] = await scenario();
    } catch (error) {
      throw new Error(`The scenario ${name} failed.`, { cause: error });
    }
  }
  console.log(JSON.stringify(results));
}
