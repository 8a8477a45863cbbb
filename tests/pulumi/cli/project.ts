import { spawn } from 'node:child_process';
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import type { GrpcServer } from '../../../rehearsal/host/grpc-server';
import type { Json } from '../../../rehearsal/services/service';
import { Account, type SavedAccount } from '../provider/account';
import { PROVIDERS, serveAwsProvider } from '../provider/aws-provider';

const REPOSITORY = path.join(__dirname, '..', '..', '..');

/** What makes up the program. `node_modules` is linked, not copied. */
const PARTS = [
  ...['index.ts', 'config.ts', 'config-reader.ts', 'components', 'functions', 'policy'],
  ...['Pulumi.yaml', 'Pulumi.dev.yaml', 'package.json', 'package-lock.json', 'tsconfig.json'],
];

/** The account of the sample estate. */
const ACCOUNT = '111122223333';
const SAVED = 'account.json';

/** What a command of Pulumi did, as its engine tells. */
export interface Outcome {
  readonly code: number;
  /** What the user sees. */
  readonly output: string;
  /** In order; of a preview, what it would do. */
  readonly steps: readonly Step[];
  readonly policies: readonly PolicyFinding[];
}

/** What an outcome did to the resources of the program, by operation: `{ create: 139 }`; the stack itself left out. */
export function countSteps({ steps }: Outcome): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { op, type } of steps) {
    if (type !== 'pulumi:pulumi:Stack') counts[op] = (counts[op] ?? 0) + 1;
  }
  return counts;
}

export interface Step {
  /** `create`, `update`, `same`, `delete`, `replace`, `create-replacement`, `delete-replaced`, `refresh` ... */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  /** Changed properties. */
  readonly changed: readonly string[];
}

export interface PolicyFinding {
  readonly policy: string;
  readonly enforcement: string;
  readonly urn: string;
  readonly message: string;
}

/**
 * A copy of the program with a state of its own: the Pulumi CLI deploys it into the account. The state is in files, its
 * secrets are encrypted by a passphrase, and nothing outside of the folder is read or written.
 */
export class Project {
  private constructor(
    private readonly folder: string,
    readonly account: Account,
    private readonly servers: readonly (readonly [provider: string, server: GrpcServer])[],
    /** What the providers answered with an error, also where the engine passes over it in silence. */
    readonly refusals: readonly string[],
  ) {}

  /** Of the program, or of another one. @param directory with `Pulumi.yaml` */
  static async create(directory = REPOSITORY): Promise<Project> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pulumi-'));
    const program = path.join(folder, 'program');
    const parts = directory === REPOSITORY ? PARTS : fs.readdirSync(directory);
    for (const part of parts) {
      fs.cpSync(path.join(directory, part), path.join(program, part), { recursive: true });
    }
    fs.symlinkSync(path.join(REPOSITORY, 'node_modules'), path.join(program, 'node_modules'));
    fs.mkdirSync(path.join(folder, 'state'));
    for (const [name, version] of Object.entries(PROVIDERS)) {
      placeholder(path.join(folder, 'home'), name, version);
    }
    return Project.open(folder, new Account(ACCOUNT));
  }

  /**
   * A copy of what `leave` left.
   *
   * @param left @default this program with its stack `dev`, deployed once for all tests: see `../main.ts`
   */
  static async deployed(left = process.env['DEPLOYED'] ?? ''): Promise<Project> {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'pulumi-'));
    fs.cpSync(left, folder, { recursive: true, verbatimSymlinks: true });
    const saved: SavedAccount = JSON.parse(fs.readFileSync(path.join(folder, SAVED), 'utf8'));
    return Project.open(folder, Account.restore(saved));
  }

  private static async open(folder: string, account: Account): Promise<Project> {
    const names = Object.keys(PROVIDERS) as (keyof typeof PROVIDERS)[];
    const refusals: string[] = [];
    const servers = names.map(async (name) => {
      const refuse = ({ message }: Error) => void refusals.push(message);
      return [name, await serveAwsProvider(account, name, refuse)] as const;
    });
    return new Project(folder, account, await Promise.all(servers), refusals);
  }

  /** Of the copy. */
  get directory(): string {
    return path.join(this.folder, 'program');
  }

  /** A file beside the copy, which goes with it. */
  beside(name: string, content: unknown): string {
    const file = path.join(this.folder, name);
    fs.writeFileSync(file, JSON.stringify(content));
    return file;
  }

  /** Files of the state, whatever is kept there. */
  stateFiles(): readonly string[] {
    return fs
      .readdirSync(path.join(this.folder, 'state'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name));
  }

  /** Stops the providers, and leaves the folder for `deployed`. Returns it. */
  leave(): string {
    this.beside(SAVED, this.account.save());
    for (const [, server] of this.servers) server.close();
    return this.folder;
  }

  close(): void {
    fs.rmSync(this.leave(), { recursive: true });
  }

  /** Runs a command of the CLI to its end, whatever that is. */
  async run(...options: readonly string[]): Promise<Outcome> {
    const log = path.join(fs.mkdtempSync(path.join(this.folder, 'events-')), 'log');
    const takesLog = ['preview', 'up', 'refresh', 'destroy'].includes(options[0] ?? '');
    const { code, output } = await run(
      [...options, '--non-interactive', ...(takesLog ? ['--event-log', log] : [])],
      this.directory,
      this.environment(),
    );
    const events = fs.existsSync(log) ? readLines(log) : [];
    return { code, output, steps: stepsOf(events), policies: policiesOf(events) };
  }

  /** Runs a command that must succeed. */
  async succeed(...options: readonly string[]): Promise<Outcome> {
    const outcome = await this.run(...options);
    if (outcome.code !== 0) throw new Error(`pulumi ${options.join(' ')}:\n${outcome.output}`);
    return outcome;
  }

  /** `pulumi up` without the question, which must succeed. */
  up(stack: string, ...options: readonly string[]): Promise<Outcome> {
    return this.succeed('up', '--yes', '--skip-preview', '--stack', stack, ...options);
  }

  /** Sets values of a stack's config, by path: `emailTo[0]`. */
  async configure(stack: string, values: Readonly<Record<string, string>>): Promise<void> {
    const pairs = Object.entries(values).flatMap(([key, value]) => [
      '--plaintext',
      `${key}=${value}`,
    ]);
    await this.succeed('config', 'set-all', '--path', '--stack', stack, ...pairs);
  }

  /** Writes a file of the program. */
  write(file: string, text: string): void {
    fs.writeFileSync(path.join(this.directory, file), text);
  }

  /** Changes a file of the program. Throws where there is no such text. */
  edit(file: string, from: string, to: string): void {
    const place = path.join(this.directory, file);
    const text = fs.readFileSync(place, 'utf8');
    if (!text.includes(from)) throw new Error(`${file} does not have ${from}`);
    fs.writeFileSync(place, text.replace(from, to));
  }

  /** The deployment of a stack as `pulumi stack export` writes it, secrets encrypted. */
  async state(stack: string): Promise<Json> {
    const { output } = await this.succeed('stack', 'export', '--stack', stack);
    return JSON.parse(output);
  }

  private environment(): NodeJS.ProcessEnv {
    const providers = this.servers.map(([name, { address }]) => `${name}:${address.split(':')[1]}`);
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(AWS_|PULUMI_|TS_NODE_|NODE_OPTIONS$|JEST_WORKER_ID$|XDG_)/.test(name),
    );
    return {
      ...Object.fromEntries(kept),
      PULUMI_BACKEND_URL: `file://${path.join(this.folder, 'state')}`,
      PULUMI_CONFIG_PASSPHRASE: 'correct horse battery staple',
      PULUMI_HOME: path.join(this.folder, 'home'),
      PULUMI_DEBUG_PROVIDERS: providers.join(','),
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
      // Which the log of events takes.
      PULUMI_DEBUG_COMMANDS: 'true',
      PULUMI_SKIP_UPDATE_CHECK: 'true',
      NO_COLOR: '1',
    };
  }
}

/** Where the engine looks for a provider before it would download it. It attaches to ours instead of starting it. */
function placeholder(home: string, name: string, version: string): void {
  const folder = path.join(home, 'plugins', `resource-${name}-v${version}`);
  fs.mkdirSync(folder, { recursive: true });
  fs.writeFileSync(
    path.join(folder, `pulumi-resource-${name}`),
    `#!/bin/sh\necho 'the engine did not attach to the provider ${name} of the test' >&2\nexit 1\n`,
    { mode: 0o755 },
  );
}

function run(
  options: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.env['PULUMI_CLI'] ?? 'pulumi', options, {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

const readLines = (file: string): readonly Json[] =>
  fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/** Events: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/events.go */
const stepsOf = (events: readonly Json[]): Step[] =>
  events.flatMap(({ resourcePreEvent }) => {
    if (resourcePreEvent === undefined) return [];
    const { op, urn, type, diffs } = resourcePreEvent.metadata;
    return [{ op, urn, type, changed: diffs ?? [] }];
  });

const policiesOf = (events: readonly Json[]): PolicyFinding[] =>
  events.flatMap(({ policyEvent }) =>
    policyEvent === undefined
      ? []
      : [
          {
            policy: policyEvent.policyName,
            enforcement: policyEvent.enforcementLevel,
            urn: policyEvent.resourceUrn ?? '',
            message: policyEvent.message,
          },
        ],
  );
