import { createRequire } from 'node:module';
import * as path from 'node:path';
import { ProgramError } from './errors';

/** What to start with Node.js, and with which variables on top. */
export interface NodeCommand {
  /** Script and arguments. */
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** One run of a program, as an engine asks its language host for it. */
export interface ProgramRun {
  readonly programDirectory: string;
  /** Folder of `Pulumi.yaml`. */
  readonly rootDirectory: string;
  /** What to run in the program's folder: `.` for what its `package.json` names. */
  readonly entryPoint: string;
  readonly typescript: boolean;
  /** Arguments for `node`. */
  readonly nodeArguments: readonly string[];
  /** Addresses, `127.0.0.1:<port>`. */
  readonly monitor: string;
  readonly engine: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  /** Resources that may be in the making at a time. */
  readonly parallel: number;
  /** By full key, `project:key`. */
  readonly config: Readonly<Record<string, string>>;
  /** Full keys of `config` that are secret. */
  readonly secretKeys: readonly string[];
}

/**
 * How Pulumi's language host for Node.js starts a program. Throws a `ProgramError` where the SDK is not installed.
 *
 * https://github.com/pulumi/pulumi/blob/master/sdk/nodejs/cmd/pulumi-language-nodejs/main.go (constructArguments)
 */
export function programCommand(run: ProgramRun): NodeCommand {
  return {
    command: [
      ...run.nodeArguments,
      sdkCommand(run.programDirectory, 'run'),
      ...['--monitor', run.monitor, '--engine', run.engine],
      ...['--organization', run.organization, '--project', run.project, '--stack', run.stack],
      ...['--root-directory', run.rootDirectory, '--pwd', run.programDirectory],
      ...['--parallel', String(run.parallel), ...(run.preview ? ['--dry-run'] : [])],
      run.entryPoint,
    ],
    directory: run.programDirectory,
    environment: {
      PULUMI_CONFIG: JSON.stringify(run.config),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
      PULUMI_NODEJS_TYPESCRIPT: String(run.typescript),
    },
  };
}

/** One run of a policy pack. */
export interface PackRun {
  /** Folder of `PulumiPolicy.yaml`. */
  readonly directory: string;
  /** Address of the engine, `127.0.0.1:<port>`. */
  readonly engine: string;
  readonly organization: string;
  readonly project: string;
  readonly stack: string;
  readonly preview: boolean;
  /** Of the stack, by full key. @default none */
  readonly config?: Readonly<Record<string, string>>;
}

/** How the language host starts a policy pack, which then prints the port of its analyzer. Throws as `programCommand`. */
export function packCommand(run: PackRun): NodeCommand {
  const config = run.config === undefined ? {} : { PULUMI_CONFIG: JSON.stringify(run.config) };
  return {
    command: [sdkCommand(run.directory, 'run-policy-pack'), run.engine, '.'],
    directory: run.directory,
    environment: {
      PULUMI_NODEJS_ORGANIZATION: run.organization,
      PULUMI_NODEJS_PROJECT: run.project,
      PULUMI_NODEJS_STACK: run.stack,
      PULUMI_NODEJS_DRY_RUN: String(run.preview),
      ...config,
    },
  };
}

/** A command of the SDK that the program or pack itself uses. */
function sdkCommand(directory: string, command: 'run' | 'run-policy-pack'): string {
  try {
    return createRequire(path.join(directory, 'index.js')).resolve(`@pulumi/pulumi/cmd/${command}`);
  } catch {
    throw new ProgramError(`@pulumi/pulumi is not installed for ${directory}; run npm install`);
  }
}
