import { spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from '../build';

const NAME = 'pulumi-language-nodejs';
const SCRIPT = `#!/bin/sh
exec node --import "$EVERGREEN_TSX" "$EVERGREEN_LANGUAGE_HOST" "$@"
`;
const MODULE = 'github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3';

/**
 * Puts a language host for Node.js beside a CLI that was built without: Pulumi's own, built with Go, where its module
 * can be had, else a script that starts ours. Says which one it is, and why.
 */
export async function provideLanguageHost(folder: string, version: string): Promise<void> {
  const place = path.join(folder, NAME);
  const source = path.join(folder, 'language-host');
  const missing = requireModule(source, version);
  if (missing === undefined) {
    fs.copyFileSync(await build({ name: NAME, folder: source, package: MODULE }), place);
    console.log("Language host: Pulumi's own, built from its Go module.");
    return;
  }
  // Renamed when it is whole: another run may be starting it.
  const unfinished = `${place}-${process.pid}`;
  fs.writeFileSync(unfinished, SCRIPT, { mode: 0o755 });
  fs.renameSync(unfinished, place);
  console.log(`Language host: ours, since Pulumi's own cannot be had:\n  ${missing}`);
}

/** The variables by which that script finds ours. */
export const ownLanguageHost = (): Readonly<Record<string, string>> => ({
  EVERGREEN_TSX: pathToFileURL(require.resolve('tsx')).href,
  EVERGREEN_LANGUAGE_HOST: path.join(__dirname, 'language-host.ts'),
});

/**
 * A module that requires the language host. It is made here, not pinned in the repository, because the checksum of what
 * cannot be downloaded cannot be pinned either; Go asks its checksum database instead. Returns why it cannot be had.
 */
function requireModule(folder: string, version: string): string | undefined {
  fs.mkdirSync(folder, { recursive: true });
  const manifest = path.join(folder, 'go.mod');
  if (fs.existsSync(manifest) && fs.readFileSync(manifest, 'utf8').includes(MODULE))
    return undefined;
  fs.writeFileSync(manifest, 'module evergreen/language-host\n\ngo 1.25.0\n');
  const { status, stderr } = spawnSync('go', ['get', `${MODULE}@v${version}`], {
    cwd: folder,
    encoding: 'utf8',
  });
  return status === 0 ? undefined : stderr.trim().split('\n').join('\n  ');
}
