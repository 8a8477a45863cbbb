import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import { createRequire } from 'node:module';
import * as path from 'node:path';
import * as manifest from '../../../package.json';
import type { Json } from '../../../rehearsal/services/service';
import { build, goVersion } from '../build';
import { ownLanguageHost, provideLanguageHost } from './provide-language-host';

/** The version of the SDK, which the CLI has to have as well. */
export const VERSION = manifest.dependencies['@pulumi/pulumi'];

/** The Pulumi CLI, with what tells where it came from. */
export interface Cli {
  readonly binary: string;
  /** For the language host beside it. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Finds the CLI of the SDK's version: on the PATH, else from the npm package, which downloads it, else built with Go.
 * Says which one it is, and why not another. `undefined` where none of these is possible. Throws where Go is there but
 * the build fails.
 */
export async function findCli(): Promise<Cli | undefined> {
  const own = (binary: string, origin: string): Cli => {
    console.log(`Pulumi CLI ${VERSION} ${origin}, with the language host that comes with it.`);
    return { binary, environment: {} };
  };
  const onPath = findOnPath();
  if (onPath !== undefined && versionOf(onPath) === VERSION) return own(onPath, 'from the PATH');
  console.log(
    onPath === undefined
      ? 'There is no pulumi on the PATH.'
      : `${onPath} is ${versionOf(onPath)}, not ${VERSION}.`,
  );
  const downloaded = await download();
  if (downloaded !== undefined) return own(downloaded, 'from the npm package');
  if (goVersion() === undefined) {
    console.log('Go, which would build it, cannot be run.');
    return undefined;
  }
  const binary = await build({
    name: 'pulumi',
    folder: __dirname,
    package: 'github.com/pulumi/pulumi/pkg/v3/cmd/pulumi',
    variables: { 'github.com/pulumi/pulumi/sdk/v3/go/common/version.Version': `v${VERSION}` },
  });
  console.log(`Pulumi CLI ${VERSION} built from its Go modules.`);
  const found = versionOf(binary);
  if (found !== VERSION) throw new Error(`go.mod names the CLI ${found}, the SDK is ${VERSION}`);
  await provideLanguageHost(path.dirname(binary), VERSION);
  return { binary, environment: ownLanguageHost() };
}

/** The first `pulumi` on the PATH, except for the npm package's own, which would download one for each test. */
function findOnPath(): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter((folder) => !folder.endsWith(path.join('node_modules', '.bin')))
    .map((folder) => path.join(folder, 'pulumi'))
    .find((file) => fs.existsSync(file));
}

/** `3.250.0`. */
function versionOf(binary: string): string {
  const { stdout, error } = spawnSync(binary, ['version'], {
    encoding: 'utf8',
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: 'true' },
  });
  return error === undefined ? stdout.trim().replace(/^v/, '') : `none (${error.message})`;
}

/** What `npx pulumi` runs. Without the network it says so at once. */
async function download(): Promise<string | undefined> {
  // It has no types, and no other way to say where it puts the CLI.
  const { resolve }: Json = createRequire(__filename)('pulumi/lib/resolve');
  try {
    return await resolve({ version: VERSION });
  } catch (error) {
    console.log(`The npm package cannot download it: ${(error as Error).message}.`);
    return undefined;
  }
}
