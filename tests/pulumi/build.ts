import { spawn, spawnSync } from 'node:child_process';
import * as crypto from 'node:crypto';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';

/** Where built programs are kept: outside of the tree, for all clones. https://specifications.freedesktop.org/basedir-spec/latest/ */
const CACHE = path.join(
  process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'),
  'evergreen',
);

/** `go version go1.26.8 linux/amd64`, or `undefined` where Go cannot be run. */
export function goVersion(): string | undefined {
  const { status, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** A Go program that is built once, and again when what it is made of changes. */
export interface GoProgram {
  readonly name: string;
  /** Folder with its `go.mod`, whose files are what it is made of. */
  readonly folder: string;
  /** What to build there. */
  readonly package: string;
  /** Variables that the linker sets, by full name. @default none */
  readonly variables?: Readonly<Record<string, string>>;
}

/** Builds a Go program unless that was done before. Throws where the build fails. Returns the binary's path. */
export async function build(program: GoProgram): Promise<string> {
  const { name, folder, variables = {} } = program;
  const hash = crypto.createHash('sha256').update(JSON.stringify([goVersion(), variables]));
  for (const file of fs.readdirSync(folder).sort()) {
    if (/\.(go|mod|sum)$/.test(file)) hash.update(fs.readFileSync(path.join(folder, file)));
  }
  const place = path.join(CACHE, `${name}-${hash.digest('hex').slice(0, 16)}`);
  const binary = path.join(place, name);
  if (fs.existsSync(binary)) {
    console.log(`${name}: built before.`);
    return binary;
  }
  fs.mkdirSync(place, { recursive: true });
  // Renamed when it is whole, so that nobody runs the half of one.
  const unfinished = path.join(place, `unfinished-${process.pid}`);
  const flags = Object.entries(variables).map(([key, value]) => `-X ${key}=${value}`);
  const options = ['-o', unfinished, '-ldflags', ['-s', '-w', ...flags].join(' ')];
  await run(name, ['build', ...options, program.package], folder);
  fs.renameSync(unfinished, binary);
  return binary;
}

/** Runs Go, which tells what it downloads; compiling says nothing, so the time that it takes is told. */
async function run(name: string, options: readonly string[], cwd: string): Promise<void> {
  const started = Date.now();
  const seconds = (): number => Math.round((Date.now() - started) / 1000);
  console.log(`${name}: building with ${goVersion()}; the first time takes minutes ...`);
  const progress = setInterval(() => console.log(`${name}: ${seconds()} s ...`), 30_000);
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      spawn('go', options, { cwd, stdio: ['ignore', 'inherit', 'inherit'] })
        .on('error', reject)
        .on('close', resolve);
    });
    if (code !== 0) throw new Error(`${name} could not be built: go ended with ${code}`);
  } finally {
    clearInterval(progress);
  }
  console.log(`${name}: built in ${seconds()} s.`);
}
