import * as childProcess from 'node:child_process';
import * as os from 'node:os';
import * as readline from 'node:readline';
import { ProgramError } from './errors';

export interface NodeProcessOptions {
  /** Script and arguments. */
  readonly command: readonly string[];
  readonly directory: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Seconds until it is killed. */
  readonly timeoutSeconds: number;
  /** Kills the process when aborted. */
  readonly signal?: AbortSignal;
  /** What runs, for error messages: `the program`. */
  readonly what: string;
  /** Gets what it writes, as it comes. @default only the first line, and the end of stderr, are kept */
  readonly onOutput?: (text: string, stream: 'stdout' | 'stderr') => void;
}

export interface NodeProcess {
  /** The first line that it writes to stdout. Rejects when it ends before. */
  readonly firstLine: Promise<string>;
  /** Rejects with a `ProgramError` when it was killed for its time, was aborted, or did not start. */
  readonly ended: Promise<{ readonly code: number; readonly stderr: string }>;
  kill(): void;
}

const TAIL_CHARACTERS = 8_000;

/** Starts Node.js in a child process, which never outlives this process or its time. */
export function startNode(options: NodeProcessOptions): NodeProcess {
  const child = childProcess.spawn(process.execPath, options.command, {
    cwd: options.directory,
    env: { ...cleanEnvironment(), ...options.environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    options.onOutput?.(text, 'stdout');
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-TAIL_CHARACTERS);
    options.onOutput?.(text, 'stderr');
  });
  const kill = (): void => void child.kill('SIGKILL');

  let reason: string | undefined;
  const stop = (why: string): void => {
    reason ??= why;
    kill();
  };
  const timer = setTimeout(
    () => stop(`did not end within ${options.timeoutSeconds} s`),
    options.timeoutSeconds * 1000,
  );
  const onAbort = (): void => stop('was aborted');
  options.signal?.addEventListener('abort', onAbort);
  if (options.signal?.aborted === true) onAbort();
  process.once('exit', kill);

  const ended = new Promise<{ code: number; stderr: string }>((resolve, reject) => {
    child.once('error', (error) => {
      reject(new ProgramError(`${options.what} could not be started: ${error.message}`));
    });
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      options.signal?.removeEventListener('abort', onAbort);
      process.removeListener('exit', kill);
      const tail = stderr.trim();
      if (reason !== undefined) reject(new ProgramError(`${options.what} ${reason}`, tail));
      else if (code === null) {
        reject(new ProgramError(`${options.what} was killed by ${signal}`, tail));
      } else resolve({ code, stderr: tail });
    });
  });
  const firstLine = new Promise<string>((resolve, reject) => {
    readline.createInterface({ input: child.stdout }).once('line', resolve);
    // Keeps the pipe empty, so that a talkative process does not stall.
    child.stdout.resume();
    ended.then(
      ({ code, stderr: tail }) =>
        reject(new ProgramError(`${options.what} ended with code ${code}`, tail)),
      reject,
    );
  });
  // Whoever waits for one of the two must not be blamed for ignoring the other.
  firstLine.catch(() => undefined);
  ended.catch(() => undefined);
  return { firstLine, ended, kill };
}

/** The environment without what would change how the child runs: loaders, other stacks' settings, credentials. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(AWS_|PULUMI_|TS_NODE_|NODE_OPTIONS$|JEST_WORKER_ID$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    AWS_CONFIG_FILE: os.devNull,
    AWS_SHARED_CREDENTIALS_FILE: os.devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    NODE_NO_WARNINGS: '1',
  };
}
